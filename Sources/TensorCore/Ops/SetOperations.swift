extension Tensor {
  /// The sum of the rows of a table that a row's set names: u_b = Σ over s in set b of x_s; 0 for an empty set.
  /// - Shape: x `[S, ...]`, B sets below S → `[B, ...]`      - Gradient: dx_s = Σ of du_b over the sets that have s
  public func setSum(_ sets: RowSets) throws(ShapeError) -> Tensor {
    try gathered(sets.memberIndex).segmentSum(sets.rowIndex)
  }

  /// The mean of the same rows; 0 for an empty set.
  public func setMean(_ sets: RowSets) throws(ShapeError) -> Tensor {
    try gathered(sets.memberIndex).segmentMean(sets.rowIndex)
  }

  /// Binary cross-entropy of logits with sets: Σ (max(z, 0) − z y + ln(1 + exp(−|z|))) / divisor, in nats, where y is
  /// t (1 − ε) + ε/2 for the members of a row's set, t the row's target, and ε/2 for the others. The dense targets are
  /// not formed, and the loss and its gradient are one pass over the logits.
  /// - Parameters:
  ///   - sets: the members of each of the B rows, below C
  ///   - targets: t of every row, from 0 to 1; nil where all are 1
  ///   - smoothing: ε
  ///   - divisor: the global one, so that the losses of workers add up
  /// - Shape: logits `[B, C]`, B sets below C → `[1]`      - Gradient: dz = (sigmoid(z) − y) / divisor
  /// - Throws: `ShapeError` for other shapes, a target or smoothing ε outside 0 ... 1, and a divisor that is not positive
  @specialized(where Element == Float)
  public func bceSum(
    sets: RowSets, targets: [Double]? = nil, smoothing: Double = 0, divisor: Double
  ) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      shape.rank == 2 && shape[0] == sets.count && shape[1] == sets.bound, "bceSum(sets:)",
      expected: "logits of [\(sets.count), \(sets.bound)]", got: "\(shape)")
    guard smoothing >= 0, smoothing <= 1 else {
      throw .value("bceSum(sets:)", "the smoothing \(smoothing)", expected: "a number from 0 to 1")
    }
    let targets = targets ?? [Double](repeating: 1, count: sets.count)
    try ShapeError.require(
      targets.count == sets.count, "bceSum(sets:)", expected: "\(sets.count) targets, one per row",
      got: "\(targets.count)")
    if let target = targets.first(where: { !($0 >= 0 && $0 <= 1) }) {
      throw .value("bceSum(sets:)", "the target \(target)", expected: "a number from 0 to 1")
    }
    let divisor = try Tensor.checkedDivisor("bceSum(sets:)", divisor, count: 0)
    let high = targets.map { Element($0 * (1 - smoothing) + smoothing / 2) }
    let slopes = node == nil ? nil : Storage<Element>(shape.count)
    let loss = K.crossEntropyOfSets(
      storage.pointer, offsets: sets.offsets, members: sets.members, low: Element(smoothing / 2),
      high: high, slopes: slopes?.base, rows: shape[0], width: shape[1])
    return Tensor.record(.init(repeating: Element(loss / divisor)), [1], [self]) { dy, inputs in
      guard let slopes else { return }
      let factor = dy.base[0] / Element(divisor)
      inputs[0]?.collect { dx, add in
        if add {
          K.axpy(factor, slopes.pointer, dx, slopes.count)
        } else {
          K.scale(factor, slopes.pointer, dx, slopes.count)
        }
      }
    }
  }
}
