extension Tensor {
  private func requireTargets(_ operation: String, _ targets: Tensor, _ divisor: Double) throws(ShapeError) {
    try ShapeError.require(
      targets.shape == shape, operation, expected: "targets of shape \(shape)", got: "\(targets.shape)")
    guard divisor > 0, divisor.isFinite else {
      throw .value(operation, "the divisor \(divisor)", expected: "a positive number")
    }
  }

  /// Binary cross-entropy of logits: Σ (max(z, 0) − z y + ln(1 + exp(−|z|))) / divisor, in nats. NLA-MMR Eq. 15.
  ///
  /// The divisor is the global one, so that the workers' losses and gradients add up to those of the whole batch.
  /// - Shape: logits and targets alike → `[1]`      - Gradient: dz = (sigmoid(z) − y) / divisor
  @specialized(where Element == Float)
  public func bceSum(_ targets: Tensor, divisor: Double) throws(ShapeError) -> Tensor {
    try requireTargets("bceSum", targets, divisor)
    let (z, y, count) = (storage, targets.storage, shape.count)
    let loss = K.crossEntropyBinary(z.pointer, y.pointer, count) / divisor
    return Tensor.record(.init(repeating: Element(loss)), [1], [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        K.crossEntropyBinaryGradient(
          z.pointer, y.pointer, factor: dy.base[0] / Element(divisor), dx, count, accumulate: add)
      }
    }
  }

  /// The mean of the binary cross-entropy over all elements (torch's default).
  public func bceMean(_ targets: Tensor) throws(ShapeError) -> Tensor {
    try bceSum(targets, divisor: Double(max(shape.count, 1)))
  }

  /// Multilabel margin loss of s = sigmoid(z): Σ over rows, positives i and negatives j of max(0, 1 − (sᵢ − sⱼ)), over
  /// the divisor: B · M is torch's mean, M the sum of NLA-MMR Eq. 16. Rows without positives or negatives add 0.
  /// - Shape: logits and 0/1 targets `[B, M]` → `[1]`
  /// - Gradient: dsᵢ −= 1, dsⱼ += 1 for each pair with a positive term, times s (1 − s) / divisor
  @specialized(where Element == Float)
  public func marginSum(_ targets: Tensor, divisor: Double) throws(ShapeError) -> Tensor {
    try requireTargets("marginSum", targets, divisor)
    let (z, y, rows, width) = (storage, targets.storage, shape.rows, shape.last)
    let loss = K.margin(z.pointer, y.pointer, rows: rows, width: width) / divisor
    return Tensor.record(.init(repeating: Element(loss)), [1], [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        K.marginGradient(
          z.pointer, y.pointer, factor: dy.base[0] / Element(divisor), dx, rows: rows, width: width, accumulate: add)
      }
    }
  }

  /// The margin loss with torch's divisor B · M.
  public func marginMean(_ targets: Tensor) throws(ShapeError) -> Tensor {
    try marginSum(targets, divisor: Double(max(shape.count, 1)))
  }

  /// Squared error: Σ (x − y)² / divisor; the divisor is the number of elements when nil.
  /// - Shape: x and targets alike → `[1]`      - Gradient: dx = 2 (x − y) / divisor
  public func mse(_ targets: Tensor, divisor: Double? = nil) throws(ShapeError) -> Tensor {
    let divisor = divisor ?? Double(max(shape.count, 1))
    try requireTargets("mse", targets, divisor)
    let difference = Storage<Element>(shape.count)
    K.subtract(storage.pointer, targets.storage.pointer, difference.base, difference.count)
    let sum = K.sumOfSquares(difference.pointer, difference.count)
    return Tensor.record(.init(repeating: Element(sum / divisor)), [1], [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        let factor = 2 * dy.base[0] / Element(divisor)
        if add {
          K.axpy(factor, difference.pointer, dx, difference.count)
        } else {
          K.scale(factor, difference.pointer, dx, difference.count)
        }
      }
    }
  }
}

extension Storage {
  /// One number.
  init(repeating value: Element) {
    self.init(1)
    base[0] = value
  }
}
