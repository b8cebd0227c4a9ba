extension Tensor {
  /// Graph attention with a vector of its own for each type of edge, per head k: for the edge i ← j of type r
  /// e_ij = LeakyReLU(a[r, k, 0] · z_i + a[r, k, 1] · z_j), α = softmax of e over all neighbours j of i, of all types
  /// together, y_i = Σⱼ α_ij z_j. A node without neighbours gives 0. FMCHS's HABRM, before its ELU.
  ///
  /// Targets (and sources, for the gradient) are divided over the threads of `Threads`; no sum crosses that border, so
  /// the bits do not depend on them.
  /// - Parameters:
  ///   - z: `[N, D]`, D = K · W
  ///   - attention: `[types, K, 2, W]`
  ///   - graph: the neighbours of the N nodes
  ///   - slope: of the leaky ReLU below 0
  ///   - dropout: of α. The element of edge i ← j in head k is at row i and column k · N + j of the mask.
  /// - Shape: → `[N, D]`
  /// - Gradient: to z and the attention vectors
  /// - Throws: `ShapeError` for shapes that do not fit the graph, and for a rate outside 0 ..< 1
  @specialized(where Element == Float)
  public static func typedGraphAttention(
    _ z: Tensor, attention: Tensor, graph: TypedEdges, slope: Double = 0.2,
    dropout: (rate: Double, mask: DropoutMask)? = nil
  ) throws(ShapeError) -> Tensor {
    let operation = "typedGraphAttention"
    try ShapeError.require(
      attention.shape.rank == 4 && attention.shape[0] == graph.types && attention.shape[1] > 0
        && attention.shape[2] == 2 && attention.shape[3] > 0, operation,
      expected: "attention vectors of [\(graph.types), heads, 2, width]", got: "\(attention.shape)")
    let (heads, width) = (attention.shape[1], attention.shape[3])
    try ShapeError.require(
      z.shape.rank == 2 && z.shape[0] == graph.nodes && z.shape[1] == heads * width, operation,
      expected: "z of [\(graph.nodes), \(heads * width)]", got: "\(z.shape)")
    let plan = try DropoutPlan.of(dropout, rowCount: graph.nodes)
    let extent = GraphAttentionExtent(
      types: graph.types, heads: heads, width: width, slope: Element(slope), factor: Element(plan?.factor ?? 1))
    let pass = GraphAttentionPass(z.storage, attention.storage, graph, extent)
    let y = pass.forward(plan)
    return record(y, z.shape, [z, attention]) { dy, nodes in
      let (dz, dAttention) = pass.backward(dy)
      nodes[0]?.add(dz)
      nodes[1]?.add(dAttention)
    }
  }
}

/// What the forward pass keeps for the backward pass.
private final class GraphAttentionPass<Element: TensorElement> {
  typealias K = Element.Kernels

  private let graph: TypedEdges
  private let extent: GraphAttentionExtent<Element>
  private let z, attention: Storage<Element>
  private let left, right, weights: Storage<Element>

  init(
    _ z: Storage<Element>, _ attention: Storage<Element>, _ graph: TypedEdges, _ extent: GraphAttentionExtent<Element>
  ) {
    (self.graph, self.extent, self.z, self.attention) = (graph, extent, z, attention)
    let scores = graph.nodes * extent.types * extent.heads
    (left, right) = (Storage(scores), Storage(scores))
    weights = Storage(graph.edges * extent.heads)
  }

  func forward(_ plan: DropoutPlan?) -> Storage<Element> {
    let y = Storage<Element>(graph.nodes * extent.columns)
    WorkTeam.run(graph.targetPieces.count) { piece in
      K.graphScores(
        z.pointer, attention.pointer, left: left.base, right: right.base, nodes: graph.targetPieces[piece], extent)
    }
    WorkTeam.run(graph.targetPieces.count) { piece in
      let scratch = Storage<Element>(graph.mostNeighbours)
      K.graphAttention(
        graph, z.pointer, left: left.pointer, right: right.pointer, weights: weights.base, y.base,
        scratch: scratch.base, targets: graph.targetPieces[piece], extent, plan)
    }
    return y
  }

  func backward(_ dy: Storage<Element>) -> (dz: Storage<Element>, dAttention: Storage<Element>) {
    let slopes = Storage<Element>(weights.count)
    let (dLeft, dRight) = (Storage<Element>(left.count), Storage<Element>(right.count))
    let (dz, dAttention) = (Storage<Element>(z.count), Storage<Element>(attention.count))
    WorkTeam.run(graph.targetPieces.count) { piece in
      K.graphAttentionSlopes(
        graph, z.pointer, left: left.pointer, right: right.pointer, weights: weights.pointer, dy.pointer,
        slopes: slopes.base, dLeft: dLeft.base, targets: graph.targetPieces[piece], extent)
    }
    WorkTeam.run(graph.sourcePieces.count) { piece in
      let scratch = Storage<Element>(graph.mostNeighbours)
      K.graphAttentionGradient(
        graph, attention.pointer, weights: weights.pointer, slopes: slopes.pointer, dLeft: dLeft.pointer, dy.pointer,
        dRight: dRight.base, dz: dz.base, scratch: scratch.base, sources: graph.sourcePieces[piece], extent)
    }
    K.graphScoresGradient(
      z.pointer, dLeft: dLeft.pointer, dRight: dRight.pointer, dAttention: dAttention.base, nodes: graph.nodes, extent)
    return (dz, dAttention)
  }
}
