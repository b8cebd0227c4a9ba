extension Tensor {
  /// One query per item attends to the item's N keys and pools its N values:
  /// s = ⟨q_b, k_bn⟩ / √K, w = softmax(s + mask), y_b = Σₙ w_bn v_bn. NLA-MMR Eq. 2–3 and 12–14.
  /// - Shape: query `[B, K]`, keys `[B, N, K]`, values `[B, N, D]`, mask `[B, N]` → pooled `[B, D]`, weights `[B, N]`
  public static func attentionPooling(
    query: Tensor, keys: Tensor, values: Tensor, mask: Tensor? = nil
  ) throws(ShapeError) -> (pooled: Tensor, weights: Tensor) {
    let weights = try query.attentionScores(keys).softmax(mask: mask)
    return (try weights.weightedSum(values), weights)
  }

  /// The same where the keys are a linear map of the values, k_bn = W v_bn + b: ⟨q_b, W v_bn⟩ = ⟨q_b W, v_bn⟩, so that
  /// one row per item is multiplied by W instead of N. The bias b would add the same number to all scores of an item,
  /// which softmax takes away: it has neither effect nor gradient.
  /// - Shape: query `[B, K]`, values `[B, N, D]`, W `[K, D]`, mask `[B, N]` → pooled `[B, D]`, weights `[B, N]`
  @specialized(where Element == Float)
  public static func attentionPooling(
    query: Tensor, keyWeight: Parameter<Element>, values: Tensor, mask: Tensor? = nil
  ) throws(ShapeError) -> (pooled: Tensor, weights: Tensor) {
    let weights = try query.attentionScores(values, through: keyWeight).softmax(mask: mask)
    return (try weights.weightedSum(values), weights)
  }

  /// s_bn = ⟨q_b, W h_bn⟩ / √K, by way of u = q W.
  /// - Shape: q `[B, K]`, h `[B, N, D]`, W `[K, D]` → `[B, N]`
  /// - Gradient: with du_b = Σₙ ds_bn h_bn / √K: dq = du Wᵀ, dW = qᵀ du, dh_bn = ds_bn u_b / √K; dW goes to the store's
  ///   `linearSink` when there is one and W is factored
  public func attentionScores(_ h: Tensor, through weight: Parameter<Element>) throws(ShapeError) -> Tensor {
    try scores(h, weight.tensor, weight)
  }

  /// The same for a W that is any tensor.
  public func attentionScores(_ h: Tensor, through weight: Tensor) throws(ShapeError) -> Tensor {
    try scores(h, weight, nil)
  }

  private func scores(
    _ h: Tensor, _ weight: Tensor, _ parameter: Parameter<Element>?
  ) throws(ShapeError) -> Tensor {
    func operation() -> String { parameter.map { "attentionScores with \($0.name)" } ?? "attentionScores" }
    try ShapeError.require(
      shape.rank == 2 && h.shape.rank == 3 && h.shape[0] == shape[0]
        && weight.shape == Shape([shape.last, h.shape.last]),
      operation(), expected: "[B, K], [B, N, D] and W [K, D]", got: "\(shape), \(h.shape) and \(weight.shape)")
    let (items, count, keyWidth, width) = (shape[0], h.shape[1], shape.last, h.shape.last)
    let factor = Element(1 / Double(keyWidth).squareRoot())
    let (q, w, v, u) = (storage, weight.storage, h.storage, Storage<Element>(items * width))
    try Tensor.multiply(operation(), Product(m: items, n: width, k: keyWidth), q.pointer, w.pointer, u.base)
    let y = Storage<Element>(items * count)
    for row in 0..<(items * count) {
      y.base[row] = factor * K.dot(u.pointer + row / count * width, v.pointer + row * width, width)
    }
    return Tensor.record(y, [items, count], [self, weight, h]) { dy, nodes in
      nodes[2]?.collect { dh, add in
        for row in 0..<(items * count) {
          let source = u.pointer + row / count * width
          if add {
            K.axpy(factor * dy.base[row], source, dh + row * width, width)
          } else {
            K.scale(factor * dy.base[row], source, dh + row * width, width)
          }
        }
      }
      guard nodes[0] != nil || nodes[1] != nil else { return }
      let du = Storage<Element>(zeros: items * width)
      for row in 0..<(items * count) {
        K.axpy(factor * dy.base[row], v.pointer + row * width, du.base + row / count * width, width)
      }
      try nodes[0]?.collect { dq, add in
        try Tensor.multiply(
          operation(), Product(transposeB: true, m: items, n: keyWidth, k: width, beta: add ? 1 : 0), du.pointer,
          w.pointer, dq)
      }
      guard let weightNode = nodes[1] else { return }
      if let parameter, parameter.isFactored, let sink = parameter.store.linearSink {
        try sink.linear(
          weight: parameter, bias: nil, x: UnsafeBufferPointer(start: du.pointer, count: items * width),
          dy: UnsafeBufferPointer(start: q.pointer, count: items * keyWidth), rows: items)
        return
      }
      try weightNode.collect { dw, add in
        try Tensor.multiply(
          operation(), Product(transposeA: true, m: keyWidth, n: width, k: items, beta: add ? 1 : 0), q.pointer,
          du.pointer, dw)
      }
    }
  }

  /// s_bn = ⟨q_b, k_bn⟩ / √K.
  /// - Shape: q `[B, K]`, keys `[B, N, K]` → `[B, N]`
  /// - Gradient: dq_b = Σₙ ds_bn k_bn / √K, dk_bn = ds_bn q_b / √K
  public func attentionScores(_ keys: Tensor) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      shape.rank == 2 && keys.shape.rank == 3 && keys.shape[0] == shape[0] && keys.shape.last == shape.last,
      "attentionScores", expected: "[B, K] and [B, N, K]", got: "\(shape) and \(keys.shape)")
    let (items, count, width) = (shape[0], keys.shape[1], shape.last)
    let factor = Element(1 / Double(width).squareRoot())
    let (q, k) = (storage, keys.storage)
    let y = Storage<Element>(items * count)
    for b in 0..<items {
      for n in 0..<count {
        let row = b * count + n
        y.base[row] = factor * K.dot(q.pointer + b * width, k.pointer + row * width, width)
      }
    }
    return Tensor.record(y, [items, count], [self, keys]) { dy, inputs in
      inputs[0]?.collect { dq, add in
        if !add { dq.clear(items * width) }
        for row in 0..<(items * count) {
          K.axpy(factor * dy.base[row], k.pointer + row * width, dq + row / count * width, width)
        }
      }
      inputs[1]?.collect { dk, add in
        for row in 0..<(items * count) {
          let query = q.pointer + row / count * width
          if add {
            K.axpy(factor * dy.base[row], query, dk + row * width, width)
          } else {
            K.scale(factor * dy.base[row], query, dk + row * width, width)
          }
        }
      }
    }
  }

  /// y_b = Σₙ w_bn v_bn.
  /// - Shape: w `[B, N]`, v `[B, N, D]` → `[B, D]`
  /// - Gradient: dw_bn = ⟨dy_b, v_bn⟩, dv_bn = w_bn dy_b
  public func weightedSum(_ values: Tensor) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      shape.rank == 2 && values.shape.rank == 3 && values.shape[0] == shape[0] && values.shape[1] == shape[1],
      "weightedSum", expected: "[B, N] and [B, N, D]", got: "\(shape) and \(values.shape)")
    let (items, count, width) = (shape[0], shape[1], values.shape.last)
    let (w, v) = (storage, values.storage)
    let y = Storage<Element>(zeros: items * width)
    for row in 0..<(items * count) {
      K.axpy(w.base[row], v.pointer + row * width, y.base + row / count * width, width)
    }
    return Tensor.record(y, [items, width], [self, values]) { dy, inputs in
      inputs[0]?.collect { dw, add in
        for row in 0..<(items * count) {
          let slope = K.dot(dy.pointer + row / count * width, v.pointer + row * width, width)
          dw[row] = add ? dw[row] + slope : slope
        }
      }
      inputs[1]?.collect { dv, add in
        for row in 0..<(items * count) {
          let source = dy.pointer + row / count * width
          if add {
            K.axpy(w.base[row], source, dv + row * width, width)
          } else {
            K.scale(w.base[row], source, dv + row * width, width)
          }
        }
      }
    }
  }
}
