#define _GNU_SOURCE
#include "ckernels.h"

#include <dlfcn.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>

void ck_prefer_large_pages(void *start, long bytes) {
#ifdef MADV_HUGEPAGE
  if (start) madvise(start, (size_t)bytes, MADV_HUGEPAGE);
#else
  (void)start;
  (void)bytes;
#endif
}

int32_t ck_was_preempted(void) {
#ifdef RUSAGE_THREAD
  static _Thread_local long before = -1;
  struct rusage usage;
  if (getrusage(RUSAGE_THREAD, &usage) != 0) return 0;
  int32_t was = before >= 0 && usage.ru_nivcsw > before;
  before = usage.ru_nivcsw;
  return was;
#else
  return 0;
#endif
}

typedef void (*set_threads)(int);

/// The OpenMP runtime keeps the number of threads per calling thread, so each one is told once. Without an OpenMP
/// runtime in the process there is nothing to tell.
void ck_use_threads(int32_t count) {
  static _Thread_local int32_t current = 0;
  if (current == count) return;
  current = count;
  set_threads set = (set_threads)dlsym(NULL, "omp_set_num_threads");
  if (set) set((int)count);
}
