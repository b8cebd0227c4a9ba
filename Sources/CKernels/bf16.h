#ifndef THERIAC_BF16_H
#define THERIAC_BF16_H

#include "ckbf16.h"

// Inside the bf16 products. Two neighbours in the direction of the sum make a pair: 32 bits, the even one low.
//
// A packed right-hand matrix is a row of panels, each 64 columns wide (the last one: the rest, rounded up to 16).
// A panel is [pairs][width] of pairs. Columns that pad are 0. The tile paths pad the pairs to a multiple of 16.

/// Columns of a panel.
enum { panel_columns = 64 };
/// Rows of a gradient that are summed at a time.
enum { gradient_rows = 256 };

#if defined(__x86_64__) && defined(__linux__)
#define THERIAC_BF16_X86 1
#define CK_AVX512_BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))
#define CK_AMX_BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,amx-tile,amx-bf16")))
#endif

/// c [m, n] = rows of `a` times panels `b`, (+ bias) (+ c). The pair p of row r is at a + r row_step + p pair_step.
/// Either pair_step or row_step is 2; the tile paths want pair_step 2, m rounded up to 16 rows, 16 pairs.
typedef struct {
  const uint16_t *a;
  long row_step, pair_step;
  const uint32_t *b;
  long pairs, m, n;
  float *c;
  long ldc;
  const float *bias;
  int accumulate;
} ck_block;

void ck_block_plain(const ck_block *block);
void ck_block_tiles(const ck_block *block);
#if THERIAC_BF16_X86
void ck_block_avx512(const ck_block *block);
void ck_block_amx(const ck_block *block);
#endif

static inline long ck_up(long value, long step) { return (value + step - 1) / step * step; }
static inline long ck_least(long a, long b) { return a < b ? a : b; }
static inline int ck_is_tiled(int32_t path) { return path == CK_BF16_AMX || path == CK_BF16_TILES; }
/// Pairs of a sum over k.
static inline long ck_pairs(int32_t path, long k) {
  long pairs = (k + 1) / 2;
  return ck_is_tiled(path) ? ck_up(pairs, 16) : pairs;
}

/// How matrices become bf16; one set of loops in AVX512-BF16 and one in plain C, which write the same bits.
typedef struct {
  /// out[r][c] = x[r][c]; columns from `columns` to `out_step` (even) and rows from `rows` to `out_rows` become 0.
  void (*convert)(const float *x, long ld, long rows, long columns, uint16_t *out, long out_step, long out_rows);
  /// Pairs of rows: out[p][c] = (x[2p][c], x[2p+1][c]); what lies outside x, up to `pairs` and `out_step` (a multiple
  /// of 16), becomes 0.
  void (*pair_rows)(const float *x, long ld, long rows, long columns, uint32_t *out, long out_step, long pairs);
  /// Pairs of columns, transposed: out[p][r] = (x[r][2p], x[r][2p+1]); 0 outside x.
  void (*pair_columns)(const float *x, long ld, long rows, long columns, uint32_t *out, long out_step, long pairs);
  /// Pairs of rows, transposed: out[c][p] = (x[2p][c], x[2p+1][c]) for c < `out_rows` (a multiple of 16) and p <
  /// `pairs` (likewise, the length of a row of `out`); 0 outside x.
  void (*pair_rows_transposed)(
      const float *x, long ld, long rows, long columns, uint32_t *out, long out_rows, long pairs);
} ck_packing;

extern const ck_packing ck_packing_plain;
#if THERIAC_BF16_X86
extern const ck_packing ck_packing_avx512;
#endif

#endif
