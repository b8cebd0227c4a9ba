/// Memory of a tensor, and who keeps it: a block of the pool, or the owner of borrowed memory.
///
/// A value, so that handing memory on allocates nothing.
struct Storage<Element: TensorElement> {
  let base: UnsafeMutablePointer<Element>
  let count: Int
  /// nil where the caller guarantees the memory's life.
  private let owner: AnyObject?

  /// Uninitialised elements from the pool.
  init(_ count: Int) {
    let block = BufferPool.take(count * MemoryLayout<Element>.stride)
    self.count = count
    base = block.base.bindMemory(to: Element.self, capacity: count)
    owner = block
  }

  /// Memory that belongs to `owner`.
  init(borrowing base: UnsafeMutablePointer<Element>, count: Int, owner: AnyObject?) {
    self.base = base
    self.count = count
    self.owner = owner
  }

  init(zeros count: Int) {
    self.init(count)
    base.clear(count)
  }

  /// Elements from `start` on, in the same memory.
  func slice(_ start: Int, count: Int) -> Storage {
    Storage(borrowing: base + start, count: count, owner: owner)
  }

  var pointer: UnsafePointer<Element> { UnsafePointer(base) }
}

extension UnsafeMutablePointer where Pointee: TensorElement {
  /// Sets elements to 0. (`update(repeating:)` in generic code goes element by element.)
  func clear(_ count: Int) {
    let bytes = UnsafeMutableRawBufferPointer(start: self, count: count * MemoryLayout<Pointee>.stride)
    _ = bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }
}
