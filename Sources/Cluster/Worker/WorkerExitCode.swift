import Glibc

/// How a worker process ends, for launchers and schedulers.
public enum WorkerExitCode {
  /// The run is finished or was interrupted in order.
  public static let finished: Int32 = 0
  /// The program failed, or the coordinator ended the run with an error.
  public static let failed: Int32 = 1
  /// No coordinator answered, or it is gone (EX_UNAVAILABLE).
  public static let coordinatorLost: Int32 = 69
  /// Another release or protocol, another run, a key that is not allowed, or declared lost (EX_PROTOCOL).
  public static let refused: Int32 = 76

  public static func of(_ error: ClusterError) -> Int32 {
    switch error {
    case .noCoordinator, .coordinatorLost: coordinatorLost
    case .refused, .wire: refused
    default: failed
    }
  }

  /// Writes the sentence to stderr and ends the process at once, from any thread.
  static func end(with error: ClusterError) {
    let line = Array("\(error)\n".utf8)
    _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    _exit(of(error))
  }
}
