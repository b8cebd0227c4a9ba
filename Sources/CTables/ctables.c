#include "ctables.h"

#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define CT_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CT_CLONES
#endif

typedef int8_t bytes64 __attribute__((vector_size(64)));
typedef bool bits64 __attribute__((ext_vector_type(64)));

// Macros, because a vector must not cross a call between functions compiled for different processors.
#define load64(p) ({ bytes64 loaded; memcpy(&loaded, (p), 64); loaded; })
/// Bit i is set where lane i of a comparison is true.
#define mask64(v) ({ bits64 bits = __builtin_convertvector((v), bits64); uint64_t mask; memcpy(&mask, &bits, 8); mask; })

CT_CLONES size_t ctables_marks(
    const uint8_t *bytes, size_t from, size_t to, uint8_t delimiter, uint32_t *marks, uint32_t *flags) {
  uint32_t *next = marks;
  const bytes64 wanted = (bytes64){0} + (int8_t)delimiter;
  const bytes64 feed = (bytes64){0} + (int8_t)'\n';
  const bytes64 quote = (bytes64){0} + (int8_t)'"';
  bytes64 high = {0}, zero = {0};
  size_t place = from;
  for (; place + 64 <= to; place += 64) {
    bytes64 block = load64(bytes + place);
    high |= block;
    zero |= (bytes64)(block == 0);
    uint64_t mask = mask64((bytes64)(block == wanted) | (bytes64)(block == feed) | (bytes64)(block == quote));
    for (; mask != 0; mask &= mask - 1) *next++ = (uint32_t)place + (uint32_t)__builtin_ctzll(mask);
  }
  uint32_t found = (mask64(high < 0) ? CTABLES_HIGH : 0) | (mask64(zero) ? CTABLES_ZERO : 0);
  for (; place < to; place++) {
    uint8_t byte = bytes[place];
    if (byte == 0) found |= CTABLES_ZERO;
    if (byte >= 0x80) found |= CTABLES_HIGH;
    if (byte == delimiter || byte == '\n' || byte == '"') *next++ = (uint32_t)place;
  }
  *flags = found;
  return (size_t)(next - marks);
}

/// Bit i is the parity of bits 0 ... i.
#define parity64(bits) ({ \
  uint64_t parity = (bits); \
  parity ^= parity << 1; parity ^= parity << 2; parity ^= parity << 4; \
  parity ^= parity << 8; parity ^= parity << 16; parity ^= parity << 32; \
  parity; })

CT_CLONES size_t ctables_rows(
    const uint8_t *bytes, size_t from, size_t to, uint8_t delimiter, uint32_t *ends, uint32_t *rows, uint32_t *flags) {
  const bytes64 wanted = (bytes64){0} + (int8_t)delimiter;
  const bytes64 feed = (bytes64){0} + (int8_t)'\n';
  const bytes64 back = (bytes64){0} + (int8_t)'\r';
  const bytes64 quote = (bytes64){0} + (int8_t)'"';
  bytes64 high = {0}, zero = {0};
  size_t found = 0, count = 0;
  // What the byte before the block was: the end of a field; a closing quote; a return behind a closing quote.
  uint64_t inside = 0, ended = 1, closed = 0, returned = 0;
  for (size_t place = from; place < to; place += 64) {
    bytes64 block;
    uint64_t valid = ~(uint64_t)0;
    if (to - place >= 64) {
      block = load64(bytes + place);
    } else {
      block = (bytes64){0} + (int8_t)' ';
      memcpy(&block, bytes + place, to - place);
      valid = ((uint64_t)1 << (to - place)) - 1;
    }
    high |= block;
    zero |= (bytes64)(block == 0);
    const uint64_t quotes = mask64((bytes64)(block == quote)), feeds = mask64((bytes64)(block == feed));
    const uint64_t stops = mask64((bytes64)(block == wanted)) | feeds;
    uint64_t fieldEnds = stops, wrong = 0;
    if ((quotes | inside | closed | returned) != 0) {
      const uint64_t within = parity64(quotes) ^ inside;  // from an opening quote to before its closing one
      const uint64_t closing = quotes & ~within, behind = closing << 1 | closed;
      const uint64_t returns = behind & mask64((bytes64)(block == back));
      fieldEnds = stops & ~within;
      wrong = (feeds & within) | (quotes & within & ~(fieldEnds << 1 | ended)) | (behind & ~stops & ~returns)
          | ((returns << 1 | returned) & ~feeds);
      wrong &= valid;
      inside = (uint64_t)0 - (within >> 63);
      closed = closing >> 63;
      returned = returns >> 63;
    }
    ended = fieldEnds >> 63;
    if (wrong != 0) fieldEnds &= (wrong & -wrong) - 1;
    for (uint64_t left = feeds & fieldEnds; left != 0; left &= left - 1) {
      rows[count++] = (uint32_t)(found + (size_t)__builtin_popcountll(fieldEnds & (left ^ (left - 1))));
    }
    // Eight at a time, whether or not there are so many.
    size_t next = found;
    found += (size_t)__builtin_popcountll(fieldEnds);
    for (uint64_t left = fieldEnds; left != 0; next += 8) {
      for (size_t index = 0; index < 8; index++) {
        ends[next + index] = (uint32_t)place + (uint32_t)__builtin_ctzll(left | (uint64_t)1 << 63);
        left &= left - 1;
      }
    }
    if (wrong != 0) break;
  }
  *flags = (mask64(high < 0) ? CTABLES_HIGH : 0) | (mask64(zero) ? CTABLES_ZERO : 0);
  return count;
}

CT_CLONES uint32_t ctables_flags(const uint8_t *bytes, size_t count) {
  bytes64 high = {0}, zero = {0};
  size_t place = 0;
  for (; place + 64 <= count; place += 64) {
    bytes64 block = load64(bytes + place);
    high |= block;
    zero |= (bytes64)(block == 0);
  }
  uint32_t found = (mask64(high < 0) ? CTABLES_HIGH : 0) | (mask64(zero) ? CTABLES_ZERO : 0);
  for (; place < count; place++) {
    if (bytes[place] == 0) found |= CTABLES_ZERO;
    if (bytes[place] >= 0x80) found |= CTABLES_HIGH;
  }
  return found;
}

int ctables_is_utf8(const uint8_t *bytes, size_t count) {
  size_t place = 0;
  while (place < count) {
    uint8_t lead = bytes[place++];
    if (lead < 0x80) continue;
    size_t more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4 || more > count - place) return 0;
    // The first byte behind the lead has a narrower range after E0 (overlong), ED (surrogates), F0 and F4 (range).
    uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    uint8_t top = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (bytes[place] < low || bytes[place] > top) return 0;
    for (size_t index = 1; index < more; index++) {
      if ((bytes[place + index] & 0xC0) != 0x80) return 0;
    }
    place += more;
  }
  return 1;
}
