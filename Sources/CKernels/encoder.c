#include "ckencoder.h"
#include "support.h"

/// bf16 to nearest, ties to even; NaN stays NaN, subnormal numbers become 0: `ck_bf16_round` in a form that vectorises.
CK_INLINE uint16_t bf16_bits(float value) {
  uint32_t bits = ck_to_bits(value), magnitude = bits & 0x7FFFFFFFu, high = bits >> 16;
  uint32_t result = (bits + 0x7FFFu + (high & 1)) >> 16;
  result = magnitude > 0x7F800000u ? high | 0x40u : result;
  result = magnitude < 0x00800000u ? high & 0x8000u : result;
  return (uint16_t)result;
}

CK_CLONES void ck_encoder_norm(
    float *x, const float *bias, const float *weight, const float *shift, uint16_t *rounded, long rows, long width,
    float epsilon) {
  for (long r = 0; r < rows; r++) {
    float *row = x + r * width;
    float sum = 0, squares = 0;
    if (bias) {
      _Pragma("omp simd reduction(+ : sum)") for (long c = 0; c < width; c++) {
        float v = row[c] + bias[c];
        row[c] = v;
        sum += v;
      }
    } else {
      _Pragma("omp simd reduction(+ : sum)") for (long c = 0; c < width; c++) sum += row[c];
    }
    float center = sum / (float)width;
    _Pragma("omp simd reduction(+ : squares)") for (long c = 0; c < width; c++) {
      squares += (row[c] - center) * (row[c] - center);
    }
    float scale = 1.0f / __builtin_sqrtf(squares / (float)width + epsilon);
    if (rounded) {
      uint16_t *out = rounded + r * width;
      CK_SIMD for (long c = 0; c < width; c++) {
        float y = (row[c] - center) * scale * weight[c] + shift[c];
        row[c] = y;
        out[c] = bf16_bits(y);
      }
    } else {
      CK_SIMD for (long c = 0; c < width; c++) row[c] = (row[c] - center) * scale * weight[c] + shift[c];
    }
  }
}

CK_CLONES void ck_encoder_gelu(float *x, const float *bias, uint16_t *rounded, long rows, long width) {
  if (!bias) {
    long count = rows * width;
    if (rounded) {
      CK_SIMD for (long i = 0; i < count; i++) rounded[i] = bf16_bits(ck_gelu(x[i]));
    } else {
      CK_SIMD for (long i = 0; i < count; i++) x[i] = ck_gelu(x[i]);
    }
    return;
  }
  for (long r = 0; r < rows; r++) {
    float *row = x + r * width;
    if (rounded) {
      uint16_t *out = rounded + r * width;
      CK_SIMD for (long c = 0; c < width; c++) out[c] = bf16_bits(ck_gelu(row[c] + bias[c]));
    } else {
      CK_SIMD for (long c = 0; c < width; c++) row[c] = ck_gelu(row[c] + bias[c]);
    }
  }
}
