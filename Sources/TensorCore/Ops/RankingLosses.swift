extension Tensor {
  /// Margin ranking: Σ max(0, margin − y (a − b)) / divisor; y = 1 wants a above b, y = −1 the reverse.
  /// - Shape: scores a (self) and b, signs y, all alike → `[1]`; the divisor is the number of elements when nil
  /// - Gradient: da = −y, db = y where the term is positive, over the divisor
  public func marginRanking(
    _ other: Tensor, signs: Tensor, margin: Double = 0, divisor: Double? = nil
  ) throws(ShapeError) -> Tensor {
    let divisor = try Tensor.checkedDivisor("marginRanking", divisor, count: shape.count)
    return try ((other - self) * signs.detached()).adding(margin).relu().sum().scaled(by: 1 / divisor)
  }

  /// Multi-class margin: Σ over rows and classes j ≠ y of max(0, margin − x_y + x_j) / (K · divisor).
  /// - Shape: scores `[R, K]`, one class per row → `[1]`; the divisor is R when nil (torch's mean)
  /// - Gradient: dx_j = 1, dx_y −= 1 for each positive term, over K · divisor
  public func multiClassMargin(
    _ classes: RowIndex, margin: Double = 1, divisor: Double? = nil
  ) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      shape.rank == 2 && classes.indices.count == shape[0] && classes.bound == shape.last, "multiClassMargin",
      expected: "[\(classes.indices.count), \(classes.bound)]", got: "\(shape)")
    let divisor = try Tensor.checkedDivisor("multiClassMargin", divisor, count: shape[0])
    let right = try gatheredColumns(classes)
    let others = try adding(column: right.scaled(by: -1)).adding(margin)
      .maskedFill(.oneHot(classes), with: 0).relu()
    return others.sum().scaled(by: 1 / (divisor * Double(max(shape.last, 1))))
  }

  /// Kullback–Leibler divergence of rows of log-probabilities x from target probabilities p: Σ p (ln p − x) / divisor,
  /// in nats; elements with p = 0 add nothing.
  /// - Shape: x and targets alike → `[1]`; the divisor is the number of rows when nil (torch's `batchmean`)
  /// - Gradient: dx = −p / divisor; the targets get none
  public func klDivergence(_ targets: Tensor, divisor: Double? = nil) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      targets.shape == shape, "klDivergence", expected: "targets of shape \(shape)", got: "\(targets.shape)")
    let divisor = try Tensor.checkedDivisor("klDivergence", divisor, count: shape.rows)
    let p = targets.detached()
    // ln(p + [p = 0]) p = p ln p, which is 0 at p = 0.
    let isZero = try Tensor.full(1, shape.axes).maskedFill(p, with: 0)
    let entropy = try p * (p + isZero).log()
    return try (entropy - self * p).sum().scaled(by: 1 / divisor)
  }

  /// KL divergence of N(mean, exp(logVariance)) from N(0, 1): ½ Σ (exp v − v + μ² − 1) / divisor. The prior of a VAE.
  /// - Shape: mean and logVariance alike → `[1]`; the divisor is the number of rows when nil
  /// - Gradient: dμ = μ / divisor, dv = ½ (exp v − 1) / divisor
  public static func normalDivergence(
    mean: Tensor, logVariance: Tensor, divisor: Double? = nil
  ) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      mean.shape == logVariance.shape, "normalDivergence", expected: "two tensors of one shape",
      got: "\(mean.shape) and \(logVariance.shape)")
    let divisor = try checkedDivisor("normalDivergence", divisor, count: mean.shape.rows)
    let terms = try logVariance.exp() - logVariance + mean.squared()
    return terms.adding(-1).sum().scaled(by: 0.5 / divisor)
  }

  static func checkedDivisor(_ operation: String, _ divisor: Double?, count: Int) throws(ShapeError) -> Double {
    let divisor = divisor ?? Double(max(count, 1))
    guard divisor > 0, divisor.isFinite else {
      throw .value(operation, "the divisor \(divisor)", expected: "a positive number")
    }
    return divisor
  }
}
