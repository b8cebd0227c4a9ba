#include "support.h"

CK_CLONES float ck_dot(const float *a, const float *b, long count) {
  float sum = 0;
  _Pragma("omp simd reduction(+ : sum)") for (long i = 0; i < count; i++) sum += a[i] * b[i];
  return sum;
}

CK_CLONES double ck_sum(const float *x, long count) {
  double sum = 0;
  _Pragma("omp simd reduction(+ : sum)") for (long i = 0; i < count; i++) sum += (double)x[i];
  return sum;
}

CK_CLONES void ck_add_row(const float *x, const float *row, float *out, long rows, long width) {
  for (long r = 0; r < rows; r++) {
    CK_SIMD for (long c = 0; c < width; c++) out[r * width + c] = x[r * width + c] + row[c];
  }
}

CK_CLONES void ck_sum_rows(const float *x, float *out, long rows, long width, int accumulate) {
  if (!accumulate) {
    for (long c = 0; c < width; c++) out[c] = 0;
  }
  for (long r = 0; r < rows; r++) {
    CK_SIMD for (long c = 0; c < width; c++) out[c] += x[r * width + c];
  }
}

CK_CLONES void ck_gather(const float *table, const int32_t *index, float *out, long rows, long width) {
  for (long r = 0; r < rows; r++) {
    const float *source = table + (long)index[r] * width;
    CK_SIMD for (long c = 0; c < width; c++) out[r * width + c] = source[c];
  }
}

CK_CLONES void ck_scatter_add(const float *x, const int32_t *index, float *out, long rows, long width) {
  for (long r = 0; r < rows; r++) {
    float *target = out + (long)index[r] * width;
    CK_SIMD for (long c = 0; c < width; c++) target[c] += x[r * width + c];
  }
}

CK_CLONES void ck_segment_mean(const float *x, const int32_t *offsets, float *out, long segments, long width) {
  for (long s = 0; s < segments; s++) {
    float *target = out + s * width;
    long count = (long)offsets[s + 1] - offsets[s];
    float factor = count > 0 ? 1.0f / (float)count : 0;
    CK_SIMD for (long c = 0; c < width; c++) target[c] = 0;
    for (long r = offsets[s]; r < offsets[s + 1]; r++) {
      CK_SIMD for (long c = 0; c < width; c++) target[c] += x[r * width + c];
    }
    CK_SIMD for (long c = 0; c < width; c++) target[c] *= factor;
  }
}

CK_CLONES void ck_segment_mean_gradient(
    const float *dy, const int32_t *offsets, float *dx, long segments, long width, int accumulate) {
  for (long s = 0; s < segments; s++) {
    long count = (long)offsets[s + 1] - offsets[s];
    float factor = count > 0 ? 1.0f / (float)count : 0;
    for (long r = offsets[s]; r < offsets[s + 1]; r++) {
      if (accumulate) {
        CK_SIMD for (long c = 0; c < width; c++) dx[r * width + c] += factor * dy[s * width + c];
      } else {
        CK_SIMD for (long c = 0; c < width; c++) dx[r * width + c] = factor * dy[s * width + c];
      }
    }
  }
}

CK_CLONES void ck_softmax(const float *x, const float *mask, float *y, long rows, long width) {
  for (long r = 0; r < rows; r++) {
    const float *in = x + r * width;
    float *out = y + r * width;
    float largest = -__builtin_inff();
    if (mask) {
      const float *m = mask + r * width;
      CK_SIMD for (long c = 0; c < width; c++) out[c] = in[c] + m[c];
    } else {
      CK_SIMD for (long c = 0; c < width; c++) out[c] = in[c];
    }
    long tail = 0;
    if (width >= 16) {
      v16 lanes = load16(out);
      for (tail = 16; tail + 16 <= width; tail += 16) {
        v16 next = load16(out + tail);
        i16 more = (i16)(next > lanes);
        lanes = (v16)(((i16)next & more) | ((i16)lanes & ~more));
      }
      for (int i = 0; i < 16; i++) largest = lanes[i] > largest ? lanes[i] : largest;
    }
    for (; tail < width; tail++) largest = out[tail] > largest ? out[tail] : largest;
    float sum = 0;
    _Pragma("omp simd reduction(+ : sum)") for (long c = 0; c < width; c++) {
      float e = ck_exp(out[c] - largest);  // a NaN reaches the sum, and so every element of the row
      out[c] = e;
      sum += e;
    }
    CK_SIMD for (long c = 0; c < width; c++) out[c] /= sum;
  }
}

CK_CLONES void ck_softmax_gradient(const float *y, const float *dy, float *dx, long rows, long width, int accumulate) {
  for (long r = 0; r < rows; r++) {
    const float *p = y + r * width, *g = dy + r * width;
    float *d = dx + r * width, inner = 0;
    _Pragma("omp simd reduction(+ : inner)") for (long c = 0; c < width; c++) inner += p[c] * g[c];
    if (accumulate) {
      CK_SIMD for (long c = 0; c < width; c++) d[c] += p[c] * (g[c] - inner);
    } else {
      CK_SIMD for (long c = 0; c < width; c++) d[c] = p[c] * (g[c] - inner);
    }
  }
}
