#include "token_tiles.h"

typedef struct {
  const ck_token_inputs *in;
  const ck_token_probabilities *probabilities;
  const ck_token_gradients *gradients;
  float factor;
} gradient_pass;

/// Adds slope * key to dq and slope * q to the key's gradient; q and dq are those of the scaled query.
CK_INLINE void score_gradient(
    float slope, const float *q, const float *key, float *dq, float *d_key, long width) {
  ck_add_row_scaled(slope, key, dq, width);
  ck_add_row_scaled(slope, q, d_key, width);
}

CK_INLINE float through(float p, float slope, float factor) { return ck_is_dropped(p) ? 0 : factor * slope; }

/// The gradient of one row and head. Before: `scores` has the row's products with the keys, `values` those of dy with
/// the values. After: `scores` has the slopes of the scores times p, `counted` the probabilities that count times p, and
/// dq (of the scaled query) what all but the tokens give.
CK_INLINE void row_gradient(
    const gradient_pass *pass, ck_token_tile *tile, long row, long i, long head, float *dq) {
  const ck_token_inputs *in = pass->in;
  const ck_token_gradients *d = pass->gradients;
  const long width = in->width, heads = in->heads, padded = tile->padded;
  const long place = row * tile->columns + head * width, column = head * width;
  const float factor = pass->factor;
  const float *q = tile->query + i * tile->columns + column, *dy = tile->slope + i * tile->columns + column;
  const float *p = tile->weights + i * padded;
  const float *tokens = pass->probabilities->tokens + (row * heads + head) * padded;
  float *x = tile->scores + i * padded, *g = tile->values + i * padded, *counted = tile->counted + i * padded;
  float *dp = tile->d_weights + i * padded;

  const float type = ck_dot_row(dy, in->type_value + column, width), own = pass->probabilities->own[row * heads + head];
  const float own_slope = through(own, ck_dot_row(dy, in->self_value + place, width), factor);
  const v16 factors = broadcast16(factor), types = broadcast16(type);
  v16 inners = (v16){0}, alls = (v16){0}, totals = (v16){0};
  for (long t = 0; t < padded; t += 16) {
    const v16 a = load16(tokens + t), product = load16(g + t), weight = load16(p + t);
    const i16 dropped = ck_dropped16(a);
    const v16 keeps = keep16(a * factors, ~dropped), slope = keep16(factors * (weight * product + types), ~dropped);
    alls += keeps;
    inners += (v16)((i16)a ^ (dropped & CK_SIGNS)) * slope;
    store16(dp + t, load16(dp + t) + keeps * product);
    store16(counted + t, keeps * weight);
    store16(g + t, slope);
  }
  const float all = ck_sum_lanes(&alls);
  float inner = ck_sum_lanes(&inners);
  inner += ck_magnitude(own) * own_slope;
  const long first = in->offsets[row], last = in->offsets[row + 1];
  for (long m = first; m < last; m++) {
    const float a = pass->probabilities->members[m * heads + head];
    const float *value = in->set_values + (in->members[m] * heads + head) * width;
    inner += ck_magnitude(a) * through(a, ck_dot_row(dy, value, width), factor);
  }
  const v16 center = broadcast16(inner);
  for (long t = 0; t < padded; t += 16) {
    const v16 a = load16(tokens + t), weight = load16(p + t);
    const v16 slope = (v16)((i16)a ^ (ck_dropped16(a) & CK_SIGNS)) * (load16(g + t) - center);
    totals += slope;
    store16(dp + t, load16(dp + t) + slope * load16(x + t));
    store16(x + t, slope * weight);
  }
  const float total = ck_sum_lanes(&totals);
  for (long c = 0; c < width; c++) dq[c] = d->self_key[place + c] = 0;
  ck_set_row_scaled(ck_kept(own, factor), dy, d->self_value + place, width);
  ck_add_row_scaled(all, dy, d->type_value + column, width);
  score_gradient(ck_magnitude(own) * (own_slope - inner), q, in->self_key + place, dq, d->self_key + place, width);
  score_gradient(total, q, in->type_key + column, dq, d->type_key + column, width);
  for (long m = first; m < last; m++) {
    const long at = (in->members[m] * heads + head) * width;
    const float a = pass->probabilities->members[m * heads + head], keeps = ck_kept(a, factor);
    const float slope = through(a, ck_dot_row(dy, in->set_values + at, width), factor);
    score_gradient(ck_magnitude(a) * (slope - inner), q, in->set_keys + at, dq, d->set_keys + at, width);
    ck_add_row_scaled(keeps, dy, d->set_values + at, width);
  }
}

CK_INLINE void clear(float *x, long count) {
  CK_SIMD for (long i = 0; i < count; i++) x[i] = 0;
}

CK_CLONES void ck_token_attention_gradient(
    const ck_token_inputs *in, const float *dy, const ck_token_probabilities *probabilities, float factor,
    const ck_token_gradients *gradients, float *scratch) {
  ck_token_tile tile;
  ck_divide_scratch(in, scratch, &tile);
  const long tokens = in->tokens, width = in->width, heads = in->heads;
  const long columns = tile.columns, padded = tile.padded, vector = tile.vector;
  const gradient_pass pass = {in, probabilities, gradients, factor};
  ck_pack_columns(in->token_keys, tile.keys_t, tokens, columns, padded);
  ck_pack_columns(in->token_values, tile.values_t, tokens, columns, padded);
  ck_pack_heads(in->token_keys, tile.packed, tokens, heads, width, vector);
  clear(tile.d_keys_t, columns * padded);
  clear(tile.d_values_t, columns * padded);
  clear(gradients->set_keys, in->sets * columns);
  clear(gradients->set_values, in->sets * columns);
  clear(gradients->type_key, columns);
  clear(gradients->type_value, columns);
  for (long start = 0; start < in->rows; start += TILE) {
    const long rows = in->rows - start < TILE ? in->rows - start : TILE;
    const float *query = in->query + start * columns, *slope = dy + start * columns;
    CK_SIMD for (long c = 0; c < rows * columns; c++) {
      tile.query[c] = query[c] * in->scale;
      tile.slope[c] = slope[c];
    }
    for (long i = 0; i < rows; i++) {
      const float *p = in->weights + (start + i) * tokens;
      CK_SIMD for (long t = 0; t < tokens; t++) tile.weights[i * padded + t] = p[t];
      for (long t = tokens; t < padded; t++) tile.weights[i * padded + t] = 0;
    }
    clear(tile.d_weights, rows * padded);
    for (long h = 0; h < heads; h++) {
      const float *q = tile.query + h * width, *s = tile.slope + h * width;
      const long part = h * width * padded;
      ck_scores(q, columns, tile.keys_t + part, padded, width, tile.scores, rows);
      ck_scores(s, columns, tile.values_t + part, padded, width, tile.values, rows);
      for (long i = 0; i < rows; i++) {
        row_gradient(&pass, &tile, start + i, i, h, gradients->query + (start + i) * columns + h * width);
      }
      ck_outer(q, columns, tile.scores, padded, width, tile.d_keys_t + part, rows);
      ck_outer(s, columns, tile.counted, padded, width, tile.d_values_t + part, rows);
      ck_context(tile.scores, padded, tile.packed + h * tokens * vector, vector, tokens, tile.context, rows);
      for (long i = 0; i < rows; i++) {
        float *dq = gradients->query + (start + i) * columns + h * width;
        const float *context = tile.context + i * vector;
        ck_add_row_scaled(1, context, dq, width);
        ck_set_row_scaled(in->scale, dq, dq, width);
      }
    }
    for (long i = 0; i < rows; i++) {
      float *dp = gradients->weights + (start + i) * tokens;
      CK_SIMD for (long t = 0; t < tokens; t++) dp[t] = tile.d_weights[i * padded + t];
    }
  }
  ck_transpose_rows(tile.d_keys_t, padded, gradients->token_keys, columns, columns, tokens);
  ck_transpose_rows(tile.d_values_t, padded, gradients->token_values, columns, columns, tokens);
}
