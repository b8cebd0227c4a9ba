// Products on AMX tiles, and the same loops over tiles in memory.

#include <string.h>

#include "bf16.h"
#include "support.h"

// A tile in memory, with the arithmetic that the manual gives for TDPBF16PS: even and odd products are summed apart, in
// fused steps, then added to the tile. (Intel 64 Manual, volume 2: TDPBF16PS.)
typedef struct {
  uint32_t row[16][16];
} tile;

static float tile_flushed(float value) { return __builtin_fabsf(value) < 0x1p-126f ? value * 0.0f : value; }

static void tile_load(tile *t, const void *address, long step) {
  for (int r = 0; r < 16; r++) memcpy(t->row[r], (const char *)address + r * step, 64);
}

static void tile_store(const tile *t, void *address, long step) {
  for (int r = 0; r < 16; r++) memcpy((char *)address + r * step, t->row[r], 64);
}

static void tile_product(tile *sum, const tile *a, const tile *b) {
  for (int m = 0; m < 16; m++) {
    for (int n = 0; n < 16; n++) {
      float even = 0, odd = 0;
      for (int k = 0; k < 16; k++) {
        uint32_t x = a->row[m][k], y = b->row[k][n];
        even = tile_flushed(__builtin_fmaf(ck_from_bits(x << 16), ck_from_bits(y << 16), even));
        odd = tile_flushed(
            __builtin_fmaf(ck_from_bits(x & 0xFFFF0000u), ck_from_bits(y & 0xFFFF0000u), odd));
      }
      sum->row[m][n] = ck_to_bits(tile_flushed(ck_from_bits(sum->row[m][n]) + tile_flushed(even + odd)));
    }
  }
}

#define TILES_NAME ck_block_tiles
#define TILES_TARGET
#define TILES_BEGIN tile tiles[8];
#define TILES_END
#define TILE_ZERO(t) memset(&tiles[t], 0, sizeof(tile))
#define TILE_LOAD(t, address, step) tile_load(&tiles[t], address, step)
#define TILE_STORE(t, address, step) tile_store(&tiles[t], address, step)
#define TILE_PRODUCT(sum, a, b) tile_product(&tiles[sum], &tiles[a], &tiles[b])
#include "bf16_tiles.h"

#if THERIAC_BF16_X86

#include <immintrin.h>

/// Palette 1, eight tiles of 16 rows of 64 bytes: the layout that LDTILECFG reads.
static const struct __attribute__((aligned(64), packed)) {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} full_tiles = {
    .palette = 1,
    .row_bytes = {64, 64, 64, 64, 64, 64, 64, 64},
    .rows = {16, 16, 16, 16, 16, 16, 16, 16},
};
_Static_assert(sizeof full_tiles == 64, "LDTILECFG reads 64 bytes");

// The configuration belongs to the thread; it lasts for one call and leaves no state behind.
#define TILES_NAME ck_block_amx
#define TILES_TARGET CK_AMX_BF16
#define TILES_BEGIN _tile_loadconfig(&full_tiles);
#define TILES_END _tile_release();
#define TILE_ZERO(t) _tile_zero(t)
#define TILE_LOAD(t, address, step) _tile_loadd(t, address, (size_t)(step))
#define TILE_STORE(t, address, step) _tile_stored(t, address, (size_t)(step))
#define TILE_PRODUCT(sum, a, b) _tile_dpbf16ps(sum, a, b)
#include "bf16_tiles.h"

#endif
