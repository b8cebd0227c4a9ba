extension Tensor {
  /// Weighted sums over edges: y[t] = Σ over edges e with target[e] = t of weight[e] z[source[e]], head by head. With
  /// `segmentSoftmax` weights this is graph attention, with fixed ones the product of a sparse and a dense matrix.
  ///
  /// Edges may come in any order; a sum runs over them in that order.
  /// - Shape: z `[sources, H · D]`, weights `[E, H]` (or `[E]`: one head) → `[targets, H · D]`
  /// - Gradient: dz[source] += weight dy[target], dweight = ⟨z[source], dy[target]⟩ per head
  public static func edgeSum(
    _ z: Tensor, weights: Tensor, source: RowIndex, target: RowIndex
  ) throws(ShapeError) -> Tensor {
    let edges = source.indices.count
    try ShapeError.require(
      target.indices.count == edges, "edgeSum", expected: "one target per source (\(edges))",
      got: "\(target.indices.count)")
    let heads = weights.shape.rank == 1 ? 1 : weights.shape.last
    try ShapeError.require(
      (weights.shape.rank == 1 || weights.shape.rank == 2) && weights.shape[0] == edges, "edgeSum",
      expected: "weights of [\(edges)] or [\(edges), heads]", got: "\(weights.shape)")
    try ShapeError.require(
      z.shape.rank == 2 && z.shape[0] == source.bound && heads > 0 && z.shape.last % heads == 0, "edgeSum",
      expected: "[\(source.bound), a multiple of \(heads) heads]", got: "\(z.shape)")
    let extent = EdgeExtent(edges: edges, heads: heads, width: z.shape.last / heads)
    let (values, factors) = (z.storage, weights.storage)
    let y = Storage<Element>(zeros: target.bound * z.shape.last)
    K.edgeSum(
      values.pointer, weights: factors.pointer, source: source.indices, target: target.indices, y.base, extent)
    return record(y, [target.bound, z.shape.last], [z, weights]) { dy, inputs in
      inputs[0]?.collect { dz, add in
        if !add { dz.clear(values.count) }
        K.edgeSumGradient(
          values.pointer, weights: factors.pointer, source: source.indices, target: target.indices, dy.pointer,
          dz: dz, dWeights: nil, extent, accumulateWeights: false)
      }
      inputs[1]?.collect { dw, add in
        K.edgeSumGradient(
          values.pointer, weights: factors.pointer, source: source.indices, target: target.indices, dy.pointer,
          dz: nil, dWeights: dw, extent, accumulateWeights: add)
      }
    }
  }
}
