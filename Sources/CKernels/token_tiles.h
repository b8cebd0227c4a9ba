#ifndef THERIAC_CKERNELS_TOKEN_TILES_H
#define THERIAC_CKERNELS_TOKEN_TILES_H

#include "ck_attention.h"
#include "lanes.h"
#include "transpose.h"

// Products between a tile of queries and the tokens of one head, whose keys and values stay in the second cache. Every
// element is summed in one order, whatever rows stand beside it.

/// Rows of a tile: its scores stay in the first two caches.
enum { TILE = 16 };

CK_INLINE long ck_padded(long count) { return (count + 15) / 16 * 16; }

/// A tile and what is packed once per call.
typedef struct {
  long columns, padded, vector;  // of a row of D; tokens and width of a head, up to a multiple of 16
  float *keys_t, *values_t;      // [D, padded]
  float *packed;                 // [heads, tokens, vector]: values forward, keys backward
  float *d_keys_t, *d_values_t;  // [D, padded]
  float *query, *slope;          // [TILE, D]: queries times the scale, and dy
  float *weights, *d_weights;    // [TILE, padded]
  float *scores, *values, *counted;  // [TILE, padded]
  float *context;                // [TILE, vector]
  float *factors;                // [padded + 128]
  float all[TILE];
} ck_token_tile;

/// Divides `scratch`; returns how many floats it takes, also where `scratch` is NULL.
CK_INLINE long ck_divide_scratch(const ck_token_inputs *in, float *scratch, ck_token_tile *tile) {
  long used = 0;
  tile->columns = in->heads * in->width;
  tile->padded = ck_padded(in->tokens);
  tile->vector = ck_padded(in->width);
#define TAKE(name, count) tile->name = scratch ? scratch + used : NULL, used += ck_padded(count)
  TAKE(keys_t, tile->columns * tile->padded);
  TAKE(values_t, tile->columns * tile->padded);
  TAKE(packed, in->heads * in->tokens * tile->vector);
  TAKE(d_keys_t, tile->columns * tile->padded);
  TAKE(d_values_t, tile->columns * tile->padded);
  TAKE(query, TILE * tile->columns);
  TAKE(slope, TILE * tile->columns);
  TAKE(weights, TILE * tile->padded);
  TAKE(d_weights, TILE * tile->padded);
  TAKE(scores, TILE * tile->padded);
  TAKE(values, TILE * tile->padded);
  TAKE(counted, TILE * tile->padded);
  TAKE(context, TILE * tile->vector);
  TAKE(factors, tile->padded + 128);
#undef TAKE
  return used;
}

/// y [columns, padded] = x [tokens, columns], transposed, with zeros behind the last token.
CK_INLINE void ck_pack_columns(const float *x, float *y, long tokens, long columns, long padded) {
  ck_transpose_rows(x, columns, y, padded, tokens, columns);
  for (long c = 0; c < columns; c++) {
    for (long t = tokens; t < padded; t++) y[c * padded + t] = 0;
  }
}

/// y [heads, tokens, vector] = x [tokens, heads, width], with zeros behind a head's last column.
CK_INLINE void ck_pack_heads(const float *x, float *y, long tokens, long heads, long width, long vector) {
  for (long h = 0; h < heads; h++) {
    for (long t = 0; t < tokens; t++) {
      const float *from = x + (t * heads + h) * width;
      float *to = y + (h * tokens + t) * vector;
      CK_SIMD for (long c = 0; c < width; c++) to[c] = from[c];
      for (long c = width; c < vector; c++) to[c] = 0;
    }
  }
}

CK_INLINE void ck_scores_block(
    const float *a, long stride, const float *b, long padded, long width, float *out, const int m, const int vectors) {
  v16 sum[6][4];
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < vectors; j++) sum[i][j] = (v16){0};
  }
  for (long c = 0; c < width; c++) {
    v16 row[4];
    for (int j = 0; j < vectors; j++) row[j] = load16(b + c * padded + 16 * j);
    for (int i = 0; i < m; i++) {
      v16 x = broadcast16(a[i * stride + c]);
      for (int j = 0; j < vectors; j++) sum[i][j] += x * row[j];
    }
  }
  for (int i = 0; i < m; i++) {
    for (int j = 0; j < vectors; j++) store16(out + i * padded + 16 * j, sum[i][j]);
  }
}

CK_INLINE void ck_scores_rows(
    const float *a, long stride, const float *b, long padded, long width, float *out, const int m) {
  long t = 0;
  for (; t + 64 <= padded; t += 64) ck_scores_block(a, stride, b + t, padded, width, out + t, m, 4);
  if (t + 48 == padded) ck_scores_block(a, stride, b + t, padded, width, out + t, m, 3);
  if (t + 32 == padded) ck_scores_block(a, stride, b + t, padded, width, out + t, m, 2);
  if (t + 16 == padded) ck_scores_block(a, stride, b + t, padded, width, out + t, m, 1);
}

/// out [rows, padded] = a [rows, width] b [width, padded]; rows of a are `stride` apart.
CK_INLINE void ck_scores(
    const float *a, long stride, const float *b, long padded, long width, float *out, long rows) {
  long i = 0;
  for (; i + 6 <= rows; i += 6) ck_scores_rows(a + i * stride, stride, b, padded, width, out + i * padded, 6);
  for (; i + 4 <= rows; i += 4) ck_scores_rows(a + i * stride, stride, b, padded, width, out + i * padded, 4);
  for (; i < rows; i++) ck_scores_rows(a + i * stride, stride, b, padded, width, out + i * padded, 1);
}

CK_INLINE void ck_context_block(
    const float *w, long padded, const float *v, long vector, long tokens, float *out, const int m) {
  for (long c = 0; c < vector; c += 16) {
    v16 sum[8];
    for (int i = 0; i < m; i++) sum[i] = (v16){0};
    for (long t = 0; t < tokens; t++) {
      v16 value = load16(v + t * vector + c);
      for (int i = 0; i < m; i++) sum[i] += broadcast16(w[i * padded + t]) * value;
    }
    for (int i = 0; i < m; i++) store16(out + i * vector + c, sum[i]);
  }
}

/// out [rows, vector] = w [rows, tokens] v [tokens, vector]; rows of w are `padded` apart.
CK_INLINE void ck_context(
    const float *w, long padded, const float *v, long vector, long tokens, float *out, long rows) {
  long i = 0;
  for (; i + 8 <= rows; i += 8) ck_context_block(w + i * padded, padded, v, vector, tokens, out + i * vector, 8);
  for (; i + 4 <= rows; i += 4) ck_context_block(w + i * padded, padded, v, vector, tokens, out + i * vector, 4);
  for (; i < rows; i++) ck_context_block(w + i * padded, padded, v, vector, tokens, out + i * vector, 1);
}

CK_INLINE void ck_outer_block(
    const float *a, long stride, const float *w, long padded, float *out, long rows, const int m, const int vectors) {
  v16 sum[4][4];
  for (int c = 0; c < m; c++) {
    for (int j = 0; j < vectors; j++) sum[c][j] = load16(out + c * padded + 16 * j);
  }
  for (long i = 0; i < rows; i++) {
    v16 row[4];
    for (int j = 0; j < vectors; j++) row[j] = load16(w + i * padded + 16 * j);
    for (int c = 0; c < m; c++) {
      v16 x = broadcast16(a[i * stride + c]);
      for (int j = 0; j < vectors; j++) sum[c][j] += x * row[j];
    }
  }
  for (int c = 0; c < m; c++) {
    for (int j = 0; j < vectors; j++) store16(out + c * padded + 16 * j, sum[c][j]);
  }
}

/// out [width, padded] += a [rows, width]ᵀ w [rows, padded]; rows of a are `stride` apart.
CK_INLINE void ck_outer(const float *a, long stride, const float *w, long padded, long width, float *out, long rows) {
  for (long t = 0; t < padded;) {
    const int vectors = t + 64 <= padded ? 4 : 1;
    long c = 0;
    for (; c + 4 <= width; c += 4) {
      float *to = out + c * padded + t;
      if (vectors == 4) ck_outer_block(a + c, stride, w + t, padded, to, rows, 4, 4);
      else ck_outer_block(a + c, stride, w + t, padded, to, rows, 4, 1);
    }
    for (; c < width; c++) {
      float *to = out + c * padded + t;
      if (vectors == 4) ck_outer_block(a + c, stride, w + t, padded, to, rows, 1, 4);
      else ck_outer_block(a + c, stride, w + t, padded, to, rows, 1, 1);
    }
    t += 16 * vectors;
  }
}

CK_INLINE float ck_dot_row(const float *a, const float *b, long width) {
  v16 lanes = (v16){0};
  long c = 0;
  for (; c + 16 <= width; c += 16) lanes += load16(a + c) * load16(b + c);
  float sum = ck_sum_lanes(&lanes);
  for (; c < width; c++) sum += a[c] * b[c];
  return sum;
}

/// y += factor x
CK_INLINE void ck_add_row_scaled(float factor, const float *x, float *y, long width) {
  const v16 factors = broadcast16(factor);
  long c = 0;
  for (; c + 16 <= width; c += 16) store16(y + c, load16(y + c) + factors * load16(x + c));
  for (; c < width; c++) y[c] += factor * x[c];
}

/// y = factor x
CK_INLINE void ck_set_row_scaled(float factor, const float *x, float *y, long width) {
  const v16 factors = broadcast16(factor);
  long c = 0;
  for (; c + 16 <= width; c += 16) store16(y + c, factors * load16(x + c));
  for (; c < width; c++) y[c] = factor * x[c];
}

/// The lanes of probabilities that dropout drops.
#define ck_dropped16(p) ((i16)((i16)(p) < 0) & (i16)((p) == (p)))
#define CK_SIGNS ((i16){0} + (int32_t)0x80000000)

#endif
