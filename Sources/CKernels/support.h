#ifndef THERIAC_CKERNELS_SUPPORT_H
#define THERIAC_CKERNELS_SUPPORT_H

#include <stddef.h>
#include <stdint.h>

#include "ckernels.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define CK_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CK_CLONES
#endif
#define CK_INLINE static inline __attribute__((always_inline))
#define CK_SIMD _Pragma("omp simd")

/// Sixteen floats, loaded from any address; one register with AVX-512, several elsewhere.
typedef float v16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t i16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint32_t u16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef uint64_t w8 __attribute__((vector_size(64), aligned(4), may_alias));

// Macros, because a vector must not cross a call between functions compiled for different processors.
#define load16(p) (*(const v16 *)(p))
#define store16(p, v) (*(v16 *)(p) = (v))
#define splat16(x) ((v16){0} + (x))
/// x in all lanes, exactly: a load, where `splat16` adds to 0.
#define broadcast16(x) ({ float one_ = (x); (v16){one_, one_, one_, one_, one_, one_, one_, one_, \
                                                  one_, one_, one_, one_, one_, one_, one_, one_}; })
/// The values where the mask is set, 0 elsewhere.
#define keep16(v, mask) ((v16)((i16)(v) & (mask)))
/// max(v, 0); NaN stays NaN.
#define relu16(v) ({ v16 relu_input = (v); keep16(relu_input, ~(i16)(relu_input <= 0)); })

CK_INLINE float ck_from_bits(uint32_t bits) {
  union { uint32_t u; float f; } pun = {bits};
  return pun.f;
}
CK_INLINE uint32_t ck_to_bits(float value) {
  union { float f; uint32_t u; } pun = {value};
  return pun.u;
}

/// Takes the columns of a row in strips of 64, then 16 (registers), then one by one.
#define CK_STRIPS(width, strip, single)                       \
  {                                                           \
    long c = 0;                                               \
    for (; c + 64 <= (width); c += 64) strip(c, 4);           \
    for (; c + 16 <= (width); c += 16) strip(c, 1);           \
    for (; c < (width); c++) single(c);                       \
  }

/// exp(x) to about 1.2e-7 relative: 2^n e^r with n = round(x / ln 2), |r| <= ln 2 / 2, and a polynomial for e^r.
/// Two factors of 2^(n/2) reach infinity, zero and the subnormal numbers without a branch.
CK_INLINE float ck_exp(float x) {
  x = x < -104.0f ? -104.0f : x;
  x = x > 89.0f ? 89.0f : x;
  const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  float shifted = x * 1.44269504f + magic;
  int32_t n = (int32_t)(ck_to_bits(shifted) - ck_to_bits(magic));
  float k = shifted - magic;
  float r = k * -0.693359375f + x;
  r = k * 2.12194440e-4f + r;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r;
  p = p + 1.0f;
  int32_t half = n >> 1;
  return p * ck_from_bits((uint32_t)(half + 127) << 23) * ck_from_bits((uint32_t)(n - half + 127) << 23);
}

/// 1 / (1 + exp(-x)) without overflow.
CK_INLINE float ck_sigmoid(float x) {
  float e = ck_exp(-__builtin_fabsf(x));
  float r = 1.0f / (1.0f + e);
  return x >= 0 ? r : e * r;
}

/// erf(x) to about 1e-7: a polynomial near 0, 1 - exp(polynomial) elsewhere (after N. Juffa's erff).
CK_INLINE float ck_erf(float x) {
  float t = __builtin_fabsf(x), s = x * x;
  float far = (-1.72853470e-5f * t + 3.83197126e-4f) * s + (-3.88396438e-3f * t + 2.42546219e-2f);
  far = far * t + -1.06777877e-1f;
  far = far * t + -6.34846687e-1f;
  far = far * t + -1.28717512e-1f;
  far = 1.0f - ck_exp(far * t - t);
  far = ck_from_bits(ck_to_bits(far) | (ck_to_bits(x) & 0x80000000u));
  float near = -5.96761703e-4f;
  near = near * s + 4.99119423e-3f;
  near = near * s + -2.67681349e-2f;
  near = near * s + 1.12819925e-1f;
  near = near * s + -3.76125336e-1f;
  near = near * s + 1.28379166e-1f;
  near = near * x + x;
  return t > 0.927734375f ? far : near;
}

/// x Φ(x) with the error function.
CK_INLINE float ck_gelu(float x) { return x * (0.5f + 0.5f * ck_erf(x * 0.70710678f)); }

/// tanh(x): a polynomial near 0, (1 - e) / (1 + e) with e = exp(-2|x|) elsewhere.
CK_INLINE float ck_tanh(float x) {
  float t = __builtin_fabsf(x), s = x * x;
  float e = ck_exp(-2.0f * t);
  float far = (1.0f - e) / (1.0f + e);
  far = ck_from_bits(ck_to_bits(far) | (ck_to_bits(x) & 0x80000000u));
  float p = -5.70498872745e-3f;
  p = p * s + 2.06390887954e-2f;
  p = p * s + -5.37397155531e-2f;
  p = p * s + 1.33314422036e-1f;
  p = p * s + -3.33332819422e-1f;
  return t > 0.625f ? far : x + x * (s * p);
}

/// High and low words of sixteen products with one factor; the high ones from even and odd lanes apart, as the hardware
/// multiplies.
CK_INLINE void ck_multiply_wide(const u16 *x, uint32_t factor, u16 *high, u16 *low) {
  const uint64_t f = factor, m = 0xFFFFFFFFu;
  w8 wide = (w8)*x, even = (wide & m) * f, odd = (wide >> 32) * f;
  *high = (u16)((even >> 32) | (odd & ~m));
  *low = *x * factor;
}

/// What Philox4x32-10 computes for a group of 64 columns before it depends on the row: the counter is (16 group + lane,
/// row, row >> 32, 0), so that half of the first two rounds is the same for all rows.
typedef struct {
  u16 high, low, third;
} ck_group;

CK_INLINE void ck_begin_group(const ck_dropout_plan *plan, uint32_t group, ck_group *out) {
  const u16 lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  u16 c0 = lanes + group * 16, high, low;
  ck_multiply_wide(&c0, 0xD2511F53u, &high, &low);
  out->third = low;
  u16 c2 = high ^ plan->key1;
  ck_multiply_wide(&c2, 0xCD9E8D57u, &out->high, &out->low);
}

/// The 64 words of one row: words[j][i] is for column 64 group + 16 j + i.
///
/// Even and odd lanes are kept apart as 64-bit numbers whose high halves do not count: what the hardware multiplies.
CK_INLINE void ck_words64(const ck_dropout_plan *plan, const ck_group *group, uint64_t row, u16 words[4]) {
  uint32_t k0 = plan->key0, k1 = plan->key1;
  // Rounds 1 and 2, where they depend on the row: single numbers.
  uint64_t wide = (uint64_t)(uint32_t)(row >> 32) * 0xCD9E8D57u;
  uint32_t first = (uint32_t)(wide >> 32) ^ (uint32_t)row ^ k0, second = (uint32_t)wide;
  k0 += 0x9E3779B9u;
  k1 += 0xBB67AE85u;
  wide = (uint64_t)first * 0xD2511F53u;
  const uint64_t m = 0xFFFFFFFFu, f0 = 0xD2511F53u, f1 = 0xCD9E8D57u;
  const u16 start0 = group->high ^ (second ^ k0), start2 = group->third ^ ((uint32_t)(wide >> 32) ^ k1);
  w8 c0[2] = {(w8)start0, (w8)start0 >> 32}, c1[2] = {(w8)group->low, (w8)group->low >> 32};
  w8 c2[2] = {(w8)start2, (w8)start2 >> 32}, c3[2];
  c3[0] = c3[1] = (w8){0} + (wide & m);
  for (int round = 2; round < 10; round++) {
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
    for (int half = 0; half < 2; half++) {
      w8 wide0 = (c0[half] & m) * f0, wide1 = (c2[half] & m) * f1;
      c0[half] = (wide1 >> 32) ^ c1[half] ^ (uint64_t)k0;
      c1[half] = wide1;
      c2[half] = (wide0 >> 32) ^ c3[half] ^ (uint64_t)k1;
      c3[half] = wide0;
    }
  }
  words[0] = (u16)((c0[0] & m) | c0[1] << 32);
  words[1] = (u16)((c1[0] & m) | c1[1] << 32);
  words[2] = (u16)((c2[0] & m) | c2[1] << 32);
  words[3] = (u16)((c3[0] & m) | c3[1] << 32);
}

CK_INLINE uint64_t ck_global_row(const ck_dropout_plan *plan, long row) {
  return plan->rows ? (uint64_t)(uint32_t)plan->rows[row] : plan->row_offset + (uint64_t)row;
}

/// factors[c] = factor or 0 for the 64 columns of a group in a row.
CK_INLINE void ck_group_factors(const ck_dropout_plan *plan, const ck_group *group, long row, float factors[64]) {
  u16 words[4];
  ck_words64(plan, group, ck_global_row(plan, row), words);
  const u16 threshold = (u16){0} + plan->threshold;
  for (int j = 0; j < 4; j++) store16(factors + 16 * j, keep16(splat16(plan->factor), (i16)(words[j] >= threshold)));
}

/// The same where one row of a group is wanted.
CK_INLINE void ck_factors64(const ck_dropout_plan *plan, long row, long group, float factors[64]) {
  ck_group begun;
  ck_begin_group(plan, (uint32_t)group, &begun);
  ck_group_factors(plan, &begun, row, factors);
}

#endif
