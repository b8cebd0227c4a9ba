#include "activations.h"

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

CK_CLONES void ck_activate(int kind, float parameter, const float *x, float *y, long count) {
#define CK_USE(NAME) CK_SIMD for (long i = 0; i < count; i++) y[i] = CK_VALUE_##NAME(x[i]);
  CK_EACH_ACTIVATION(kind, CK_USE)
#undef CK_USE
}

CK_CLONES void ck_activate_gradient(
    int kind, float parameter, const float *x, const float *y, const float *dy, float *dx, long count, int accumulate) {
#define CK_USE(NAME)                                                                        \
  if (accumulate) {                                                                         \
    CK_SIMD for (long i = 0; i < count; i++) dx[i] += CK_SLOPE_##NAME(x[i], y[i]) * dy[i];  \
  } else {                                                                                  \
    CK_SIMD for (long i = 0; i < count; i++) dx[i] = CK_SLOPE_##NAME(x[i], y[i]) * dy[i];   \
  }
  CK_EACH_ACTIVATION(kind, CK_USE)
#undef CK_USE
}
