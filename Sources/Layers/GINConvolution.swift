import TensorCore

/// One layer of a graph isomorphism network as NLA-MMR's code has it (paper Eq. 5–6, spec 1.2–1.3):
/// y_v = (1 + ε) h_v + Σ relu(h_u + e_uv); Linear(d, 2d) → BatchNorm → ReLU → Linear(2d, d) → BatchNorm → ReLU (not in the
/// last layer) → dropout. Names: lin1, bn1, lin2, bn2, eps, bond.tables.0, …
public struct GINConvolution<Element: TensorElement> {
  public let eps: Parameter<Element>
  public let bond: EmbeddingSum<Element>?
  public let lin1, lin2: Linear<Element>
  public let bn1, bn2: BatchNorm<Element>
  public let dropout: Dropout
  /// No ReLU at the end of the last layer.
  public let isLast: Bool

  /// - Parameter bondDims: rows of the bond tables; nil for plain sums of neighbours
  public init(
    _ width: Int, bondDims: [Int]?, dropout: Dropout, isLast: Bool, in scope: ParameterScope<Element>
  ) throws(ParameterError) {
    lin1 = try Linear(width, 2 * width, in: scope["lin1"])
    bn1 = try BatchNorm(2 * width, in: scope["bn1"])
    lin2 = try Linear(2 * width, width, in: scope["lin2"])
    eps = try scope.parameter("eps", [1], .zeros)
    bond = try bondDims.map { dims throws(ParameterError) in try EmbeddingSum(dims, width, in: scope["bond"]) }
    bn2 = try BatchNorm(width, in: scope["bn2"])
    self.dropout = dropout
    self.isLast = isLast
  }

  /// Shape: h `[nodes, d]` → `[nodes, d]`.
  /// - Parameters:
  ///   - step: nil in evaluation (running statistics, no dropout)
  ///   - rowOffset: the global number of the first node, where nodes are divided over workers
  ///   - rows: the global number of every node, where they are not consecutive
  public func callAsFunction(
    _ h: Tensor<Element>, _ graph: GraphEdges, _ step: DropoutStep?, rowOffset: Int = 0, rows: [Int32]? = nil
  ) throws -> Tensor<Element> {
    try self(parts: [h], [graph], step, rowOffsets: [rowOffset], rows: rows.map { [$0] })[0]
  }

  /// The same for a batch of graphs in several parts: BatchNorm takes them together, everything else one by one. While
  /// more than one is given, the gradients of part i go to slot i of the store (`ParameterStore.prepareSlots`).
  /// - Throws: `ShapeError`, also unless there is a graph and a row offset per part; what a statistics exchange throws
  public func callAsFunction(
    parts: [Tensor<Element>], _ graphs: [GraphEdges], _ step: DropoutStep?, rowOffsets: [Int], rows: [[Int32]]? = nil
  ) throws -> [Tensor<Element>] {
    for (name, count) in [("graphs", graphs.count), ("row offsets", rowOffsets.count), ("row lists", rows?.count)] {
      guard let count, count != parts.count else { continue }
      throw ShapeError.mismatch("GINConvolution", expected: "\(parts.count) \(name), one per part", got: "\(count)")
    }
    let training = step != nil
    let messages = try inParts(parts) { index, h in
      try lin1.withoutBias(h.ginMessage(graphs[index], eps: eps.tensor, bonds: bond?.tables.map({ $0.tensor })))
    }
    let hidden = try bn1(parts: messages, training: training, after: lin1, relu: true)
    let outputs = try inParts(hidden) { _, h in try lin2.withoutBias(h) }
    let dropouts = step.map { step in
      parts.indices.map { (dropout.rate, dropout.mask(step, rowOffset: rowOffsets[$0], rows: rows?[$0])) }
    }
    return try bn2(parts: outputs, training: training, after: lin2, relu: !isLast, dropout: dropouts)
  }

  /// This layer for `Tensor.ginNetwork`: training in `parts` parts, whose gradients go to slots of the store where there
  /// is more than one.
  @specialized(where Element == Float)
  public func fused(parts: Int, _ step: DropoutStep) -> GINLayer<Element> {
    func weights() -> GINLayer<Element>.Weights {
      .init(
        eps: eps.tensor, bonds: bond?.tables.map({ $0.tensor }), linear1: lin1.weight.tensor,
        linear2: lin2.weight.tensor)
    }
    return GINLayer(
      weights: parts == 1 ? [weights()] : (0..<parts).map { eps.inSlot($0, weights) },
      norm1: bn1.fused(after: lin1), norm2: bn2.fused(after: lin2), relu: !isLast,
      dropout: (dropout.rate, dropout.key(step)))
  }

  private func inParts(
    _ parts: [Tensor<Element>], _ body: (Int, Tensor<Element>) throws -> Tensor<Element>
  ) throws -> [Tensor<Element>] {
    guard parts.count > 1 else { return try parts.enumerated().map { try body($0, $1) } }
    return try parts.enumerated().map { index, part in try eps.inSlot(index) { try body(index, part) } }
  }
}
