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
    // By number of the size class: arrays, because a dictionary's elements cannot be changed without allocating.
    var free = [[UnsafeMutableRawPointer]](repeating: [], count: BufferPool.classes)
    var allocated = [Int](repeating: 0, count: BufferPool.classes)
    /// What is left of the newest slab.
    var slab = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    /// New memory of a size class.
    mutating func allocate(_ size: Int) -> UnsafeMutableRawPointer {
      allocated[BufferPool.number(ofClass: size)] += 1
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
    guard bytes > least else { return least }
    let power = Int.bitWidth - (bytes - 1).leadingZeroBitCount - 1
    let step = 1 << (power - 2)
    return (bytes + step - 1) / step * step
  }

  /// The smallest class, and how many there are: four per power of two.
  private static let least = 4 * alignment
  private static let classes = 1 + 4 * Int.bitWidth

  /// The number of a size class, from its bytes.
  private static func number(ofClass size: Int) -> Int {
    guard size > least else { return 0 }
    let power = Int.bitWidth - (size - 1).leadingZeroBitCount - 1
    return 4 * power + (size >> (power - 2)) - 4
  }

  package static func take(_ bytes: Int) -> UnsafeMutableRawPointer {
    let size = sizeClass(bytes)
    let place = number(ofClass: size)
    // The address as a number, because a pointer may not leave the mutex.
    let address = guarded.withLock { guarded in
      UInt(bitPattern: guarded.state.free[place].popLast() ?? guarded.state.allocate(size))
    }
    return UnsafeMutableRawPointer(bitPattern: address)
      ?? UnsafeMutableRawPointer.allocate(byteCount: size, alignment: alignment)
  }

  package static func give(_ pointer: UnsafeMutableRawPointer, bytes: Int) {
    let place = number(ofClass: sizeClass(bytes))
    guarded.withLock { guarded in guarded.state.free[place].append(pointer) }
  }

  /// How many buffers above a size were taken from the system since the start: constant in steady state.
  package static func systemAllocations(largerThan bytes: Int = 0) -> Int {
    let first = bytes < least ? 0 : number(ofClass: sizeClass(bytes + 1))
    return guarded.withLock { $0.state.allocated[first...].reduce(0, +) }
  }
}
