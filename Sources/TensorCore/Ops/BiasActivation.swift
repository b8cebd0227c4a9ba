extension Tensor {
  /// dropout(f(x + b)) in one pass: what follows the product of a linear layer. The same numbers as `adding(row:)`,
  /// `activated(_:)` and `dropout(_:_:)` one after the other. For the gradient x + b is added, f computed and the mask
  /// drawn from its counters again: nothing but x is kept.
  /// - Parameters:
  ///   - kind: f
  ///   - bias: b
  ///   - dropout: rate and mask, whose rows are those of x; nil for none
  /// - Shape: x `[..., C]`, b `[C]` → `[..., C]`
  /// - Gradient: g = f′(x + b) ⊙ dropout(dy); dx = g, db = Σ rows of g
  /// - Throws: `ShapeError` for a bias of another width, a rate outside 0 ..< 1, and row ids that are not one per row
  public func activated(
    _ kind: Activation, bias: Tensor, dropout: (rate: Double, mask: DropoutMask)? = nil
  ) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      bias.shape.count == shape.last, "activated(_:bias:)", expected: "a bias of [\(shape.last)] for \(shape)",
      got: "\(bias.shape)")
    let (rows, width) = (shape.rows, shape.last)
    let ending = ActivationEnding<Element>(kind, try DropoutPlan.of(dropout, rowCount: rows), width: width)
    let (x, b, y) = (storage, bias.storage, Storage<Element>(shape.count))
    ending.apply(x.pointer, bias: b, y.base, rows: rows)
    return Tensor.record(y, shape, [self, bias]) { dy, inputs in
      let g = ending.slopes(x, bias: b, dy, rows: rows)
      inputs[0]?.add(g)
      inputs[1]?.collect { db, add in K.sumRows(g.pointer, db, rows: rows, width: width, accumulate: add) }
    }
  }
}

/// dropout(f(· + b)) behind a product.
struct ActivationEnding<Element: TensorElement> {
  private let kind: Activation
  private let plan: DropoutPlan?
  private let width: Int

  init(_ kind: Activation, _ plan: DropoutPlan?, width: Int) {
    (self.kind, self.plan, self.width) = (kind, plan, width)
  }

  func apply(_ x: UnsafePointer<Element>, bias: Storage<Element>?, _ y: UnsafeMutablePointer<Element>, rows: Int) {
    Element.Kernels.biasActivate(kind, x, bias: bias?.pointer, y, rows: rows, width: width, plan)
  }

  /// g = f′(x + b) ⊙ dropout(dy)
  func slopes(
    _ x: Storage<Element>, bias: Storage<Element>?, _ dy: Storage<Element>, rows: Int
  ) -> Storage<Element> {
    let g = Storage<Element>(dy.count)
    Element.Kernels.biasActivateGradient(
      kind, x.pointer, bias: bias?.pointer, dy.pointer, g.base, rows: rows, width: width, plan)
    return g
  }
}
