#include "activations.h"

// What stands behind the product of a linear layer, dropout(f(x + bias)), in one pass, and its gradient. Rows are taken in
// blocks that stay in the second cache, columns in groups of 64, whose share of the random numbers is made once a block.
enum { ROWS = 32 };

typedef struct {
  const ck_dropout_plan *plan;  // NULL keeps all
  ck_group group;
  const float *bias;
  long count;                   // columns of this group, up to 64
  float factors[64], zeros[64];
} chunk;

CK_INLINE void begin_chunk(chunk *at, const float *bias, long start, long width) {
  at->count = width - start < 64 ? width - start : 64;
  at->bias = bias ? bias + start : at->zeros;
  if (at->plan) ck_begin_group(at->plan, (uint32_t)(start / 64), &at->group);
}

CK_INLINE void begin(chunk *at, const ck_dropout_plan *plan) {
  at->plan = plan;
  // Without dropout every factor is 1; without a bias -0 is added, which changes no number.
  for (int c = 0; c < 64; c++) {
    at->factors[c] = 1;
    at->zeros[c] = -0.0f;
  }
}

CK_INLINE void values(
    int kind, float parameter, const float *x, const float *bias, const float *factors, float *out, const long count) {
#define CK_USE(NAME)                                   \
  CK_SIMD for (long c = 0; c < count; c++) {           \
    float v = x[c] + bias[c], y = CK_VALUE_##NAME(v);  \
    out[c] = factors[c] != 0 ? y * factors[c] : 0;     \
  }
  CK_EACH_ACTIVATION(kind, CK_USE)
#undef CK_USE
}

CK_INLINE void slopes(
    int kind, float parameter, const float *x, const float *bias, const float *factors, const float *dy, float *g,
    const long count) {
#define CK_USE(NAME)                                                     \
  CK_SIMD for (long c = 0; c < count; c++) {                             \
    float v = x[c] + bias[c], y = CK_VALUE_##NAME(v);                    \
    float slope = CK_SLOPE_##NAME(v, y);                                 \
    (void)y;                                                             \
    g[c] = slope * (factors[c] != 0 ? dy[c] * factors[c] : 0);           \
  }
  CK_EACH_ACTIVATION(kind, CK_USE)
#undef CK_USE
}

CK_CLONES void ck_bias_activate(
    int kind, float parameter, const float *x, const float *bias, float *out, long rows, long width,
    const ck_dropout_plan *plan) {
  chunk at;
  begin(&at, plan);
  for (long first = 0; first < rows; first += ROWS) {
    const long last = first + ROWS < rows ? first + ROWS : rows;
    for (long start = 0; start < width; start += 64) {
      begin_chunk(&at, bias, start, width);
      for (long r = first; r < last; r++) {
        const long place = r * width + start;
        if (plan) ck_group_factors(plan, &at.group, r, at.factors);
        if (at.count == 64) {
          values(kind, parameter, x + place, at.bias, at.factors, out + place, 64);
        } else {
          values(kind, parameter, x + place, at.bias, at.factors, out + place, at.count);
        }
      }
    }
  }
}

CK_CLONES void ck_bias_activate_gradient(
    int kind, float parameter, const float *x, const float *bias, const float *dy, float *g, long rows, long width,
    const ck_dropout_plan *plan) {
  chunk at;
  begin(&at, plan);
  for (long first = 0; first < rows; first += ROWS) {
    const long last = first + ROWS < rows ? first + ROWS : rows;
    for (long start = 0; start < width; start += 64) {
      begin_chunk(&at, bias, start, width);
      for (long r = first; r < last; r++) {
        const long place = r * width + start;
        if (plan) ck_group_factors(plan, &at.group, r, at.factors);
        if (at.count == 64) {
          slopes(kind, parameter, x + place, at.bias, at.factors, dy + place, g + place, 64);
        } else {
          slopes(kind, parameter, x + place, at.bias, at.factors, dy + place, g + place, at.count);
        }
      }
    }
  }
}
