extension Tensor {
  /// y = dropout(relu(BN(x + inputBias))), BN(z) = (z − mean) / √(var + ε) ⊙ w + b per column, in one pass after the
  /// statistics; ReLU and dropout only where asked for.
  ///
  /// Training takes mean and biased variance over all rows, those of other workers included, and stages the running
  /// statistics; evaluation uses the running ones. A constant added to a column leaves BN unchanged in training, so
  /// `inputBias` (the bias of the linear layer before) is never added there: it only enters the running mean.
  /// - Shape: x `[R, C]`; w, b, inputBias `[C]` → `[R, C]`
  /// - Gradient (training): dx = w r (g − Σg / N − x̂ Σ(g x̂) / N), dw = Σ g x̂, db = Σ g, with g the gradient before ReLU
  ///   and dropout, r = 1 / √(var + ε), every Σ over the rows of all workers and N their number; d inputBias = 0
  /// - Throws: `ShapeError`; also for fewer than 2 rows in training; and what the statistics exchange throws
  public func batchNorm(
    weight: Tensor, bias: Tensor, statistics: BatchStatistics<Element>, training: Bool, inputBias: Tensor? = nil,
    relu: Bool = false, dropout: (rate: Double, mask: DropoutMask)? = nil
  ) throws -> Tensor {
    try Tensor.batchNorm(
      parts: [self], weight: weight, bias: bias, statistics: statistics, training: training, inputBias: inputBias,
      relu: relu, dropout: dropout.map { [$0] })[0]
  }

  /// The same for rows that come in several tensors: one normalisation over all of them, dropout with a rate and mask for
  /// each part.
  /// - Shape: parts `[Rᵢ, C]` → `[Rᵢ, C]` each
  public static func batchNorm(
    parts: [Tensor], weight: Tensor, bias: Tensor, statistics: BatchStatistics<Element>, training: Bool,
    inputBias: Tensor? = nil, relu: Bool = false, dropout: [(rate: Double, mask: DropoutMask)]? = nil
  ) throws -> [Tensor] {
    let width = statistics.width
    try ShapeError.require(
      dropout.map { $0.count == parts.count } ?? true, "batchNorm",
      expected: "a dropout mask for each of \(parts.count) parts", got: "\(dropout?.count ?? 0)")
    for part in parts {
      try ShapeError.require(
        part.shape.rank == 2 && part.shape.last == width && weight.shape.count == width && bias.shape.count == width
          && (inputBias.map { $0.shape.count == width } ?? true),
        "batchNorm", expected: "[R, \(width)] with weights of [\(width)]",
        got: "\(part.shape) with \(weight.shape), \(bias.shape), \(inputBias.map { "\($0.shape)" } ?? "no input bias")")
    }
    let normal =
      try training
      ? trainingStatistics(parts, statistics, inputBias: inputBias?.storage)
      : runningStatistics(statistics, inputBias: inputBias?.storage)
    let (scale, shift) = (Storage<Element>(width), Storage<Element>(width))
    for c in 0..<width {
      let factor = weight.storage.base[c].widened * normal.inverse[c]
      scale.base[c] = Element(factor)
      shift.base[c] = Element(bias.storage.base[c].widened - normal.mean[c] * factor)
    }
    let gradient = BatchNormGradient(
      weight: weight.storage, normal: normal, statistics: statistics, training: training, relu: relu, width: width)
    for (index, part) in parts.enumerated() {
      let (rows, y) = (part.shape.rows, Storage<Element>(part.shape.count))
      var plan: DropoutPlan?
      if let dropout, training, dropout[index].rate != 0 {
        plan = try DropoutPlan(rate: dropout[index].rate, dropout[index].mask, rowCount: rows)
      }
      K.batchApply(
        part.storage.pointer, scale: scale.pointer, shift: shift.pointer, y.base, rows: rows, width: width, relu: relu,
        plan)
      gradient.parts.append(BatchNormGradient<Element>.Part(x: part.storage, y: y, plan: plan, rows: rows))
    }
    // One node takes the gradients of all parts, since each depends on all; its own value means nothing.
    let joint = record(
      Storage<Element>(zeros: 1), Shape([1]), parts + [weight, bias] + (inputBias.map { [$0] } ?? [])
    ) { _, inputs in try gradient.run(inputs) }
    return parts.indices.map { index in
      record(gradient.parts[index].y, parts[index].shape, [joint]) { dy, inputs in
        gradient.parts[index].dy = dy
        inputs[0]?.collect { d, add in if !add { d[0] = 0 } }
      }
    }
  }

  private static func trainingStatistics(
    _ parts: [Tensor], _ statistics: BatchStatistics<Element>, inputBias: Storage<Element>?
  ) throws -> ColumnNormal {
    let width = statistics.width
    let size = Moments.size(width)
    var leaves = Array(repeating: 0.0, count: max(parts.count, 1) * size)
    return try leaves.withUnsafeMutableBufferPointer { leaves in
      guard let base = leaves.baseAddress else { return ColumnNormal(count: 0, mean: [], inverse: []) }
      for (index, part) in parts.enumerated() {
        let moments = Moments(values: base + index * size, width: width)
        moments.values[0] = Double(part.shape.rows)
        K.columnMoments(
          part.storage.pointer, rows: part.shape.rows, width: width, mean: moments.mean, squares: moments.squares)
      }
      foldNeighbours(parts.count) {
        Moments(values: base + $0 * size, width: width).merge(Moments(values: base + $1 * size, width: width))
      }
      let all = Moments(values: base, width: width)
      try statistics.shareMoments(all)
      guard all.count >= 2 else {
        throw ShapeError.value("batchNorm", "\(Int(all.count)) rows in training", expected: "at least 2 rows")
      }
      statistics.stage(all, inputBias: inputBias?.pointer)
      return ColumnNormal(
        count: all.count, mean: (0..<width).map { all.mean[$0] },
        inverse: (0..<width).map { 1 / (all.squares[$0] / all.count + statistics.epsilon).squareRoot() })
    }
  }

  private static func runningStatistics(
    _ statistics: BatchStatistics<Element>, inputBias: Storage<Element>?
  ) -> ColumnNormal {
    let inverse = statistics.runningVariance.values.map { 1 / (Double($0) + statistics.epsilon).squareRoot() }
    let mean = statistics.runningMean.values.enumerated().map { c, value in
      value.widened - (inputBias.map { $0.base[c].widened } ?? 0)
    }
    return ColumnNormal(count: 0, mean: mean, inverse: inverse)
  }
}

/// Mean and 1 / √(var + ε) per column, over `count` rows.
private struct ColumnNormal {
  var count: Double
  var mean: [Double]
  var inverse: [Double]
}

/// The backward pass of BatchNorm with what it kept from the forward pass.
private final class BatchNormGradient<Element: TensorElement> {
  struct Part {
    let x, y: Storage<Element>
    let plan: DropoutPlan?
    let rows: Int
    /// Set by the part's own node, before the joint one runs.
    var dy: Storage<Element>?
  }

  let weight: Storage<Element>
  let normal: ColumnNormal
  let statistics: BatchStatistics<Element>
  let training, relu: Bool
  let width: Int
  var parts: [Part] = []

  init(
    weight: Storage<Element>, normal: ColumnNormal, statistics: BatchStatistics<Element>, training: Bool, relu: Bool,
    width: Int
  ) {
    self.weight = weight
    self.normal = normal
    self.statistics = statistics
    self.training = training
    self.relu = relu
    self.width = width
  }

  /// - Parameter inputs: the parts, then weight, bias and perhaps the input bias.
  func run(_ inputs: [Node<Element>?]) throws {
    var all = localSums()
    // Every worker takes part in the exchange, whether or not it needs dx. The gradients of weight and bias are sums
    // over all workers too: nobody adds them up again.
    if training { try all.withUnsafeMutableBufferPointer { try statistics.shareSums($0) } }
    let count = parts.count
    inputs[count]?.collect { dw, add in
      for c in 0..<width { dw[c] = (add ? dw[c] : 0) + Element(all[width + c]) }
    }
    inputs[count + 1]?.collect { db, add in
      for c in 0..<width { db[c] = (add ? db[c] : 0) + Element(all[c]) }
    }
    if inputs.count > count + 2 {
      inputs[count + 2]?.collect { d, add in
        for c in 0..<width {
          let slope = training ? 0 : Element(weight.base[c].widened * normal.inverse[c] * all[c])
          d[c] = (add ? d[c] : 0) + slope
        }
      }
    }
    let (a, b, c) = (Storage<Element>(width), Storage<Element>(width), Storage<Element>(width))
    for i in 0..<width {
      let scale = weight.base[i].widened * normal.inverse[i]
      let slope = training ? -scale * normal.inverse[i] * all[width + i] / normal.count : 0
      a.base[i] = Element(scale)
      b.base[i] = Element(slope)
      c.base[i] = training ? Element(-scale * all[i] / normal.count - slope * normal.mean[i]) : 0
    }
    for (index, part) in parts.enumerated() {
      guard let dy = part.dy else { continue }
      inputs[index]?.collect { dx, add in
        Element.Kernels.batchGradient(
          part.x.pointer, part.y.pointer, dy.pointer, a: a.pointer, b: b.pointer, c: c.pointer, dx, rows: part.rows,
          width: width, relu: relu, part.plan, accumulate: add)
      }
    }
  }

  /// Σ g and Σ g x̂ over this worker's rows, part by part.
  private func localSums() -> [Double] {
    let (mean, inverse) = (Storage<Element>(width), Storage<Element>(width))
    for c in 0..<width {
      mean.base[c] = Element(normal.mean[c])
      inverse.base[c] = Element(normal.inverse[c])
    }
    let arrived = parts.filter { $0.dy != nil }
    var leaves = Array(repeating: 0.0, count: max(arrived.count, 1) * 2 * width)
    leaves.withUnsafeMutableBufferPointer { leaves in
      guard let base = leaves.baseAddress else { return }
      for (index, part) in arrived.enumerated() {
        guard let dy = part.dy else { continue }
        let sum = base + index * 2 * width
        Element.Kernels.batchSums(
          part.x.pointer, mean: mean.pointer, inverse: inverse.pointer, part.y.pointer, dy.pointer, rows: part.rows,
          width: width, relu: relu, part.plan, sum: sum, product: sum + width)
      }
      foldNeighbours(arrived.count) {
        addNumbers(base + $0 * 2 * width, base + $1 * 2 * width, count: 2 * width)
      }
    }
    return Array(leaves[..<(2 * width)])
  }
}
