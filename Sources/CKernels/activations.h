#ifndef THERIAC_CK_ACTIVATIONS_H
#define THERIAC_CK_ACTIVATIONS_H

#include "support.h"

/// Φ(x) + x φ(x), the slope of x Φ(x).
CK_INLINE float ck_gelu_slope(float x) {
  return 0.5f + 0.5f * ck_erf(x * 0.70710678f) + x * (ck_exp(-0.5f * x * x) * 0.39894228f);
}

/// f(x) of an activation; NaN stays NaN.
#define CK_VALUE_RELU(x) ((x) <= 0 ? 0 : (x))
#define CK_VALUE_GELU(x) ck_gelu(x)
#define CK_VALUE_TANH(x) ck_tanh(x)
#define CK_VALUE_SIGMOID(x) ck_sigmoid(x)
#define CK_VALUE_ELU(x) ((x) > 0 ? (x) : parameter * (ck_exp(x) - 1.0f))
#define CK_VALUE_LEAKY_RELU(x) ((x) > 0 ? (x) : parameter * (x))

/// f′(x), from x and y = f(x).
#define CK_SLOPE_RELU(x, y) ((x) > 0 ? 1.0f : 0.0f)
#define CK_SLOPE_GELU(x, y) ck_gelu_slope(x)
#define CK_SLOPE_TANH(x, y) (1.0f - (y) * (y))
#define CK_SLOPE_SIGMOID(x, y) ((y) * (1.0f - (y)))
#define CK_SLOPE_ELU(x, y) ((x) > 0 ? 1.0f : (y) + parameter)
#define CK_SLOPE_LEAKY_RELU(x, y) ((x) > 0 ? 1.0f : parameter)

/// USE(name) in the branch of each kind.
#define CK_EACH_ACTIVATION(kind, USE) \
  switch (kind) {                     \
  case CK_RELU: USE(RELU) break;      \
  case CK_GELU: USE(GELU) break;      \
  case CK_TANH: USE(TANH) break;      \
  case CK_SIGMOID: USE(SIGMOID) break; \
  case CK_ELU: USE(ELU) break;        \
  case CK_LEAKY_RELU: USE(LEAKY_RELU) break; \
  }

#endif
