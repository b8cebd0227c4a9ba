/// A contiguous, row-major array of numbers with an optional place in an autodiff graph.
///
/// A tensor is a value over shared, immutable memory. When it (or anything it was computed from) needs a gradient it
/// carries a graph node; `backward()` walks the nodes once and frees them. A graph belongs to the thread that made it.
public struct Tensor<Element: TensorElement> {
  public let shape: Shape
  let storage: Storage<Element>
  let node: Node<Element>?

  init(_ storage: Storage<Element>, _ shape: Shape, _ node: Node<Element>? = nil) {
    self.storage = storage
    self.shape = shape
    self.node = node
  }

  /// A copy of the values.
  /// - Throws: `ShapeError` when the number of values is not the shape's.
  public init(_ values: [Element], _ shape: [Int]) throws(ShapeError) {
    let shape = try Shape.validated(shape, operation: "Tensor")
    try ShapeError.require(
      values.count == shape.count, "Tensor", expected: "\(shape.count) values for shape \(shape)",
      got: "\(values.count)")
    let storage = Storage<Element>(shape.count)
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { storage.base.update(from: base, count: source.count) }
    }
    self.init(storage, shape)
  }

  public static func zeros(_ shape: [Int]) -> Tensor {
    let shape = Shape(shape)
    return Tensor(Storage(zeros: shape.count), shape)
  }

  public static func full(_ value: Element, _ shape: [Int]) -> Tensor {
    let shape = Shape(shape)
    let storage = Storage<Element>(shape.count)
    K.fill(value, storage.base, shape.count, accumulate: false)
    return Tensor(storage, shape)
  }

  /// One number, shape [1].
  public static func scalar(_ value: Element) -> Tensor { full(value, [1]) }

  /// A tensor whose memory `fill` writes; it must write every element.
  public static func make(
    _ shape: [Int], fill: (UnsafeMutableBufferPointer<Element>) throws -> Void
  ) rethrows -> Tensor {
    let shape = Shape(shape)
    let storage = Storage<Element>(shape.count)
    try fill(UnsafeMutableBufferPointer(start: storage.base, count: shape.count))
    return Tensor(storage, shape)
  }

  /// A view of memory that somebody else owns, without a copy. `owner` is kept alive as long as the tensor; nil when the
  /// caller guarantees the life of the memory.
  /// - Throws: `ShapeError` when the number of values is not the shape's.
  public static func wrapping(
    _ values: UnsafeBufferPointer<Element>, _ shape: [Int], owner: AnyObject?
  ) throws(ShapeError) -> Tensor {
    let shape = try Shape.validated(shape, operation: "wrapping")
    try ShapeError.require(
      values.count == shape.count, "wrapping", expected: "\(shape.count) values for shape \(shape)",
      got: "\(values.count)")
    guard let base = values.baseAddress else { return Tensor(Storage(0), shape) }
    return Tensor(
      Storage(borrowing: UnsafeMutablePointer(mutating: base), count: shape.count, owner: owner), shape)
  }

  /// A copy of the values.
  public var array: [Element] {
    Array(UnsafeBufferPointer(start: storage.pointer, count: shape.count))
  }

  /// The first element: the value of a scalar. NaN for an empty tensor.
  public var item: Element {
    shape.count > 0 ? storage.base[0] : .nan
  }

  public func withUnsafeBufferPointer<R>(_ body: (UnsafeBufferPointer<Element>) throws -> R) rethrows -> R {
    try withExtendedLifetime(storage) {
      try body(UnsafeBufferPointer(start: storage.pointer, count: shape.count))
    }
  }

  /// The same values outside the graph.
  public func detached() -> Tensor { Tensor(storage, shape) }

  /// The same values as a leaf of a new graph, whose `gradient` can be read after `backward()`.
  public func requiringGradient() -> Tensor {
    Tensor(storage, shape, Node(leafOf: shape.count))
  }

  public var needsGradient: Bool { node != nil }

  /// The gradient that `backward()` left at this leaf; nil before, and for what is no leaf. A parameter's is a view of its
  /// store, which the next steps change.
  public var gradient: Tensor? {
    guard let node, node.isLeaf, let gradient = node.shareGradient() else { return nil }
    return Tensor(gradient, shape)
  }

  /// The same elements under other axes.
  /// - Throws: `ShapeError` when the number of elements differs.
  public func reshaped(_ axes: [Int]) throws(ShapeError) -> Tensor {
    let target = try Shape.validated(axes, operation: "reshaped")
    try ShapeError.require(
      target.count == shape.count, "reshaped", expected: "a shape of \(shape.count) elements like \(shape)",
      got: "\(target)")
    return Tensor.record(storage, target, [self]) { dy, inputs in inputs[0]?.add(dy) }
  }
}
