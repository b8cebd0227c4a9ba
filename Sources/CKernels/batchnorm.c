#include "support.h"

// Columns are taken in strips of 64, then 16 (registers), then one by one; rows in blocks that stay in the first cache.
enum { BLOCK = 64, AHEAD = 16 };

/// Adds a block to running moments (double) by Chan's formula. The block's rounded mean is corrected by `rest`, the sum
/// of the deviations from it, so that columns far from 0 keep their precision.
CK_INLINE void merge(
    double *mean, double *squares, double seen, double count, float block_mean, float rest, float block_squares) {
  double shift = (double)rest / count;
  double delta = (double)block_mean + shift - *mean, total = seen + count;
  *mean += delta * (count / total);
  *squares += (double)block_squares - shift * shift * count + delta * delta * (seen * count / total);
}

CK_INLINE void moments_strip(
    const float *x, long rows, long width, double *mean, double *squares, const int vectors) {
  for (long start = 0; start < rows; start += BLOCK) {
    long end = start + BLOCK < rows ? start + BLOCK : rows;
    v16 sum[4], rest[4], square[4];
    for (int i = 0; i < vectors; i++) sum[i] = rest[i] = square[i] = (v16){0};
    for (long r = start; r < end; r++) {
      for (int i = 0; i < vectors; i++) sum[i] += load16(x + r * width + 16 * i);
    }
    float count = (float)(end - start);
    for (int i = 0; i < vectors; i++) sum[i] = sum[i] / count;
    for (long r = start; r < end; r++) {
      for (int i = 0; i < vectors; i++) {
        v16 d = load16(x + r * width + 16 * i) - sum[i];
        rest[i] += d;
        square[i] += d * d;
      }
    }
    float means[64], rests[64], deviations[64];
    for (int i = 0; i < vectors; i++) {
      store16(means + 16 * i, sum[i]);
      store16(rests + 16 * i, rest[i]);
      store16(deviations + 16 * i, square[i]);
    }
    CK_SIMD for (int c = 0; c < 16 * vectors; c++) {
      merge(mean + c, squares + c, (double)start, (double)count, means[c], rests[c], deviations[c]);
    }
  }
}

CK_CLONES void ck_column_moments(const float *x, long rows, long width, double *mean, double *squares) {
  for (long c = 0; c < width; c++) mean[c] = squares[c] = 0;
  long c = 0;
  for (; c + 64 <= width; c += 64) moments_strip(x + c, rows, width, mean + c, squares + c, 4);
  for (; c + 16 <= width; c += 16) moments_strip(x + c, rows, width, mean + c, squares + c, 1);
  for (; c < width; c++) {
    for (long start = 0; start < rows; start += BLOCK) {
      long end = start + BLOCK < rows ? start + BLOCK : rows;
      float sum = 0, rest = 0, square = 0;
      for (long r = start; r < end; r++) sum += x[r * width + c];
      float center = sum / (float)(end - start);
      for (long r = start; r < end; r++) {
        float d = x[r * width + c] - center;
        rest += d;
        square += d * d;
      }
      merge(mean + c, squares + c, (double)start, (double)(end - start), center, rest, square);
    }
  }
}

CK_CLONES void ck_batch_apply(
    const float *x, const float *scale, const float *shift, float *y, long rows, long width, int relu,
    const ck_dropout_plan *plan) {
  const float lowest = relu ? 0 : -__builtin_inff();
  if (!plan) {
    for (long r = 0; r < rows; r++) {
      const float *in = x + r * width;
      float *out = y + r * width;
      CK_SIMD for (long c = 0; c < width; c++) {
        float v = in[c] * scale[c] + shift[c];
        out[c] = v < lowest ? lowest : v;
      }
    }
    return;
  }
  float factors[64];
  for (long start = 0; start < width; start += 64) {
    ck_group group;
    ck_begin_group(plan, (uint32_t)(start / 64), &group);
    const long count = width - start < 64 ? width - start : 64;
    const float *scales = scale + start, *shifts = shift + start;
    for (long r = 0; r < rows; r++) {
      const float *in = x + r * width + start;
      float *out = y + r * width + start;
      // The random numbers leave the bus idle: rows further on are asked for.
      for (long c = 0; c < count; c += 16) __builtin_prefetch(in + AHEAD * width + c);
      ck_group_factors(plan, &group, r, factors);
      CK_SIMD for (long c = 0; c < count; c++) {
        float v = in[c] * scales[c] + shifts[c];
        v = v < lowest ? lowest : v;
        out[c] = factors[c] != 0 ? v * factors[c] : 0;
      }
    }
  }
}

/// dy through dropout and ReLU for up to 64 columns of a row. With a ReLU, y > 0 says both "kept" and "positive".
CK_INLINE void slopes64(
    const float *y, const float *dy, long count, int relu, const ck_dropout_plan *plan, long row, long group,
    float *slope) {
  if (relu) {
    float factor = plan ? plan->factor : 1.0f;
    CK_SIMD for (long c = 0; c < count; c++) slope[c] = y[c] > 0 ? dy[c] * factor : 0;
  } else if (plan) {
    float factors[64];
    ck_factors64(plan, row, group, factors);
    CK_SIMD for (long c = 0; c < count; c++) slope[c] = factors[c] != 0 ? dy[c] * factors[c] : 0;
  } else {
    CK_SIMD for (long c = 0; c < count; c++) slope[c] = dy[c];
  }
}

/// Sums over rows of g and g * normalised x for up to 64 columns; blocks in single, their sum in double precision.
CK_INLINE void sums_strip(
    const float *x, const float *mean, const float *inverse, const float *y, const float *dy, long rows, long width,
    long start, const long count, int relu, const ck_dropout_plan *plan, double *sum, double *product) {
  for (long first = 0; first < rows; first += BLOCK) {
    long last = first + BLOCK < rows ? first + BLOCK : rows;
    float s[64], p[64], g[64];
    for (long c = 0; c < count; c++) s[c] = p[c] = 0;
    for (long r = first; r < last; r++) {
      const float *in = x + r * width + start;
      slopes64(y + r * width + start, dy + r * width + start, count, relu, plan, r, start / 64, g);
      CK_SIMD for (long c = 0; c < count; c++) {
        s[c] += g[c];
        p[c] += g[c] * (in[c] - mean[start + c]);
      }
    }
    CK_SIMD for (long c = 0; c < count; c++) {
      sum[start + c] += (double)s[c];
      product[start + c] += (double)(p[c] * inverse[start + c]);
    }
  }
}

CK_CLONES void ck_batch_sums(
    const float *x, const float *mean, const float *inverse, const float *y, const float *dy, long rows, long width,
    int relu, const ck_dropout_plan *plan, double *sum, double *product) {
  for (long c = 0; c < width; c++) sum[c] = product[c] = 0;
  long c = 0;
  for (; c + 64 <= width; c += 64) {
    if (relu) {
      sums_strip(x, mean, inverse, y, dy, rows, width, c, 64, 1, plan, sum, product);
    } else {
      sums_strip(x, mean, inverse, y, dy, rows, width, c, 64, 0, plan, sum, product);
    }
  }
  if (c < width) sums_strip(x, mean, inverse, y, dy, rows, width, c, width - c, relu, plan, sum, product);
}

CK_CLONES void ck_batch_gradient(
    const float *x, const float *y, const float *dy, const float *a, const float *b, const float *c, float *dx,
    long rows, long width, int relu, const ck_dropout_plan *plan, int accumulate) {
  float g[64];
  for (long r = 0; r < rows; r++) {
    for (long start = 0; start < width; start += 64) {
      long place = r * width + start, count = width - start < 64 ? width - start : 64;
      const float *in = x + place, *a0 = a + start, *b0 = b + start, *c0 = c + start;
      float *out = dx + place;
      if (relu && !accumulate) {  // the hot case in one loop
        float factor = plan ? plan->factor : 1.0f;
        const float *y0 = y + place, *dy0 = dy + place;
        CK_SIMD for (long i = 0; i < count; i++) {
          float slope = y0[i] > 0 ? dy0[i] * factor : 0;
          out[i] = a0[i] * slope + (b0[i] * in[i] + c0[i]);
        }
        continue;
      }
      slopes64(y + place, dy + place, count, relu, plan, r, start / 64, g);
      if (accumulate) {
        CK_SIMD for (long i = 0; i < count; i++) out[i] += a0[i] * g[i] + (b0[i] * in[i] + c0[i]);
      } else {
        CK_SIMD for (long i = 0; i < count; i++) out[i] = a0[i] * g[i] + (b0[i] * in[i] + c0[i]);
      }
    }
  }
}
