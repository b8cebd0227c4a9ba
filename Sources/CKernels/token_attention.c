#include "token_tiles.h"

long ck_token_scratch(const ck_token_inputs *inputs) {
  ck_token_tile tile;
  return ck_divide_scratch(inputs, NULL, &tile);
}

/// The dropout factors of columns first ..< first + count of a row; factors[0] is for the returned column.
CK_INLINE long mask_factors(const ck_dropout_plan *plan, long row, long first, long count, float *factors) {
  const long start = first / 64, end = (first + count + 63) / 64;
  for (long group = start; group < end; group++) ck_factors64(plan, row, group, factors + 64 * (group - start));
  return start * 64;
}

/// Marks a probability that is dropped.
CK_INLINE float marked(float p, const ck_dropout_plan *plan, long row, long column) {
  float factors[64];
  if (!plan) return p;
  ck_factors64(plan, row, column / 64, factors);
  return factors[column % 64] == 0 ? -p : p;
}

/// Softmax of one row and head. `x` has the products with the keys and receives what the values are multiplied with;
/// returns the sum of the tokens' probabilities that count.
CK_INLINE float row_softmax(
    const ck_token_inputs *in, const ck_token_tile *tile, const ck_token_probabilities *out,
    const ck_dropout_plan *plan, long row, long head, const float *q, const float *p, float *x) {
  const long tokens = in->tokens, padded = tile->padded, width = in->width, heads = in->heads;
  const long place = row * tile->columns + head * width, first = head * (1 + in->sets + tokens);
  const float type = ck_dot_row(q, in->type_key + head * width, width);
  float own = ck_dot_row(q, in->self_key + place, width), sum = 0;
  CK_SIMD for (long t = 0; t < padded; t++) x[t] = p[t] * x[t] + type;
  for (long t = tokens; t < padded; t++) x[t] = -__builtin_inff();
  float largest = ck_largest(x, tokens);
  largest = own > largest ? own : largest;
  for (long m = in->offsets[row]; m < in->offsets[row + 1]; m++) {
    float score = ck_dot_row(q, in->set_keys + (in->members[m] * heads + head) * width, width);
    out->members[m * heads + head] = score;
    largest = score > largest ? score : largest;
  }
  _Pragma("omp simd reduction(+ : sum)") for (long t = 0; t < padded; t++) {
    float e = ck_exp(x[t] - largest);
    x[t] = e;
    sum += e;
  }
  own = ck_exp(own - largest);
  sum += own;
  for (long m = in->offsets[row]; m < in->offsets[row + 1]; m++) {
    float e = ck_exp(out->members[m * heads + head] - largest);
    out->members[m * heads + head] = e;
    sum += e;
  }
  const float inverse = 1.0f / sum;
  out->own[row * heads + head] = marked(own * inverse, plan, row, first);
  for (long m = in->offsets[row]; m < in->offsets[row + 1]; m++) {
    float *e = out->members + m * heads + head;
    *e = marked(*e * inverse, plan, row, first + 1 + in->members[m]);
  }
  float *kept = out->tokens + (row * heads + head) * padded;
  const v16 inverses = broadcast16(inverse);
  v16 all = (v16){0};
  if (plan) {
    const long begin = first + 1 + in->sets;
    const float *factors = tile->factors + (begin - mask_factors(plan, row, begin, tokens, tile->factors));
    const v16 factor = broadcast16(plan->factor);
    for (long t = 0; t < padded; t += 16) {
      const v16 a = load16(x + t) * inverses;
      const i16 drops = (i16)(load16(factors + t) == 0);
      const v16 counted = keep16(a * factor, ~drops);
      store16(kept + t, (v16)((i16)a ^ (drops & CK_SIGNS)));
      store16(x + t, counted * load16(p + t));
      all += counted;
    }
  } else {
    for (long t = 0; t < padded; t += 16) {
      const v16 a = load16(x + t) * inverses;
      store16(kept + t, a);
      store16(x + t, a * load16(p + t));
      all += a;
    }
  }
  return ck_sum_lanes(&all);
}

CK_CLONES void ck_token_attention(
    const ck_token_inputs *in, float *y, const ck_token_probabilities *out, const ck_dropout_plan *plan,
    float *scratch) {
  ck_token_tile tile;
  ck_divide_scratch(in, scratch, &tile);
  const long tokens = in->tokens, width = in->width, heads = in->heads;
  const long columns = tile.columns, padded = tile.padded, vector = tile.vector;
  const float factor = plan ? plan->factor : 1.0f;
  ck_pack_columns(in->token_keys, tile.keys_t, tokens, columns, padded);
  ck_pack_heads(in->token_values, tile.packed, tokens, heads, width, vector);
  for (long t = 0; t < padded + 128; t++) tile.factors[t] = 0;
  for (long start = 0; start < in->rows; start += TILE) {
    const long rows = in->rows - start < TILE ? in->rows - start : TILE;
    const float *query = in->query + start * columns;
    CK_SIMD for (long c = 0; c < rows * columns; c++) tile.query[c] = query[c] * in->scale;
    for (long i = 0; i < rows; i++) {
      const float *p = in->weights + (start + i) * tokens;
      CK_SIMD for (long t = 0; t < tokens; t++) tile.weights[i * padded + t] = p[t];
      for (long t = tokens; t < padded; t++) tile.weights[i * padded + t] = 0;
    }
    for (long h = 0; h < heads; h++) {
      ck_scores(tile.query + h * width, columns, tile.keys_t + h * width * padded, padded, width, tile.scores, rows);
      for (long i = 0; i < rows; i++) {
        tile.all[i] = row_softmax(
            in, &tile, out, plan, start + i, h, tile.query + i * columns + h * width, tile.weights + i * padded,
            tile.scores + i * padded);
      }
      ck_context(tile.scores, padded, tile.packed + h * tokens * vector, vector, tokens, tile.context, rows);
      for (long i = 0; i < rows; i++) {
        const long row = start + i, place = row * columns + h * width;
        const float own = ck_kept(out->own[row * heads + h], factor), all = tile.all[i];
        const float *type = in->type_value + h * width, *self = in->self_value + place;
        const float *context = tile.context + i * vector;
        float *to = y + place;
        ck_set_row_scaled(own, self, to, width);
        ck_add_row_scaled(all, type, to, width);
        ck_add_row_scaled(1, context, to, width);
        for (long m = in->offsets[row]; m < in->offsets[row + 1]; m++) {
          const float weight = ck_kept(out->members[m * heads + h], factor);
          const float *value = in->set_values + (in->members[m] * heads + h) * width;
          ck_add_row_scaled(weight, value, to, width);
        }
      }
    }
  }
}
