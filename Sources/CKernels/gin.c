#include "support.h"

// The loops around the products of a GIN layer, for tiles of rows that stay in the first caches. Columns are taken in
// strips of 64, then 16 (registers), then one by one. Sums over rows are in single precision for a block of rows only.
enum { BLOCK = 32 };

/// Adds a tile to running moments by Chan's formula; `sum` and `square` are those of the deviations from `center`.
CK_INLINE void merge_tile(
    double seen, double count, float center, double sum, double square, double *mean, double *squares) {
  double shift = sum / count, own = square - shift * sum;
  double delta = (double)center + shift - *mean, total = seen + count;
  *mean += delta * (count / total);
  *squares += (own < 0 ? 0 : own) + delta * delta * (seen * count / total);
}

CK_INLINE void moments_tile_strip(
    const float *x, const float *weights, long rows, long width, double seen, double count, double *mean,
    double *squares, const int vectors) {
  float centers[64], block_sums[64], block_squares[64];
  double sums[64], deviations[64];
  CK_SIMD for (int c = 0; c < 16 * vectors; c++) {
    centers[c] = seen > 0 ? (float)mean[c] : x[c];
    sums[c] = deviations[c] = 0;
  }
  v16 center[4];
  for (int i = 0; i < vectors; i++) center[i] = load16(centers + 16 * i);
  for (long start = 0; start < rows; start += BLOCK) {
    const long end = start + BLOCK < rows ? start + BLOCK : rows;
    v16 sum[4], square[4];
    for (int i = 0; i < vectors; i++) sum[i] = square[i] = (v16){0};
    for (long r = start; r < end; r++) {
      for (int i = 0; i < vectors; i++) {
        v16 d = load16(x + r * width + 16 * i) - center[i];
        v16 weighted = weights ? d * weights[r] : d;
        sum[i] += weighted;
        square[i] += weighted * d;
      }
    }
    for (int i = 0; i < vectors; i++) {
      store16(block_sums + 16 * i, sum[i]);
      store16(block_squares + 16 * i, square[i]);
    }
    CK_SIMD for (int c = 0; c < 16 * vectors; c++) {
      sums[c] += (double)block_sums[c];
      deviations[c] += (double)block_squares[c];
    }
  }
  CK_SIMD for (int c = 0; c < 16 * vectors; c++) {
    merge_tile(seen, count, centers[c], sums[c], deviations[c], mean + c, squares + c);
  }
}

CK_CLONES double ck_merge_moments(
    const float *x, const float *weights, long rows, long width, double seen, double *mean, double *squares) {
  double count = (double)rows;
  if (weights) {
    count = 0;
    for (long r = 0; r < rows; r++) count += (double)weights[r];
  }
  if (rows <= 0) return 0;
#define STRIP(c, vectors)                                                                                    \
  if (weights) moments_tile_strip(x + (c), weights, rows, width, seen, count, mean + (c), squares + (c), vectors); \
  else moments_tile_strip(x + (c), NULL, rows, width, seen, count, mean + (c), squares + (c), vectors)
#define SINGLE(c)                                                             \
  {                                                                           \
    float center = seen > 0 ? (float)mean[c] : x[c], sum = 0, square = 0;     \
    for (long r = 0; r < rows; r++) {                                         \
      float d = x[r * width + (c)] - center;                                  \
      float weighted = weights ? d * weights[r] : d;                          \
      sum += weighted;                                                        \
      square += weighted * d;                                                 \
    }                                                                         \
    merge_tile(seen, count, center, sum, square, mean + (c), squares + (c));  \
  }
  CK_STRIPS(width, STRIP, SINGLE)
#undef STRIP
#undef SINGLE
  return count;
}

CK_CLONES void ck_batch_apply_rows(
    const float *x, const int32_t *index, const float *scale, const float *shift, float *y, long rows, long width,
    int relu, const ck_dropout_plan *plan) {
  float factors[64];
  const float lowest = relu ? 0 : -__builtin_inff();
  for (int c = 0; c < 64; c++) factors[c] = 1;
  for (long start = 0; start < width; start += 64) {
    ck_group group;
    if (plan) ck_begin_group(plan, (uint32_t)(start / 64), &group);
    const long count = width - start < 64 ? width - start : 64;
    const float *scales = scale + start, *shifts = shift + start;
    for (long r = 0; r < rows; r++) {
      const float *in = x + (long)index[r] * width + start;
      float *out = y + r * width + start;
      if (plan) ck_group_factors(plan, &group, r, factors);
      CK_SIMD for (long c = 0; c < count; c++) {
        float v = in[c] * scales[c] + shifts[c];
        v = v < lowest ? lowest : v;
        out[c] = factors[c] != 0 ? v * factors[c] : 0;
      }
    }
  }
}

CK_CLONES void ck_batch_slopes(
    const float *y, const float *dy, float *g, long rows, long width, int relu, const ck_dropout_plan *plan) {
  float factor = plan ? plan->factor : 1.0f, factors[64];
  if (relu || !plan) {
    if (relu) {
      CK_SIMD for (long i = 0; i < rows * width; i++) g[i] = y[i] > 0 ? dy[i] * factor : 0;
    } else {
      CK_SIMD for (long i = 0; i < rows * width; i++) g[i] = dy[i];
    }
    return;
  }
  for (long start = 0; start < width; start += 64) {
    ck_group group;
    ck_begin_group(plan, (uint32_t)(start / 64), &group);
    const long count = width - start < 64 ? width - start : 64;
    for (long r = 0; r < rows; r++) {
      long place = r * width + start;
      ck_group_factors(plan, &group, r, factors);
      CK_SIMD for (long c = 0; c < count; c++) g[place + c] = factors[c] != 0 ? dy[place + c] * factors[c] : 0;
    }
  }
}

CK_CLONES void ck_batch_slopes_grouped(
    const float *y, const float *dy, const int32_t *offsets, const int32_t *members, float *g, long groups, long width,
    int relu, const ck_dropout_plan *plan) {
  float factor = plan ? plan->factor : 1.0f, factors[64];
  for (long s = 0; s < groups; s++) {
    float *sum = g + s * width;
    CK_SIMD for (long c = 0; c < width; c++) sum[c] = 0;
    for (long e = offsets[s]; e < offsets[s + 1]; e++) {
      long row = members[e];
      const float *slope = dy + row * width, *out = y + row * width;
      if (relu) {
        CK_SIMD for (long c = 0; c < width; c++) sum[c] += out[c] > 0 ? slope[c] * factor : 0;
        continue;
      }
      for (long start = 0; start < width; start += 64) {
        long end = start + 64 < width ? start + 64 : width;
        if (plan) {
          ck_factors64(plan, row, start / 64, factors);
          CK_SIMD for (long c = start; c < end; c++) {
            sum[c] += factors[c - start] != 0 ? slope[c] * factors[c - start] : 0;
          }
        } else {
          CK_SIMD for (long c = start; c < end; c++) sum[c] += slope[c];
        }
      }
    }
  }
}

CK_INLINE void masked_sums_strip(
    const float *x, const float *mean, const float *inverse, const float *y, float *g, long rows, long width,
    double *sum, double *product, const int vectors) {
  v16 center[4];
  for (int i = 0; i < vectors; i++) center[i] = load16(mean + 16 * i);
  for (long start = 0; start < rows; start += BLOCK) {
    const long end = start + BLOCK < rows ? start + BLOCK : rows;
    v16 s[4], p[4];
    for (int i = 0; i < vectors; i++) s[i] = p[i] = (v16){0};
    for (long r = start; r < end; r++) {
      for (int i = 0; i < vectors; i++) {
        long place = r * width + 16 * i;
        v16 slope = load16(g + place);
        if (y) {
          slope = keep16(slope, (i16)(load16(y + place) > 0));
          store16(g + place, slope);
        }
        s[i] += slope;
        p[i] += slope * (load16(x + place) - center[i]);
      }
    }
    float sums[64], products[64];
    for (int i = 0; i < vectors; i++) {
      store16(sums + 16 * i, s[i]);
      store16(products + 16 * i, p[i] * load16(inverse + 16 * i));
    }
    CK_SIMD for (int c = 0; c < 16 * vectors; c++) {
      sum[c] += (double)sums[c];
      product[c] += (double)products[c];
    }
  }
}

CK_CLONES void ck_masked_sums(
    const float *x, const float *mean, const float *inverse, const float *y, float *g, long rows, long width,
    double *sum, double *product) {
#define STRIP(c, vectors)                                                                                         \
  if (y)                                                                                                          \
    masked_sums_strip(                                                                                            \
        x + (c), mean + (c), inverse + (c), y + (c), g + (c), rows, width, sum + (c), product + (c), vectors);     \
  else                                                                                                            \
    masked_sums_strip(                                                                                            \
        x + (c), mean + (c), inverse + (c), NULL, g + (c), rows, width, sum + (c), product + (c), vectors)
#define SINGLE(c)                                                       \
  {                                                                     \
    float s = 0, p = 0;                                                 \
    for (long r = 0; r < rows; r++) {                                   \
      long place = r * width + (c);                                     \
      if (y) g[place] = y[place] > 0 ? g[place] : 0;                    \
      s += g[place];                                                    \
      p += g[place] * (x[place] - mean[c]);                             \
    }                                                                   \
    sum[c] += (double)s;                                                \
    product[c] += (double)(p * inverse[c]);                             \
  }
  CK_STRIPS(width, STRIP, SINGLE)
#undef STRIP
#undef SINGLE
}

CK_CLONES void ck_batch_slope_rows(
    const float *x, const float *g, const float *weights, const float *a, const float *b, const float *c, float *out,
    long rows, long width) {
  for (long r = 0; r < rows; r++) {
    const float *in = x + r * width, *slope = g + r * width;
    float *to = out + r * width, weight = weights ? weights[r] : 1.0f;
    CK_SIMD for (long i = 0; i < width; i++) to[i] = a[i] * slope[i] + weight * (b[i] * in[i] + c[i]);
  }
}
