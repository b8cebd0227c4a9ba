#include "support.h"

// Products of row tiles with matrices that stay in the first caches. Six rows by four vectors of the result are held in
// registers (24 of AVX-512's 32); every element is summed in the order of the inner index, whatever stands beside it.

int32_t ck_products_available(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
#else
  return 0;
#endif
}

/// Memory that is wanted next, asked for line by line on the way: a product leaves the bus idle.
typedef struct {
  const float *next, *end;
} ahead_of;

/// What a loop of `steps` turns asks for, a line in each; NULL when nothing is left.
CK_INLINE const float *take_ahead(ahead_of *ahead, long steps) {
  const float *start = ahead->next;
  if (start >= ahead->end) return NULL;
  ahead->next = start + 16 * steps;
  return start;
}

/// C [m, 16 vectors] = A [m, k] B [k, 16 vectors]
CK_INLINE void block_nn(
    const float *a, const float *b, float *c, long n, long k, ahead_of *ahead, const int m, const int vectors) {
  const float *wanted = take_ahead(ahead, k);
  v16 sum[6][4];
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < vectors; j++) sum[i][j] = (v16){0};
  }
  for (long p = 0; p < k; p++) {
    if (wanted) __builtin_prefetch(wanted + 16 * p, 0, 2);
    v16 row[4];
    for (int j = 0; j < vectors; j++) row[j] = load16(b + p * n + 16 * j);
    for (int i = 0; i < m; i++) {
      v16 x = broadcast16(a[i * k + p]);
      for (int j = 0; j < vectors; j++) sum[i][j] += x * row[j];
    }
  }
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < vectors; j++) store16(c + i * n + 16 * j, sum[i][j]);
  }
}

CK_INLINE void columns_nn(
    const float *a, const float *b, float *c, long m, long n, long k, ahead_of *ahead, const int vectors) {
  long i = 0;
  for (; i + 6 <= m; i += 6) block_nn(a + i * k, b, c + i * n, n, k, ahead, 6, vectors);
  for (; i + 2 <= m; i += 2) block_nn(a + i * k, b, c + i * n, n, k, ahead, 2, vectors);
  for (; i < m; i++) block_nn(a + i * k, b, c + i * n, n, k, ahead, 1, vectors);
}

CK_CLONES void ck_product(
    const float *a, const float *b, float *c, long m, long n, long k, const float *wanted, long wanted_count) {
  ahead_of all = {wanted, wanted ? wanted + wanted_count : wanted}, *ahead = &all;
  long j = 0;
  for (; j + 64 <= n; j += 64) columns_nn(a, b + j, c + j, m, n, k, ahead, 4);
  for (; j + 32 <= n; j += 32) columns_nn(a, b + j, c + j, m, n, k, ahead, 2);
  for (; j + 16 <= n; j += 16) columns_nn(a, b + j, c + j, m, n, k, ahead, 1);
  for (; j < n; j++) {
    for (long i = 0; i < m; i++) {
      float sum = 0;
      for (long p = 0; p < k; p++) sum += a[i * k + p] * b[p * n + j];
      c[i * n + j] = sum;
    }
  }
}

/// C [m, 16 vectors] += A [rows, m]ᵀ B [rows, 16 vectors]; `all` is the width of A's rows.
CK_INLINE void block_tn(
    const float *a, const float *b, float *c, long rows, long all, long n, ahead_of *ahead, const int m,
    const int vectors) {
  const float *wanted = take_ahead(ahead, rows);
  v16 sum[6][4];
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < vectors; j++) sum[i][j] = load16(c + i * n + 16 * j);
  }
  for (long r = 0; r < rows; r++) {
    if (wanted) __builtin_prefetch(wanted + 16 * r, 0, 2);
    v16 row[4];
    for (int j = 0; j < vectors; j++) row[j] = load16(b + r * n + 16 * j);
    for (int i = 0; i < m; i++) {
      v16 x = broadcast16(a[r * all + i]);
      for (int j = 0; j < vectors; j++) sum[i][j] += x * row[j];
    }
  }
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < vectors; j++) store16(c + i * n + 16 * j, sum[i][j]);
  }
}

CK_INLINE void columns_tn(
    const float *a, const float *b, float *c, long rows, long m, long n, ahead_of *ahead, const int vectors) {
  long i = 0;
  for (; i + 6 <= m; i += 6) block_tn(a + i, b, c + i * n, rows, m, n, ahead, 6, vectors);
  for (; i + 2 <= m; i += 2) block_tn(a + i, b, c + i * n, rows, m, n, ahead, 2, vectors);
  for (; i < m; i++) block_tn(a + i, b, c + i * n, rows, m, n, ahead, 1, vectors);
}

CK_CLONES void ck_product_transposed(
    const float *a, const float *b, float *c, long rows, long m, long n, const float *wanted, long wanted_count) {
  ahead_of all = {wanted, wanted ? wanted + wanted_count : wanted}, *ahead = &all;
  long j = 0;
  for (; j + 64 <= n; j += 64) columns_tn(a, b + j, c + j, rows, m, n, ahead, 4);
  for (; j + 32 <= n; j += 32) columns_tn(a, b + j, c + j, rows, m, n, ahead, 2);
  for (; j + 16 <= n; j += 16) columns_tn(a, b + j, c + j, rows, m, n, ahead, 1);
  for (; j < n; j++) {
    for (long i = 0; i < m; i++) {
      float sum = c[i * n + j];
      for (long r = 0; r < rows; r++) sum += a[r * m + i] * b[r * n + j];
      c[i * n + j] = sum;
    }
  }
}

CK_CLONES void ck_transpose(const float *x, float *y, long rows, long columns) {
  for (long start = 0; start < rows; start += 16) {
    long end = start + 16 < rows ? start + 16 : rows;
    for (long c = 0; c < columns; c++) {
      for (long r = start; r < end; r++) y[c * rows + r] = x[r * columns + c];
    }
  }
}
