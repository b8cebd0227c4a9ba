#include "ck_operations.h"
#include "support.h"

CK_CLONES void ck_sum_axis(const float *x, float *y, long outer, long extent, long inner) {
  for (long o = 0; o < outer; o++) {
    const float *in = x + o * extent * inner;
    if (inner == 1) {
      float sum = 0;
      _Pragma("omp simd reduction(+ : sum)") for (long n = 0; n < extent; n++) sum += in[n];
      y[o] = sum;
      continue;
    }
    float *out = y + o * inner;
    CK_SIMD for (long i = 0; i < inner; i++) out[i] = 0;
    for (long n = 0; n < extent; n++) {
      CK_SIMD for (long i = 0; i < inner; i++) out[i] += in[n * inner + i];
    }
  }
}

CK_CLONES void ck_spread_axis(
    const float *dy, float *dx, long outer, long extent, long inner, float factor, int accumulate) {
  for (long o = 0; o < outer; o++) {
    const float *in = dy + o * inner;
    float *out = dx + o * extent * inner;
    if (inner == 1) {
      float value = factor * in[0];
      if (accumulate) {
        CK_SIMD for (long n = 0; n < extent; n++) out[n] += value;
      } else {
        CK_SIMD for (long n = 0; n < extent; n++) out[n] = value;
      }
      continue;
    }
    for (long n = 0; n < extent; n++) {
      float *row = out + n * inner;
      if (accumulate) {
        CK_SIMD for (long i = 0; i < inner; i++) row[i] += factor * in[i];
      } else {
        CK_SIMD for (long i = 0; i < inner; i++) row[i] = factor * in[i];
      }
    }
  }
}

CK_CLONES void ck_max_axis(const float *x, float *y, long outer, long extent, long inner) {
  for (long o = 0; o < outer; o++) {
    const float *in = x + o * extent * inner;
    float *out = y + o * inner;
    CK_SIMD for (long i = 0; i < inner; i++) out[i] = in[i];
    for (long n = 1; n < extent; n++) {
      CK_SIMD for (long i = 0; i < inner; i++) {
        float v = in[n * inner + i], best = out[i];
        out[i] = v > best || v != v ? v : best;
      }
    }
  }
}

/// The first place that equals the maximum takes all of dy; a NaN is found by the NaN it made.
CK_CLONES void ck_max_axis_gradient(
    const float *x, const float *y, const float *dy, float *dx, long outer, long extent, long inner, int accumulate) {
  if (!accumulate) {
    for (long i = 0; i < outer * extent * inner; i++) dx[i] = 0;
  }
  for (long o = 0; o < outer; o++) {
    for (long i = 0; i < inner; i++) {
      float best = y[o * inner + i];
      for (long n = 0; n < extent; n++) {
        long at = (o * extent + n) * inner + i;
        if (x[at] == best || (x[at] != x[at] && best != best)) {
          dx[at] += dy[o * inner + i];
          break;
        }
      }
    }
  }
}

CK_CLONES double ck_sum_of_squares(const float *x, long count) {
  double sum = 0;
  _Pragma("omp simd reduction(+ : sum)") for (long i = 0; i < count; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}

CK_CLONES void ck_clip(float bound, float *x, long count) {
  CK_SIMD for (long i = 0; i < count; i++) {
    float v = x[i] < -bound ? -bound : x[i];
    x[i] = v > bound ? bound : v;
  }
}

CK_CLONES void ck_scale_rows(const float *x, const float *factors, float *y, long rows, long width, int accumulate) {
  for (long r = 0; r < rows; r++) {
    float factor = factors[r];
    if (accumulate) {
      CK_SIMD for (long c = 0; c < width; c++) y[r * width + c] += factor * x[r * width + c];
    } else {
      CK_SIMD for (long c = 0; c < width; c++) y[r * width + c] = factor * x[r * width + c];
    }
  }
}

CK_CLONES void ck_row_dots(const float *a, const float *b, float *out, long rows, long width, int accumulate) {
  for (long r = 0; r < rows; r++) {
    float sum = 0;
    _Pragma("omp simd reduction(+ : sum)") for (long c = 0; c < width; c++) sum += a[r * width + c] * b[r * width + c];
    out[r] = accumulate ? out[r] + sum : sum;
  }
}

CK_CLONES void ck_log_softmax(const float *x, float *y, long rows, long width) {
  for (long r = 0; r < rows; r++) {
    const float *in = x + r * width;
    float *out = y + r * width;
    float largest = -__builtin_inff(), sum = 0;
    for (long c = 0; c < width; c++) largest = in[c] > largest ? in[c] : largest;
    _Pragma("omp simd reduction(+ : sum)") for (long c = 0; c < width; c++) sum += ck_exp(in[c] - largest);
    float shift = __builtin_logf(sum);
    CK_SIMD for (long c = 0; c < width; c++) out[c] = in[c] - largest - shift;
  }
}

CK_CLONES void ck_log_softmax_gradient(
    const float *y, const float *dy, float *dx, long rows, long width, int accumulate) {
  for (long r = 0; r < rows; r++) {
    const float *p = y + r * width, *g = dy + r * width;
    float *d = dx + r * width, total = 0;
    _Pragma("omp simd reduction(+ : total)") for (long c = 0; c < width; c++) total += g[c];
    if (accumulate) {
      CK_SIMD for (long c = 0; c < width; c++) d[c] += g[c] - ck_exp(p[c]) * total;
    } else {
      CK_SIMD for (long c = 0; c < width; c++) d[c] = g[c] - ck_exp(p[c]) * total;
    }
  }
}

CK_CLONES void ck_normalize_rows(const float *x, float *y, float *norms, long rows, long width, float epsilon) {
  for (long r = 0; r < rows; r++) {
    const float *in = x + r * width;
    float sum = 0;
    _Pragma("omp simd reduction(+ : sum)") for (long c = 0; c < width; c++) sum += in[c] * in[c];
    float norm = __builtin_sqrtf(sum), divisor = norm < epsilon ? epsilon : norm;
    CK_SIMD for (long c = 0; c < width; c++) y[r * width + c] = in[c] / divisor;
    norms[r] = norm;
  }
}

CK_CLONES void ck_normalize_rows_gradient(
    const float *y, const float *norms, const float *dy, float *dx, long rows, long width, float epsilon,
    int accumulate) {
  for (long r = 0; r < rows; r++) {
    const float *p = y + r * width, *g = dy + r * width;
    float *d = dx + r * width, inner = 0, divisor = norms[r] < epsilon ? epsilon : norms[r];
    _Pragma("omp simd reduction(+ : inner)") for (long c = 0; c < width; c++) inner += p[c] * g[c];
    if (norms[r] < epsilon) inner = 0;
    if (accumulate) {
      CK_SIMD for (long c = 0; c < width; c++) d[c] += (g[c] - p[c] * inner) / divisor;
    } else {
      CK_SIMD for (long c = 0; c < width; c++) d[c] = (g[c] - p[c] * inner) / divisor;
    }
  }
}
