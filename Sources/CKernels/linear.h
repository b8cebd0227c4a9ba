#ifndef THERIAC_CKERNELS_LINEAR_H
#define THERIAC_CKERNELS_LINEAR_H

#include "support.h"

// What the products of linear layers share: few rows, large weights, which are read once. Every element is summed in one
// order, whatever stands beside it, so a batch may be divided over workers and threads without a trace.

/// Rows of A that stay in the second cache while B passes by.
CK_INLINE long resident_rows(long k) {
  long fit = 131072 / (k > 0 ? k : 1) / 12 * 12;
  return fit > 24 ? fit : 24;
}

/// C [m, 16 vectors] = A [m, k] B [k, 16 vectors]; the rows of B have `width` numbers, those of C `n`.
CK_INLINE void block_nn(
    const float *a, const float *b, float *c, long width, long n, long k, int accumulate, long ahead, const int m,
    const int vectors) {
  v16 sum[6][4];
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < vectors; j++) sum[i][j] = (v16){0};
  }
  for (long p = 0; p < k; p++) {
    if (ahead > 0) {
      for (int j = 0; j < 4; j++) __builtin_prefetch(b + p * width + ahead + 16 * j, 0, 2);
    }
    v16 row[4];
    for (int j = 0; j < vectors; j++) row[j] = load16(b + p * width + 16 * j);
    for (int i = 0; i < m; i++) {
      v16 x = broadcast16(a[i * k + p]);
      for (int j = 0; j < vectors; j++) sum[i][j] += x * row[j];
    }
  }
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < vectors; j++) {
      float *to = c + i * n + 16 * j;
      store16(to, accumulate ? load16(to) + sum[i][j] : sum[i][j]);
    }
  }
}

/// `ahead`: how far the next strip of B is, which is asked for on the way; 0 for the last.
CK_INLINE void columns_nn(
    const float *a, const float *b, float *c, long m, long width, long n, long k, int accumulate, long ahead,
    const int vectors) {
  long i = 0;
  if (m >= 6) {
    block_nn(a, b, c, width, n, k, accumulate, ahead, 6, vectors);
    i = 6;
  }
  for (; i + 6 <= m; i += 6) block_nn(a + i * k, b, c + i * n, width, n, k, accumulate, 0, 6, vectors);
  for (; i + 4 <= m; i += 4) block_nn(a + i * k, b, c + i * n, width, n, k, accumulate, 0, 4, vectors);
  for (; i + 2 <= m; i += 2) block_nn(a + i * k, b, c + i * n, width, n, k, accumulate, 0, 2, vectors);
  for (; i < m; i++) block_nn(a + i * k, b, c + i * n, width, n, k, accumulate, 0, 1, vectors);
}

#endif
