// Products with `vdpbf16ps`: up to 6 rows and 64 columns of c stay in registers over the whole sum.

#include "bf16.h"

#if THERIAC_BF16_X86

#include <immintrin.h>
#include <string.h>

typedef struct {
  const uint16_t *a;
  long row_step, pair_step;
  const uint32_t *b;
  long pairs;
  float *c;
  long ldc;
  const float *bias;
  int accumulate;
  /// Columns of the last vector.
  __mmask16 last;
} strip;

/// `rows` rows and 16 · `vectors` columns. Every element is summed pair after pair, in all the shapes alike.
CK_AVX512_BF16 static inline __attribute__((always_inline)) void strip_of(
    const strip *s, const int rows, const int vectors, const int by_rows) {
  const long row_step = by_rows ? s->row_step : 2, pair_step = by_rows ? 2 : s->pair_step;
  const uint16_t *a = s->a;
  const uint32_t *b = s->b;
  __m512 sum[6][4];
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) sum[r][v] = _mm512_setzero_ps();
  }
  for (long p = 0; p < s->pairs; p++) {
    __m512bh y[4];
    for (int v = 0; v < vectors; v++) y[v] = (__m512bh)_mm512_loadu_si512(b + 16 * v);
    for (int r = 0; r < rows; r++) {
      int32_t pair;
      memcpy(&pair, a + r * row_step, sizeof pair);
      __m512bh x = (__m512bh)_mm512_set1_epi32(pair);
      for (int v = 0; v < vectors; v++) sum[r][v] = _mm512_dpbf16_ps(sum[r][v], x, y[v]);
    }
    a += pair_step;
    b += 16 * vectors;
  }
  for (int v = 0; v < vectors; v++) {
    __mmask16 mask = v + 1 < vectors ? 0xFFFF : s->last;
    __m512 bias = s->bias ? _mm512_maskz_loadu_ps(mask, s->bias + 16 * v) : _mm512_setzero_ps();
    for (int r = 0; r < rows; r++) {
      float *c = s->c + r * s->ldc + 16 * v;
      __m512 value = s->bias ? _mm512_add_ps(sum[r][v], bias) : sum[r][v];
      if (s->accumulate) value = _mm512_add_ps(_mm512_maskz_loadu_ps(mask, c), value);
      _mm512_mask_storeu_ps(c, mask, value);
    }
  }
}

#define STRIP(rows, vectors)                                                                              \
  CK_AVX512_BF16 static void rows_##rows##_##vectors(const strip *s) { strip_of(s, rows, vectors, 1); }   \
  CK_AVX512_BF16 static void columns_##rows##_##vectors(const strip *s) { strip_of(s, rows, vectors, 0); }
#define STRIPS(rows) STRIP(rows, 1) STRIP(rows, 2) STRIP(rows, 3) STRIP(rows, 4)
STRIPS(1) STRIPS(2) STRIPS(3) STRIPS(4) STRIPS(5) STRIPS(6)
#define NAMES(kind, rows) {kind##_##rows##_1, kind##_##rows##_2, kind##_##rows##_3, kind##_##rows##_4}
#define TABLE(kind) \
  {NAMES(kind, 1), NAMES(kind, 2), NAMES(kind, 3), NAMES(kind, 4), NAMES(kind, 5), NAMES(kind, 6)}

void ck_block_avx512(const ck_block *block) {
  static void (*const table[2][6][4])(const strip *) = {TABLE(columns), TABLE(rows)};
  int by_rows = block->pair_step == 2;
  for (long panel = 0; panel < block->n; panel += panel_columns) {
    long columns = ck_least(block->n - panel, panel_columns), vectors = (columns + 15) / 16;
    strip s = {
        .row_step = block->row_step, .pair_step = block->pair_step, .b = block->b + panel * block->pairs,
        .pairs = block->pairs, .ldc = block->ldc, .bias = block->bias ? block->bias + panel : NULL,
        .accumulate = block->accumulate, .last = (__mmask16)(0xFFFFu >> (16 * vectors - columns))};
    for (long i = 0; i < block->m;) {
      long left = block->m - i, rows = left <= 6 ? left : left < 12 ? (left + 1) / 2 : 6;
      s.a = block->a + i * block->row_step;
      s.c = block->c + i * block->ldc + panel;
      table[by_rows][rows - 1][vectors - 1](&s);
      i += rows;
    }
  }
}

#endif
