#include "lanes.h"
#include "linear.h"

// y = x Wᵀ. Long rows of W are summed in sixteen lanes, short ones are transposed first: which depends on W alone.

// The sums of `ck_sum_lanes` for sixteen vectors at once, with a third of the instructions: the halves, quarters and
// pairs of two vectors are added side by side. Macros, because a vector must not cross a call.
#define HALVES(x, y)                                                                                   \
  (__builtin_shufflevector(x, y, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +             \
   __builtin_shufflevector(x, y, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
#define QUARTERS(x, y)                                                                                 \
  (__builtin_shufflevector(x, y, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) +           \
   __builtin_shufflevector(x, y, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31))
#define PAIRS(x, y)                                                                                    \
  (__builtin_shufflevector(x, y, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29) +           \
   __builtin_shufflevector(x, y, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31))
#define SINGLES(x, y)                                                                                  \
  (__builtin_shufflevector(x, y, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30) +          \
   __builtin_shufflevector(x, y, 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29, 31))
/// The sums of a to h, each in two lanes: a e b f c g d h.
#define EIGHT(a, b, c, d, e, f, g, h) PAIRS(QUARTERS(HALVES(a, b), HALVES(c, d)), QUARTERS(HALVES(e, f), HALVES(g, h)))

/// value [4, 6] = the sums of the lanes, row by row.
CK_INLINE void sum_block(v16 sum[4][6], float value[4][6]) {
  float four[16], two[16];
#define COLUMN(j) sum[0][j], sum[1][j], sum[2][j], sum[3][j]
#define COLUMNS(i, j) EIGHT_OF(COLUMN(i), COLUMN(j))
#define EIGHT_OF(...) EIGHT(__VA_ARGS__)
  v16 first = COLUMNS(0, 1), second = COLUMNS(2, 3), third = COLUMNS(4, 5);
  store16(four, SINGLES(first, second));
  store16(two, SINGLES(third, third));
#undef COLUMN
#undef COLUMNS
#undef EIGHT_OF
  for (int i = 0; i < 4; i++) {
    for (int j = 0; j < 4; j++) value[i][j] = four[4 * i + j];
    for (int j = 0; j < 2; j++) value[i][4 + j] = two[4 * i + j];
  }
}

/// C [m, columns] = A [m, count] B [columns, count]ᵀ; the rows of A and B have `k` numbers, those of C `n`.
/// `wanted`: memory that is asked for on the way, `lines` cache lines in each turn; NULL for none.
CK_INLINE void block_nt(
    const float *a, const float *b, float *c, long n, long k, long count, int accumulate, const float *wanted,
    long lines, const int m, const int columns) {
  v16 sum[4][6];
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < columns; j++) sum[i][j] = (v16){0};
  }
  long p = 0;
  for (; p + 16 <= count; p += 16) {
    if (wanted) {
      for (long line = 0; line < lines; line++) __builtin_prefetch(wanted + p * lines + 16 * line, 0, 2);
    }
    v16 row[6];
    for (int j = 0; j < columns; j++) row[j] = load16(b + j * k + p);
    for (int i = 0; i < m; i++) {
      v16 x = load16(a + i * k + p);
      for (int j = 0; j < columns; j++) sum[i][j] += x * row[j];
    }
  }
  float whole[4][6];
  if (m == 4 && columns == 6) sum_block(sum, whole);
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < columns; j++) {
      float value = m == 4 && columns == 6 ? whole[i][j] : ck_sum_lanes(&sum[i][j]);
      for (long q = p; q < count; q++) value += a[i * k + q] * b[j * k + q];
      c[i * n + j] = accumulate ? c[i * n + j] + value : value;
    }
  }
}

/// Numbers of a row of B that are summed at a time: six such rows leave half of the first cache to A.
enum { DEPTH = 768 };

/// `ahead`: whether columns follow, which are asked for on the way.
CK_INLINE void rows_nt(
    const float *a, const float *b, float *c, long m, long n, long k, int accumulate, int ahead, const int columns) {
  const float *wanted = b + columns * k, *end = ahead ? wanted + columns * k : wanted;
  const long lines = m < 24 ? 3 : 1;
  long start = 0;
  do {
    const long count = k - start > DEPTH + DEPTH / 2 ? DEPTH : k - start;
    const int add = accumulate || start > 0;
    long i = 0;
    for (; i + 4 <= m; i += 4) {
      block_nt(
          a + i * k + start, b + start, c + i * n, n, k, count, add, wanted < end ? wanted : NULL, lines, 4, columns);
      wanted += count * lines;
    }
    for (; i < m; i++) block_nt(a + i * k + start, b + start, c + i * n, n, k, count, add, NULL, 0, 1, columns);
    start += count;
  } while (start < k);
}

/// Rows of B up to this length are transposed first: there would be little to multiply between two sums of lanes.
enum { SHALLOW = 128 };

/// The columns `first` ..< `last` of A Bᵀ in whole strips.
/// - Returns: the first column that is left.
CK_INLINE long shallow_strips(
    const float *a, const float *b, float *c, long m, long n, long k, long first, long last, int accumulate) {
  float strip[SHALLOW * 64];
  long j = first;
  while (j + 16 <= last) {
    const long columns = j + 64 <= last ? 64 : 16;
    for (long p = 0; p < k; p++) {
      for (long i = 0; i < columns; i++) strip[p * columns + i] = b[(j + i) * k + p];
    }
    if (columns == 64) {
      columns_nn(a, strip, c + j, m, 64, n, k, accumulate, 0, 4);
    } else {
      columns_nn(a, strip, c + j, m, 16, n, k, accumulate, 0, 1);
    }
    j += columns;
  }
  return j;
}

CK_CLONES void ck_linear_forward(
    const float *a, const float *b, float *c, long m, long n, long k, long first, long last, int accumulate) {
  if (k <= SHALLOW) first = shallow_strips(a, b, c, m, n, k, first, last, accumulate);
  const long most = resident_rows(k);
  for (long start = 0; start < m; start += most) {
    const long rows = m - start < most ? m - start : most;
    const float *in = a + start * k;
    float *out = c + start * n;
    long j = first;
    for (; j + 6 <= last; j += 6) {
      rows_nt(in, b + j * k, out + j, rows, n, k, accumulate, start == 0 && j + 12 <= last, 6);
    }
    for (; j + 2 <= last; j += 2) rows_nt(in, b + j * k, out + j, rows, n, k, accumulate, 0, 2);
    for (; j < last; j++) rows_nt(in, b + j * k, out + j, rows, n, k, accumulate, 0, 1);
  }
}
