#include "ck_operations.h"
#include "support.h"

CK_CLONES void ck_segment_softmax(
    const float *x, const int32_t *index, float *y, long rows, long width, long segments, float *largest, float *sums) {
  for (long i = 0; i < segments * width; i++) largest[i] = -__builtin_inff();
  for (long i = 0; i < segments * width; i++) sums[i] = 0;
  for (long r = 0; r < rows; r++) {
    float *top = largest + (long)index[r] * width;
    CK_SIMD for (long c = 0; c < width; c++) top[c] = x[r * width + c] > top[c] ? x[r * width + c] : top[c];
  }
  for (long r = 0; r < rows; r++) {
    const float *top = largest + (long)index[r] * width;
    float *sum = sums + (long)index[r] * width;
    CK_SIMD for (long c = 0; c < width; c++) {
      float e = ck_exp(x[r * width + c] - top[c]);
      y[r * width + c] = e;
      sum[c] += e;
    }
  }
  for (long r = 0; r < rows; r++) {
    const float *sum = sums + (long)index[r] * width;
    CK_SIMD for (long c = 0; c < width; c++) y[r * width + c] /= sum[c];
  }
}

CK_CLONES void ck_segment_softmax_gradient(
    const float *y, const int32_t *index, const float *dy, float *dx, long rows, long width, long segments,
    float *inner, int accumulate) {
  for (long i = 0; i < segments * width; i++) inner[i] = 0;
  for (long r = 0; r < rows; r++) {
    float *sum = inner + (long)index[r] * width;
    CK_SIMD for (long c = 0; c < width; c++) sum[c] += y[r * width + c] * dy[r * width + c];
  }
  for (long r = 0; r < rows; r++) {
    const float *sum = inner + (long)index[r] * width;
    const float *p = y + r * width, *g = dy + r * width;
    float *d = dx + r * width;
    if (accumulate) {
      CK_SIMD for (long c = 0; c < width; c++) d[c] += p[c] * (g[c] - sum[c]);
    } else {
      CK_SIMD for (long c = 0; c < width; c++) d[c] = p[c] * (g[c] - sum[c]);
    }
  }
}

/// `ties` counts the rows that reach the maximum, 0 for an empty segment.
CK_CLONES void ck_segment_max(
    const float *x, const int32_t *index, float *y, float *ties, long rows, long width, long segments) {
  for (long i = 0; i < segments * width; i++) y[i] = 0;
  for (long i = 0; i < segments * width; i++) ties[i] = 0;
  for (long r = 0; r < rows; r++) {
    float *top = y + (long)index[r] * width, *tie = ties + (long)index[r] * width;
    CK_SIMD for (long c = 0; c < width; c++) {
      float v = x[r * width + c], t = tie[c], best = top[c];
      int better = t == 0 || v > best || (v != v && best == best);
      int equal = v == best || (v != v && best != best);
      top[c] = better ? v : best;
      tie[c] = better ? 1.0f : (equal ? t + 1.0f : t);
    }
  }
}

CK_CLONES void ck_segment_max_gradient(
    const float *x, const int32_t *index, const float *y, const float *ties, const float *dy, float *dx, long rows,
    long width, int accumulate) {
  for (long r = 0; r < rows; r++) {
    long start = (long)index[r] * width;
    const float *top = y + start, *tie = ties + start, *g = dy + start;
    CK_SIMD for (long c = 0; c < width; c++) {
      float v = x[r * width + c];
      float slope = v == top[c] || (v != v && top[c] != top[c]) ? g[c] / tie[c] : 0;
      dx[r * width + c] = accumulate ? dx[r * width + c] + slope : slope;
    }
  }
}

CK_CLONES void ck_edge_sum(
    const float *z, const float *weights, const int32_t *source, const int32_t *target, float *y, long edges,
    long heads, long width) {
  for (long e = 0; e < edges; e++) {
    for (long h = 0; h < heads; h++) {
      const float *in = z + ((long)source[e] * heads + h) * width;
      float *out = y + ((long)target[e] * heads + h) * width, w = weights[e * heads + h];
      CK_SIMD for (long c = 0; c < width; c++) out[c] += w * in[c];
    }
  }
}

CK_CLONES void ck_edge_sum_gradient(
    const float *z, const float *weights, const int32_t *source, const int32_t *target, const float *dy, float *dz,
    float *d_weights, long edges, long heads, long width, int accumulate_weights) {
  for (long e = 0; e < edges; e++) {
    for (long h = 0; h < heads; h++) {
      long from = ((long)source[e] * heads + h) * width;
      const float *g = dy + ((long)target[e] * heads + h) * width;
      if (dz) {
        float w = weights[e * heads + h];
        CK_SIMD for (long c = 0; c < width; c++) dz[from + c] += w * g[c];
      }
      if (d_weights) {
        float sum = accumulate_weights ? d_weights[e * heads + h] : 0, product = 0;
        _Pragma("omp simd reduction(+ : product)") for (long c = 0; c < width; c++) product += z[from + c] * g[c];
        d_weights[e * heads + h] = sum + product;
      }
    }
  }
}
