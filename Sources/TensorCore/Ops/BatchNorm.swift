extension Tensor {
  /// y = dropout(relu(BN(x + inputBias))), BN(z) = (z − mean) / √(var + ε) ⊙ w + b per column, in one pass after the
  /// statistics; ReLU and dropout only where asked for.
  ///
  /// Training takes mean and biased variance over all rows, those of other workers included, and stages the running
  /// statistics; evaluation uses the running ones. A constant added to a column leaves BN unchanged in training, so
  /// `inputBias` (the bias of the linear layer before) is never added there: it only enters the running mean.
  /// - Shape: x `[R, C]`; w, b, inputBias `[C]` → `[R, C]`
  /// - Gradient (training): dx = w r (g − Σg / N − x̂ Σ(g x̂) / N), dw = Σ g x̂, db = Σ g, with g the gradient before ReLU
  ///   and dropout, r = 1 / √(var + ε), Σ in dx over the rows of all workers and N their number; d inputBias = 0
  /// - Throws: `ShapeError`; also for fewer than 2 rows in training; and what the statistics exchange throws
  public func batchNorm(
    weight: Tensor, bias: Tensor, statistics: BatchStatistics<Element>, training: Bool, inputBias: Tensor? = nil,
    relu: Bool = false, dropout: (rate: Double, mask: DropoutMask)? = nil
  ) throws -> Tensor {
    let (rows, width) = (shape.rows, shape.last)
    try ShapeError.require(
      shape.rank == 2 && width == statistics.width && weight.shape.count == width && bias.shape.count == width
        && (inputBias.map { $0.shape.count == width } ?? true),
      "batchNorm", expected: "[R, \(statistics.width)] with weights of [\(statistics.width)]",
      got: "\(shape) with \(weight.shape), \(bias.shape), \(inputBias.map { "\($0.shape)" } ?? "no input bias")")
    var plan: DropoutPlan?
    if let dropout, training, dropout.rate != 0 {
      plan = try DropoutPlan(rate: dropout.rate, dropout.mask, rowCount: rows)
    }
    let shift0 = inputBias?.storage
    let normal =
      try training
      ? trainingStatistics(statistics, inputBias: shift0) : runningStatistics(statistics, inputBias: shift0)
    let (x, w, b, y) = (storage, weight.storage, bias.storage, Storage<Element>(shape.count))
    let (scale, shift) = (Storage<Element>(width), Storage<Element>(width))
    for c in 0..<width {
      let factor = Double(w.base[c]) * normal.inverse[c]
      scale.base[c] = Element(factor)
      shift.base[c] = Element(Double(b.base[c]) - normal.mean[c] * factor)
    }
    K.batchApply(
      x.pointer, scale: scale.pointer, shift: shift.pointer, y.base, rows: rows, width: width, relu: relu, plan)
    let gradient = BatchNormGradient(
      x: x, y: y, weight: w, normal: normal, statistics: statistics, training: training, relu: relu, plan: plan,
      rows: rows, width: width)
    return Tensor.record(y, shape, [self, weight, bias] + (inputBias.map { [$0] } ?? [])) { dy, inputs in
      try gradient.run(dy, inputs)
    }
  }

  private func trainingStatistics(
    _ statistics: BatchStatistics<Element>, inputBias: Storage<Element>?
  ) throws -> ColumnNormal {
    let width = shape.last
    var local = Moments(
      count: Double(shape.rows), mean: Array(repeating: 0, count: width), squares: Array(repeating: 0, count: width))
    local.mean.withUnsafeMutableBufferPointer { mean in
      local.squares.withUnsafeMutableBufferPointer { squares in
        if let mean = mean.baseAddress, let squares = squares.baseAddress {
          K.columnMoments(storage.pointer, rows: shape.rows, width: width, mean: mean, squares: squares)
        }
      }
    }
    let all = try statistics.global(local)
    guard all.count >= 2 else {
      throw ShapeError.value("batchNorm", "\(Int(all.count)) rows in training", expected: "at least 2 rows")
    }
    statistics.stage(all, inputBias: inputBias?.pointer)
    let inverse = all.squares.map { 1 / ($0 / all.count + statistics.epsilon).squareRoot() }
    return ColumnNormal(count: all.count, mean: all.mean, inverse: inverse)
  }

  private func runningStatistics(
    _ statistics: BatchStatistics<Element>, inputBias: Storage<Element>?
  ) -> ColumnNormal {
    let inverse = statistics.runningVariance.values.map { 1 / (Double($0) + statistics.epsilon).squareRoot() }
    let mean = statistics.runningMean.values.enumerated().map { c, value in
      Double(value) - (inputBias.map { Double($0.base[c]) } ?? 0)
    }
    return ColumnNormal(count: Double(shape.rows), mean: mean, inverse: inverse)
  }
}

/// Mean and 1 / √(var + ε) per column, over `count` rows.
private struct ColumnNormal {
  var count: Double
  var mean: [Double]
  var inverse: [Double]
}

/// The backward pass of BatchNorm with what it kept from the forward pass.
private struct BatchNormGradient<Element: TensorElement> {
  let x, y, weight: Storage<Element>
  let normal: ColumnNormal
  let statistics: BatchStatistics<Element>
  let training, relu: Bool
  let plan: DropoutPlan?
  let rows, width: Int

  func run(_ dy: Storage<Element>, _ inputs: [Node<Element>?]) throws {
    let (mean, inverse) = (Storage<Element>(width), Storage<Element>(width))
    for c in 0..<width {
      mean.base[c] = Element(normal.mean[c])
      inverse.base[c] = Element(normal.inverse[c])
    }
    var sums = Array(repeating: 0.0, count: 2 * width)
    sums.withUnsafeMutableBufferPointer { sums in
      guard let sum = sums.baseAddress else { return }
      Element.Kernels.batchSums(
        x.pointer, mean: mean.pointer, inverse: inverse.pointer, y.pointer, dy.pointer, rows: rows, width: width,
        relu: relu, plan, sum: sum, product: sum + width)
    }
    inputs[1]?.collect { dw, add in
      for c in 0..<width { dw[c] = (add ? dw[c] : 0) + Element(sums[width + c]) }
    }
    inputs[2]?.collect { db, add in
      for c in 0..<width { db[c] = (add ? db[c] : 0) + Element(sums[c]) }
    }
    if inputs.count > 3 {
      inputs[3]?.collect { d, add in
        for c in 0..<width {
          let slope = training ? 0 : Element(Double(weight.base[c]) * normal.inverse[c] * sums[c])
          d[c] = (add ? d[c] : 0) + slope
        }
      }
    }
    // Every worker takes part in the exchange, whether or not it needs dx.
    let all = training ? try statistics.global(sums: sums) : Array(repeating: 0, count: 2 * width)
    let (a, b, c) = (Storage<Element>(width), Storage<Element>(width), Storage<Element>(width))
    for i in 0..<width {
      let scale = Double(weight.base[i]) * normal.inverse[i]
      let slope = -scale * normal.inverse[i] * all[width + i] / normal.count
      a.base[i] = Element(scale)
      b.base[i] = Element(slope)
      c.base[i] = Element(-scale * all[i] / normal.count - slope * normal.mean[i])
    }
    inputs[0]?.collect { dx, add in
      Element.Kernels.batchGradient(
        x.pointer, y.pointer, dy.pointer, a: a.pointer, b: b.pointer, c: c.pointer, dx, rows: rows, width: width,
        relu: relu, plan, accumulate: add)
    }
  }
}
