#include "ck_operations.h"
#include "support.h"

/// ln(x) to about 1e-7 relative (after Cephes' logf): x = 2^e m with m in [0.7, 1.4), a polynomial for ln m.
CK_INLINE float ck_log(float x) {
  float scaled = x < 1.17549435e-38f ? x * 8388608.0f : x;  // subnormal numbers: times 2^23
  uint32_t bits = ck_to_bits(scaled);
  int32_t e = (int32_t)(bits >> 23) - 126 - (x < 1.17549435e-38f ? 23 : 0);
  float m = ck_from_bits((bits & 0x007FFFFFu) | 0x3F000000u);
  int32_t low = m < 0.707106781f;
  e -= low;
  m = low ? m + m - 1.0f : m - 1.0f;
  float z = m * m, k = (float)e;
  float p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  float y = p * m * z + k * -2.12194440e-4f - 0.5f * z;
  y = m + y + k * 0.693359375f;
  y = x == __builtin_inff() ? x : y;
  y = x == 0 ? -__builtin_inff() : y;
  return x < 0 || x != x ? __builtin_nanf("") : y;
}

/// ln(1 + exp(x)) = max(x, 0) + ln(1 + e) with e = exp(-|x|); what the rounding of 1 + e lost is added again.
CK_INLINE float ck_softplus(float x) {
  float e = ck_exp(-__builtin_fabsf(x)), u = 1.0f + e;
  return (x > 0 ? x : 0) + (ck_log(u) - ((u - 1.0f) - e) / u);
}

CK_INLINE float ck_clamped(float x, float lower, float upper) {
  float y = x < lower ? lower : x;
  return y > upper ? upper : y;
}

CK_CLONES void ck_function(int kind, float lower, float upper, const float *x, float *y, long count) {
  switch (kind) {
  case CK_EXP:
    CK_SIMD for (long i = 0; i < count; i++) y[i] = ck_exp(x[i]);
    break;
  case CK_LOG:
    CK_SIMD for (long i = 0; i < count; i++) y[i] = ck_log(x[i]);
    break;
  case CK_SQRT:
    CK_SIMD for (long i = 0; i < count; i++) y[i] = __builtin_sqrtf(x[i]);
    break;
  case CK_SQUARE:
    CK_SIMD for (long i = 0; i < count; i++) y[i] = x[i] * x[i];
    break;
  case CK_ABSOLUTE:
    CK_SIMD for (long i = 0; i < count; i++) y[i] = __builtin_fabsf(x[i]);
    break;
  case CK_RECIPROCAL:
    CK_SIMD for (long i = 0; i < count; i++) y[i] = 1.0f / x[i];
    break;
  case CK_SOFTPLUS:
    CK_SIMD for (long i = 0; i < count; i++) y[i] = ck_softplus(x[i]);
    break;
  case CK_LOG_SIGMOID:
    CK_SIMD for (long i = 0; i < count; i++) y[i] = -ck_softplus(-x[i]);
    break;
  case CK_CLAMP:
    CK_SIMD for (long i = 0; i < count; i++) y[i] = ck_clamped(x[i], lower, upper);
    break;
  }
}

#define CK_SLOPE(slope)                                                \
  if (accumulate) {                                                    \
    CK_SIMD for (long i = 0; i < count; i++) dx[i] += (slope) * dy[i]; \
  } else {                                                             \
    CK_SIMD for (long i = 0; i < count; i++) dx[i] = (slope) * dy[i];  \
  }                                                                    \
  break;

CK_CLONES void ck_function_gradient(
    int kind, float lower, float upper, const float *x, const float *y, const float *dy, float *dx, long count,
    int accumulate) {
  switch (kind) {
  case CK_EXP: CK_SLOPE(y[i])
  case CK_LOG: CK_SLOPE(1.0f / x[i])
  case CK_SQRT: CK_SLOPE(0.5f / y[i])
  case CK_SQUARE: CK_SLOPE(2.0f * x[i])
  case CK_ABSOLUTE: CK_SLOPE(x[i] > 0 ? 1.0f : (x[i] < 0 ? -1.0f : 0.0f))
  case CK_RECIPROCAL: CK_SLOPE(-y[i] * y[i])
  case CK_SOFTPLUS: CK_SLOPE(ck_sigmoid(x[i]))
  case CK_LOG_SIGMOID: CK_SLOPE(ck_sigmoid(-x[i]))
  case CK_CLAMP: CK_SLOPE(x[i] >= lower && x[i] <= upper ? 1.0f : 0.0f)
  }
}

CK_CLONES void ck_divide(const float *a, const float *b, float *out, long count) {
  CK_SIMD for (long i = 0; i < count; i++) out[i] = a[i] / b[i];
}

CK_CLONES void ck_masked_fill(const float *x, const float *mask, float value, float *y, long count, int accumulate) {
  if (accumulate) {
    CK_SIMD for (long i = 0; i < count; i++) y[i] += mask[i] > 0 ? value : x[i];
  } else {
    CK_SIMD for (long i = 0; i < count; i++) y[i] = mask[i] > 0 ? value : x[i];
  }
}

CK_CLONES void ck_fill(float value, float *out, long count, int accumulate) {
  if (accumulate) {
    CK_SIMD for (long i = 0; i < count; i++) out[i] += value;
  } else {
    CK_SIMD for (long i = 0; i < count; i++) out[i] = value;
  }
}
