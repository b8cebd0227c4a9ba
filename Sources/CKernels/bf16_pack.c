// Floats to bf16 and into panels, with AVX512-BF16. The conversion instruction rounds to nearest even, keeps NaN and
// takes subnormal numbers for 0.

#include "bf16.h"

#if THERIAC_BF16_X86

#include <immintrin.h>

#define INLINE CK_AVX512_BF16 static inline __attribute__((always_inline))

INLINE __mmask16 first(long count) { return count >= 16 ? 0xFFFF : count <= 0 ? 0 : (__mmask16)((1u << count) - 1); }

/// 32 floats of a row from column c on, 0 outside.
INLINE __m512i row32(const float *x, long ld, long rows, long columns, long r, long c) {
  if (r >= rows || c >= columns) return _mm512_setzero_si512();
  const float *place = x + r * ld + c;
  __m512 low = _mm512_maskz_loadu_ps(first(columns - c), place);
  __m512 high = columns - c > 16 ? _mm512_maskz_loadu_ps(first(columns - c - 16), place + 16) : _mm512_setzero_ps();
  return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

/// The pairs of rows 2p and 2p + 1 in 16 columns from c on.
INLINE __m512i rows2(const float *x, long ld, long rows, long columns, long p, long c) {
  const __m512i order = _mm512_set_epi16(
      31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16,
      0);
  __m512 low = _mm512_setzero_ps(), high = low;
  if (c < columns) {
    if (2 * p < rows) low = _mm512_maskz_loadu_ps(first(columns - c), x + 2 * p * ld + c);
    if (2 * p + 1 < rows) high = _mm512_maskz_loadu_ps(first(columns - c), x + (2 * p + 1) * ld + c);
  }
  return _mm512_permutexvar_epi16(order, (__m512i)_mm512_cvtne2ps_pbh(high, low));
}

INLINE void transpose16(__m512i x[16]) {
  __m512i t[16];
  for (int i = 0; i < 16; i += 2) {
    t[i] = _mm512_unpacklo_epi32(x[i], x[i + 1]);
    t[i + 1] = _mm512_unpackhi_epi32(x[i], x[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    x[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
    x[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
    x[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
    x[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
  }
  for (int i = 0; i < 4; i++) {
    t[i] = _mm512_shuffle_i32x4(x[i], x[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(x[i], x[i + 4], 0xDD);
    t[i + 8] = _mm512_shuffle_i32x4(x[i + 8], x[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_i32x4(x[i + 8], x[i + 12], 0xDD);
  }
  for (int i = 0; i < 4; i++) {
    x[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    x[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xDD);
    x[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
    x[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xDD);
  }
}

CK_AVX512_BF16 static void convert(
    const float *x, long ld, long rows, long columns, uint16_t *out, long out_step, long out_rows) {
  for (long r = 0; r < out_rows; r++) {
    for (long c = 0; c < out_step; c += 32) {
      __m512i value = row32(x, ld, rows, columns, r, c);
      uint16_t *place = out + r * out_step + c;
      if (out_step - c >= 32) {
        _mm512_storeu_si512(place, value);
      } else {
        _mm512_mask_storeu_epi32(place, first((out_step - c) / 2), value);
      }
    }
  }
}

CK_AVX512_BF16 static void pair_rows(
    const float *x, long ld, long rows, long columns, uint32_t *out, long out_step, long pairs) {
  for (long p = 0; p < pairs; p++) {
    for (long c = 0; c < out_step; c += 16) {
      _mm512_storeu_si512(out + p * out_step + c, rows2(x, ld, rows, columns, p, c));
    }
  }
}

CK_AVX512_BF16 static void pair_columns(
    const float *x, long ld, long rows, long columns, uint32_t *out, long out_step, long pairs) {
  for (long r = 0; r < out_step; r += 16) {
    for (long p = 0; p < pairs; p += 16) {
      __m512i block[16];
      for (int i = 0; i < 16; i++) block[i] = row32(x, ld, rows, columns, r + i, 2 * p);
      transpose16(block);
      for (int i = 0; i < 16; i++) {
        if (p + i < pairs) _mm512_storeu_si512(out + (p + i) * out_step + r, block[i]);
      }
    }
  }
}

CK_AVX512_BF16 static void pair_rows_transposed(
    const float *x, long ld, long rows, long columns, uint32_t *out, long out_rows, long pairs) {
  for (long c = 0; c < out_rows; c += 16) {
    for (long p = 0; p < pairs; p += 16) {
      __m512i block[16];
      for (int i = 0; i < 16; i++) block[i] = rows2(x, ld, rows, columns, p + i, c);
      transpose16(block);
      for (int i = 0; i < 16; i++) _mm512_storeu_si512(out + (c + i) * pairs + p, block[i]);
    }
  }
}

const ck_packing ck_packing_avx512 = {convert, pair_rows, pair_columns, pair_rows_transposed};

#endif
