// The portable twin of the bf16 products: the arithmetic of `vdpbf16ps`, number by number.

#include <string.h>

#include "bf16.h"
#include "support.h"

/// Rounded to nearest, ties to even; NaN stays NaN, subnormal numbers become 0.
static uint16_t rounded(float value) {
  uint32_t bits = ck_to_bits(value), magnitude = bits & 0x7FFFFFFFu;
  if (magnitude > 0x7F800000u) return (uint16_t)(bits >> 16 | 0x40);
  if (magnitude < 0x00800000u) return (uint16_t)(bits >> 16 & 0x8000u);
  return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

void ck_bf16_round(const float *x, uint16_t *out, long count) {
  for (long i = 0; i < count; i++) out[i] = rounded(x[i]);
}

static uint16_t element(const float *x, long ld, long rows, long columns, long r, long c) {
  return r < rows && c < columns ? rounded(x[r * ld + c]) : 0;
}

static void convert(const float *x, long ld, long rows, long columns, uint16_t *out, long out_step, long out_rows) {
  for (long r = 0; r < out_rows; r++) {
    for (long c = 0; c < out_step; c++) out[r * out_step + c] = element(x, ld, rows, columns, r, c);
  }
}

static void pair_rows(const float *x, long ld, long rows, long columns, uint32_t *out, long out_step, long pairs) {
  for (long p = 0; p < pairs; p++) {
    for (long c = 0; c < out_step; c++) {
      out[p * out_step + c] = element(x, ld, rows, columns, 2 * p, c)
          | (uint32_t)element(x, ld, rows, columns, 2 * p + 1, c) << 16;
    }
  }
}

static void pair_columns(const float *x, long ld, long rows, long columns, uint32_t *out, long out_step, long pairs) {
  for (long p = 0; p < pairs; p++) {
    for (long r = 0; r < out_step; r++) {
      out[p * out_step + r] = element(x, ld, rows, columns, r, 2 * p)
          | (uint32_t)element(x, ld, rows, columns, r, 2 * p + 1) << 16;
    }
  }
}

static void pair_rows_transposed(
    const float *x, long ld, long rows, long columns, uint32_t *out, long out_rows, long pairs) {
  for (long c = 0; c < out_rows; c++) {
    for (long p = 0; p < pairs; p++) {
      out[c * pairs + p] = element(x, ld, rows, columns, 2 * p, c)
          | (uint32_t)element(x, ld, rows, columns, 2 * p + 1, c) << 16;
    }
  }
}

const ck_packing ck_packing_plain = {convert, pair_rows, pair_columns, pair_rows_transposed};

static float widened(uint32_t bits) { return ck_from_bits(bits << 16); }
static float flushed(float value) { return __builtin_fabsf(value) < 0x1p-126f ? value * 0.0f : value; }

void ck_block_plain(const ck_block *block) {
  for (long panel = 0; panel < block->n; panel += panel_columns) {
    long columns = ck_least(block->n - panel, panel_columns), width = ck_up(columns, 16);
    const uint32_t *b = block->b + panel * block->pairs;
    for (long i = 0; i < block->m; i++) {
      float *c = block->c + i * block->ldc + panel;
      for (long j = 0; j < columns; j++) {
        float sum = 0;
        for (long p = 0; p < block->pairs; p++) {
          uint32_t x, y = b[p * width + j];
          memcpy(&x, block->a + i * block->row_step + p * block->pair_step, sizeof x);
          sum = flushed(__builtin_fmaf(widened(x >> 16), widened(y >> 16), sum));
          sum = flushed(__builtin_fmaf(widened(x & 0xFFFF), widened(y & 0xFFFF), sum));
        }
        if (block->bias) sum += block->bias[panel + j];
        c[j] = block->accumulate ? c[j] + sum : sum;
      }
    }
  }
}
