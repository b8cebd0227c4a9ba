/// Passes through the network: what the forward pass keeps for the backward pass, in memory that the next pass uses
/// again.
final class GINPass<Element: TensorElement>: @unchecked Sendable {
  typealias K = Element.Kernels

  /// Rows of a tile: its values, 128 wide, stay in the second cache, and six divide it.
  static var tile: Int { 96 }

  let layers: [GINLayer<Element>]
  let width, hidden: Int
  let parts: [GINPartState<Element>]
  let moleculeCount: Int
  /// All tensors a gradient goes to: those of every part (`GINPartState.Places`), then the BatchNorms'.
  let inputs: [Tensor<Element>]
  let norms: [(first: GINNorm<Element>, second: GINNorm<Element>)]
  var products: [(first: LayerProduct<Element>, second: LayerProduct<Element>)]

  init(_ parts: [GINPart], tables: [[Tensor<Element>]], layers: [GINLayer<Element>]) throws(ShapeError) {
    try ShapeError.require(
      !parts.isEmpty && tables.count == parts.count && !layers.isEmpty
        && layers.allSatisfy { $0.weights.count == parts.count },
      "ginNetwork", expected: "at least one part and one layer, and weights per part",
      got: "\(parts.count) parts, \(tables.count) table lists, \(layers.count) layers")
    let width = tables[0].first?.shape.last ?? 0
    let hidden = layers[0].weights[0].linear1.shape.rows
    var inputs: [Tensor<Element>] = []
    var states: [GINPartState<Element>] = []
    var molecule = 0
    for (index, part) in parts.enumerated() {
      for layer in layers { try Self.check(layer, layer.weights[index], width: width, hidden: hidden) }
      let state = try GINPartState(
        part, tables: tables[index], weights: layers.map { $0.weights[index] }, width: width, hidden: hidden,
        firstInput: inputs.count, firstMolecule: molecule)
      inputs += state.inputs
      states.append(state)
      molecule += part.molecules.count
    }
    for layer in layers {
      inputs += [layer.norm1.weight, layer.norm1.bias, layer.norm2.weight, layer.norm2.bias]
    }
    self.layers = layers
    self.width = width
    self.hidden = hidden
    self.parts = states
    self.inputs = inputs
    moleculeCount = molecule
    norms = layers.map { (GINNorm($0.norm1), GINNorm($0.norm2)) }
    products = layers.map { layer in
      let weights = layer.weights[0]
      return (
        LayerProduct(weights.linear1.storage, outputs: hidden, inputs: width),
        LayerProduct(weights.linear2.storage, outputs: width, inputs: hidden)
      )
    }
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

  func forward(step: UInt64?) throws -> Storage<Element> {
    let output = Storage<Element>(moleculeCount * width)
    for (index, layer) in layers.enumerated() {
      products[index].first.pack()
      products[index].second.pack()
      try WorkTeam.run(parts.count) { number in
        let part = parts[number]
        try part.prepare(layer, index, step: step)
        if index > 0 { endOfLayer(index - 1, part) }
        try firstHalf(index, part)
      }
      try norms[index].first.prepare(moments(hidden))
      // The part done last is in the caches still: every other phase goes backwards.
      try WorkTeam.run(parts.count) { try secondHalf(index, norms[index].first, parts[parts.count - 1 - $0]) }
      try norms[index].second.prepare(moments(width))
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

  /// The moments of all parts, in the memory of the first.
  private func moments(_ width: Int) -> Moments {
    foldNeighbours(parts.count) { parts[$0].moments(width).merge(parts[$1].moments(width)) }
    return parts[0].moments(width)
  }

  /// Messages, first linear layer, moments of its result.
  private func firstHalf(_ index: Int, _ part: GINPartState<Element>) throws {
    let state = part.layers[index]
    let lists = part.lists(index)
    let h = part.input(index)
    let factor = 1 + layers[index].weights[0].eps.item
    let tile = part.narrow
    try part.collectMoments(rows: lists.count, width: hidden, weights: part.weights(index)) { rows in
      K.messageRows(lists, h, part.bonds(index), self: factor, tile.base, rows: rows, width: self.width)
      let z = state.z1.base + rows.lowerBound * self.hidden
      try self.products[index].first.forward(tile.pointer, z, rows: rows.count)
      return UnsafePointer(z)
    }
  }

  /// Normalisation, ReLU, second linear layer, moments of its result.
  private func secondHalf(_ index: Int, _ norm: GINNorm<Element>, _ part: GINPartState<Element>) throws {
    let state = part.layers[index]
    let tile = part.wide
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
