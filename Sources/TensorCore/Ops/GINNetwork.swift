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
    let pass = try GINPass(parts, tables: tables, layers: layers)
    let y = try pass.forward()
    return record(y, [pass.moleculeCount, pass.width], pass.inputs) { dy, nodes in
      try pass.backward(dy, nodes)
    }
  }
}

/// One pass through the network: what the forward pass keeps for the backward pass.
final class GINPass<Element: TensorElement>: @unchecked Sendable {
  typealias K = Element.Kernels

  /// Rows of a tile: its values, 128 wide, stay in the second cache, and six divide it.
  static var tile: Int { 96 }

  let layers: [GINLayer<Element>]
  let width, hidden: Int
  let parts: [GINPartState<Element>]
  let moleculeCount: Int
  /// All tensors a gradient goes to, in the order that `Place` gives.
  let inputs: [Tensor<Element>]
  var norms: [(first: GINNorm<Element>, second: GINNorm<Element>)] = []
  var products: [(first: LayerProduct<Element>, second: LayerProduct<Element>)] = []

  init(_ parts: [GINPart], tables: [[Tensor<Element>]], layers: [GINLayer<Element>]) throws {
    try ShapeError.require(
      !parts.isEmpty && tables.count == parts.count && !layers.isEmpty
        && layers.allSatisfy { $0.weights.count == parts.count },
      "ginNetwork", expected: "at least one part and one layer, and weights per part",
      got: "\(parts.count) parts, \(tables.count) table lists, \(layers.count) layers")
    let width = tables[0].first?.shape.last ?? 0
    let hidden = layers[0].weights[0].linear1.shape.rows
    self.layers = layers
    self.width = width
    self.hidden = hidden
    var inputs: [Tensor<Element>] = []
    var states: [GINPartState<Element>] = []
    var molecule = 0
    for (index, part) in parts.enumerated() {
      let atoms = try Tensor.distinctSums(part.features, tables[index])
      inputs.append(atoms)
      var bonds: [Storage<Element>?] = []
      var bondPlaces: [Int?] = []
      var places: [Int] = []
      for layer in layers {
        let weights = layer.weights[index]
        try Self.check(layer, weights, width: width, hidden: hidden)
        places.append(inputs.count)
        inputs += [weights.eps, weights.linear1, weights.linear2]
        if let tables = weights.bonds {
          guard let rows = part.graph.bonds else {
            throw ShapeError.mismatch("ginNetwork", expected: "a graph with bond features", got: "a graph without")
          }
          let sums = try Tensor.distinctSums(rows, tables)
          try ShapeError.require(
            sums.shape.last == width, "ginNetwork", expected: "bond tables of width \(width)",
            got: "\(sums.shape.last)")
          bonds.append(sums.storage)
          bondPlaces.append(inputs.count)
          inputs.append(sums)
        } else {
          bonds.append(nil)
          bondPlaces.append(nil)
        }
      }
      states.append(
        GINPartState(
          part, atoms: atoms.storage, bonds: bonds, firstMolecule: molecule, atomPlace: places[0] - 1, places: places,
          bondPlaces: bondPlaces))
      molecule += part.molecules.count
    }
    for layer in layers {
      inputs += [layer.norm1.weight, layer.norm1.bias, layer.norm2.weight, layer.norm2.bias]
    }
    self.parts = states
    self.inputs = inputs
    moleculeCount = molecule
  }

  /// The place of a layer's BatchNorm weights among the inputs: weight and bias of the first, then of the second.
  func normPlace(_ layer: Int) -> Int { inputs.count - 4 * (layers.count - layer) }

  private static func check(
    _ layer: GINLayer<Element>, _ weights: GINLayer<Element>.Weights, width: Int, hidden: Int
  ) throws(ShapeError) {
    let (first, second) = (weights.linear1.shape, weights.linear2.shape)
    try ShapeError.require(
      first.rank == 2 && first.rows == hidden && first.last == width && second.rank == 2 && second.rows == width
        && second.last == hidden && weights.eps.shape.count == 1,
      "ginNetwork", expected: "linear layers [\(hidden), \(width)] and [\(width), \(hidden)], an epsilon of [1]",
      got: "\(weights.linear1.shape), \(weights.linear2.shape) and \(weights.eps.shape)")
    for (norm, size) in [(layer.norm1, hidden), (layer.norm2, width)] {
      try ShapeError.require(
        norm.statistics.width == size && norm.weight.shape.count == size && norm.bias.shape.count == size
          && (norm.inputBias.map { $0.shape.count == size } ?? true),
        "ginNetwork", expected: "BatchNorm of width \(size)",
        got: "\(norm.statistics.width), \(norm.weight.shape), \(norm.bias.shape)")
    }
  }

  // MARK: Forward

  func forward() throws -> Storage<Element> {
    let output = Storage<Element>(moleculeCount * width)
    for (index, layer) in layers.enumerated() {
      products.append(
        (
          LayerProduct(layer.weights[0].linear1.storage, outputs: hidden, inputs: width),
          LayerProduct(layer.weights[0].linear2.storage, outputs: width, inputs: hidden)
        ))
      try WorkTeam.run(parts.count) { number in
        let part = parts[number]
        try part.prepare(layer, index, width: width, hidden: hidden)
        if index > 0 { endOfLayer(index - 1, part) }
        try firstHalf(index, part)
      }
      let first = try GINNorm(layer.norm1, moments: parts.map({ $0.moments }))
      // The part done last is in the caches still: every other phase goes backwards.
      try WorkTeam.run(parts.count) { try secondHalf(index, first, parts[parts.count - 1 - $0]) }
      let second = try GINNorm(layer.norm2, moments: parts.map({ $0.moments }))
      norms.append((first, second))
    }
    WorkTeam.run(parts.count) { number in
      let part = parts[number]
      let last = layers.count - 1
      endOfLayer(last, part)
      K.segmentMean(
        part.layers[last].output.pointer, part.part.molecules.offsets, output.base + part.firstMolecule * width,
        segments: part.part.molecules.count, width: width)
    }
    return output
  }

  /// Messages, first linear layer, moments of its result.
  private func firstHalf(_ index: Int, _ part: GINPartState<Element>) throws {
    let state = part.layers[index]
    let lists = part.lists(index)
    let h = part.input(index)
    let factor = 1 + layers[index].weights[0].eps.item
    let tile = Storage<Element>(Self.tile * width)
    try part.collectMoments(rows: lists.count, width: hidden, weights: part.weights(index)) { rows in
      K.messageRows(lists, h, part.bonds[index]?.pointer, self: factor, tile.base, rows: rows, width: self.width)
      let z = state.z1.base + rows.lowerBound * self.hidden
      try self.products[index].first.forward(tile.pointer, z, rows: rows.count)
      return UnsafePointer(z)
    }
  }

  /// Normalisation, ReLU, second linear layer, moments of its result.
  private func secondHalf(_ index: Int, _ norm: GINNorm<Element>, _ part: GINPartState<Element>) throws {
    let state = part.layers[index]
    let tile = Storage<Element>(Self.tile * hidden)
    try part.collectMoments(rows: part.lists(index).count, width: width, weights: part.weights(index)) { rows in
      K.batchApply(
        state.z1.pointer + rows.lowerBound * self.hidden, scale: norm.scale.pointer, shift: norm.shift.pointer,
        tile.base, rows: rows.count, width: self.hidden, relu: true, nil)
      let z = state.z2.base + rows.lowerBound * self.width
      try self.products[index].second.forward(
        tile.pointer, z, rows: rows.count,
        ahead: part.next(after: rows, of: self.hidden, state.z1, rows: part.lists(index).count))
      return UnsafePointer(z)
    }
  }

  /// Normalisation, ReLU and dropout at the end of a layer, for every atom.
  private func endOfLayer(_ index: Int, _ part: GINPartState<Element>) {
    let (state, norm, relu) = (part.layers[index], norms[index].second, layers[index].relu)
    if index == 0 {
      K.batchApplyRows(
        state.z2.pointer, part.part.colours.colourOfAtom, scale: norm.scale.pointer, shift: norm.shift.pointer,
        state.output.base, rows: part.part.graph.nodes, width: width, relu: relu, state.plan)
    } else {
      K.batchApply(
        state.z2.pointer, scale: norm.scale.pointer, shift: norm.shift.pointer, state.output.base,
        rows: part.part.graph.nodes, width: width, relu: relu, state.plan)
    }
  }
}
