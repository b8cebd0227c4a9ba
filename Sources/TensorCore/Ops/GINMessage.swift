extension Tensor {
  /// What a node collects in a graph isomorphism network: y_v = (1 + ε) h_v + Σ over edges u→v of m_uv, with
  /// m_uv = relu(h_u + e_uv), e_uv the sum of the bond's table rows; without bond tables m_uv = h_u. NLA-MMR Eq. 5.
  /// - Shape: h `[nodes, C]`, eps `[1]`, bond tables `[dimsᵢ, C]` → `[nodes, C]`
  /// - Gradient: dh_u = (1 + ε) dy_u + Σ over u→v of 1[h_u + e_uv > 0] dy_v; dε = Σ h ⊙ dy; de_uv like the sum's terms
  public func ginMessage(_ graph: GraphEdges, eps: Tensor, bonds tables: [Tensor]?) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      shape.rank == 2 && shape[0] == graph.nodes && eps.shape.count == 1, "ginMessage",
      expected: "[\(graph.nodes), C] and an epsilon of [1]", got: "\(shape) and \(eps.shape)")
    let width = shape.last
    var bonds: Tensor?
    if let tables {
      guard let rows = graph.bonds else {
        throw .mismatch("ginMessage", expected: "a graph with bond features", got: "a graph without")
      }
      let sums = try Tensor.distinctSums(rows, tables)
      try ShapeError.require(
        sums.shape.last == width, "ginMessage", expected: "bond tables of width \(width)", got: "\(sums.shape.last)")
      bonds = sums
    }
    let (h, e, factor) = (storage, bonds?.storage, 1 + eps.item)
    let y = Storage<Element>(shape.count)
    K.message(graph, h.pointer, e?.pointer, self: factor, y.base, width: width)
    return Tensor.record(y, shape, [self, eps] + (bonds.map { [$0] } ?? [])) { dy, inputs in
      let bondNode = inputs.count > 2 ? inputs[2] : nil
      inputs[1]?.collect { d, add in
        d[0] = (add ? d[0] : 0) + K.dot(h.pointer, dy.pointer, dy.count)
      }
      func run(_ dh: UnsafeMutablePointer<Element>?, _ add: Bool) {
        guard let bondNode, let e else {
          K.messageGradient(
            graph, h.pointer, e?.pointer, dy.pointer, self: factor, dh: dh, dBonds: nil, width: width, accumulate: add)
          return
        }
        bondNode.collect { dBonds, addBonds in
          if !addBonds { dBonds.clear(e.count) }
          K.messageGradient(
            graph, h.pointer, e.pointer, dy.pointer, self: factor, dh: dh, dBonds: dBonds, width: width,
            accumulate: add)
        }
      }
      if let input = inputs[0] {
        input.collect { dh, add in run(dh, add) }
      } else if bondNode != nil {
        run(nil, false)
      }
    }
  }
}
