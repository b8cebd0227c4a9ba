import Synchronization

/// Free lists of aligned memory by size class, shared by the process: a training step asks for the same sizes every
/// time, so after the first step nothing is allocated, and the pages stay mapped and warm.
package enum BufferPool {
  /// Alignment in bytes: a cache line, and one 512-bit vector.
  static let alignment = 64

  private struct State {
    var free: [Int: [UnsafeMutableRawPointer]] = [:]
    var allocated: [Int: Int] = [:]  // by size
  }

  // The pointers in the free lists belong to nobody else, and the mutex guards the lists.
  private struct Guarded: @unchecked Sendable {
    var state = State()
  }

  private static let guarded = Mutex(Guarded())

  /// Bytes really given for a request: quarter steps between powers of two, so at most a quarter is wasted.
  static func sizeClass(_ bytes: Int) -> Int {
    let least = 4 * alignment
    guard bytes > least else { return least }
    let power = Int.bitWidth - (bytes - 1).leadingZeroBitCount - 1
    let step = 1 << (power - 2)
    return (bytes + step - 1) / step * step
  }

  static func take(_ bytes: Int) -> UnsafeMutableRawPointer {
    let size = sizeClass(bytes)
    let reused: UnsafeMutableRawPointer? = guarded.withLock { guarded in
      guard let pointer = guarded.state.free[size]?.popLast() else {
        guarded.state.allocated[size, default: 0] += 1
        return nil
      }
      return pointer
    }
    return reused ?? UnsafeMutableRawPointer.allocate(byteCount: size, alignment: alignment)
  }

  static func give(_ pointer: UnsafeMutableRawPointer, bytes: Int) {
    let size = sizeClass(bytes)
    guarded.withLock { guarded in
      guarded.state.free[size, default: []].append(pointer)
    }
  }

  /// How many buffers above a size were taken from the system since the start: constant in steady state.
  package static func systemAllocations(largerThan bytes: Int = 0) -> Int {
    guarded.withLock { $0.state.allocated.reduce(0) { $1.key > bytes ? $0 + $1.value : $0 } }
  }

  /// Gives all free buffers back to the system.
  package static func drain() {
    guarded.withLock { guarded in
      for list in guarded.state.free.values {
        for pointer in list { pointer.deallocate() }
      }
      guarded.state.free = [:]
    }
  }
}
