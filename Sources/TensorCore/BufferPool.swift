import CKernels
import Synchronization

/// Free lists of aligned memory by size class, shared by the process: a training step asks for the same sizes every
/// time, so after the first step nothing is allocated, and the pages stay mapped and warm. Larger buffers stand side by
/// side in slabs for which large pages are asked: a step walks through tens of megabytes again and again.
package enum BufferPool {
  /// Alignment in bytes: a cache line, and one 512-bit vector.
  static let alignment = 64
  /// A large page of x86-64 and of most arm64 systems, and the memory taken from the system at once.
  static let page = 2 << 20
  static let slabSize = 8 << 20
  static let leastInSlab = 64 << 10

  private struct State {
    var free: [Int: [UnsafeMutableRawPointer]] = [:]
    var allocated: [Int: Int] = [:]  // by size
    /// What is left of the newest slab.
    var slab = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    /// New memory of a size class.
    mutating func allocate(_ size: Int) -> UnsafeMutableRawPointer {
      allocated[size, default: 0] += 1
      guard size >= BufferPool.leastInSlab else {
        return UnsafeMutableRawPointer.allocate(byteCount: size, alignment: BufferPool.alignment)
      }
      if slab.count < size {
        let bytes = max(BufferPool.slabSize, (size + BufferPool.page - 1) / BufferPool.page * BufferPool.page)
        slab = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: BufferPool.page)
        ck_prefer_large_pages(slab.baseAddress, bytes)
      }
      let taken = UnsafeMutableRawBufferPointer(rebasing: slab[..<size])
      slab = UnsafeMutableRawBufferPointer(rebasing: slab[size...])
      return taken.baseAddress ?? UnsafeMutableRawPointer.allocate(byteCount: size, alignment: BufferPool.alignment)
    }
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

  package static func take(_ bytes: Int) -> UnsafeMutableRawPointer {
    let size = sizeClass(bytes)
    // The address as a number, because a pointer may not leave the mutex.
    let address = guarded.withLock { guarded in
      UInt(bitPattern: guarded.state.free[size]?.popLast() ?? guarded.state.allocate(size))
    }
    return UnsafeMutableRawPointer(bitPattern: address)
      ?? UnsafeMutableRawPointer.allocate(byteCount: size, alignment: alignment)
  }

  package static func give(_ pointer: UnsafeMutableRawPointer, bytes: Int) {
    let size = sizeClass(bytes)
    guarded.withLock { guarded in
      guarded.state.free[size, default: []].append(pointer)
    }
  }

  /// How many buffers above a size were taken from the system since the start: constant in steady state.
  package static func systemAllocations(largerThan bytes: Int = 0) -> Int {
    guarded.withLock { $0.state.allocated.reduce(0) { $1.key > bytes ? $0 + $1.value : $0 } }
  }
}
