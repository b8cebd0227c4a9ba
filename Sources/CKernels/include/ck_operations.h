#ifndef THERIAC_CK_OPERATIONS_H
#define THERIAC_CK_OPERATIONS_H

// More vector kernels in single precision, by the rules of ckernels.h: contiguous rows, counts of 0 allowed, NaN and
// infinities propagate, `accumulate` adds to the result.

#include <stdint.h>

enum {
  CK_EXP, CK_LOG, CK_SQRT, CK_SQUARE, CK_ABSOLUTE, CK_RECIPROCAL, CK_SOFTPLUS, CK_LOG_SIGMOID, CK_CLAMP
};

// functions.c: `lower` and `upper` are the bounds of CK_CLAMP.
void ck_function(int kind, float lower, float upper, const float *x, float *y, long count);
void ck_function_gradient(
    int kind, float lower, float upper, const float *x, const float *y, const float *dy, float *dx, long count,
    int accumulate);
void ck_divide(const float *a, const float *b, float *out, long count);
void ck_masked_fill(const float *x, const float *mask, float value, float *y, long count, int accumulate);
void ck_fill(float value, float *out, long count, int accumulate);

// reductions.c: the tensor is [outer, extent, inner], the middle axis is reduced.
void ck_sum_axis(const float *x, float *y, long outer, long extent, long inner);
void ck_spread_axis(const float *dy, float *dx, long outer, long extent, long inner, float factor, int accumulate);
void ck_max_axis(const float *x, float *y, long outer, long extent, long inner);
void ck_max_axis_gradient(
    const float *x, const float *y, const float *dy, float *dx, long outer, long extent, long inner, int accumulate);
double ck_sum_of_squares(const float *x, long count);
void ck_clip(float bound, float *x, long count);
void ck_scale_rows(const float *x, const float *factors, float *y, long rows, long width, int accumulate);
void ck_row_dots(const float *a, const float *b, float *out, long rows, long width, int accumulate);
void ck_log_softmax(const float *x, float *y, long rows, long width);
void ck_log_softmax_gradient(const float *y, const float *dy, float *dx, long rows, long width, int accumulate);
void ck_normalize_rows(const float *x, float *y, float *norms, long rows, long width, float epsilon);
void ck_normalize_rows_gradient(
    const float *y, const float *norms, const float *dy, float *dx, long rows, long width, float epsilon,
    int accumulate);

// strides.c: `strided` is addressed by extents and strides (in elements, also 0 or negative), `dense` is contiguous.
void ck_strided_copy(const float *strided, float *dense, long rank, const long *extents, const long *strides);
void ck_strided_add(const float *dense, float *strided, long rank, const long *extents, const long *strides);

// segments.c: row r belongs to segment index[r], in any order.
void ck_segment_softmax(
    const float *x, const int32_t *index, float *y, long rows, long width, long segments, float *largest, float *sums);
void ck_segment_softmax_gradient(
    const float *y, const int32_t *index, const float *dy, float *dx, long rows, long width, long segments,
    float *inner, int accumulate);
void ck_segment_max(
    const float *x, const int32_t *index, float *y, float *ties, long rows, long width, long segments);
void ck_segment_max_gradient(
    const float *x, const int32_t *index, const float *y, const float *ties, const float *dy, float *dx, long rows,
    long width, int accumulate);
void ck_edge_sum(
    const float *z, const float *weights, const int32_t *source, const int32_t *target, float *y, long edges,
    long heads, long width);
void ck_edge_sum_gradient(
    const float *z, const float *weights, const int32_t *source, const int32_t *target, const float *dy, float *dz,
    float *d_weights, long edges, long heads, long width, int accumulate_weights);

// narrow.c: C = A Bᵀ with A [m, k], B [n, k] and a short k; columns first ..< last of C, `first` a multiple of 16.
/// packed [k, padded] = Bᵀ with zeros behind column n; `padded` is n up to a multiple of 16.
void ck_narrow_pack(const float *b, float *packed, long n, long k, long padded);
void ck_narrow_forward(
    const float *a, const float *packed, float *c, long m, long n, long k, long padded, long first, long last,
    int accumulate);

// sequences.c
void ck_gru(
    const float *input, const float *recurrent, const float *h, float *y, float *gates, long rows, long width);
void ck_gru_gradient(
    const float *recurrent, const float *h, const float *gates, const float *dy, float *d_input, float *d_recurrent,
    float *dh, long rows, long width);
void ck_attention_softmax(
    const float *keys, const float *pairs, float *scores, long rows, long width, long causal_offset);

#endif
