// Counts what a program asks of malloc and its kin, by size: LD_PRELOAD it (tools/count_allocations). At the program's end
// it prints a line per power of two to the file ALLOCATIONS_OUT: calls, bytes asked, and the power.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint64_t calls[64], bytes[64];

static void note(size_t size) {
  int power = size > 1 ? 64 - __builtin_clzl(size - 1) : 0;
  if (power > 63) power = 63;
  __atomic_fetch_add(&calls[power], 1, __ATOMIC_RELAXED);
  __atomic_fetch_add(&bytes[power], size, __ATOMIC_RELAXED);
}

// The C library's own function of this name; its dlsym does not call malloc for these.
#define NEXT(function)                   \
  static __typeof__(&function) next;     \
  if (!next) next = (__typeof__(next))dlsym(RTLD_NEXT, #function)

void *malloc(size_t size) {
  NEXT(malloc);
  note(size);
  return next(size);
}

void *realloc(void *old, size_t size) {
  NEXT(realloc);
  note(size);
  return next(old, size);
}

int posix_memalign(void **out, size_t alignment, size_t size) {
  NEXT(posix_memalign);
  note(size);
  return next(out, alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  NEXT(aligned_alloc);
  note(size);
  return next(alignment, size);
}

// calloc is left to the C library, because dlsym may call it; Swift's runtime does not use it for objects.

__attribute__((destructor)) static void report(void) {
  const char *path = getenv("ALLOCATIONS_OUT");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  for (int power = 0; power < 64; power++) {
    if (calls[power]) {
      fprintf(file, "%llu %llu %d\n", (unsigned long long)calls[power], (unsigned long long)bytes[power], power);
    }
  }
  fclose(file);
}
