extension Tensor {
  /// Normalises every row: y = (x − mean) / √(var + ε) ⊙ w + b, with the biased variance of the row.
  /// - Shape: x `[..., C]`, w, b `[C]` → `[..., C]`
  /// - Gradient: dx = r (g − mean(g) − x̂ mean(g x̂)) with g = dy ⊙ w, r = 1 / √(var + ε); dw = Σ dy x̂; db = Σ dy
  @specialized(where Element == Float)
  public func layerNorm(weight: Tensor, bias: Tensor, epsilon: Double = 1e-5) throws(ShapeError) -> Tensor {
    let (rows, width) = (shape.rows, shape.last)
    try ShapeError.require(
      weight.shape.count == width && bias.shape.count == width, "layerNorm",
      expected: "weight and bias of [\(width)] for \(shape)", got: "\(weight.shape) and \(bias.shape)")
    let (x, w) = (storage, weight.storage)
    let (y, mean, inverse) = (Storage<Element>(shape.count), Storage<Element>(rows), Storage<Element>(rows))
    K.layerNorm(
      x.pointer, w.pointer, bias.storage.pointer, y.base, mean: mean.base, inverse: inverse.base, rows: rows,
      width: width, epsilon: Element(epsilon))
    return Tensor.record(y, shape, [self, weight, bias]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        K.layerNormGradient(
          x.pointer, w.pointer, mean: mean.pointer, inverse: inverse.pointer, dy.pointer, dx: dx, dWeight: nil,
          dBias: nil, rows: rows, width: width, accumulate: add)
      }
      for (index, input) in inputs.enumerated().dropFirst() {
        input?.collect { d, add in
          if !add { d.clear(width) }
          K.layerNormGradient(
            x.pointer, w.pointer, mean: mean.pointer, inverse: inverse.pointer, dy.pointer, dx: nil,
            dWeight: index == 1 ? d : nil, dBias: index == 2 ? d : nil, rows: rows, width: width, accumulate: true)
        }
      }
    }
  }
}
