#include "linear.h"

// The gradients of linear layers: dx = dy W and dW = dyᵀ x.

CK_CLONES void ck_linear_input(
    const float *a, const float *b, float *c, long m, long width, long n, long k, long first, long last,
    int accumulate) {
  const long most = resident_rows(k);
  for (long start = 0; start < m; start += most) {
    const long rows = m - start < most ? m - start : most;
    const float *in = a + start * k;
    float *out = c + start * n;
    long j = first;
    for (; j + 64 <= last; j += 64) {
      columns_nn(in, b + j, out + j, rows, width, n, k, accumulate, j + 128 <= last ? 64 : 0, 4);
    }
    for (; j + 16 <= last; j += 16) columns_nn(in, b + j, out + j, rows, width, n, k, accumulate, 0, 1);
    for (; j < last; j++) {
      for (long i = 0; i < rows; i++) {
        float sum = 0;
        for (long p = 0; p < k; p++) sum += in[i * k + p] * b[p * width + j];
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
