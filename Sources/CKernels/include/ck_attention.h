#ifndef THERIAC_CK_ATTENTION_H
#define THERIAC_CK_ATTENTION_H

// Attention over the edges of a graph, and of one query per row over weighted tokens, in single precision, by the rules
// of ckernels.h. A probability that dropout drops has its sign set.

#include <stdint.h>

#include "ckernels.h"

/// Edges with types: those into target i of type t are runs[i types + t] ..< runs[i types + t + 1], with their sources;
/// those out of source j likewise, with their targets and their places in the order by target.
typedef struct {
  const int32_t *runs, *sources, *out_runs, *out_targets, *out_edges;
  long nodes, edges, types, heads, width;  // width: of one head
  float slope, factor;                     // of the leaky ReLU; of dropout
} ck_typed_graph;

// graph_attention.c: node i, type t, head h is place (i types + t) heads + h of `left` and `right`; edge e, head h is
// place h edges + e of `weights` and `slopes`. Nodes first ..< last.
void ck_graph_scores(
    const ck_typed_graph *graph, const float *z, const float *attention, float *left, float *right, long first,
    long last);
/// `scratch` has room for the edges of one node.
void ck_graph_attention(
    const ck_typed_graph *graph, const float *z, const float *left, const float *right, float *weights, float *y,
    float *scratch, long first, long last, const ck_dropout_plan *plan);
void ck_graph_attention_slopes(
    const ck_typed_graph *graph, const float *z, const float *left, const float *right, const float *weights,
    const float *dy, float *slopes, float *d_left, long first, long last);
void ck_graph_attention_gradient(
    const ck_typed_graph *graph, const float *attention, const float *weights, const float *slopes,
    const float *d_left, const float *dy, float *d_right, float *dz, float *scratch, long first, long last);
void ck_graph_scores_gradient(
    const ck_typed_graph *graph, const float *z, const float *d_left, const float *d_right, float *d_attention);

/// One query per row over itself, the members of its set and all weighted tokens; rows of `heads` times `width` numbers.
typedef struct {
  long rows, sets, tokens, heads, width;
  const float *query, *self_key, *self_value, *set_keys, *set_values, *token_keys, *token_values;
  const float *type_key, *type_value;
  const float *weights;  // [rows, tokens]
  const int32_t *offsets, *members;
  float scale;
} ck_token_inputs;

/// [rows, heads], [members, heads], [rows, heads, tokens up to a multiple of 16].
typedef struct {
  float *own, *members, *tokens;
} ck_token_probabilities;

typedef struct {
  float *query, *self_key, *self_value, *set_keys, *set_values, *token_keys, *token_values, *type_key, *type_value;
  float *weights;
} ck_token_gradients;

// token_attention.c
/// Floats that `ck_token_attention` and its gradient want in `scratch`.
long ck_token_scratch(const ck_token_inputs *inputs);
void ck_token_attention(
    const ck_token_inputs *inputs, float *y, const ck_token_probabilities *probabilities, const ck_dropout_plan *plan,
    float *scratch);
/// Sets all gradients.
void ck_token_attention_gradient(
    const ck_token_inputs *inputs, const float *dy, const ck_token_probabilities *probabilities, float factor,
    const ck_token_gradients *gradients, float *scratch);

// losses.c: targets are `high[row]` for the members of a row's set, `low` for the others; `slopes` may be NULL.
double ck_bce_sets(
    const float *logits, const int32_t *offsets, const int32_t *members, float low, const float *high, float *slopes,
    long rows, long width);

#endif
