// Shapes: A atoms · N molecules · S = d_s.
import Layers
import TensorCore

/// Molecular graphs as the encoder reads them.
public struct MoleculeInputs {
  public let atoms: CategoryRows
  public let edges: GraphEdges
  /// The atoms of each molecule, consecutive.
  public let molecules: Segments
  /// Number of the first atom within all molecules of the run: dropout does not depend on who encodes it.
  public let atomOffset: Int

  /// The same for the fused network of training.
  let part: GINPart

  /// - Throws: `ShapeError` unless atoms, edges and molecules speak of the same atoms.
  public init(atoms: CategoryRows, edges: GraphEdges, molecules: Segments, atomOffset: Int) throws(ShapeError) {
    part = try GINPart(
      features: atoms, graph: edges, colours: GraphColours(features: atoms, graph: edges), molecules: molecules,
      rowOffset: atomOffset)
    self.atoms = atoms
    self.edges = edges
    self.molecules = molecules
    self.atomOffset = atomOffset
  }
}

/// GIN over molecular graphs, mean over atoms (paper §3.3, Eq. 5–7).
public struct MoleculeEncoder<Element: TensorElement> {
  let atom: EmbeddingSum<Element>
  let layers: [GINConvolution<Element>]

  public init(_ config: NLAMMRConfig, in scope: ParameterScope<Element>) throws(ParameterError) {
    atom = try EmbeddingSum(config.atomDims, config.dS, in: scope["atom"])
    var layers: [GINConvolution<Element>] = []
    for layer in 0..<config.ginLayers {
      layers.append(
        try GINConvolution(
          config.dS, bondDims: config.edgeEmbedding ? config.bondDims : nil,
          dropout: Dropout(rate: config.gnnDropout, layer: DropoutLayers.molecules(layer)),
          isLast: layer == config.ginLayers - 1, in: scope["layers"]["\(layer)"]))
    }
    self.layers = layers
  }

  /// - Shape: atoms `[A, 9]` → `[N, S]`
  /// - Parameter step: dropout's counters in training; nil in evaluation.
  public func callAsFunction(_ inputs: MoleculeInputs, _ step: DropoutStep?) throws -> Tensor<Element> {
    try self(parts: [inputs], step)
  }

  /// The molecules of several parts, one after the other. With more than one, the gradients of part i go to slot i of
  /// the parameter store, so that their sum does not depend on who holds which part.
  /// - Shape: parts of atoms `[Aᵢ, 9]` → `[Σ Nᵢ, S]`
  @specialized(where Element == Float)
  public func callAsFunction(parts: [MoleculeInputs], _ step: DropoutStep?) throws -> Tensor<Element> {
    if let step { return try network(parts: parts, step)() }
    let nodes = try trace(parts: parts, step).last ?? []
    let molecules = try zip(nodes, parts).map { try $0.segmentMean($1.molecules) }
    return molecules.count == 1 ? molecules[0] : try Tensor.joinedRows(molecules)
  }

  /// Training on these parts, step after step: the network keeps its memory. With more than one part, the store's slots
  /// must have been prepared (`ParameterStore.prepareSlots`) and stay as many as long as the network is used.
  /// - Parameter step: gives dropout's seed, and its step where a call gives none
  public func network(parts: [MoleculeInputs], _ step: DropoutStep) throws -> GINNetwork<Element> {
    func tables() -> [Tensor<Element>] { atom.tables.map({ $0.tensor }) }
    return try GINNetwork(
      parts.map({ $0.part }),
      tables: parts.count == 1 ? [tables()] : parts.indices.map { atom.tables[0].inSlot($0, tables) },
      layers: layers.map { $0.fused(parts: parts.count, step) })
  }

  /// The same by single operations, as evaluation runs it: the atoms of every part after the embedding and after each layer (the last is what is pooled).
  public func trace(parts: [MoleculeInputs], _ step: DropoutStep?) throws -> [[Tensor<Element>]] {
    let embedded = try parts.enumerated().map { index, part in
      parts.count > 1 ? try atom.tables[0].inSlot(index) { try atom(part.atoms) } : try atom(part.atoms)
    }
    var trace = [embedded]
    for layer in layers {
      trace.append(
        try layer(
          parts: trace[trace.count - 1], parts.map({ $0.edges }), step, rowOffsets: parts.map({ $0.atomOffset })))
    }
    return trace
  }
}
