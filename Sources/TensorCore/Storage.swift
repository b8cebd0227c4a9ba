/// Memory of a tensor: from the pool (given back at the end) or borrowed from an owner, who is kept alive.
final class Storage<Element: TensorElement> {
  let base: UnsafeMutablePointer<Element>
  let count: Int
  private let owner: AnyObject?
  private let pooled: Bool

  /// Uninitialised elements from the pool.
  init(_ count: Int) {
    self.count = count
    base = BufferPool.take(count * MemoryLayout<Element>.stride).bindMemory(to: Element.self, capacity: count)
    owner = nil
    pooled = true
  }

  /// Memory that belongs to `owner`.
  init(borrowing base: UnsafeMutablePointer<Element>, count: Int, owner: AnyObject?) {
    self.base = base
    self.count = count
    self.owner = owner
    pooled = false
  }

  convenience init(zeros count: Int) {
    self.init(count)
    base.clear(count)
  }

  var isPooled: Bool { pooled }

  var pointer: UnsafePointer<Element> { UnsafePointer(base) }

  deinit {
    if pooled {
      BufferPool.give(UnsafeMutableRawPointer(base), bytes: count * MemoryLayout<Element>.stride)
    }
  }
}

extension UnsafeMutablePointer where Pointee: TensorElement {
  /// Sets elements to 0. (`update(repeating:)` in generic code goes element by element.)
  func clear(_ count: Int) {
    let bytes = UnsafeMutableRawBufferPointer(start: self, count: count * MemoryLayout<Pointee>.stride)
    _ = bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }
}
