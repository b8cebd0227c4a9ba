#include "support.h"

CK_CLONES void ck_layer_norm(
    const float *x, const float *weight, const float *bias, float *y, float *mean, float *inverse, long rows,
    long width, float epsilon) {
  for (long r = 0; r < rows; r++) {
    const float *in = x + r * width;
    float sum = 0, squares = 0;
    _Pragma("omp simd reduction(+ : sum)") for (long c = 0; c < width; c++) sum += in[c];
    float center = sum / (float)width;
    _Pragma("omp simd reduction(+ : squares)") for (long c = 0; c < width; c++) {
      squares += (in[c] - center) * (in[c] - center);
    }
    float scale = 1.0f / __builtin_sqrtf(squares / (float)width + epsilon);
    CK_SIMD for (long c = 0; c < width; c++) y[r * width + c] = (in[c] - center) * scale * weight[c] + bias[c];
    mean[r] = center;
    inverse[r] = scale;
  }
}

CK_CLONES void ck_layer_norm_gradient(
    const float *x, const float *weight, const float *mean, const float *inverse, const float *dy, float *dx,
    float *d_weight, float *d_bias, long rows, long width, int accumulate) {
  for (long r = 0; r < rows; r++) {
    const float *in = x + r * width, *g = dy + r * width;
    float center = mean[r], scale = inverse[r];
    if (d_weight) {
      CK_SIMD for (long c = 0; c < width; c++) d_weight[c] += g[c] * ((in[c] - center) * scale);
    }
    if (d_bias) {
      CK_SIMD for (long c = 0; c < width; c++) d_bias[c] += g[c];
    }
    if (!dx) continue;
    float sum = 0, product = 0;
    _Pragma("omp simd reduction(+ : sum, product)") for (long c = 0; c < width; c++) {
      float slope = g[c] * weight[c];
      sum += slope;
      product += slope * ((in[c] - center) * scale);
    }
    float a = sum / (float)width, b = product / (float)width;
    float *d = dx + r * width;
    if (accumulate) {
      CK_SIMD for (long c = 0; c < width; c++) {
        d[c] += scale * (g[c] * weight[c] - a - (in[c] - center) * scale * b);
      }
    } else {
      CK_SIMD for (long c = 0; c < width; c++) {
        d[c] = scale * (g[c] * weight[c] - a - (in[c] - center) * scale * b);
      }
    }
  }
}
