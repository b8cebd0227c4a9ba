extension Tensor {
  /// The logarithm of the softmax over the last axis: yₖ = xₖ − ln Σⱼ exp xⱼ, without overflow.
  /// - Shape: x `[..., K]` → `[..., K]`      - Gradient: dx = dy − exp(y) Σₖ dyₖ
  public func logSoftmax() -> Tensor {
    let (rows, width, y) = (shape.rows, shape.last, Storage<Element>(shape.count))
    K.logSoftmax(storage.pointer, y.base, rows: rows, width: width)
    return Tensor.record(y, shape, [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        K.logSoftmaxGradient(y.pointer, dy.pointer, dx, rows: rows, width: width, accumulate: add)
      }
    }
  }

  /// −Σ over rows of x[class] / divisor, for rows of log-probabilities (torch's `nll_loss`).
  /// - Shape: x `[R, K]`, one class below K per row → `[1]`; the divisor is R when nil
  /// - Gradient: dx[class] = −dy / divisor, 0 elsewhere
  public func negativeLogLikelihood(_ classes: RowIndex, divisor: Double? = nil) throws(ShapeError) -> Tensor {
    try pick(classes, divisor: divisor, "negativeLogLikelihood")
  }

  /// Cross-entropy of a softmax over the last axis: Σ over rows of (ln Σⱼ exp zⱼ − z_class) / divisor, in nats.
  /// - Shape: logits `[R, K]`, one class below K per row → `[1]`; the divisor is R when nil
  /// - Gradient: dz = (softmax(z) − onehot(class)) / divisor
  public func crossEntropy(_ classes: RowIndex, divisor: Double? = nil) throws(ShapeError) -> Tensor {
    try logSoftmax().pick(classes, divisor: divisor, "crossEntropy")
  }

  private func pick(_ classes: RowIndex, divisor: Double?, _ operation: String) throws(ShapeError) -> Tensor {
    let (rows, width) = (shape.rows, shape.last)
    try ShapeError.require(
      shape.rank == 2 && classes.indices.count == rows && classes.bound <= width, operation,
      expected: "[\(classes.indices.count), \(classes.bound) or more]", got: "\(shape)")
    let divisor = divisor ?? Double(max(rows, 1))
    guard divisor > 0, divisor.isFinite else {
      throw .value(operation, "the divisor \(divisor)", expected: "a positive number")
    }
    var sum = 0.0
    for (row, label) in classes.indices.enumerated() { sum -= Double(storage.base[row * width + Int(label)]) }
    return Tensor.record(.init(repeating: Element(sum / divisor)), [1], [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        if !add { dx.clear(rows * width) }
        let slope = dy.base[0] / Element(divisor)
        for (row, label) in classes.indices.enumerated() { dx[row * width + Int(label)] -= slope }
      }
    }
  }
}
