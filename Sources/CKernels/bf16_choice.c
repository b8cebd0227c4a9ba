// Which path the bf16 products of this process take.

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bf16.h"

#if THERIAC_BF16_X86

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

static uint64_t enabled_state(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

static int has_avx512_bf16(void) {
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & 1u << 27) || (enabled_state() & 0xE6) != 0xE6) return 0;
  const uint32_t wanted = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;  // AVX-512 F, DQ, BW, VL
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (b & wanted) != wanted) return 0;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & 1u << 5);
}

static int has_amx_bf16(void) {
  uint32_t a, b, c, d;
  const uint32_t wanted = 1u << 22 | 1u << 24;  // AMX-BF16, AMX-TILE
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & wanted) != wanted) return 0;
  if ((enabled_state() >> 17 & 3) != 3) return 0;
  // Palette 1: 64 bytes a row, 8 tiles, 16 rows.
  return __get_cpuid_count(0x1D, 1, &a, &b, &c, &d) && (b & 0xFFFF) == 64 && b >> 16 >= 8 && (c & 0xFFFF) >= 16;
}

/// Linux gives tile state only to processes that ask for it; threads share the leave.
static int may_use_tiles(void) {
  const long get_permission = 0x1022, request_permission = 0x1023, tile_data = 18;
  uint64_t granted = 0;
  if (syscall(SYS_arch_prctl, request_permission, tile_data) != 0) return 0;
  return syscall(SYS_arch_prctl, get_permission, &granted) == 0 && (granted >> tile_data & 1);
}

/// A product and a gradient of odd shapes agree with the plain path.
static int agrees(int32_t path) {
  enum { rows = 37, inner = 75, columns = 83, most = 83 * 83 };
  static float a[most], b[most], got[most], expected[most];
  static char scratch[1 << 16];
  uint32_t state = 1;
  for (int i = 0; i < most; i++) {
    state = state * 1664525u + 1013904223u;
    a[i] = (float)(int32_t)(state >> 8 & 0xFFFF) / 32768.0f - 1.0f;
    b[i] = (float)(int32_t)(state >> 16) / 32768.0f - 1.0f;
  }
  for (int form = 0; form < 2; form++) {
    for (int pass = 0; pass < 2; pass++) {
      int32_t by = pass ? path : CK_BF16_PLAIN;
      float *c = pass ? got : expected;
      if (form) {
        ck_bf16_gradient(by, a, inner, b, columns, c, columns, rows, columns, inner, 0, scratch);
      } else {
        ck_bf16_product(by, a, inner, b, columns, 0, NULL, c, columns, rows, columns, inner, 0, scratch);
      }
    }
    for (int i = 0; i < (form ? inner : rows) * columns; i++) {
      if (!(fabsf(got[i] - expected[i]) <= 1e-4f)) return 0;
    }
  }
  return 1;
}

static _Thread_local sigjmp_buf back;
static _Thread_local volatile sig_atomic_t testing;
static struct sigaction before;

/// An illegal instruction of the test ends the test; one of another thread is left to the handler from before.
static void on_illegal(int number) {
  if (testing) siglongjmp(back, 1);
  sigaction(number, &before, NULL);
}

enum { passed, wrong, illegal };

static int tried(int32_t path) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = on_illegal;
  sigemptyset(&action.sa_mask);
  if (sigaction(SIGILL, &action, &before) != 0) return wrong;
  volatile int result = illegal;
  testing = 1;
  if (sigsetjmp(back, 1) == 0) result = agrees(path) ? passed : wrong;
  testing = 0;
  sigaction(SIGILL, &before, NULL);
  return result;
}

#endif

/// What this machine can do, whatever the environment says: `found` and why nothing better.
static struct {
  int avx512, amx;
  const char *reason;
} machine;
static pthread_once_t once_machine = PTHREAD_ONCE_INIT;
/// On the thread that runs the tests: the loops under test may be used.
static _Thread_local int trying;

static void find_machine(void) {
  machine.reason = "float32: the processor has neither AMX nor AVX512-BF16";
#if THERIAC_BF16_X86
  if (!has_avx512_bf16()) return;
  trying = 1;
  int result = tried(CK_BF16_AVX512);
  trying = 0;
  machine.avx512 = result == passed;
  if (!machine.avx512) {
    machine.reason = result == illegal ? "float32: the test of AVX512-BF16 met an illegal instruction"
                                       : "float32: the test of AVX512-BF16 gave wrong numbers";
    return;
  }
  machine.reason = "bf16 products: AVX512-BF16";
  if (!has_amx_bf16()) return;
  if (!may_use_tiles()) {
    machine.reason = "bf16 products: AVX512-BF16 (the system refuses AMX)";
    return;
  }
  trying = 1;
  result = tried(CK_BF16_AMX);
  trying = 0;
  machine.amx = result == passed;
  machine.reason = machine.amx ? "bf16 products: AMX"
      : result == illegal      ? "bf16 products: AVX512-BF16 (the test of AMX met an illegal instruction)"
                               : "bf16 products: AVX512-BF16 (the test of AMX gave wrong numbers)";
#endif
}

int32_t ck_bf16_can(int32_t path) {
  if (path == CK_BF16_PLAIN || path == CK_BF16_TILES) return 1;
  if (path == CK_BF16_AVX512 && trying) return 1;
  pthread_once(&once_machine, find_machine);
  return path == CK_BF16_AVX512 ? machine.avx512 : path == CK_BF16_AMX ? machine.amx : 0;
}

int32_t ck_bf16_choose(const char *limit, char *reason, size_t size) {
  if (limit && strcmp(limit, "off") == 0) {
    snprintf(reason, size, "float32: THERIAC_BF16 is off");
    return CK_BF16_NONE;
  }
  if (limit && strcmp(limit, "plain") == 0) {
    snprintf(reason, size, "bf16 products: plain loops (THERIAC_BF16 is plain)");
    return CK_BF16_PLAIN;
  }
  const int no_amx = limit && strcmp(limit, "avx512") == 0;
  if (limit && *limit && !no_amx) {
    snprintf(reason, size, "float32: THERIAC_BF16 is \"%.40s\", expected off, plain or avx512", limit);
    return CK_BF16_NONE;
  }
  pthread_once(&once_machine, find_machine);
  if (no_amx && machine.amx) {
    snprintf(reason, size, "bf16 products: AVX512-BF16 (THERIAC_BF16 is avx512)");
    return CK_BF16_AVX512;
  }
  snprintf(reason, size, "%s", machine.reason);
  return machine.amx ? CK_BF16_AMX : machine.avx512 ? CK_BF16_AVX512 : CK_BF16_NONE;
}

static struct {
  int32_t path;
  char reason[160];
} choice;
static pthread_once_t once_choice = PTHREAD_ONCE_INIT;

static void choose(void) {
  choice.path = ck_bf16_choose(getenv("THERIAC_BF16"), choice.reason, sizeof choice.reason);
}

int32_t ck_bf16_path(void) {
  pthread_once(&once_choice, choose);
  return choice.path;
}

const char *ck_bf16_reason(void) {
  pthread_once(&once_choice, choose);
  return choice.reason;
}
