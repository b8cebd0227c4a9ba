internal import CZeroMQ
import Glibc

/// One ZeroMQ context. Sockets are closed by their owners before `terminate`, which waits for the last messages to leave.
final class Context: @unchecked Sendable {  // a context may be used by any thread
  let raw: UnsafeMutableRawPointer
  private let terminated = Guarded(false)

  /// Longest part that a socket accepts from a peer, in bytes.
  let maxMessageBytes: Int

  init(maxMessageBytes: Int) throws(ClusterError) {
    guard let raw = zmq_ctx_new() else { throw ZeroMQ.error("zmq_ctx_new") }
    self.raw = raw
    self.maxMessageBytes = maxMessageBytes
  }

  /// Wakes every thread that waits in this context; its calls then fail with `ETERM`.
  func shutdown() { _ = zmq_ctx_shutdown(raw) }

  /// Once; further calls do nothing.
  func terminate() {
    let isFirst = terminated.update { was in
      defer { was = true }
      return !was
    }
    guard isFirst else { return }
    while zmq_ctx_term(raw) != 0 && zmq_errno() == EINTR {}
  }
}

enum ZeroMQ {
  static func error(_ call: String) -> ClusterError { .zeroMQ(call: call, reason: reason(zmq_errno())) }

  static func reason(_ code: Int32) -> String {
    zmq_strerror(code).map { String(cString: $0) } ?? "error \(code)"
  }
}
