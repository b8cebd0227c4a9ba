#include "ck_attention.h"
#include "support.h"

/// ln(1 + x) for 0 <= x <= 1 to about 1e-7 relative: 2 artanh(x / (2 + x)) as a series.
CK_INLINE float log_one_plus(float x) {
  float s = x / (2.0f + x), q = s * s;
  float p = 2.0f / 17;
  p = p * q + 2.0f / 15;
  p = p * q + 2.0f / 13;
  p = p * q + 2.0f / 11;
  p = p * q + 2.0f / 9;
  p = p * q + 2.0f / 7;
  p = p * q + 2.0f / 5;
  p = p * q + 2.0f / 3;
  return (p * q) * s + 2.0f * s;
}

CK_CLONES double ck_bce(const float *logits, const float *targets, long count) {
  float terms[64];
  double total = 0;
  for (long start = 0; start < count; start += 64) {
    const long size = count - start < 64 ? count - start : 64;
    CK_SIMD for (long i = 0; i < size; i++) {
      float z = logits[start + i];
      terms[i] = (z < 0 ? 0 : z) - z * targets[start + i] + log_one_plus(ck_exp(-__builtin_fabsf(z)));
    }
    for (long i = 0; i < size; i++) total += (double)terms[i];
  }
  return total;
}

CK_CLONES void ck_bce_gradient(
    const float *logits, const float *targets, float factor, float *dx, long count, int accumulate) {
  if (accumulate) {
    CK_SIMD for (long i = 0; i < count; i++) dx[i] += factor * (ck_sigmoid(logits[i]) - targets[i]);
  } else {
    CK_SIMD for (long i = 0; i < count; i++) dx[i] = factor * (ck_sigmoid(logits[i]) - targets[i]);
  }
}

// The inner loops run over pieces of a row, so that the probabilities of a piece sit in a fixed array.
enum { PIECE = 256 };

CK_CLONES double ck_margin(const float *logits, const float *targets, long rows, long width) {
  double total = 0;
  float negative[PIECE];
  for (long r = 0; r < rows; r++) {
    const float *z = logits + r * width, *y = targets + r * width;
    for (long start = 0; start < width; start += PIECE) {
      long count = width - start < PIECE ? width - start : PIECE;
      CK_SIMD for (long c = 0; c < count; c++) negative[c] = ck_sigmoid(z[start + c]);
      for (long i = 0; i < width; i++) {
        if (!(y[i] > 0)) continue;
        float positive = ck_sigmoid(z[i]), sum = 0;
        _Pragma("omp simd reduction(+ : sum)") for (long c = 0; c < count; c++) {
          float distance = 1.0f - (positive - negative[c]);
          sum += y[start + c] > 0 || distance <= 0 ? 0 : distance;
        }
        total += (double)sum;
      }
    }
  }
  return total;
}

CK_CLONES void ck_margin_gradient(
    const float *logits, const float *targets, float factor, float *dx, long rows, long width, int accumulate) {
  float negative[PIECE], pairs[PIECE];
  for (long r = 0; r < rows; r++) {
    const float *z = logits + r * width, *y = targets + r * width;
    float *d = dx + r * width;
    if (!accumulate) {
      for (long c = 0; c < width; c++) d[c] = 0;
    }
    for (long start = 0; start < width; start += PIECE) {
      long count = width - start < PIECE ? width - start : PIECE;
      CK_SIMD for (long c = 0; c < count; c++) {
        negative[c] = ck_sigmoid(z[start + c]);
        pairs[c] = 0;
      }
      for (long i = 0; i < width; i++) {
        if (!(y[i] > 0)) continue;
        float positive = ck_sigmoid(z[i]), active = 0;
        _Pragma("omp simd reduction(+ : active)") for (long c = 0; c < count; c++) {
          float counts = !(y[start + c] > 0) && 1.0f - (positive - negative[c]) > 0 ? 1.0f : 0.0f;
          pairs[c] += counts;
          active += counts;
        }
        d[i] -= factor * active * (positive * (1.0f - positive));
      }
      CK_SIMD for (long c = 0; c < count; c++) {
        d[start + c] += factor * pairs[c] * (negative[c] * (1.0f - negative[c]));
      }
    }
  }
}

/// sigmoid(z) - low into `slopes`, and the terms of the loss of a target `low`.
CK_INLINE void bce_terms(const float *z, float low, float *slopes, float *terms, long count) {
  CK_SIMD for (long i = 0; i < count; i++) {
    float e = ck_exp(-__builtin_fabsf(z[i])), r = 1.0f / (1.0f + e);
    terms[i] = (z[i] < 0 ? 0 : z[i]) - z[i] * low + log_one_plus(e);
    slopes[i] = (z[i] >= 0 ? r : e * r) - low;
  }
}

CK_CLONES double ck_bce_sets(
    const float *logits, const int32_t *offsets, const int32_t *members, float low, const float *high, float *slopes,
    long rows, long width) {
  float terms[64], unwanted[64];
  double total = 0;
  for (long r = 0; r < rows; r++) {
    const float *z = logits + r * width;
    float *slope = slopes ? slopes + r * width : NULL;
    v16 sum = (v16){0};
    long start = 0;
    for (; start + 64 <= width; start += 64) {
      bce_terms(z + start, low, slope ? slope + start : unwanted, terms, 64);
      for (int j = 0; j < 4; j++) sum += load16(terms + 16 * j);
    }
    bce_terms(z + start, low, slope ? slope + start : unwanted, terms, width - start);
    double row = 0;
    for (int j = 0; j < 16; j++) row += (double)sum[j];
    for (long i = 0; i < width - start; i++) row += (double)terms[i];
    for (long m = offsets[r]; m < offsets[r + 1]; m++) {
      row -= (double)(z[members[m]] * (high[r] - low));
      if (slope) slope[members[m]] -= high[r] - low;
    }
    total += row;
  }
  return total;
}
