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

CK_CLONES void ck_momentum(
    float rate, float momentum, float decay, float *weights, const float *gradients, float *velocity, long count) {
  CK_SIMD for (long i = 0; i < count; i++) {
    float u = momentum * velocity[i] + gradients[i] + decay * weights[i];
    velocity[i] = u;
    weights[i] -= rate * u;
  }
}
