import Foundation

/// Own threads on which every matrix product runs alone.
///
/// oneDNN splits a product over OpenMP threads. Here whole batches are what is split, so OpenMP is told, for each of
/// these threads only, to use one; the calling thread's setting stays as it is.
enum SingleThreadedProducts {
  /// Runs `body` once on each of `threads` new threads and waits for all.
  static func run(threads: Int, _ body: @escaping @Sendable () -> Void) {
    let group = DispatchGroup()
    for index in 0..<max(threads, 0) {
      group.enter()
      let thread = Thread {
        BERTKernels.useOneThread()
        body()
        group.leave()
      }
      thread.name = "encoder \(index)"
      thread.stackSize = 8 << 20
      thread.start()
    }
    group.wait()
  }
}
