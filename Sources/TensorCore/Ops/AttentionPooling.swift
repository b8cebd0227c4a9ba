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
      shape.rank == 2 && values.shape.rank == 3 && values.shape.axes.prefix(2) == shape.axes.prefix(2),
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
