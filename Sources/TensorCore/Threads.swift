import CKernels
import Synchronization

/// How many threads work on a step in this process (`WorkTeam`). One by default: a worker is one thread. The matrix
/// library itself always uses the calling thread alone.
public enum Threads {
  private static let wanted = Atomic<Int>(1)

  /// At least 1; other values count as 1.
  public static var count: Int {
    get { wanted.load(ordering: .relaxed) }
    set { wanted.store(max(newValue, 1), ordering: .relaxed) }
  }

  /// Tells the OpenMP runtime of the calling thread to start no others; cheap when it knows.
  static func apply() {
    ck_use_threads(1)
  }
}
