#ifndef THERIAC_CBLAS_SHIM_H
#define THERIAC_CBLAS_SHIM_H

#include <oneapi/dnnl/dnnl.h>

/// Single-precision product of row-major matrices, C = alpha op(A) op(B) + beta C, with op(A) [m, k] and op(B) [k, n].
/// `lda`, `ldb`, `ldc` are the row lengths of the matrices as stored. Returns 0, or oneDNN's status code.
static inline int cblas_shim_sgemm(
    int transpose_a, int transpose_b, long m, long n, long k, float alpha, const float *a, long lda,
    const float *b, long ldb, float beta, float *c, long ldc) {
  return (int)dnnl_sgemm(
      transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

#endif
