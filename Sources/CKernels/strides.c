#include "ck_operations.h"
#include "support.h"

enum { CK_MOST_AXES = 8 };

/// Moves the place of an odometer over all axes but the last; returns 0 after the last place.
CK_INLINE int ck_advance(long rank, const long *extents, const long *strides, long *place, long *offset) {
  for (long axis = rank - 2; axis >= 0; axis--) {
    *offset += strides[axis];
    if (++place[axis] < extents[axis]) return 1;
    *offset -= strides[axis] * extents[axis];
    place[axis] = 0;
  }
  return 0;
}

CK_INLINE long ck_total(long rank, const long *extents) {
  long total = 1;
  for (long axis = 0; axis < rank; axis++) total *= extents[axis];
  return total;
}

CK_CLONES void ck_strided_copy(
    const float *strided, float *dense, long rank, const long *extents, const long *strides) {
  if (rank < 1 || rank > CK_MOST_AXES || ck_total(rank, extents) == 0) return;
  long place[CK_MOST_AXES] = {0}, offset = 0, width = extents[rank - 1], step = strides[rank - 1];
  do {
    const float *source = strided + offset;
    if (step == 1) {
      CK_SIMD for (long i = 0; i < width; i++) dense[i] = source[i];
    } else {
      for (long i = 0; i < width; i++) dense[i] = source[i * step];
    }
    dense += width;
  } while (ck_advance(rank, extents, strides, place, &offset));
}

CK_CLONES void ck_strided_add(const float *dense, float *strided, long rank, const long *extents, const long *strides) {
  if (rank < 1 || rank > CK_MOST_AXES || ck_total(rank, extents) == 0) return;
  long place[CK_MOST_AXES] = {0}, offset = 0, width = extents[rank - 1], step = strides[rank - 1];
  do {
    float *target = strided + offset;
    if (step == 1) {
      CK_SIMD for (long i = 0; i < width; i++) target[i] += dense[i];
    } else if (step == 0) {
      float sum = 0;
      _Pragma("omp simd reduction(+ : sum)") for (long i = 0; i < width; i++) sum += dense[i];
      target[0] += sum;
    } else {
      for (long i = 0; i < width; i++) target[i * step] += dense[i];
    }
    dense += width;
  } while (ck_advance(rank, extents, strides, place, &offset));
}
