import CKernels
import Synchronization

/// How many threads matrix products use in this process. One by default: a worker is one thread.
public enum Threads {
  private static let wanted = Atomic<Int>(1)

  /// At least 1; other values count as 1.
  public static var count: Int {
    get { wanted.load(ordering: .relaxed) }
    set { wanted.store(max(newValue, 1), ordering: .relaxed) }
  }

  /// Tells the OpenMP runtime of the calling thread; cheap when nothing changed.
  static func apply() {
    ck_use_threads(Int32(truncatingIfNeeded: count))
  }
}
