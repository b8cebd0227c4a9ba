// xxHash 0.8 (XXH3, 64 and 128 bits). Linked, not inlined: its streaming state is then an opaque pointer for Swift.
#ifndef CXXHASH_H
#define CXXHASH_H

#include <xxhash.h>

#if XXH_VERSION_NUMBER < 800
#error "Theriac needs xxHash 0.8 or newer: earlier releases compute other XXH3 values"
#endif

#endif
