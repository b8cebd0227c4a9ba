// ZeroMQ's C API plus inline functions for what Swift cannot import: error macros that are expressions, and an eventfd
// (the wake-up of a thread that waits in zmq_poll). No policy.
#ifndef CZEROMQ_H
#define CZEROMQ_H

#include <errno.h>
#include <sys/eventfd.h>
#include <zmq.h>

#if ZMQ_VERSION < ZMQ_MAKE_VERSION(4, 3, 0)
#error "Theriac needs ZeroMQ 4.3 or newer (apt install libzmq3-dev)"
#endif

static inline int CZeroMQ_error_terminated(void) { return ETERM; }

static inline int CZeroMQ_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

#endif
