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

CK_CLONES void ck_adam_factors(
    const ck_adam_rule *rule, float *weights, float *mean, float *square, const float *x, const float *dy, long rows,
    long inputs, long outputs, long first, long last) {
  const float rest1 = rule->rest1, beta2 = rule->beta2, rest2 = rule->rest2;
  const float epsilon = rule->epsilon, rate = rule->rate, root = 1.0f / rule->root_correction;
  const float decay = rule->coupled_decay, keep = rule->weight_factor;
  float gradient[64];
  for (long o = first; o < last; o++) {
    for (long start = 0; start < inputs; start += 64) {
      const long count = inputs - start < 64 ? inputs - start : 64;
      float *w = weights + o * inputs + start, *m = mean + o * inputs + start, *v = square + o * inputs + start;
      if (count == 64) {
        v16 sum[4] = {{0}, {0}, {0}, {0}};
        for (long r = 0; r < rows; r++) {
          const float slope = dy[r * outputs + o];
          for (int j = 0; j < 4; j++) sum[j] += load16(x + r * inputs + start + 16 * j) * slope;
        }
        for (int j = 0; j < 4; j++) store16(gradient + 16 * j, sum[j]);
      } else {
        for (long c = 0; c < count; c++) gradient[c] = 0;
        for (long r = 0; r < rows; r++) {
          const float slope = dy[r * outputs + o];
          CK_SIMD for (long c = 0; c < count; c++) gradient[c] += x[r * inputs + start + c] * slope;
        }
      }
      CK_SIMD for (long c = 0; c < count; c++) {
        float weight = w[c], g = gradient[c] + decay * weight;
        float first_moment = m[c] + rest1 * (g - m[c]);
        float second_moment = beta2 * v[c] + rest2 * g * g;
        m[c] = first_moment;
        v[c] = second_moment;
        w[c] = keep * weight - rate * first_moment / (__builtin_sqrtf(second_moment) * root + epsilon);
      }
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
