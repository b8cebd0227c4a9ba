/// A place in the autodiff graph: where the gradient of one tensor is collected, and how it goes on to the inputs.
final class Node<Element: TensorElement> {
  typealias Backward = (_ dy: Storage<Element>, _ inputs: [Node?]) throws -> Void

  private(set) var gradient: Storage<Element>?
  /// A parameter's gradient lives in its store's arena and is only ever added to.
  private let arena: Bool
  private let count: Int
  private var inputs: [Node?]
  private var run: Backward?
  let isLeaf: Bool
  private var visited = false

  init(leafOf count: Int) {
    self.count = count
    arena = false
    inputs = []
    isLeaf = true
  }

  init(arena storage: Storage<Element>) {
    count = storage.count
    gradient = storage
    arena = true
    inputs = []
    isLeaf = true
  }

  init(count: Int, inputs: [Node?], run: @escaping Backward) {
    self.count = count
    self.inputs = inputs
    self.run = run
    arena = false
    isLeaf = false
  }

  /// Adds a finished gradient. The storage may be shared: it is never written afterwards unless this is its only owner.
  func add(_ other: Storage<Element>) {
    guard let current = gradient else {
      gradient = other
      return
    }
    if arena || (current.isPooled && isKnownUniquelyReferenced(&gradient)) {
      Element.Kernels.axpy(1, other.pointer, current.base, count)
    } else {
      let sum = Storage<Element>(count)
      Element.Kernels.add(current.pointer, other.pointer, sum.base, count)
      gradient = sum
    }
  }

  /// Lets `write` put a gradient directly in place: `accumulate` says whether it must add to what is there or set it.
  func collect(_ write: (_ pointer: UnsafeMutablePointer<Element>, _ accumulate: Bool) throws -> Void) rethrows {
    if gradient != nil, arena || isKnownUniquelyReferenced(&gradient), let current = gradient {
      try write(current.base, true)
      return
    }
    let fresh = Storage<Element>(count)
    if let current = gradient {
      fresh.base.update(from: current.pointer, count: count)
      try write(fresh.base, true)
    } else {
      try write(fresh.base, false)
    }
    gradient = fresh
  }

  /// All nodes but leaves that this one depends on, itself last. Depends on the graph only, so every worker that built
  /// the same graph runs its collectives in the same order. Leaves stay untouched: graphs of several threads share them.
  private func order() -> [Node] {
    var order: [Node] = []
    var stack: [(node: Node, next: Int)] = [(self, 0)]
    order.reserveCapacity(64)
    stack.reserveCapacity(64)
    visited = true
    while let top = stack.last {
      if top.next < top.node.inputs.count {
        stack[stack.count - 1].next += 1
        if let input = top.node.inputs[top.next], !input.isLeaf, !input.visited {
          input.visited = true
          stack.append((input, 0))
        }
      } else {
        order.append(top.node)
        stack.removeLast()
      }
    }
    for node in order { node.visited = false }
    return order
  }

  /// Sends `seed` through the graph. Every node's closure and inputs are released as soon as it ran, also after an error.
  @specialized(where Element == Float)
  func backward(_ seed: Storage<Element>) throws {
    var order = order()
    add(seed)
    defer { for node in order where !node.isLeaf { node.release() } }
    while let node = order.popLast() {
      guard let run = node.run else { continue }
      defer { node.release() }
      let dy = node.gradient ?? Storage(zeros: node.count)
      node.gradient = nil
      try run(dy, node.inputs)
    }
  }

  private func release() {
    run = nil
    inputs = []
    gradient = nil
  }
}

extension Tensor {
  /// The result of an operation. Nothing is recorded when no input needs a gradient.
  /// - Parameter backward: gets dL/dy and the inputs' nodes (nil for inputs without gradient) and must serve them all.
  static func record(
    _ storage: Storage<Element>, _ shape: Shape, _ inputs: [Tensor], backward: @escaping Node<Element>.Backward
  ) -> Tensor {
    guard inputs.contains(where: { $0.node != nil }) else { return Tensor(storage, shape) }
    let node = Node<Element>(count: shape.count, inputs: inputs.map({ $0.node }), run: backward)
    return Tensor(storage, shape, node)
  }

  /// Gradients of this scalar with respect to every leaf and parameter it was computed from; parameters' gradients are
  /// added to their store. The graph is freed. Does nothing when no gradient is needed.
  /// - Throws: `ShapeError` unless the tensor has one element; whatever a collective inside the graph throws.
  public func backward() throws {
    try ShapeError.require(
      shape.count == 1, "backward()", expected: "a tensor of one element (or backward(from:))", got: "\(shape)")
    try backward(from: .full(1, shape.axes))
  }

  /// The same from a given dL/dy of this tensor's shape.
  public func backward(from dy: Tensor) throws {
    try ShapeError.require(
      dy.shape.count == shape.count, "backward(from:)", expected: "a gradient of shape \(shape)", got: "\(dy.shape)")
    try node?.backward(dy.storage)
  }

  /// An operation the core does not know: `output` was computed from `inputs` by other means.
  ///
  /// `backward` turns dL/dy into one gradient per input, in their order and of their shapes; nil where there is none.
  public static func custom(
    inputs: [Tensor], output: Tensor, backward: @escaping (_ dy: Tensor) throws -> [Tensor?]
  ) -> Tensor {
    let shape = output.shape
    let shapes = inputs.map({ $0.shape })
    return record(output.storage, shape, inputs) { dy, nodes in
      let gradients = try backward(Tensor(dy, shape))
      try ShapeError.require(
        gradients.count == nodes.count, "custom", expected: "\(nodes.count) gradients", got: "\(gradients.count)")
      for (index, gradient) in gradients.enumerated() {
        guard let gradient else { continue }
        try ShapeError.require(
          gradient.shape.count == shapes[index].count, "custom",
          expected: "a gradient of shape \(shapes[index]) for input \(index)", got: "\(gradient.shape)")
        nodes[index]?.add(gradient.storage)
      }
    }
  }
}
