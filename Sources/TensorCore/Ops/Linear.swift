/// Takes the gradient of factored linear layers as its factors: dW = dyᵀ x, db = Σ dy.
///
/// For a small batch the factors are much smaller than dW; a distributed run gathers them and adds their product
/// everywhere with `Parameter.accumulateLinearGradient`.
public protocol LinearGradientSink<Element>: AnyObject {
  associatedtype Element: TensorElement
  /// Called inside `backward()`, once per use of the layer; the pointers are only valid during the call.
  /// - Parameters: x `[rows, inputs]`, dy `[rows, outputs]`
  func linear(
    weight: Parameter<Element>, bias: Parameter<Element>?, x: UnsafeBufferPointer<Element>,
    dy: UnsafeBufferPointer<Element>, rows: Int) throws
}

extension Tensor {
  /// y = x Wᵀ + b over the last axis.
  /// - Shape: x `[..., I]`, W `[O, I]`, b `[O]` → y `[..., O]`
  /// - Gradient: dx = dy W, dW = dyᵀ x, db = Σ rows of dy; dW and db go to the store's `linearSink` when there is one
  ///   and W is factored.
  @specialized(where Element == Float)
  public func linear(_ weight: Parameter<Element>, bias: Parameter<Element>? = nil) throws(ShapeError) -> Tensor {
    try affine(weight.tensor, bias?.tensor, parameters: (weight, bias))
  }

  /// y = dropout(f(x Wᵀ + b)) as one operation: bias, activation and dropout take one pass over the product, forward and
  /// backward (`activated(_:bias:dropout:)`).
  /// - Shape: x `[..., I]`, W `[O, I]`, b `[O]` → y `[..., O]`
  /// - Gradient: as `linear(_:bias:)` with g = f′(x Wᵀ + b) ⊙ dropout(dy) in the place of dy
  @specialized(where Element == Float)
  public func linear(
    _ weight: Parameter<Element>, bias: Parameter<Element>? = nil, activation: Activation,
    dropout: (rate: Double, mask: DropoutMask)? = nil
  ) throws(ShapeError) -> Tensor {
    try affine(weight.tensor, bias?.tensor, parameters: (weight, bias), ending: (activation, dropout))
  }

  /// The same for an x of several tensors side by side.
  /// - Shape: parts `[..., Iᵢ]`, W `[O, Σ Iᵢ]` → `[..., O]`
  @specialized(where Element == Float)
  public static func linear(
    concatenating parts: [Tensor], _ weight: Parameter<Element>, bias: Parameter<Element>? = nil,
    activation: Activation, dropout: (rate: Double, mask: DropoutMask)? = nil
  ) throws(ShapeError) -> Tensor {
    try concatenated(parts.map { $0.detached() }).affine(
      weight.tensor, bias?.tensor, parameters: (weight, bias), parts: parts, ending: (activation, dropout))
  }

  /// y = x Wᵀ + b for an x of several tensors side by side. What is data among them costs nothing in the backward pass.
  /// - Shape: parts `[..., Iᵢ]`, W `[O, Σ Iᵢ]` → `[..., O]`
  @specialized(where Element == Float)
  public static func linear(
    concatenating parts: [Tensor], _ weight: Parameter<Element>, bias: Parameter<Element>? = nil
  ) throws(ShapeError) -> Tensor {
    try sideBySide(parts).affine(weight.tensor, bias?.tensor, parameters: (weight, bias), parts: parts)
  }

  /// The same for weights that are any tensors.
  @specialized(where Element == Float)
  public static func linear(
    concatenating parts: [Tensor], weight: Tensor, bias: Tensor? = nil
  ) throws(ShapeError) -> Tensor {
    try sideBySide(parts).affine(weight, bias, parameters: nil, parts: parts)
  }

  /// y = x Wᵀ + b for weights that are any tensors.
  @specialized(where Element == Float)
  public func linear(weight: Tensor, bias: Tensor? = nil) throws(ShapeError) -> Tensor {
    try affine(weight, bias, parameters: nil)
  }

  /// - Parameters:
  ///   - parts: what this tensor was put together from, where that is not itself
  ///   - ending: what follows the product besides the bias
  private func affine(
    _ weight: Tensor, _ bias: Tensor?, parameters: (weight: Parameter<Element>, bias: Parameter<Element>?)?,
    parts: [Tensor]? = nil, ending: (Activation, dropout: (rate: Double, mask: DropoutMask)?)? = nil
  ) throws(ShapeError) -> Tensor {
    // A text of its own in every step would be an allocation for errors that do not happen.
    func operation() -> String { parameters.map { "linear with \($0.weight.name)" } ?? "linear" }
    try ShapeError.require(
      weight.shape.rank == 2 && shape.last == weight.shape.last && shape.rank > 0, operation(),
      expected: "x [..., I] and W [O, I]", got: "\(shape) and \(weight.shape)")
    let (rows, inputs, outputs) = (shape.rows, shape.last, weight.shape[0])
    if let bias {
      try ShapeError.require(
        bias.shape.count == outputs, operation(), expected: "a bias of [\(outputs)]", got: "\(bias.shape)")
    }
    let ending = try ending.map { ending throws(ShapeError) in
      try ActivationEnding<Element>(ending.0, .of(ending.dropout, rowCount: rows), width: outputs)
    }
    let product = Storage<Element>(rows * outputs)
    try Tensor.multiply(
      operation(), Product(transposeB: true, m: rows, n: outputs, k: inputs), storage.pointer, weight.storage.pointer,
      product.base)
    // A constant stands in for what is not there: a bias, x where it has parts.
    let none = weight.detached()
    let needsGradient =
      weight.needsGradient || bias?.needsGradient == true || self.needsGradient
      || parts?.contains { $0.needsGradient } == true
    var y = product
    if let ending {
      // The product is needed again for the gradient, if there will be one.
      if needsGradient { y = Storage(product.count) }
      ending.apply(product.pointer, bias: bias?.storage, y.base, rows: rows)
    } else if let bias {
      K.addRow(y.pointer, bias.storage.pointer, y.base, rows: rows, width: outputs)
    }
    let (x, w, b) = (storage, weight.storage, bias?.storage)
    let widths = parts?.map({ $0.shape.last })
    return Tensor.record(
      y, shape.replacingLast(outputs), [weight, bias ?? none, parts == nil ? self : none], parts ?? []
    ) { dy, nodes in
      let dy = ending?.slopes(product, bias: b, dy, rows: rows) ?? dy
      try Tensor.inputGradients(
        operation(), dy, w, rows: rows, inputs: inputs, outputs: outputs, nodes[(widths == nil ? 2 : 3)...], widths)
      if let parameters, nodes[0] != nil, parameters.weight.isFactored, let sink = parameters.weight.store.linearSink {
        try sink.linear(
          weight: parameters.weight, bias: parameters.bias,
          x: UnsafeBufferPointer(start: x.pointer, count: rows * inputs),
          dy: UnsafeBufferPointer(start: dy.pointer, count: rows * outputs), rows: rows)
        return
      }
      try nodes[0]?.collect { dw, add in
        try Tensor.multiply(
          operation(), Product(transposeA: true, m: outputs, n: inputs, k: rows, beta: add ? 1 : 0), dy.pointer,
          x.pointer, dw)
      }
      nodes[1]?.collect { db, add in K.sumRows(dy.pointer, db, rows: rows, width: outputs, accumulate: add) }
    }
  }

  /// dx = dy W for the parts of x that have nodes: they stand side by side and are `widths` wide, nil for x as a whole.
  private static func inputGradients(
    _ operation: @autoclosure () -> String, _ dy: Storage<Element>, _ w: Storage<Element>, rows: Int, inputs: Int,
    outputs: Int, _ nodes: ArraySlice<Node<Element>?>, _ widths: [Int]?
  ) throws {
    var whole: Storage<Element>?
    var start = 0
    for (index, node) in nodes.enumerated() {
      let width = widths.map { $0[index] } ?? inputs
      defer { start += width }
      try node?.collect { dx, add in
        if width == inputs {
          return try Tensor.multiply(
            operation(), Product(m: rows, n: inputs, k: outputs, beta: add ? 1 : 0), dy.pointer, w.pointer, dx)
        }
        if K.inputGradient(
          dy.pointer, w.pointer + start, dx, rows: rows, inputs: width, outputs: outputs, stride: inputs,
          accumulate: add)
        {
          return
        }
        let all = whole ?? Storage(rows * inputs)
        if whole == nil {
          try Tensor.multiply(operation(), Product(m: rows, n: inputs, k: outputs), dy.pointer, w.pointer, all.base)
          whole = all
        }
        for r in 0..<rows {
          let source = all.pointer + r * inputs + start
          if add {
            K.axpy(1, source, dx + r * width, width)
          } else {
            (dx + r * width).update(from: source, count: width)
          }
        }
      }
    }
  }
}

/// The gradient of a linear layer as its factors, dW = dyᵀ x, for an optimiser that forms it on the way.
public struct LinearFactors<Element: TensorElement> {
  public let weight: Parameter<Element>
  /// `[rows, inputs]` and `[rows, outputs]`; their owner keeps them until the optimiser's step is done.
  public let x, dy: UnsafePointer<Element>
  public let rows: Int
  public var inputs: Int { weight.shape.last }
  public var outputs: Int { weight.shape.rows }

  /// - Throws: `ShapeError` when the factors do not fit this weight.
  public init(
    _ weight: Parameter<Element>, x: UnsafeBufferPointer<Element>, dy: UnsafeBufferPointer<Element>, rows: Int
  ) throws(ShapeError) {
    let (outputs, inputs) = (weight.shape.rows, weight.shape.last)
    guard rows > 0, x.count == rows * inputs, dy.count == rows * outputs, let x = x.baseAddress, let dy = dy.baseAddress
    else {
      throw .mismatch(
        "the factors of \(weight.name)", expected: "[\(rows), \(inputs)] and [\(rows), \(outputs)], at least 1 row",
        got: "\(x.count) and \(dy.count) values")
    }
    (self.weight, self.x, self.dy, self.rows) = (weight, x, dy, rows)
  }

  /// dW = dyᵀ x, in place of what the store holds.
  @specialized(where Element == Float)
  public func setGradient() throws(ShapeError) {
    guard let dw = weight.gradients.baseAddress else { return }
    try Tensor<Element>.multiply(
      "the gradient of \(weight.name)", Product(transposeA: true, m: outputs, n: inputs, k: rows, beta: 0), dy, x, dw)
  }
}

extension Parameter {
  /// db = Σ rows of dy `[rows, C]`, in place of what the store holds.
  @specialized(where Element == Float)
  public func setBiasGradient(_ dy: UnsafeBufferPointer<Element>, rows: Int) throws(ShapeError) {
    try ShapeError.require(
      dy.count == rows * shape.count, "the gradient of \(name)", expected: "[\(rows), \(shape.count)]",
      got: "\(dy.count) values")
    guard let dy = dy.baseAddress, let db = gradients.baseAddress else { return }
    Element.Kernels.sumRows(dy, db, rows: rows, width: shape.count, accumulate: false)
  }
}

extension Parameter {
  /// Adds the gradient of y = x Wᵀ + b to the store: dW += dyᵀ x, db += Σ rows of dy. For gathered factors.
  /// - Parameters: x `[rows, inputs]`, dy `[rows, outputs]`
  /// - Throws: `ShapeError` when the factors do not fit this weight.
  @specialized(where Element == Float)
  public func accumulateLinearGradient(
    bias: Parameter?, x: UnsafeBufferPointer<Element>, dy: UnsafeBufferPointer<Element>, rows: Int
  ) throws(ShapeError) {
    let (outputs, inputs) = (shape.rows, shape.last)
    try ShapeError.require(
      rows >= 0 && x.count == rows * inputs && dy.count == rows * outputs, "the gradient of \(name)",
      expected: "factors of [\(rows), \(inputs)] and [\(rows), \(outputs)]", got: "\(x.count) and \(dy.count) values")
    if let bias {
      try ShapeError.require(
        bias.shape.count == outputs, "the gradient of \(name)", expected: "a bias of [\(outputs)]",
        got: "\(bias.shape)")
    }
    guard rows > 0, let x = x.baseAddress, let dy = dy.baseAddress, let dw = gradients.baseAddress else { return }
    try Tensor<Element>.multiply(
      "the gradient of \(name)", Product(transposeA: true, m: outputs, n: inputs, k: rows, beta: 1), dy, x, dw)
    if let bias, let db = bias.gradients.baseAddress {
      Element.Kernels.sumRows(dy, db, rows: rows, width: outputs, accumulate: true)
    }
  }
}
