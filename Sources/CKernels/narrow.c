#include "ck_operations.h"
#include "transpose.h"

// C = A Bᵀ where the inner dimension is short: sums across the lanes of a vector would cost more than the products. Bᵀ
// is packed once; every element is then summed in the order of the inner index, whatever rows stand beside it.

CK_CLONES void ck_narrow_pack(const float *b, float *packed, long n, long k, long padded) {
  ck_transpose_rows(b, k, packed, padded, n, k);
  for (long p = 0; p < k; p++) {
    for (long j = n; j < padded; j++) packed[p * padded + j] = 0;
  }
}

/// C [m, columns] = A [m, k] B [k, 16 vectors]; `columns` of them are written.
CK_INLINE void narrow_block(
    const float *a, const float *b, float *c, long n, long k, long padded, long columns, int accumulate, const int m,
    const int vectors) {
  v16 sum[6][4];
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < vectors; j++) sum[i][j] = (v16){0};
  }
  for (long p = 0; p < k; p++) {
    v16 row[4];
    for (int j = 0; j < vectors; j++) row[j] = load16(b + p * padded + 16 * j);
    for (int i = 0; i < m; i++) {
      v16 x = broadcast16(a[i * k + p]);
      for (int j = 0; j < vectors; j++) sum[i][j] += x * row[j];
    }
  }
  if (columns == 16 * vectors) {
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < vectors; j++) {
        float *to = c + i * n + 16 * j;
        store16(to, accumulate ? load16(to) + sum[i][j] : sum[i][j]);
      }
    }
    return;
  }
  for (int i = 0; i < m; i++) {
    float values[64];
    for (int j = 0; j < vectors; j++) store16(values + 16 * j, sum[i][j]);
    for (long j = 0; j < columns; j++) c[i * n + j] = accumulate ? c[i * n + j] + values[j] : values[j];
  }
}

CK_INLINE void narrow_strip(
    const float *a, const float *b, float *c, long m, long n, long k, long padded, long columns, int accumulate,
    const int vectors) {
  long i = 0;
  for (; i + 6 <= m; i += 6) {
    narrow_block(a + i * k, b, c + i * n, n, k, padded, columns, accumulate, 6, vectors);
  }
  for (; i + 4 <= m; i += 4) {
    narrow_block(a + i * k, b, c + i * n, n, k, padded, columns, accumulate, 4, vectors);
  }
  for (; i < m; i++) narrow_block(a + i * k, b, c + i * n, n, k, padded, columns, accumulate, 1, vectors);
}

CK_CLONES void ck_narrow_forward(
    const float *a, const float *packed, float *c, long m, long n, long k, long padded, long first, long last,
    int accumulate) {
  long j = first;
  for (; j + 64 <= last; j += 64) narrow_strip(a, packed + j, c + j, m, n, k, padded, 64, accumulate, 4);
  const long rest = last - j;
  if (rest > 48) narrow_strip(a, packed + j, c + j, m, n, k, padded, rest, accumulate, 4);
  else if (rest > 32) narrow_strip(a, packed + j, c + j, m, n, k, padded, rest, accumulate, 3);
  else if (rest > 16) narrow_strip(a, packed + j, c + j, m, n, k, padded, rest, accumulate, 2);
  else if (rest > 0) narrow_strip(a, packed + j, c + j, m, n, k, padded, rest, accumulate, 1);
}
