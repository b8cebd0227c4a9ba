#include "ckernels.h"

#if defined(__x86_64__) && defined(__GNUC__)
const char *ck_instruction_set(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return "AVX-512 (x86-64-v4)";
  if (__builtin_cpu_supports("x86-64-v3")) return "AVX2 (x86-64-v3)";
  return "x86-64 baseline";
}
#elif defined(__aarch64__)
const char *ck_instruction_set(void) { return "arm64 NEON"; }
#else
const char *ck_instruction_set(void) { return "portable"; }
#endif
