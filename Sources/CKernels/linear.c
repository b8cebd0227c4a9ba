#include "support.h"

// Products of the linear layers of a batch: few rows, large weights, which are read once. Every element is summed in one
// order, whatever stands beside it, so a batch may be divided over workers and threads without a trace.

/// The sum of sixteen lanes, always in the same order.
CK_INLINE float sum_lanes(const v16 *lanes) {
  typedef float v8 __attribute__((vector_size(32)));
  typedef float v4 __attribute__((vector_size(16)));
  const v16 x = *lanes;
  v8 a = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
         __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  v4 b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
  return (b[0] + b[2]) + (b[1] + b[3]);
}

/// C [m, columns] = A [m, k] B [columns, k]ᵀ; `n` is the width of C.
CK_INLINE void block_nt(
    const float *a, const float *b, float *c, long n, long k, int accumulate, const int m, const int columns) {
  v16 sum[4][6];
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < columns; j++) sum[i][j] = (v16){0};
  }
  long p = 0;
  for (; p + 16 <= k; p += 16) {
    v16 row[6];
    for (int j = 0; j < columns; j++) row[j] = load16(b + j * k + p);
    for (int i = 0; i < m; i++) {
      v16 x = load16(a + i * k + p);
      for (int j = 0; j < columns; j++) sum[i][j] += x * row[j];
    }
  }
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < columns; j++) {
      float value = sum_lanes(&sum[i][j]);
      for (long q = p; q < k; q++) value += a[i * k + q] * b[j * k + q];
      c[i * n + j] = accumulate ? c[i * n + j] + value : value;
    }
  }
}

CK_INLINE void rows_nt(
    const float *a, const float *b, float *c, long m, long n, long k, int accumulate, const int columns) {
  long i = 0;
  for (; i + 4 <= m; i += 4) block_nt(a + i * k, b, c + i * n, n, k, accumulate, 4, columns);
  for (; i < m; i++) block_nt(a + i * k, b, c + i * n, n, k, accumulate, 1, columns);
}

/// Rows of A that stay in the second cache while B passes by.
CK_INLINE long resident_rows(long k) {
  long fit = 131072 / (k > 0 ? k : 1) / 12 * 12;
  return fit > 24 ? fit : 24;
}

CK_CLONES void ck_linear_forward(
    const float *a, const float *b, float *c, long m, long n, long k, long first, long last, int accumulate) {
  const long most = resident_rows(k);
  for (long start = 0; start < m; start += most) {
    const long rows = m - start < most ? m - start : most;
    const float *in = a + start * k;
    float *out = c + start * n;
    long j = first;
    for (; j + 6 <= last; j += 6) rows_nt(in, b + j * k, out + j, rows, n, k, accumulate, 6);
    for (; j + 2 <= last; j += 2) rows_nt(in, b + j * k, out + j, rows, n, k, accumulate, 2);
    for (; j < last; j++) rows_nt(in, b + j * k, out + j, rows, n, k, accumulate, 1);
  }
}

/// C [m, 16 vectors] = A [m, k] B [k, 16 vectors]
CK_INLINE void block_nn(
    const float *a, const float *b, float *c, long n, long k, int accumulate, long ahead, const int m,
    const int vectors) {
  v16 sum[6][4];
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < vectors; j++) sum[i][j] = (v16){0};
  }
  for (long p = 0; p < k; p++) {
    if (ahead > 0) {
      for (int j = 0; j < 4; j++) __builtin_prefetch(b + p * n + ahead + 16 * j, 0, 2);
    }
    v16 row[4];
    for (int j = 0; j < vectors; j++) row[j] = load16(b + p * n + 16 * j);
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
    const float *a, const float *b, float *c, long m, long n, long k, int accumulate, long ahead, const int vectors) {
  long i = 0;
  if (m >= 6) {
    block_nn(a, b, c, n, k, accumulate, ahead, 6, vectors);
    i = 6;
  }
  for (; i + 6 <= m; i += 6) block_nn(a + i * k, b, c + i * n, n, k, accumulate, 0, 6, vectors);
  for (; i + 4 <= m; i += 4) block_nn(a + i * k, b, c + i * n, n, k, accumulate, 0, 4, vectors);
  for (; i + 2 <= m; i += 2) block_nn(a + i * k, b, c + i * n, n, k, accumulate, 0, 2, vectors);
  for (; i < m; i++) block_nn(a + i * k, b, c + i * n, n, k, accumulate, 0, 1, vectors);
}

CK_CLONES void ck_linear_input(
    const float *a, const float *b, float *c, long m, long n, long k, long first, long last, int accumulate) {
  const long most = resident_rows(k);
  for (long start = 0; start < m; start += most) {
    const long rows = m - start < most ? m - start : most;
    const float *in = a + start * k;
    float *out = c + start * n;
    long j = first;
    for (; j + 64 <= last; j += 64) {
      columns_nn(in, b + j, out + j, rows, n, k, accumulate, j + 128 <= last ? 64 : 0, 4);
    }
    for (; j + 16 <= last; j += 16) columns_nn(in, b + j, out + j, rows, n, k, accumulate, 0, 1);
    for (; j < last; j++) {
      for (long i = 0; i < rows; i++) {
        float sum = 0;
        for (long p = 0; p < k; p++) sum += in[i * k + p] * b[p * n + j];
        out[i * n + j] = accumulate ? out[i * n + j] + sum : sum;
      }
    }
  }
}

/// C [m, 16 vectors] = A [rows, m]ᵀ B [rows, 16 vectors]; `all` is the width of A's rows.
CK_INLINE void block_tn(
    const float *a, const float *b, float *c, long rows, long all, long n, int accumulate, const int m,
    const int vectors) {
  v16 sum[6][4];
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < vectors; j++) sum[i][j] = (v16){0};
  }
  for (long r = 0; r < rows; r++) {
    v16 row[4];
    for (int j = 0; j < vectors; j++) row[j] = load16(b + r * n + 16 * j);
    for (int i = 0; i < m; i++) {
      v16 x = broadcast16(a[r * all + i]);
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

CK_INLINE void columns_tn(
    const float *a, const float *b, float *c, long rows, long m, long n, int accumulate, const int vectors) {
  long i = 0;
  for (; i + 6 <= m; i += 6) block_tn(a + i, b, c + i * n, rows, m, n, accumulate, 6, vectors);
  for (; i + 2 <= m; i += 2) block_tn(a + i, b, c + i * n, rows, m, n, accumulate, 2, vectors);
  for (; i < m; i++) block_tn(a + i, b, c + i * n, rows, m, n, accumulate, 1, vectors);
}

CK_CLONES void ck_linear_weight(
    const float *a, const float *b, float *c, long m, long n, long rows, long first, long last, int accumulate) {
  long j = first;
  for (; j + 64 <= last; j += 64) columns_tn(a, b + j, c + j, rows, m, n, accumulate, 4);
  for (; j + 16 <= last; j += 16) columns_tn(a, b + j, c + j, rows, m, n, accumulate, 1);
  for (; j < last; j++) {
    for (long i = 0; i < m; i++) {
      float sum = 0;
      for (long r = 0; r < rows; r++) sum += a[r * m + i] * b[r * n + j];
      c[i * n + j] = accumulate ? c[i * n + j] + sum : sum;
    }
  }
}
