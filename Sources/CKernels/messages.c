#include "support.h"

CK_INLINE void message_strip(
    const int32_t *offsets, const int32_t *sources, const int32_t *kinds, long node, const float *h,
    const float *bonds, float self_factor, float *out, long width, const int vectors) {
  v16 sum[4];
  for (int i = 0; i < vectors; i++) sum[i] = load16(h + node * width + 16 * i) * self_factor;
  for (long e = offsets[node]; e < offsets[node + 1]; e++) {
    const float *source = h + (long)sources[e] * width;
    if (bonds) {
      const float *bond = bonds + (long)kinds[e] * width;
      for (int i = 0; i < vectors; i++) sum[i] += relu16(load16(source + 16 * i) + load16(bond + 16 * i));
    } else {
      for (int i = 0; i < vectors; i++) sum[i] += load16(source + 16 * i);
    }
  }
  for (int i = 0; i < vectors; i++) store16(out + node * width + 16 * i, sum[i]);
}

CK_CLONES void ck_message(
    const int32_t *offsets, const int32_t *sources, const int32_t *kinds, long nodes, const float *h,
    const float *bonds, float self_factor, float *out, long width) {
  for (long v = 0; v < nodes; v++) {
    long c = 0;
    for (; c + 64 <= width; c += 64) {
      message_strip(offsets, sources, kinds, v, h + c, bonds ? bonds + c : NULL, self_factor, out + c, width, 4);
    }
    for (; c + 16 <= width; c += 16) {
      message_strip(offsets, sources, kinds, v, h + c, bonds ? bonds + c : NULL, self_factor, out + c, width, 1);
    }
    for (; c < width; c++) {
      float sum = self_factor * h[v * width + c];
      for (long e = offsets[v]; e < offsets[v + 1]; e++) {
        float value = h[(long)sources[e] * width + c];
        if (bonds) {
          value += bonds[(long)kinds[e] * width + c];
          value = value <= 0 ? 0 : value;
        }
        sum += value;
      }
      out[v * width + c] = sum;
    }
  }
}

CK_INLINE void gradient_strip(
    const int32_t *offsets, const int32_t *targets, const int32_t *kinds, long node, const float *h,
    const float *bonds, const float *dy, float self_factor, float *dh, float *d_bonds, long width, int accumulate,
    const int vectors) {
  v16 sum[4], own[4];
  for (int i = 0; i < vectors; i++) {
    sum[i] = load16(dy + node * width + 16 * i) * self_factor;
    own[i] = load16(h + node * width + 16 * i);
  }
  for (long e = offsets[node]; e < offsets[node + 1]; e++) {
    const float *slope = dy + (long)targets[e] * width;
    if (bonds) {
      const float *bond = bonds + (long)kinds[e] * width;
      float *d_bond = d_bonds ? d_bonds + (long)kinds[e] * width : NULL;
      for (int i = 0; i < vectors; i++) {
        v16 kept = keep16(load16(slope + 16 * i), (i16)(own[i] + load16(bond + 16 * i) > 0));
        sum[i] += kept;
        if (d_bond) store16(d_bond + 16 * i, load16(d_bond + 16 * i) + kept);
      }
    } else {
      for (int i = 0; i < vectors; i++) sum[i] += load16(slope + 16 * i);
    }
  }
  if (!dh) return;
  for (int i = 0; i < vectors; i++) {
    float *place = dh + node * width + 16 * i;
    store16(place, accumulate ? load16(place) + sum[i] : sum[i]);
  }
}

CK_CLONES void ck_message_gradient(
    const int32_t *offsets, const int32_t *targets, const int32_t *kinds, long nodes, const float *h,
    const float *bonds, const float *dy, float self_factor, float *dh, float *d_bonds, long width, int accumulate) {
#define AT(pointer) (pointer ? pointer + c : NULL)
  for (long u = 0; u < nodes; u++) {
    long c = 0;
    for (; c + 64 <= width; c += 64) {
      gradient_strip(
          offsets, targets, kinds, u, h + c, AT(bonds), dy + c, self_factor, AT(dh), AT(d_bonds), width, accumulate, 4);
    }
    for (; c + 16 <= width; c += 16) {
      gradient_strip(
          offsets, targets, kinds, u, h + c, AT(bonds), dy + c, self_factor, AT(dh), AT(d_bonds), width, accumulate, 1);
    }
    for (; c < width; c++) {
      float sum = self_factor * dy[u * width + c], own = h[u * width + c];
      for (long e = offsets[u]; e < offsets[u + 1]; e++) {
        float slope = dy[(long)targets[e] * width + c];
        if (bonds) {
          long bond = (long)kinds[e] * width + c;
          if (!(own + bonds[bond] > 0)) continue;
          if (d_bonds) d_bonds[bond] += slope;
        }
        sum += slope;
      }
      if (dh) dh[u * width + c] = accumulate ? dh[u * width + c] + sum : sum;
    }
  }
#undef AT
}

// The same over lists of rows of a table.

CK_INLINE void message_rows_strip(
    const int32_t *offsets, const int32_t *sources, const int32_t *kinds, const int32_t *selves, long first,
    long count, const float *h, const float *bonds, float self_factor, float *out, long width, const int vectors) {
  for (long row = 0; row < count; row++) {
    long v = first + row;
    const float *own = h + (selves ? (long)selves[v] : v) * width;
    v16 sum[4];
    for (int i = 0; i < vectors; i++) sum[i] = load16(own + 16 * i) * self_factor;
    for (long e = offsets[v]; e < offsets[v + 1]; e++) {
      const float *source = h + (long)sources[e] * width;
      if (bonds) {
        const float *bond = bonds + (long)kinds[e] * width;
        for (int i = 0; i < vectors; i++) sum[i] += relu16(load16(source + 16 * i) + load16(bond + 16 * i));
      } else {
        for (int i = 0; i < vectors; i++) sum[i] += load16(source + 16 * i);
      }
    }
    for (int i = 0; i < vectors; i++) store16(out + row * width + 16 * i, sum[i]);
  }
}

CK_CLONES void ck_message_rows(
    const int32_t *offsets, const int32_t *sources, const int32_t *kinds, const int32_t *selves, long first,
    long count, const float *h, const float *bonds, float self_factor, float *out, long width) {
#define STRIP(c, vectors)                                                                                      \
  message_rows_strip(                                                                                          \
      offsets, sources, kinds, selves, first, count, h + (c), bonds ? bonds + (c) : NULL, self_factor, out + (c), \
      width, vectors)
#define SINGLE(c)                                                                      \
  for (long row = 0; row < count; row++) {                                             \
    long v = first + row;                                                              \
    float sum = self_factor * h[(selves ? (long)selves[v] : v) * width + (c)];         \
    for (long e = offsets[v]; e < offsets[v + 1]; e++) {                               \
      float value = h[(long)sources[e] * width + (c)];                                 \
      if (bonds) {                                                                     \
        value += bonds[(long)kinds[e] * width + (c)];                                  \
        value = value <= 0 ? 0 : value;                                                \
      }                                                                                \
      sum += value;                                                                    \
    }                                                                                  \
    out[row * width + (c)] = sum;                                                      \
  }
  CK_STRIPS(width, STRIP, SINGLE)
#undef STRIP
#undef SINGLE
}

CK_INLINE void scatter_strip(
    const int32_t *offsets, const int32_t *sources, const int32_t *kinds, const int32_t *selves, long count,
    const float *h, const float *bonds, const float *dy, float self_factor, float *dh, float *d_bonds, float *dot,
    long width, const int vectors) {
  v16 products[4];
  for (int i = 0; i < vectors; i++) products[i] = (v16){0};
  for (long v = 0; v < count; v++) {
    long own = (selves ? (long)selves[v] : v) * width;
    v16 slope[4];
    for (int i = 0; i < vectors; i++) {
      slope[i] = load16(dy + v * width + 16 * i);
      products[i] += slope[i] * load16(h + own + 16 * i);
      store16(dh + own + 16 * i, load16(dh + own + 16 * i) + slope[i] * self_factor);
    }
    for (long e = offsets[v]; e < offsets[v + 1]; e++) {
      long source = (long)sources[e] * width, bond = bonds ? (long)kinds[e] * width : 0;
      for (int i = 0; i < vectors; i++) {
        v16 kept = slope[i];
        if (bonds) {
          kept = keep16(kept, (i16)(load16(h + source + 16 * i) + load16(bonds + bond + 16 * i) > 0));
          if (d_bonds) store16(d_bonds + bond + 16 * i, load16(d_bonds + bond + 16 * i) + kept);
        }
        store16(dh + source + 16 * i, load16(dh + source + 16 * i) + kept);
      }
    }
  }
  for (int i = 0; i < vectors; i++) {
    for (int lane = 0; lane < 16; lane++) *dot += products[i][lane];
  }
}

CK_CLONES float ck_message_scatter(
    const int32_t *offsets, const int32_t *sources, const int32_t *kinds, const int32_t *selves, long count,
    const float *h, const float *bonds, const float *dy, float self_factor, float *dh, float *d_bonds, long width) {
  float dot = 0;
#define STRIP(c, vectors)                                                                                          \
  scatter_strip(                                                                                                   \
      offsets, sources, kinds, selves, count, h + (c), bonds ? bonds + (c) : NULL, dy + (c), self_factor, dh + (c), \
      d_bonds ? d_bonds + (c) : NULL, &dot, width, vectors)
#define SINGLE(c)                                                                                  \
  for (long v = 0; v < count; v++) {                                                               \
    long own = (selves ? (long)selves[v] : v) * width + (c);                                       \
    float slope = dy[v * width + (c)];                                                             \
    dot += slope * h[own];                                                                         \
    dh[own] += slope * self_factor;                                                                \
    for (long e = offsets[v]; e < offsets[v + 1]; e++) {                                           \
      long source = (long)sources[e] * width + (c), bond = bonds ? (long)kinds[e] * width + (c) : 0; \
      if (bonds) {                                                                                 \
        if (!(h[source] + bonds[bond] > 0)) continue;                                              \
        if (d_bonds) d_bonds[bond] += slope;                                                       \
      }                                                                                            \
      dh[source] += slope;                                                                         \
    }                                                                                              \
  }
  CK_STRIPS(width, STRIP, SINGLE)
#undef STRIP
#undef SINGLE
  return dot;
}
