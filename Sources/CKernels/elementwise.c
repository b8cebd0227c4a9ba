#include "support.h"

CK_CLONES void ck_add(const float *a, const float *b, float *out, long count) {
  CK_SIMD for (long i = 0; i < count; i++) out[i] = a[i] + b[i];
}

CK_CLONES void ck_subtract(const float *a, const float *b, float *out, long count) {
  CK_SIMD for (long i = 0; i < count; i++) out[i] = a[i] - b[i];
}

CK_CLONES void ck_multiply(const float *a, const float *b, float *out, long count) {
  CK_SIMD for (long i = 0; i < count; i++) out[i] = a[i] * b[i];
}

CK_CLONES void ck_multiply_add(const float *a, const float *b, float *out, long count) {
  CK_SIMD for (long i = 0; i < count; i++) out[i] += a[i] * b[i];
}

CK_CLONES void ck_scale(float factor, const float *x, float *out, long count) {
  CK_SIMD for (long i = 0; i < count; i++) out[i] = factor * x[i];
}

CK_CLONES void ck_axpy(float factor, const float *x, float *y, long count) {
  CK_SIMD for (long i = 0; i < count; i++) y[i] += factor * x[i];
}

CK_INLINE float gelu_slope(float x) {
  return 0.5f + 0.5f * ck_erf(x * 0.70710678f) + x * (ck_exp(-0.5f * x * x) * 0.39894228f);
}

CK_CLONES void ck_activate(int kind, float parameter, const float *x, float *y, long count) {
  switch (kind) {
  case CK_RELU:
    CK_SIMD for (long i = 0; i < count; i++) y[i] = x[i] <= 0 ? 0 : x[i];
    break;
  case CK_GELU:
    CK_SIMD for (long i = 0; i < count; i++) y[i] = ck_gelu(x[i]);
    break;
  case CK_TANH:
    CK_SIMD for (long i = 0; i < count; i++) y[i] = ck_tanh(x[i]);
    break;
  case CK_SIGMOID:
    CK_SIMD for (long i = 0; i < count; i++) y[i] = ck_sigmoid(x[i]);
    break;
  case CK_ELU:
    CK_SIMD for (long i = 0; i < count; i++) y[i] = x[i] > 0 ? x[i] : parameter * (ck_exp(x[i]) - 1.0f);
    break;
  case CK_LEAKY_RELU:
    CK_SIMD for (long i = 0; i < count; i++) y[i] = x[i] > 0 ? x[i] : parameter * x[i];
    break;
  }
}

#define CK_GRADIENT(slope)                                                                  \
  if (accumulate) {                                                                         \
    CK_SIMD for (long i = 0; i < count; i++) dx[i] += (slope) * dy[i];                      \
  } else {                                                                                  \
    CK_SIMD for (long i = 0; i < count; i++) dx[i] = (slope) * dy[i];                       \
  }                                                                                         \
  break;

CK_CLONES void ck_activate_gradient(
    int kind, float parameter, const float *x, const float *y, const float *dy, float *dx, long count, int accumulate) {
  switch (kind) {
  case CK_RELU: CK_GRADIENT(x[i] > 0 ? 1.0f : 0.0f)
  case CK_GELU: CK_GRADIENT(gelu_slope(x[i]))
  case CK_TANH: CK_GRADIENT(1.0f - y[i] * y[i])
  case CK_SIGMOID: CK_GRADIENT(y[i] * (1.0f - y[i]))
  case CK_ELU: CK_GRADIENT(x[i] > 0 ? 1.0f : y[i] + parameter)
  case CK_LEAKY_RELU: CK_GRADIENT(x[i] > 0 ? 1.0f : parameter)
  }
}
