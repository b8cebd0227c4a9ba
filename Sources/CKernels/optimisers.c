#include "support.h"

CK_CLONES void ck_adam(
    const ck_adam_rule *rule, float *weights, const float *gradients, float *mean, float *square, long count) {
  const float rest1 = rule->rest1, beta2 = rule->beta2, rest2 = rule->rest2;
  const float epsilon = rule->epsilon, rate = rule->rate, root = 1.0f / rule->root_correction;
  const float decay = rule->coupled_decay, keep = rule->weight_factor;
  CK_SIMD for (long i = 0; i < count; i++) {
    float w = weights[i], g = gradients[i] + decay * w;
    float m = mean[i] + rest1 * (g - mean[i]);
    float v = beta2 * square[i] + rest2 * g * g;
    mean[i] = m;
    square[i] = v;
    weights[i] = keep * w - rate * m / (__builtin_sqrtf(v) * root + epsilon);
  }
}

/// One step of `count` weights; the gradients are in a small array.
CK_INLINE void adam_block(
    const ck_adam_rule *rule, float root, float *w, float *m, float *v, const float *gradient, const long count) {
  const float rest1 = rule->rest1, beta2 = rule->beta2, rest2 = rule->rest2;
  const float epsilon = rule->epsilon, rate = rule->rate;
  const float decay = rule->coupled_decay, keep = rule->weight_factor;
  CK_SIMD for (long c = 0; c < count; c++) {
    float weight = w[c], g = gradient[c] + decay * weight;
    float first = m[c] + rest1 * (g - m[c]);
    float second = beta2 * v[c] + rest2 * g * g;
    m[c] = first;
    v[c] = second;
    w[c] = keep * weight - rate * first / (__builtin_sqrtf(second) * root + epsilon);
  }
}

/// Rows of the weight whose gradients are formed together.
enum { TOGETHER = 6 };

/// gradient [outputs, 64] = dyᵀ x for 64 columns of x and some columns of dy.
CK_INLINE void factor_block(
    const float *x, const float *dy, float *gradient, long rows, long inputs, long outputs, const int count) {
  v16 sum[TOGETHER][4];
  for (int o = 0; o < count; o++) {
    for (int j = 0; j < 4; j++) sum[o][j] = (v16){0};
  }
  for (long r = 0; r < rows; r++) {
    v16 in[4];
    for (int j = 0; j < 4; j++) in[j] = load16(x + r * inputs + 16 * j);
    for (int o = 0; o < count; o++) {
      v16 slope = broadcast16(dy[r * outputs + o]);
      for (int j = 0; j < 4; j++) sum[o][j] += in[j] * slope;
    }
  }
  for (int o = 0; o < count; o++) {
    for (int j = 0; j < 4; j++) store16(gradient + 64 * o + 16 * j, sum[o][j]);
  }
}

/// The weights, means and squares of `count` rows, 64 columns from `place` on: asked for while others are computed.
CK_INLINE void prefetch_block(const float *w, const float *m, const float *v, long inputs, const int count) {
  for (int o = 0; o < count; o++) {
    for (int line = 0; line < 64; line += 16) {
      __builtin_prefetch(w + o * inputs + line, 1);
      __builtin_prefetch(m + o * inputs + line, 1);
      __builtin_prefetch(v + o * inputs + line, 1);
    }
  }
}

/// Columns `from` ..< `to` of `count` rows of the weight from row `o` on.
CK_INLINE void factor_rows(
    const ck_adam_rule *rule, float root, float *weights, float *mean, float *square, const float *x, const float *dy,
    long rows, long inputs, long outputs, long o, long from, long to, const int count) {
  float gradient[TOGETHER * 64];
  long start = from;
  for (; start + 64 <= to; start += 64) {
    const long place = o * inputs + start;
    if (start + 128 <= to) prefetch_block(weights + place + 64, mean + place + 64, square + place + 64, inputs, count);
    factor_block(x + start, dy + o, gradient, rows, inputs, outputs, count);
    for (int i = 0; i < count; i++) {
      const long own = place + i * inputs;
      adam_block(rule, root, weights + own, mean + own, square + own, gradient + 64 * i, 64);
    }
  }
  const long rest = to - start;
  for (int i = 0; rest > 0 && i < count; i++) {
    const long own = (o + i) * inputs + start;
    for (long c = 0; c < rest; c++) gradient[c] = 0;
    for (long r = 0; r < rows; r++) {
      const float slope = dy[r * outputs + o + i];
      CK_SIMD for (long c = 0; c < rest; c++) gradient[c] += x[r * inputs + start + c] * slope;
    }
    adam_block(rule, root, weights + own, mean + own, square + own, gradient, rest);
  }
}

CK_CLONES void ck_adam_factors(
    const ck_adam_rule *rule, float *weights, float *mean, float *square, const float *x, const float *dy, long rows,
    long inputs, long outputs, long first, long last) {
  const ck_adam_rule own = *rule;
  const float root = 1.0f / own.root_correction;
  // As many columns of x at a time as leave room in the second cache, and long runs of the weights.
  const long fit = 16384 / (rows > 0 ? rows : 1) / 64 * 64, block = fit > 256 ? fit : 256;
  for (long from = 0; from < inputs; from += block) {
    const long to = from + block < inputs ? from + block : inputs;
    long o = first;
    for (; o + TOGETHER <= last; o += TOGETHER) {
      factor_rows(&own, root, weights, mean, square, x, dy, rows, inputs, outputs, o, from, to, TOGETHER);
    }
    for (; o < last; o++) {
      factor_rows(&own, root, weights, mean, square, x, dy, rows, inputs, outputs, o, from, to, 1);
    }
  }
}

CK_CLONES void ck_momentum(
    float rate, float momentum, float decay, float *weights, const float *gradients, float *velocity, long count) {
  CK_SIMD for (long i = 0; i < count; i++) {
    float u = momentum * velocity[i] + gradients[i] + decay * weights[i];
    velocity[i] = u;
    weights[i] -= rate * u;
  }
}
