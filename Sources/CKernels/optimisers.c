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

CK_CLONES void ck_adam_factors(
    const ck_adam_rule *rule, float *weights, float *mean, float *square, const float *x, const float *dy, long rows,
    long inputs, long outputs, long first, long last) {
  const ck_adam_rule own = *rule;
  const float root = 1.0f / own.root_correction;
  float gradient[64];
  // As many columns of x at a time as leave room in the first cache.
  const long fit = 4096 / (rows > 0 ? rows : 1) / 64 * 64, block = fit > 64 ? fit : 64;
  for (long from = 0; from < inputs; from += block) {
    const long to = from + block < inputs ? from + block : inputs;
    for (long o = first; o < last; o++) {
      const long place = o * inputs;
      long start = from;
      for (; start + 64 <= to; start += 64) {
        v16 sum[4] = {{0}, {0}, {0}, {0}};
        for (long r = 0; r < rows; r++) {
          const float slope = dy[r * outputs + o];
          for (int j = 0; j < 4; j++) sum[j] += load16(x + r * inputs + start + 16 * j) * slope;
        }
        for (int j = 0; j < 4; j++) store16(gradient + 16 * j, sum[j]);
        adam_block(&own, root, weights + place + start, mean + place + start, square + place + start, gradient, 64);
      }
      const long count = to - start;
      if (count <= 0) continue;
      for (long c = 0; c < count; c++) gradient[c] = 0;
      for (long r = 0; r < rows; r++) {
        const float slope = dy[r * outputs + o];
        CK_SIMD for (long c = 0; c < count; c++) gradient[c] += x[r * inputs + start + c] * slope;
      }
      adam_block(&own, root, weights + place + start, mean + place + start, square + place + start, gradient, count);
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
