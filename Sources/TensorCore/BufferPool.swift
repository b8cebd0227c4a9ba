import CKernels
import Synchronization

/// Aligned memory by size class, shared by the process: a training step asks for the same sizes every time, so after the
/// first step nothing is allocated, and the pages stay mapped and warm. Larger buffers stand side by side in slabs for
/// which large pages are asked: a step walks through tens of megabytes again and again.
package enum BufferPool {
  /// Memory of the pool. It lives as long as the process; a request gets a block that nobody but the pool holds.
  package final class Block: @unchecked Sendable {
    package let base: UnsafeMutableRawPointer
    fileprivate init(_ base: UnsafeMutableRawPointer) { self.base = base }
  }

  /// Alignment in bytes: a cache line, and one 512-bit vector.
  static let alignment = 64
  /// A large page of x86-64 and of most arm64 systems, and the memory taken from the system at once.
  static let page = 2 << 20
  static let slabSize = 8 << 20
  static let leastInSlab = 64 << 10

  /// All blocks of one size class.
  private struct Shelf {
    private(set) var blocks: [Block] = []
    /// The place that was looked at last.
    private var last = 0
    /// Where the sweep over all places stands, which goes on from request to request.
    private var hand = 0
    private static let looks = 32

    /// A block that nobody uses. A forward pass takes block after block, a backward pass gives the last ones back
    /// first, and a scratch is given back at once: so the search begins where the last one ended and goes to both sides.
    /// What was given back far from there is found by a sweep that goes on, request by request, where it stopped: a
    /// request looks at a fixed number of places, however many blocks are in use.
    mutating func free() -> Block? {
      guard !blocks.isEmpty else { return nil }
      for distance in 0..<min(Self.looks, max(blocks.count - last, last + 1)) {
        if isFree(last + distance) {
          last += distance
          return blocks[last]
        }
        if isFree(last - distance) {
          last -= distance
          return blocks[last]
        }
      }
      for _ in 0..<min(2 * Self.looks, blocks.count) {
        hand = hand + 1 < blocks.count ? hand + 1 : 0
        if isFree(hand) {
          last = hand
          return blocks[last]
        }
      }
      return nil
    }

    private mutating func isFree(_ place: Int) -> Bool {
      blocks.indices.contains(place) && isKnownUniquelyReferenced(&blocks[place])
    }

    mutating func add(_ block: Block) {
      last = blocks.count
      blocks.append(block)
    }
  }

  private struct State {
    // By number of the size class: an array, because a dictionary's elements cannot be changed without allocating.
    var shelves = [Shelf](repeating: Shelf(), count: BufferPool.classes)
    /// What is left of the newest slab.
    var slab = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    mutating func take(_ size: Int) -> Block {
      let number = BufferPool.number(ofClass: size)
      if let block = shelves[number].free() {
        // Whoever let go of it may have been another thread, whose last reads and writes are over.
        atomicMemoryFence(ordering: .acquiring)
        return block
      }
      let block = Block(allocate(size))
      shelves[number].add(block)
      return block
    }

    /// New memory of a size class.
    private mutating func allocate(_ size: Int) -> UnsafeMutableRawPointer {
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

  // The slab belongs to nobody else, and the mutex guards it and the shelves.
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

  /// A block of at least so many bytes, uninitialised. It is free again when the caller lets go of it.
  package static func take(_ bytes: Int) -> Block {
    guarded.withLock { $0.state.take(sizeClass(bytes)) }
  }

  /// How many buffers above a size were taken from the system since the start: constant in steady state.
  package static func systemAllocations(largerThan bytes: Int = 0) -> Int {
    let first = bytes < least ? 0 : number(ofClass: sizeClass(bytes + 1))
    return guarded.withLock { $0.state.shelves[first...].reduce(0) { $0 + $1.blocks.count } }
  }
}
