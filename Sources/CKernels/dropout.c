#include "support.h"

CK_CLONES void ck_dropout(
    const float *x, float *out, long rows, long width, const ck_dropout_plan *plan, int accumulate) {
  float factors[64];
  for (long r = 0; r < rows; r++) {
    for (long start = 0; start < width; start += 64) {
      ck_factors64(plan, r, start / 64, factors);
      long count = width - start < 64 ? width - start : 64;
      const float *in = x + r * width + start;
      float *to = out + r * width + start;
      // A select, not a product: what is dropped is 0 even where x is NaN or infinite.
      if (accumulate) {
        CK_SIMD for (long c = 0; c < count; c++) to[c] += factors[c] != 0 ? in[c] * factors[c] : 0;
      } else {
        CK_SIMD for (long c = 0; c < count; c++) to[c] = factors[c] != 0 ? in[c] * factors[c] : 0;
      }
    }
  }
}
