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

  /// Cross-entropy of a softmax over the last axis: Σ over rows of (ln Σⱼ exp zⱼ − z_class) / divisor, in nats.
  /// - Shape: logits `[R, K]`, one class below K per row → `[1]`; the divisor is R when nil
  /// - Gradient: dz = (softmax(z) − onehot(class)) / divisor
  public func crossEntropy(_ classes: RowIndex, divisor: Double? = nil) throws(ShapeError) -> Tensor {
    let (rows, width) = (shape.rows, shape.last)
    try ShapeError.require(
      shape.rank == 2 && classes.indices.count == rows && classes.bound <= width, "crossEntropy",
      expected: "[\(classes.indices.count), \(classes.bound) or more]", got: "\(shape)")
    let divisor = divisor ?? Double(max(rows, 1))
    let p = Storage<Element>(shape.count)
    K.softmax(storage.pointer, mask: nil, p.base, rows: rows, width: width)
    var sum = 0.0
    for r in 0..<rows {
      let row = UnsafeBufferPointer(start: storage.pointer + r * width, count: width)
      let largest = Double(row.max() ?? 0)
      let total = row.reduce(0.0) { $0 + Double.exponential(Double($1) - largest) }
      sum += largest + Double.logOnePlus(total - 1) - Double(row[Int(classes.indices[r])])
    }
    return Tensor.record(.init(repeating: Element(sum / divisor)), [1], [self]) { dy, inputs in
      inputs[0]?.collect { dz, add in
        let factor = dy.base[0] / Element(divisor)
        for i in 0..<(rows * width) { dz[i] = (add ? dz[i] : 0) + factor * p.base[i] }
        for r in 0..<rows { dz[r * width + Int(classes.indices[r])] -= factor }
      }
    }
  }

  /// Squared error: Σ (x − y)² / divisor; the divisor is the number of elements when nil.
  /// - Shape: x and targets alike → `[1]`      - Gradient: dx = 2 (x − y) / divisor
  public func mse(_ targets: Tensor, divisor: Double? = nil) throws(ShapeError) -> Tensor {
    let divisor = divisor ?? Double(max(shape.count, 1))
    try requireTargets("mse", targets, divisor)
    let difference = Storage<Element>(shape.count)
    K.subtract(storage.pointer, targets.storage.pointer, difference.base, difference.count)
    var sum = 0.0
    for i in 0..<difference.count { sum += Double(difference.base[i]) * Double(difference.base[i]) }
    return Tensor.record(.init(repeating: Element(sum / divisor)), [1], [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        let factor = 2 * dy.base[0] / Element(divisor)
        for i in 0..<difference.count { dx[i] = (add ? dx[i] : 0) + factor * difference.base[i] }
      }
    }
  }
}

extension Storage {
  /// One number.
  convenience init(repeating value: Element) {
    self.init(1)
    base[0] = value
  }
}
