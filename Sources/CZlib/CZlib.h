#ifndef THERIAC_CZLIB_H
#define THERIAC_CZLIB_H

#include <stddef.h>
#include <zlib.h>

/// `inflateInit2` is a macro, which Swift cannot see. Window bits 15 + 16: a gzip member, not a bare zlib stream.
static inline int CZlib_inflateInitGzip(z_stream *stream) { return inflateInit2(stream, 15 + 16); }

/// zlib's own message, or NULL.
static inline const char *CZlib_message(const z_stream *stream) { return stream->msg; }

#endif
