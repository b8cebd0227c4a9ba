#ifndef THERIAC_CKBF16_H
#define THERIAC_CKBF16_H

#include <stddef.h>
#include <stdint.h>

// Matrix products in bfloat16 with float32 sums: factors are rounded to bf16 (to nearest, ties to even), products are
// added in float32. All matrices are row-major; `ld…` are row lengths in elements; every size may be 0.
//
// The order of a sum: the product of two matrices sums an element over k in one fixed order, whatever m and n are and
// wherever the row stands, so a batch may be divided over workers without a trace. The gradient form sums 256 rows at a
// time, from the first row on. The paths differ from each other in that order.
// Subnormal numbers count as 0 on every path, as the instructions have it; NaN and infinities propagate.

/// How products are computed. A higher one can do what those below it (but 0 and 1) can.
enum ck_bf16_path {
  /// Not at all: the processor has neither instruction set.
  CK_BF16_NONE = 0,
  /// Portable loops in the arithmetic of the instructions: for tests.
  CK_BF16_PLAIN = 1,
  /// `vdpbf16ps`.
  CK_BF16_AVX512 = 2,
  /// AMX tiles, `tdpbf16ps`.
  CK_BF16_AMX = 3,
  /// The loops of the AMX path over tiles in memory: for tests on processors without AMX.
  CK_BF16_TILES = 4,
};

/// The best path of this processor, found once per process: CPUID, the operating system's leave, and a small product
/// with each path, compared with the portable one under a guard against SIGILL.
/// The variable THERIAC_BF16 narrows it, for tests and measurements: `off` (none), `plain`, `avx512` (no AMX).
int32_t ck_bf16_path(void);

/// The choice as a text for logs: "bf16 products: AVX512-BF16", or "float32: …" and why.
const char *ck_bf16_reason(void);

/// The choice for a given value of THERIAC_BF16 (NULL: not set); writes the reason, cut to `size` bytes.
int32_t ck_bf16_choose(const char *limit, char *reason, size_t size);

/// Whether this process can compute by `path`.
int32_t ck_bf16_can(int32_t path);

/// bf16 of `count` floats, in the rounding of all paths, by plain loops.
void ck_bf16_round(const float *x, uint16_t *out, long count);

/// Bytes of `b` [k, n] packed for a path.
size_t ck_bf16_packed_bytes(int32_t path, long k, long n);

/// Packs a right-hand matrix op(b) [k, n]: b is [k, n], or with `transposed` [n, k]. The result is valid for this path
/// only; it may be used by several threads at once, and any number of times.
void ck_bf16_pack(int32_t path, const float *b, long ldb, int transposed, long k, long n, void *packed);

/// Bytes of scratch for `ck_bf16_gemm`.
size_t ck_bf16_gemm_scratch(int32_t path, long m, long n, long k);

/// c = a · packed (+ bias) (+ c).
/// - a: [m, k], float, or bf16 bits when `a_is_bf16`; bias: [n] or NULL; c: [m, n], added to when `accumulate`.
void ck_bf16_gemm(
    int32_t path, const void *a, int a_is_bf16, long lda, const void *packed, const float *bias, float *c, long ldc,
    long m, long n, long k, int accumulate, void *scratch);

/// Bytes of scratch for `ck_bf16_product`.
size_t ck_bf16_product_scratch(int32_t path, long m, long n, long k);

/// The same with `b` as floats (`transposed` as in `ck_bf16_pack`), packed on the way: the same bits.
void ck_bf16_product(
    int32_t path, const float *a, long lda, const float *b, long ldb, int transposed, const float *bias, float *c,
    long ldc, long m, long n, long k, int accumulate, void *scratch);

/// Bytes of scratch for `ck_bf16_gradient`.
size_t ck_bf16_gradient_scratch(int32_t path, long m, long n, long k);

/// The gradient of weights, c = aᵀ · b (+ c): a [m, k], b [m, n], c [k, n].
void ck_bf16_gradient(
    int32_t path, const float *a, long lda, const float *b, long ldb, float *c, long ldc, long m, long n, long k,
    int accumulate, void *scratch);

#endif
