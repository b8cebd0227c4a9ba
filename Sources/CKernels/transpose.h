#ifndef THERIAC_CKERNELS_TRANSPOSE_H
#define THERIAC_CKERNELS_TRANSPOSE_H

#include "support.h"

/// y [16, 16] = x [16, 16], transposed; rows of x and y are `from` and `to` apart.
CK_INLINE void ck_transpose_tile(const float *x, long from, float *y, long to) {
  v16 a[16], b[16];
  for (int i = 0; i < 16; i++) a[i] = load16(x + i * from);
  for (int i = 0; i < 8; i++) {
    b[2 * i] = __builtin_shufflevector(
        a[2 * i], a[2 * i + 1], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
    b[2 * i + 1] = __builtin_shufflevector(
        a[2 * i], a[2 * i + 1], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
  }
  // Pairs of columns of four rows: a[4 i + j] has column j of each group of four, in its quarters.
  for (int i = 0; i < 4; i++) {
    for (int j = 0; j < 2; j++) {
      v16 low = b[4 * i + j], high = b[4 * i + 2 + j];
      a[4 * i + 2 * j] = __builtin_shufflevector(
          low, high, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
      a[4 * i + 2 * j + 1] = __builtin_shufflevector(
          low, high, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
    }
  }
  for (int j = 0; j < 4; j++) {
    v16 p = __builtin_shufflevector(a[j], a[4 + j], 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    v16 q = __builtin_shufflevector(a[j], a[4 + j], 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
    v16 r = __builtin_shufflevector(a[8 + j], a[12 + j], 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);
    v16 s = __builtin_shufflevector(
        a[8 + j], a[12 + j], 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);
    store16(y + j * to, __builtin_shufflevector(p, r, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
    store16(
        y + (4 + j) * to, __builtin_shufflevector(p, r, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31));
    store16(y + (8 + j) * to, __builtin_shufflevector(q, s, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
    store16(
        y + (12 + j) * to,
        __builtin_shufflevector(q, s, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31));
  }
}

/// y [columns, rows] = x [rows, columns], transposed; rows of x and y are `from` and `to` apart.
CK_INLINE void ck_transpose_rows(const float *x, long from, float *y, long to, long rows, long columns) {
  long r = 0;
  for (; r + 16 <= rows; r += 16) {
    long c = 0;
    for (; c + 16 <= columns; c += 16) ck_transpose_tile(x + r * from + c, from, y + c * to + r, to);
    for (; c < columns; c++) {
      for (long i = r; i < r + 16; i++) y[c * to + i] = x[i * from + c];
    }
  }
  for (; r < rows; r++) {
    for (long c = 0; c < columns; c++) y[c * to + r] = x[r * from + c];
  }
}

#endif
