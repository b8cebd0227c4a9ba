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

/// Finds the simple rows at the front of bytes[from ..< to]; `from` begins a row. A simple row lies in one line that
/// ends before `to`, and each of its fields either has no quote, or is quoted and has no quote between its two.
/// ends: positions of the delimiters and line feeds that end fields, counted from `bytes`; room for to - from + 8.
/// rows: per row, how many of `ends` belong to it and those before it; room for to - from.
/// flags gets the CTABLES bits of what was looked at: the rows and no more than is needed to see that they end.
/// Returns the number of rows. `to` is below 2^32.
size_t ctables_rows(
    const uint8_t *bytes, size_t from, size_t to, uint8_t delimiter, uint32_t *ends, uint32_t *rows, uint32_t *flags);

/// The CTABLES bits of `count` bytes.
uint32_t ctables_flags(const uint8_t *bytes, size_t count);

/// 1 when the bytes are UTF-8 (no surrogates, no overlong forms, at most U+10FFFF), else 0.
int ctables_is_utf8(const uint8_t *bytes, size_t count);

#endif
