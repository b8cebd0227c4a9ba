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

/// Rows of the weight whose gradients are formed together, and columns.
enum { TOGETHER = 6, STRIP = 64 };

/// The weights of a layer and what Adam keeps of them `[outputs, inputs]`, and the factors of their gradient.
typedef struct {
  const ck_adam_rule *rule;
  float root;
  float *w, *m, *v;
  const float *x, *dy;
  long rows, inputs, outputs;
} adam_layer;

/// A block of the weight: rows from `o` on, 64 columns from `start` on.
typedef struct {
  long o, start;
} adam_place;

/// The sixteen weights number `t` of a block of whole strips step; their gradients lie in `gradient`.
CK_INLINE void adam_vector(const adam_layer *layer, const float *gradient, adam_place at, long t) {
  const long place = (at.o + t / 4) * layer->inputs + at.start + 16 * (t % 4);
  adam_block(layer->rule, layer->root, layer->w + place, layer->m + place, layer->v + place, gradient + 16 * t, 16);
}

/// gradient [count, 64] = dyᵀ x for the block `at`. On the way the block before steps, whose gradients are `done`, and
/// the block after the next is asked for: multiplication, division and memory work at once.
CK_INLINE void factor_block(
    const adam_layer *layer, float *gradient, adam_place at, const float *done, adam_place before, adam_place ahead,
    const int count) {
  const float *x = layer->x + at.start, *dy = layer->dy + at.o;
  const long rows = layer->rows, inputs = layer->inputs, outputs = layer->outputs;
  v16 sum[TOGETHER][4];
  for (int o = 0; o < count; o++) {
    for (int j = 0; j < 4; j++) sum[o][j] = (v16){0};
  }
#define ROW()                                                                 \
  {                                                                           \
    v16 in[4];                                                                \
    for (int j = 0; j < 4; j++) in[j] = load16(x + 16 * j);                   \
    for (int o = 0; o < count; o++) {                                         \
      v16 slope = broadcast16(dy[o]);                                         \
      for (int j = 0; j < 4; j++) sum[o][j] += in[j] * slope;                 \
    }                                                                         \
    x += inputs;                                                              \
    dy += outputs;                                                            \
  }
  const long share = rows / (4 * count);
  for (long i = 0; done && i < count; i++) {
    const long next = (ahead.o + i) * inputs + ahead.start, own = (before.o + i) * inputs + before.start;
    for (long c = 0; c < STRIP; c += 16) {
      for (long r = 0; r < share; r++) ROW();
      __builtin_prefetch(layer->w + next + c, 1);
      __builtin_prefetch(layer->m + next + c, 1);
      __builtin_prefetch(layer->v + next + c, 1);
      adam_block(
        layer->rule, layer->root, layer->w + own + c, layer->m + own + c, layer->v + own + c, done + STRIP * i + c, 16);
    }
  }
  for (long r = done ? 4 * count * share : 0; r < rows; r++) ROW();
#undef ROW
  for (int o = 0; o < count; o++) {
    for (int j = 0; j < 4; j++) store16(gradient + STRIP * o + 16 * j, sum[o][j]);
  }
}

CK_INLINE adam_place next_place(adam_place at, long from, long to, const int count) {
  at.start += STRIP;
  if (at.start + STRIP > to) at = (adam_place){at.o + count, from};
  return at;
}

/// Whole strips of the columns `from` ..< `to` for groups of `count` rows: all of `first` ..< `last` that fill groups.
CK_INLINE void factor_groups(const adam_layer *layer, long first, long last, long from, long to, const int count) {
  float gradients[2][TOGETHER * STRIP];
  const float *done = NULL;
  adam_place before = {0, 0}, at = {first, from};
  if (from + STRIP > to) return;
  for (int turn = 0; at.o + count <= last; turn ^= 1) {
    const adam_place next = next_place(at, from, to, count);
    adam_place ahead = next_place(next, from, to, count);
    if (ahead.o + count > last) ahead = at;
    factor_block(layer, gradients[turn], at, done, before, ahead, count);
    done = gradients[turn];
    before = at;
    at = next;
  }
  for (long t = 0; done && t < 4 * count; t++) adam_vector(layer, done, before, t);
}

/// The columns behind the last whole strip.
CK_INLINE void factor_rest(const adam_layer *layer, long first, long last, long from, long to) {
  float gradient[STRIP];
  const long rest = to - from;
  for (long o = first; rest > 0 && o < last; o++) {
    const long own = o * layer->inputs + from;
    for (long c = 0; c < rest; c++) gradient[c] = 0;
    for (long r = 0; r < layer->rows; r++) {
      const float slope = layer->dy[r * layer->outputs + o], *in = layer->x + r * layer->inputs + from;
      CK_SIMD for (long c = 0; c < rest; c++) gradient[c] += in[c] * slope;
    }
    adam_block(layer->rule, layer->root, layer->w + own, layer->m + own, layer->v + own, gradient, rest);
  }
}

CK_CLONES void ck_adam_factors(
    const ck_adam_rule *rule, float *weights, float *mean, float *square, const float *x, const float *dy, long rows,
    long inputs, long outputs, long first, long last) {
  const ck_adam_rule own = *rule;
  const adam_layer layer = {&own, 1.0f / own.root_correction, weights, mean, square, x, dy, rows, inputs, outputs};
  // As many columns of x at a time as leave room in the second cache, and long runs of the weights.
  const long fit = 16384 / (rows > 0 ? rows : 1) / STRIP * STRIP, block = fit > 256 ? fit : 256;
  const long grouped = first + (last - first) / TOGETHER * TOGETHER, paired = grouped + (last - grouped) / 2 * 2;
  for (long from = 0; from < inputs; from += block) {
    const long to = from + block < inputs ? from + block : inputs;
    factor_groups(&layer, first, grouped, from, to, TOGETHER);
    factor_groups(&layer, grouped, paired, from, to, 2);
    factor_groups(&layer, paired, last, from, to, 1);
    factor_rest(&layer, first, last, from + (to - from) / STRIP * STRIP, to);
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
