#ifndef THERIAC_CKENCODER_H
#define THERIAC_CKENCODER_H

#include <stdint.h>

// What stands between the products of a transformer encoder in inference, each in one pass over a row.
// Rows are [rows, width] without gaps. `rounded` (or NULL) takes the result in bf16, rounded as by `ck_bf16_round`.

/// Each row x becomes weight ⊙ (v − mean v) / √(var v + epsilon) + shift with v = x + bias (NULL: v = x).
void ck_encoder_norm(
    float *x, const float *bias, const float *weight, const float *shift, uint16_t *rounded, long rows, long width,
    float epsilon);

/// GELU (with the error function) of x + bias (NULL: of x): into `rounded`, x then being as before; else in place.
void ck_encoder_gelu(float *x, const float *bias, uint16_t *rounded, long rows, long width);

#endif
