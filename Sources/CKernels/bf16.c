// The bf16 products: blocks of rows are converted into scratch, then multiplied by one of the paths.

#include "bf16.h"

#include <string.h>

static const ck_packing *packing(int32_t path) {
#if THERIAC_BF16_X86
  if (path != CK_BF16_PLAIN && ck_bf16_can(CK_BF16_AVX512)) return &ck_packing_avx512;
#endif
  return &ck_packing_plain;
}

static void multiply(int32_t path, const ck_block *block) {
  switch (path) {
#if THERIAC_BF16_X86
    case CK_BF16_AVX512: ck_block_avx512(block); break;
    case CK_BF16_AMX: ck_block_amx(block); break;
#endif
    case CK_BF16_TILES: ck_block_tiles(block); break;
    default: ck_block_plain(block);
  }
}

/// Rows of a that are converted at a time: about what half of a second-level cache holds.
static long block_rows(long pairs) { return pairs <= 768 ? 96 : 48; }
static long padded_rows(int32_t path, long m) { return ck_is_tiled(path) ? ck_up(m, 16) : m; }
static void *aligned(void *scratch) { return (void *)(((uintptr_t)scratch + 63) & ~(uintptr_t)63); }
/// Bytes of `count` pairs, rounded up so that what follows is aligned.
static size_t pair_bytes(long count) { return (size_t)ck_up(count * 4, 64); }

static void pack_panel(
    const ck_packing *pack, const float *b, long ldb, int transposed, long k, long n, long panel, long pairs,
    uint32_t *out) {
  long columns = ck_least(n - panel, panel_columns), width = ck_up(columns, 16);
  if (transposed) {
    pack->pair_columns(b + panel * ldb, ldb, columns, k, out, width, pairs);
  } else {
    pack->pair_rows(b + panel, ldb, k, columns, out, width, pairs);
  }
}

size_t ck_bf16_packed_bytes(int32_t path, long k, long n) { return pair_bytes(ck_pairs(path, k) * ck_up(n, 16)); }

void ck_bf16_pack(int32_t path, const float *b, long ldb, int transposed, long k, long n, void *packed) {
  long pairs = ck_pairs(path, k);
  for (long panel = 0; panel < n; panel += panel_columns) {
    pack_panel(packing(path), b, ldb, transposed, k, n, panel, pairs, (uint32_t *)packed + panel * pairs);
  }
}

static void copy_rows(const uint16_t *a, long lda, long rows, long k, uint16_t *out, long step, long out_rows) {
  for (long r = 0; r < rows; r++) {
    memcpy(out + r * step, a + r * lda, (size_t)k * 2);
    memset(out + r * step + k, 0, (size_t)(step - k) * 2);
  }
  memset(out + rows * step, 0, (size_t)((out_rows - rows) * step) * 2);
}

size_t ck_bf16_gemm_scratch(int32_t path, long m, long n, long k) {
  (void)n;
  long pairs = ck_pairs(path, k);
  return 64 + pair_bytes(padded_rows(path, ck_least(m, block_rows(pairs))) * pairs);
}

void ck_bf16_gemm(
    int32_t path, const void *a, int a_is_bf16, long lda, const void *packed, const float *bias, float *c, long ldc,
    long m, long n, long k, int accumulate, void *scratch) {
  if (n <= 0) return;
  const ck_packing *pack = packing(path);
  long pairs = ck_pairs(path, k), most = block_rows(pairs);
  uint16_t *rows = aligned(scratch);
  ck_block block = {
      .a = rows, .row_step = 2 * pairs, .pair_step = 2, .b = packed, .pairs = pairs, .n = n, .ldc = ldc, .bias = bias,
      .accumulate = accumulate};
  const int in_place = a_is_bf16 && k % 2 == 0 && !ck_is_tiled(path);
  for (long i = 0; i < m; i += most) {
    block.m = ck_least(m - i, most);
    block.c = c + i * ldc;
    if (in_place) {
      block.a = (const uint16_t *)a + i * lda;
      block.row_step = lda;
    } else if (a_is_bf16) {
      copy_rows((const uint16_t *)a + i * lda, lda, block.m, k, rows, 2 * pairs, padded_rows(path, block.m));
    } else {
      pack->convert((const float *)a + i * lda, lda, block.m, k, rows, 2 * pairs, padded_rows(path, block.m));
    }
    multiply(path, &block);
  }
}

size_t ck_bf16_product_scratch(int32_t path, long m, long n, long k) {
  long pairs = ck_pairs(path, k);
  size_t rows = ck_bf16_gemm_scratch(path, m, n, k);
  if (m > block_rows(pairs)) return ck_bf16_packed_bytes(path, k, n) + rows;
  return pair_bytes(pairs * panel_columns) + rows;
}

void ck_bf16_product(
    int32_t path, const float *a, long lda, const float *b, long ldb, int transposed, const float *bias, float *c,
    long ldc, long m, long n, long k, int accumulate, void *scratch) {
  if (m <= 0 || n <= 0) return;
  const ck_packing *pack = packing(path);
  long pairs = ck_pairs(path, k);
  uint32_t *panels = aligned(scratch);
  if (m > block_rows(pairs)) {
    ck_bf16_pack(path, b, ldb, transposed, k, n, panels);
    char *rest = (char *)panels + ck_bf16_packed_bytes(path, k, n);
    ck_bf16_gemm(path, a, 0, lda, panels, bias, c, ldc, m, n, k, accumulate, rest);
    return;
  }
  // Few rows: every panel is used while it is in the cache.
  uint16_t *rows = (uint16_t *)((char *)panels + pair_bytes(pairs * panel_columns));
  pack->convert(a, lda, m, k, rows, 2 * pairs, padded_rows(path, m));
  for (long panel = 0; panel < n; panel += panel_columns) {
    pack_panel(pack, b, ldb, transposed, k, n, panel, pairs, panels);
    ck_block block = {
        .a = rows, .row_step = 2 * pairs, .pair_step = 2, .b = panels, .pairs = pairs, .m = m,
        .n = ck_least(n - panel, panel_columns), .c = c + panel, .ldc = ldc, .bias = bias ? bias + panel : NULL,
        .accumulate = accumulate};
    multiply(path, &block);
  }
}

size_t ck_bf16_gradient_scratch(int32_t path, long m, long n, long k) {
  (void)n;
  long pairs = ck_pairs(path, ck_least(m, gradient_rows));
  return 64 + pair_bytes(pairs * ck_up(k, 16)) + pair_bytes(pairs * panel_columns);
}

void ck_bf16_gradient(
    int32_t path, const float *a, long lda, const float *b, long ldb, float *c, long ldc, long m, long n, long k,
    int accumulate, void *scratch) {
  if (n <= 0 || k <= 0) return;
  if (m <= 0 && !accumulate) {
    for (long r = 0; r < k; r++) memset(c + r * ldc, 0, (size_t)n * sizeof(float));
  }
  const ck_packing *pack = packing(path);
  long width = ck_up(k, 16);
  for (long i = 0; i < m; i += gradient_rows) {
    long rows = ck_least(m - i, gradient_rows), pairs = ck_pairs(path, rows);
    uint32_t *left = aligned(scratch);
    uint32_t *right = (uint32_t *)((char *)left + pair_bytes(pairs * width));
    if (ck_is_tiled(path)) {
      pack->pair_rows_transposed(a + i * lda, lda, rows, k, left, width, pairs);
    } else {
      pack->pair_rows(a + i * lda, lda, rows, k, left, width, pairs);
    }
    for (long panel = 0; panel < n; panel += panel_columns) {
      pack_panel(pack, b + i * ldb, ldb, 0, rows, n, panel, pairs, right);
      ck_block block = {
          .a = (const uint16_t *)left, .b = right, .pairs = pairs, .m = k, .n = ck_least(n - panel, panel_columns),
          .c = c + panel, .ldc = ldc, .accumulate = accumulate || i > 0};
      block.row_step = ck_is_tiled(path) ? 2 * pairs : 2;
      block.pair_step = ck_is_tiled(path) ? 2 : 2 * width;
      multiply(path, &block);
    }
  }
}
