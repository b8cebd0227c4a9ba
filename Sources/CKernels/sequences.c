#include "ck_operations.h"
#include "support.h"

/// input, recurrent: [rows, 3 width] in torch's order r, z, n; gates keeps r, z and n.
CK_CLONES void ck_gru(
    const float *input, const float *recurrent, const float *h, float *y, float *gates, long rows, long width) {
  for (long row = 0; row < rows; row++) {
    const float *a = input + row * 3 * width, *b = recurrent + row * 3 * width, *old = h + row * width;
    float *g = gates + row * 3 * width, *out = y + row * width;
    CK_SIMD for (long c = 0; c < 2 * width; c++) g[c] = ck_sigmoid(a[c] + b[c]);
    CK_SIMD for (long c = 0; c < width; c++) {
      float n = ck_tanh(a[2 * width + c] + g[c] * b[2 * width + c]);
      g[2 * width + c] = n;
      out[c] = (1.0f - g[width + c]) * n + g[width + c] * old[c];
    }
  }
}

CK_CLONES void ck_gru_gradient(
    const float *recurrent, const float *h, const float *gates, const float *dy, float *d_input, float *d_recurrent,
    float *dh, long rows, long width) {
  for (long row = 0; row < rows; row++) {
    const float *b = recurrent + row * 3 * width, *old = h + row * width, *g = gates + row * 3 * width;
    const float *d = dy + row * width;
    float *da = d_input + row * 3 * width, *db = d_recurrent + row * 3 * width, *dold = dh + row * width;
    CK_SIMD for (long c = 0; c < width; c++) {
      float r = g[c], z = g[width + c], n = g[2 * width + c];
      float dn = d[c] * (1.0f - z) * (1.0f - n * n);
      float dz = d[c] * (old[c] - n) * z * (1.0f - z);
      float dr = dn * b[2 * width + c] * r * (1.0f - r);
      da[c] = dr;
      da[width + c] = dz;
      da[2 * width + c] = dn;
      db[c] = dr;
      db[width + c] = dz;
      db[2 * width + c] = dn * r;
      dold[c] = d[c] * z;
    }
  }
}

/// Softmax of scores + keys + pairs in place; a row that may attend to nothing (all -inf) becomes 0.
CK_CLONES void ck_attention_softmax(
    const float *keys, const float *pairs, float *scores, long rows, long width, long causal_offset) {
  for (long r = 0; r < rows; r++) {
    float *out = scores + r * width;
    if (keys) {
      CK_SIMD for (long c = 0; c < width; c++) out[c] += keys[c];
    }
    if (pairs) {
      CK_SIMD for (long c = 0; c < width; c++) out[c] += pairs[r * width + c];
    }
    if (causal_offset >= 0) {
      for (long c = r + causal_offset + 1; c < width; c++) out[c] = -__builtin_inff();
    }
    float largest = -__builtin_inff(), sum = 0;
    int bad = 0;
    for (long c = 0; c < width; c++) {
      largest = out[c] > largest ? out[c] : largest;
      bad |= out[c] != out[c];
    }
    if (largest == -__builtin_inff() && !bad) {
      for (long c = 0; c < width; c++) out[c] = 0;
      continue;
    }
    _Pragma("omp simd reduction(+ : sum)") for (long c = 0; c < width; c++) {
      float e = ck_exp(out[c] - largest);
      out[c] = e;
      sum += e;
    }
    CK_SIMD for (long c = 0; c < width; c++) out[c] /= sum;
  }
}
