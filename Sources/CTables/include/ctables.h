#ifndef THERIAC_CTABLES_H
#define THERIAC_CTABLES_H

#include <stddef.h>
#include <stdint.h>

/// What a run of bytes holds besides plain ASCII.
#define CTABLES_ZERO 1u
#define CTABLES_HIGH 2u

/// Finds every delimiter, line feed and double quote in bytes[from ..< to].
/// marks: room for to - from positions, counted from `bytes`; flags gets the CTABLES bits of these bytes.
/// Returns the number of positions. `to` is below 2^32.
size_t ctables_marks(
    const uint8_t *bytes, size_t from, size_t to, uint8_t delimiter, uint32_t *marks, uint32_t *flags);

/// The CTABLES bits of `count` bytes.
uint32_t ctables_flags(const uint8_t *bytes, size_t count);

/// 1 when the bytes are UTF-8 (no surrogates, no overlong forms, at most U+10FFFF), else 0.
int ctables_is_utf8(const uint8_t *bytes, size_t count);

#endif
