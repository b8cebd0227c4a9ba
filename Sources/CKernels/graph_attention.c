#include "ck_attention.h"
#include "lanes.h"

CK_INLINE float dot_row(const float *a, const float *b, long width) {
  float sum = 0;
  _Pragma("omp simd reduction(+ : sum)") for (long c = 0; c < width; c++) sum += a[c] * b[c];
  return sum;
}

CK_CLONES void ck_graph_scores(
    const ck_typed_graph *graph, const float *z, const float *attention, float *left, float *right, long first,
    long last) {
  const long heads = graph->heads, width = graph->width, types = graph->types;
  for (long i = first; i < last; i++) {
    for (long t = 0; t < types; t++) {
      for (long h = 0; h < heads; h++) {
        const float *row = z + (i * heads + h) * width, *vector = attention + (t * heads + h) * 2 * width;
        left[(i * types + t) * heads + h] = dot_row(vector, row, width);
        right[(i * types + t) * heads + h] = dot_row(vector + width, row, width);
      }
    }
  }
}

/// The scores of the edges into a target, before the leaky ReLU.
CK_INLINE void edge_scores(
    const ck_typed_graph *graph, const float *left, const float *right, long target, long head, float *scores) {
  const int32_t heads = (int32_t)graph->heads, types = (int32_t)graph->types;
  const long start = graph->runs[target * types];
  for (int32_t t = 0; t < types; t++) {
    const long slot = target * types + t, begin = graph->runs[slot], count = graph->runs[slot + 1] - begin;
    const float own = left[slot * heads + head];
    const float *others = right + t * heads + head;
    const int32_t *sources = graph->sources + begin;
    float *out = scores + (begin - start);
    CK_SIMD for (long e = 0; e < count; e++) out[e] = own + others[(long)sources[e] * types * heads];
  }
}

/// out [16 vectors] = sum of weights[e] * rows[index[e]]; even and odd edges are summed apart.
CK_INLINE void weighted_strip(
    const float *weights, const float *rows, const int32_t *index, long count, long stride, float *out,
    const int vectors) {
  v16 even[4], odd[4];
  for (int j = 0; j < vectors; j++) even[j] = odd[j] = (v16){0};
  long e = 0;
  for (; e + 2 <= count; e += 2) {
    const float *a = rows + index[e] * stride, *b = rows + index[e + 1] * stride;
    v16 first = broadcast16(weights[e]), second = broadcast16(weights[e + 1]);
    for (int j = 0; j < vectors; j++) {
      even[j] += first * load16(a + 16 * j);
      odd[j] += second * load16(b + 16 * j);
    }
  }
  for (; e < count; e++) {
    const float *a = rows + index[e] * stride;
    v16 first = broadcast16(weights[e]);
    for (int j = 0; j < vectors; j++) even[j] += first * load16(a + 16 * j);
  }
  for (int j = 0; j < vectors; j++) store16(out + 16 * j, even[j] + odd[j]);
}

CK_INLINE void weighted_sum(
    const float *weights, const float *rows, const int32_t *index, long count, long stride, float *out, long width) {
#define STRIP(c, vectors) weighted_strip(weights, rows + (c), index, count, stride, out + (c), vectors)
#define SINGLE(c)                                                                       \
  {                                                                                     \
    float sum = 0;                                                                      \
    for (long e = 0; e < count; e++) sum += weights[e] * rows[index[e] * stride + (c)]; \
    out[c] = sum;                                                                       \
  }
  CK_STRIPS(width, STRIP, SINGLE)
#undef STRIP
#undef SINGLE
}

/// out[e] = own · rows[index[e]]
CK_INLINE void row_products(
    const float *own, const float *rows, const int32_t *index, long count, long stride, float *out, long width) {
  const long whole = width / 16 * 16;
  long e = 0;
  for (; e + 16 <= count; e += 16) {
    v16 sums[16];
    for (int i = 0; i < 16; i++) sums[i] = (v16){0};
    for (long c = 0; c < whole; c += 16) {
      v16 x = load16(own + c);
      for (int i = 0; i < 16; i++) sums[i] += x * load16(rows + index[e + i] * stride + c);
    }
    ck_sum_lanes16(sums, out + e);
    for (long c = whole; c < width; c++) {
      for (int i = 0; i < 16; i++) out[e + i] += own[c] * rows[index[e + i] * stride + c];
    }
  }
  for (; e < count; e++) {
    v16 sum = (v16){0};
    for (long c = 0; c < whole; c += 16) sum += load16(own + c) * load16(rows + index[e] * stride + c);
    float total = ck_sum_lanes(&sum);
    for (long c = whole; c < width; c++) total += own[c] * rows[index[e] * stride + c];
    out[e] = total;
  }
}

CK_CLONES void ck_graph_attention(
    const ck_typed_graph *graph, const float *z, const float *left, const float *right, float *weights, float *y,
    float *scratch, long first, long last, const ck_dropout_plan *plan) {
  const long heads = graph->heads, width = graph->width, types = graph->types, stride = heads * width;
  const float slope = graph->slope, factor = graph->factor;
  float factors[64];
  for (long i = first; i < last; i++) {
    const long start = graph->runs[i * types], count = graph->runs[(i + 1) * types] - start;
    const int32_t *sources = graph->sources + start;
    for (long h = 0; h < heads; h++) {
      float *w = weights + h * graph->edges + start, sum = 0;
      edge_scores(graph, left, right, i, h, w);
      CK_SIMD for (long e = 0; e < count; e++) w[e] = w[e] > 0 ? w[e] : slope * w[e];
      const float largest = ck_largest(w, count);
      _Pragma("omp simd reduction(+ : sum)") for (long e = 0; e < count; e++) {
        float p = ck_exp(w[e] - largest);
        w[e] = p;
        sum += p;
      }
      CK_SIMD for (long e = 0; e < count; e++) w[e] /= sum;
      const float *counted = w;
      if (plan) {
        long group = -1;
        for (long e = 0; e < count; e++) {
          const long column = h * graph->nodes + sources[e];
          if (column / 64 != group) {
            group = column / 64;
            ck_factors64(plan, i, group, factors);
          }
          if (factors[column % 64] == 0) w[e] = -w[e];
        }
        CK_SIMD for (long e = 0; e < count; e++) scratch[e] = ck_kept(w[e], factor);
        counted = scratch;
      }
      weighted_sum(counted, z + h * width, sources, count, stride, y + i * stride + h * width, width);
    }
  }
}

CK_CLONES void ck_graph_attention_slopes(
    const ck_typed_graph *graph, const float *z, const float *left, const float *right, const float *weights,
    const float *dy, float *slopes, float *d_left, long first, long last) {
  const long heads = graph->heads, width = graph->width, types = graph->types, stride = heads * width;
  const float slope = graph->slope, factor = graph->factor;
  for (long i = first; i < last; i++) {
    const long start = graph->runs[i * types], count = graph->runs[(i + 1) * types] - start;
    for (long h = 0; h < heads; h++) {
      const float *w = weights + h * graph->edges + start;
      float *d = slopes + h * graph->edges + start, inner = 0;
      row_products(
          dy + i * stride + h * width, z + h * width, graph->sources + start, count, stride, d, width);
      _Pragma("omp simd reduction(+ : inner)") for (long e = 0; e < count; e++) {
        d[e] = ck_is_dropped(w[e]) ? 0 : factor * d[e];
        inner += ck_magnitude(w[e]) * d[e];
      }
      for (long t = 0; t < types; t++) {
        const long slot = i * types + t, begin = graph->runs[slot] - start, end = graph->runs[slot + 1] - start;
        const float own = left[slot * heads + h];
        const float *others = right + t * heads + h;
        const int32_t *sources = graph->sources + start;
        float sum = 0;
        _Pragma("omp simd reduction(+ : sum)") for (long e = begin; e < end; e++) {
          float score = own + others[(long)sources[e] * types * heads];
          float through = ck_magnitude(w[e]) * (d[e] - inner) * (score > 0 ? 1.0f : slope);
          d[e] = through;
          sum += through;
        }
        d_left[slot * heads + h] = sum;
      }
    }
  }
}

CK_CLONES void ck_graph_attention_gradient(
    const ck_typed_graph *graph, const float *attention, const float *weights, const float *slopes,
    const float *d_left, const float *dy, float *d_right, float *dz, float *scratch, long first, long last) {
  const long heads = graph->heads, width = graph->width, types = graph->types, stride = heads * width;
  const float factor = graph->factor;
  for (long j = first; j < last; j++) {
    const long start = graph->out_runs[j * types], count = graph->out_runs[(j + 1) * types] - start;
    const int32_t *edges = graph->out_edges + start;
    for (long h = 0; h < heads; h++) {
      const float *w = weights + h * graph->edges, *s = slopes + h * graph->edges;
      float *out = dz + j * stride + h * width;
      CK_SIMD for (long e = 0; e < count; e++) scratch[e] = ck_kept(w[edges[e]], factor);
      weighted_sum(scratch, dy + h * width, graph->out_targets + start, count, stride, out, width);
      for (long t = 0; t < types; t++) {
        const long slot = j * types + t, begin = graph->out_runs[slot] - start, end = graph->out_runs[slot + 1] - start;
        const float *vector = attention + (t * heads + h) * 2 * width;
        float right = 0;
        _Pragma("omp simd reduction(+ : right)") for (long e = begin; e < end; e++) right += s[edges[e]];
        d_right[slot * heads + h] = right;
        const float left = d_left[slot * heads + h];
        CK_SIMD for (long c = 0; c < width; c++) out[c] += left * vector[c] + right * vector[width + c];
      }
    }
  }
}

CK_CLONES void ck_graph_scores_gradient(
    const ck_typed_graph *graph, const float *z, const float *d_left, const float *d_right, float *d_attention) {
  const long heads = graph->heads, width = graph->width, types = graph->types;
  for (long c = 0; c < types * heads * 2 * width; c++) d_attention[c] = 0;
  for (long i = 0; i < graph->nodes; i++) {
    for (long t = 0; t < types; t++) {
      for (long h = 0; h < heads; h++) {
        const float *row = z + (i * heads + h) * width;
        float *vector = d_attention + (t * heads + h) * 2 * width;
        const float left = d_left[(i * types + t) * heads + h], right = d_right[(i * types + t) * heads + h];
        CK_SIMD for (long c = 0; c < width; c++) {
          vector[c] += left * row[c];
          vector[width + c] += right * row[c];
        }
      }
    }
  }
}
