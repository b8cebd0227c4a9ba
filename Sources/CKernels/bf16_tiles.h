// The loops over AMX tiles, included once with the instructions and once with tiles in memory; see bf16_amx.c.
// Before: TILES_NAME, TILES_TARGET, TILES_BEGIN, TILES_END, TILE_ZERO(t), TILE_LOAD(t, address, bytes of a row),
// TILE_STORE(t, address, bytes of a row), TILE_PRODUCT(sum, a, b). A tile number is a literal.
//
// Tiles 0–3 hold 32 × 32 sums, 4–5 are 2 × 16 rows of a, 6–7 are 2 × 16 columns of b; each is 16 rows of 64 bytes.

TILES_TARGET void TILES_NAME(const ck_block *block) {
  TILES_BEGIN
  const long a_bytes = block->row_step * 2;
  for (long panel = 0; panel < block->n; panel += panel_columns) {
    long columns = ck_least(block->n - panel, panel_columns), width = ck_up(columns, 16);
    const uint32_t *b = block->b + panel * block->pairs;
    for (long i = 0; i < block->m; i += 32) {
      const int two_rows = block->m - i > 16;
      const uint16_t *a = block->a + i * block->row_step;
      for (long j = 0; j < width; j += 32) {
        const int two_columns = width - j > 16;
        float sums[32 * 32];
        TILE_ZERO(0);
        TILE_ZERO(1);
        TILE_ZERO(2);
        TILE_ZERO(3);
        for (long p = 0; p < block->pairs; p += 16) {
          TILE_LOAD(4, a + 2 * p, a_bytes);
          TILE_LOAD(6, b + p * width + j, width * 4);
          TILE_PRODUCT(0, 4, 6);
          if (two_columns) {
            TILE_LOAD(7, b + p * width + j + 16, width * 4);
            TILE_PRODUCT(1, 4, 7);
          }
          if (two_rows) {
            TILE_LOAD(5, a + 2 * p + 16 * block->row_step, a_bytes);
            TILE_PRODUCT(2, 5, 6);
            if (two_columns) TILE_PRODUCT(3, 5, 7);
          }
        }
        TILE_STORE(0, sums, 128);
        TILE_STORE(1, sums + 16, 128);
        TILE_STORE(2, sums + 16 * 32, 128);
        TILE_STORE(3, sums + 16 * 32 + 16, 128);
        const long rows = ck_least(block->m - i, 32), last = ck_least(columns - j, 32);
        const float *bias = block->bias ? block->bias + panel + j : NULL;
        for (long r = 0; r < rows; r++) {
          float *c = block->c + (i + r) * block->ldc + panel + j;
          const float *sum = sums + 32 * r;
          if (bias) {
            for (long x = 0; x < last; x++) c[x] = block->accumulate ? c[x] + (sum[x] + bias[x]) : sum[x] + bias[x];
          } else {
            for (long x = 0; x < last; x++) c[x] = block->accumulate ? c[x] + sum[x] : sum[x];
          }
        }
      }
    }
  }
  TILES_END
}

#undef TILES_NAME
#undef TILES_TARGET
#undef TILES_BEGIN
#undef TILES_END
#undef TILE_ZERO
#undef TILE_LOAD
#undef TILE_STORE
#undef TILE_PRODUCT
