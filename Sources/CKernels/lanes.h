#ifndef THERIAC_CKERNELS_LANES_H
#define THERIAC_CKERNELS_LANES_H

#include "support.h"

// Sums across the lanes of vectors, always in the same order.

/// The sum of sixteen lanes.
CK_INLINE float ck_sum_lanes(const v16 *lanes) {
  typedef float v8 __attribute__((vector_size(32)));
  typedef float v4 __attribute__((vector_size(16)));
  const v16 x = *lanes;
  v8 a = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
         __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  v4 b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
  return (b[0] + b[2]) + (b[1] + b[3]);
}

/// The sums of sixteen vectors, one in each lane; destroys them.
CK_INLINE void ck_sum_lanes16(v16 x[16], float sums[16]) {
  for (int i = 0; i < 8; i++) {
    v16 a = x[2 * i], b = x[2 * i + 1];
    x[i] = __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30) +
           __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
  }
  for (int i = 0; i < 4; i++) {
    v16 a = x[2 * i], b = x[2 * i + 1];
    x[i] = __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29) +
           __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
  }
  for (int i = 0; i < 2; i++) {
    v16 a = x[2 * i], b = x[2 * i + 1];
    x[i] = __builtin_shufflevector(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27) +
           __builtin_shufflevector(a, b, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31);
  }
  v16 a = x[0], b = x[1];
  v16 all = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
            __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  store16(sums, all);
}

/// The largest of `count` numbers, -infinity for none; NaN is passed over.
CK_INLINE float ck_largest(const float *x, long count) {
  float largest = -__builtin_inff();
  long i = 0;
  if (count >= 16) {
    v16 lanes = load16(x);
    lanes = (v16)(((i16)lanes & (i16)(lanes == lanes)) | ((i16)splat16(largest) & ~(i16)(lanes == lanes)));
    for (i = 16; i + 16 <= count; i += 16) {
      v16 next = load16(x + i);
      i16 more = (i16)(next > lanes);
      lanes = (v16)(((i16)next & more) | ((i16)lanes & ~more));
    }
    for (int j = 0; j < 16; j++) largest = lanes[j] > largest ? lanes[j] : largest;
  }
  for (; i < count; i++) largest = x[i] > largest ? x[i] : largest;
  return largest;
}

/// Probabilities carry in their sign whether dropout drops them; a NaN counts, whatever its sign.
CK_INLINE int ck_is_dropped(float p) { return ck_to_bits(p) >> 31 && p == p; }
CK_INLINE float ck_kept(float p, float factor) { return ck_is_dropped(p) ? 0 : p * factor; }
CK_INLINE float ck_magnitude(float p) { return ck_is_dropped(p) ? -p : p; }

#endif
