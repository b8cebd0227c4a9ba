#ifndef THERIAC_CKERNELS_H
#define THERIAC_CKERNELS_H

// The vector kernels of TensorCore in single precision. Every function takes contiguous rows, allows counts of 0, never
// fails and propagates NaN and infinities. Where `accumulate` is not 0, results are added to what is there.
// x86-64: compiled for AVX-512, AVX2 and the baseline, chosen at run time.

#include <stdint.h>

/// The number of threads of the OpenMP runtime (oneDNN's) on the calling thread.
void ck_use_threads(int32_t count);

/// The instruction set that the kernels were dispatched to, for people.
const char *ck_instruction_set(void);

/// Whether the calling thread was made to give up its processor to another since it last called this (0 the first time, and
/// where the system does not count that).
int32_t ck_was_preempted(void);

/// Asks the system for large pages where there is such a request; `start` is aligned to one.
void ck_prefer_large_pages(void *start, long bytes);

/// Tells the processor that the thread waits in a loop.
static inline void ck_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// A dropout mask: the element (row, column) is kept when its Philox word is at least `threshold`.
typedef struct {
  uint32_t key0, key1, threshold;
  float factor;
  uint64_t row_offset;
  const int32_t *rows;  // global row ids, or NULL for row_offset + row
} ck_dropout_plan;

/// `rest1` and `rest2` are 1 - beta1 and 1 - beta2, rounded once.
typedef struct {
  float rest1, beta2, rest2, epsilon, rate, root_correction, coupled_decay, weight_factor;
} ck_adam_rule;

enum { CK_RELU, CK_GELU, CK_TANH, CK_SIGMOID, CK_ELU, CK_LEAKY_RELU };

// elementwise.c
void ck_add(const float *a, const float *b, float *out, long count);
void ck_subtract(const float *a, const float *b, float *out, long count);
void ck_multiply(const float *a, const float *b, float *out, long count);
void ck_multiply_add(const float *a, const float *b, float *out, long count);
void ck_scale(float factor, const float *x, float *out, long count);
void ck_axpy(float factor, const float *x, float *y, long count);
void ck_activate(int kind, float parameter, const float *x, float *y, long count);
void ck_activate_gradient(
    int kind, float parameter, const float *x, const float *y, const float *dy, float *dx, long count, int accumulate);

// rows.c
float ck_dot(const float *a, const float *b, long count);
double ck_sum(const float *x, long count);
void ck_add_row(const float *x, const float *row, float *out, long rows, long width);
void ck_sum_rows(const float *x, float *out, long rows, long width, int accumulate);
void ck_gather(const float *table, const int32_t *index, float *out, long rows, long width);
void ck_scatter_add(const float *x, const int32_t *index, float *out, long rows, long width);
void ck_segment_mean(const float *x, const int32_t *offsets, float *out, long segments, long width);
void ck_segment_mean_gradient(
    const float *dy, const int32_t *offsets, float *dx, long segments, long width, int accumulate);
void ck_softmax(const float *x, const float *mask, float *y, long rows, long width);
void ck_softmax_gradient(const float *y, const float *dy, float *dx, long rows, long width, int accumulate);

// dropout.c
void ck_dropout(const float *x, float *out, long rows, long width, const ck_dropout_plan *plan, int accumulate);

// bias_activation.c: `bias` and `plan` may be NULL; out may be x, and g may be dy.
/// out = dropout(f(x + bias)), f by kind and parameter as in ck_activate.
void ck_bias_activate(
    int kind, float parameter, const float *x, const float *bias, float *out, long rows, long width,
    const ck_dropout_plan *plan);
/// g = f'(x + bias) dropout(dy)
void ck_bias_activate_gradient(
    int kind, float parameter, const float *x, const float *bias, const float *dy, float *g, long rows, long width,
    const ck_dropout_plan *plan);

// layernorm.c
void ck_layer_norm(
    const float *x, const float *weight, const float *bias, float *y, float *mean, float *inverse, long rows,
    long width, float epsilon);
void ck_layer_norm_gradient(
    const float *x, const float *weight, const float *mean, const float *inverse, const float *dy, float *dx,
    float *d_weight, float *d_bias, long rows, long width, int accumulate);

// batchnorm.c
void ck_column_moments(const float *x, long rows, long width, double *mean, double *squares);
void ck_batch_apply(
    const float *x, const float *scale, const float *shift, float *y, long rows, long width, int relu,
    const ck_dropout_plan *plan);
void ck_batch_sums(
    const float *x, const float *mean, const float *inverse, const float *y, const float *dy, long rows, long width,
    int relu, const ck_dropout_plan *plan, double *sum, double *product);
void ck_batch_gradient(
    const float *x, const float *y, const float *dy, const float *a, const float *b, const float *c, float *dx,
    long rows, long width, int relu, const ck_dropout_plan *plan, int accumulate);

// messages.c: edges of node v are offsets[v] ..< offsets[v + 1]; `bonds` may be NULL.
void ck_message(
    const int32_t *offsets, const int32_t *sources, const int32_t *kinds, long nodes, const float *h,
    const float *bonds, float self_factor, float *out, long width);
void ck_message_gradient(
    const int32_t *offsets, const int32_t *targets, const int32_t *kinds, long nodes, const float *h,
    const float *bonds, const float *dy, float self_factor, float *dh, float *d_bonds, long width, int accumulate);

// linear.c, linear_forward.c: few rows, large weights; matrices without gaps. Columns `first` ..< `last` of C are written, or added to.
/// C = A Bᵀ with A [m, k], B [n, k].
void ck_linear_forward(
    const float *a, const float *b, float *c, long m, long n, long k, long first, long last, int accumulate);
/// C = A B with A [m, k], B [k, n], whose rows are `width` numbers apart.
void ck_linear_input(
    const float *a, const float *b, float *c, long m, long width, long n, long k, long first, long last,
    int accumulate);
/// C = Aᵀ B with A [rows, m], B [rows, n].
void ck_linear_weight(
    const float *a, const float *b, float *c, long m, long n, long rows, long first, long last, int accumulate);

// products.c: matrices without gaps; tuned for n a multiple of 64.
/// Whether these products are faster than a library's here: with AVX-512.
int32_t ck_products_available(void);
/// C = A B with A [m, k], B [k, n].
/// `wanted` floats are asked for on the way, for what comes next; NULL for none.
void ck_product(
    const float *a, const float *b, float *c, long m, long n, long k, const float *wanted, long wanted_count);
/// C += Aᵀ B with A [rows, m], B [rows, n].
void ck_product_transposed(
    const float *a, const float *b, float *c, long rows, long m, long n, const float *wanted, long wanted_count);
/// y [columns, rows] = x [rows, columns], transposed.
void ck_transpose(const float *x, float *y, long rows, long columns);

// gin.c: `selves`, `weights` and `index` are per row; NULL means the row itself, or 1.
void ck_message_rows(
    const int32_t *offsets, const int32_t *sources, const int32_t *kinds, const int32_t *selves, long first,
    long count, const float *h, const float *bonds, float self_factor, float *out, long width);
/// Adds to `dh` and `d_bonds`; returns the sum of h[self] * dy.
float ck_message_scatter(
    const int32_t *offsets, const int32_t *sources, const int32_t *kinds, const int32_t *selves, long count,
    const float *h, const float *bonds, const float *dy, float self_factor, float *dh, float *d_bonds, long width);
/// Merges a tile's moments into those of the `seen` rows before; returns the tile's count.
double ck_merge_moments(
    const float *x, const float *weights, long rows, long width, double seen, double *mean, double *squares);
void ck_batch_apply_rows(
    const float *x, const int32_t *index, const float *scale, const float *shift, float *y, long rows, long width,
    int relu, const ck_dropout_plan *plan);
/// dy through dropout and ReLU; g may be dy.
void ck_batch_slopes(
    const float *y, const float *dy, float *g, long rows, long width, int relu, const ck_dropout_plan *plan);
/// The same, summed over the members of each group.
void ck_batch_slopes_grouped(
    const float *y, const float *dy, const int32_t *offsets, const int32_t *members, float *g, long groups, long width,
    int relu, const ck_dropout_plan *plan);
/// Sets g to 0 where y is not positive (y may be NULL), and adds up g and g * normalised x.
void ck_masked_sums(
    const float *x, const float *mean, const float *inverse, const float *y, float *g, long rows, long width,
    double *sum, double *product);
/// out = a g + weight (b x + c)
void ck_batch_slope_rows(
    const float *x, const float *g, const float *weights, const float *a, const float *b, const float *c, float *out,
    long rows, long width);

// losses.c
/// Σ max(z, 0) - z y + ln(1 + exp(-|z|)).
double ck_bce(const float *logits, const float *targets, long count);
void ck_bce_gradient(const float *logits, const float *targets, float factor, float *dx, long count, int accumulate);
double ck_margin(const float *logits, const float *targets, long rows, long width);
void ck_margin_gradient(
    const float *logits, const float *targets, float factor, float *dx, long rows, long width, int accumulate);

// optimisers.c
void ck_adam(
    const ck_adam_rule *rule, float *weights, const float *gradients, float *mean, float *square, long count);
/// The same for rows first ..< last of a weight [outputs, inputs] whose gradient is dyᵀ x, formed on the way;
/// x [rows, inputs], dy [rows, outputs].
void ck_adam_factors(
    const ck_adam_rule *rule, float *weights, float *mean, float *square, const float *x, const float *dy, long rows,
    long inputs, long outputs, long first, long last);
void ck_momentum(
    float rate, float momentum, float decay, float *weights, const float *gradients, float *velocity, long count);

#endif
