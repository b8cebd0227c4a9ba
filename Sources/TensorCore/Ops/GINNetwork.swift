/// A part of the molecules as the fused network reads them. Parts have gradients of their own.
public struct GINPart: Sendable {
  let features: CategoryRows
  let graph: GraphEdges
  let colours: GraphColours
  /// The nodes of each molecule, consecutive.
  let molecules: Segments
  /// Global number of the first node: dropout does not depend on who computes it.
  let rowOffset: Int
  /// How many nodes have each colour; not copied per step.
  let sizes: [Int32]

  /// - Throws: `ShapeError` unless features, graph, colours and molecules speak of the same nodes.
  public init(
    features: CategoryRows, graph: GraphEdges, colours: GraphColours, molecules: Segments, rowOffset: Int
  ) throws(ShapeError) {
    try ShapeError.require(
      features.count == graph.nodes && colours.atoms == graph.nodes && molecules.rows == graph.nodes, "GINPart",
      expected: "features, colours and molecules of \(graph.nodes) nodes",
      got: "\(features.count), \(colours.atoms) and \(molecules.rows)")
    self.features = features
    self.graph = graph
    self.colours = colours
    self.molecules = molecules
    self.rowOffset = rowOffset
    sizes = colours.sizes
  }
}

/// The tensors of one layer; those with a value per part are leaves whose gradients belong to that part.
public struct GINLayer<Element: TensorElement> {
  /// A BatchNorm and the bias of the linear layer before it, which it cancels.
  public struct Norm {
    let weight, bias: Tensor<Element>
    let inputBias: Tensor<Element>?
    let statistics: BatchStatistics<Element>

    public init(
      weight: Tensor<Element>, bias: Tensor<Element>, inputBias: Tensor<Element>?,
      statistics: BatchStatistics<Element>
    ) {
      (self.weight, self.bias, self.inputBias, self.statistics) = (weight, bias, inputBias, statistics)
    }
  }

  /// The weights as one part sees them.
  public struct Weights {
    let eps, linear1, linear2: Tensor<Element>
    let bonds: [Tensor<Element>]?

    public init(
      eps: Tensor<Element>, bonds: [Tensor<Element>]?, linear1: Tensor<Element>, linear2: Tensor<Element>
    ) {
      (self.eps, self.bonds, self.linear1, self.linear2) = (eps, bonds, linear1, linear2)
    }
  }

  let weights: [Weights]
  let norm1, norm2: Norm
  let relu: Bool
  let dropout: (rate: Double, key: DropoutKey)

  public init(weights: [Weights], norm1: Norm, norm2: Norm, relu: Bool, dropout: (rate: Double, key: DropoutKey)) {
    (self.weights, self.norm1, self.norm2, self.relu, self.dropout) = (weights, norm1, norm2, relu, dropout)
  }
}

extension Tensor {
  /// A whole graph isomorphism network in training, as one operation: sums of feature tables, then per layer
  /// y_v = (1 + ε) h_v + Σ relu(h_u + e_uv), Linear (C → D), BatchNorm, ReLU, Linear (D → C), BatchNorm, ReLU (where the
  /// layer says so), dropout; then the mean of every molecule. Equal to the same chain of single operations up to the
  /// rounding of sums; it works through tiles of rows, recomputes what is cheap, computes the first layer once per
  /// colour of `GraphColours`, and runs its parts on the threads of `Threads`.
  /// - Shape: feature tables `[dimsᵢ, C]` per part, linear1 `[D, C]`, linear2 `[C, D]` → `[Σ molecules, C]`
  /// - Gradient: to all tensors of the parts and layers; those of BatchNorm's are sums over all workers
  /// - Throws: `ShapeError`; what a statistics exchange throws
  @specialized(where Element == Float)
  public static func ginNetwork(
    _ parts: [GINPart], tables: [[Tensor]], layers: [GINLayer<Element>]
  ) throws -> Tensor {
    try GINNetwork(parts, tables: tables, layers: layers)()
  }
}

/// The network of `Tensor.ginNetwork` for step after step over the same parts. Its memory is planned from the shapes and
/// taken once; a step takes no other but its result's.
public final class GINNetwork<Element: TensorElement> {
  private let parts: [GINPart]
  private let tables: [[Tensor<Element>]]
  private let layers: [GINLayer<Element>]
  private var pass: GINPass<Element>

  /// The tensors are leaves or constants: their numbers are read anew in every step, and gradients go to those that need
  /// one when the network is made.
  /// - Throws: `ShapeError` for tensors that do not fit the parts or each other
  public init(_ parts: [GINPart], tables: [[Tensor<Element>]], layers: [GINLayer<Element>]) throws(ShapeError) {
    (self.parts, self.tables, self.layers) = (parts, tables, layers)
    pass = try GINPass(parts, tables: tables, layers: layers)
  }

  /// - Parameter step: the step that dropout's masks belong to; nil for that of the layers' keys
  /// - Returns: `[Σ molecules, C]`
  /// - Throws: `ShapeError`; what a statistics exchange throws
  @specialized(where Element == Float)
  public func callAsFunction(step: UInt64? = nil) throws -> Tensor<Element> {
    // The graph of an earlier call that was not walked yet needs what its pass keeps.
    if !isKnownUniquelyReferenced(&pass) { pass = try GINPass(parts, tables: tables, layers: layers) }
    let pass = pass
    let y = try pass.forward(step: step)
    return Tensor.record(y, [pass.moleculeCount, pass.width], pass.inputs) { dy, nodes in
      try pass.backward(dy, nodes)
    }
  }
}
