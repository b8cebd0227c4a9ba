extension Tensor {
  /// The result of an operation. Nothing is recorded when no input needs a gradient.
  /// - Parameter backward: gets dL/dy and the nodes of `inputs` and `more` (nil for those without gradient) and must serve
  ///   them all.
  @inline(__always)  // the list of inputs then needs no memory
  static func record(
    _ storage: Storage<Element>, _ shape: Shape, _ inputs: [Tensor], _ more: [Tensor] = [],
    backward: @escaping Node<Element>.Backward
  ) -> Tensor {
    var isNeeded = false
    for input in inputs where input.node != nil { isNeeded = true }
    for input in more where input.node != nil { isNeeded = true }
    guard isNeeded else { return Tensor(storage, shape) }
    let node = Node<Element>.recorded(count: shape.count, run: backward)
    for input in inputs { node.append(input.node) }
    for input in more { node.append(input.node) }
    return Tensor(storage, shape, node)
  }

  /// Gradients of this scalar with respect to every leaf and parameter it was computed from; parameters' gradients are
  /// added to their store. The graph is freed. Does nothing when no gradient is needed.
  /// - Throws: `ShapeError` unless the tensor has one element, and for a graph of which a part was walked before; whatever
  ///   a collective inside the graph throws.
  public func backward() throws {
    try ShapeError.require(
      shape.count == 1, "backward()", expected: "a tensor of one element (or backward(from:))", got: "\(shape)")
    try backward(from: .scalar(1))
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
  @specialized(where Element == Float)
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
