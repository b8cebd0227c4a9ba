/// One part of the molecules in a `GINPass`: its tensors and its memory. Only one thread at a time touches it.
final class GINPartState<Element: TensorElement> {
  typealias K = Element.Kernels

  /// What the forward pass leaves of one layer.
  struct LayerState {
    /// Results of the first linear layer `[rows, D]` and of the second `[rows, C]`. Rows are colours in the first layer,
    /// atoms in the others.
    let z1, z2: Storage<Element>
    /// After BatchNorm, ReLU and dropout `[atoms, C]`.
    let output: Storage<Element>
    /// Sums of the bond tables, one row per distinct bond; nil without bonds.
    let bonds: Storage<Element>?
    var plan: DropoutPlan?
  }

  /// Where a layer's tensors of this part stand among the inputs of the pass.
  struct Places {
    let eps, linear1, linear2: Int
    let bonds: Range<Int>
  }

  let part: GINPart
  /// The tensors of this part, feature tables first.
  let inputs: [Tensor<Element>]
  let tablePlaces: Range<Int>
  let places: [Places]
  let firstMolecule: Int

  /// The sums of feature tables, one row per distinct feature row.
  let atoms: Storage<Element>
  private(set) var layers: [LayerState]
  /// Tiles `[tile, C]` and `[tile, D]`.
  let narrow, wide: Storage<Element>
  /// dL/d(output of the layer at hand) `[atoms, C]`, then the same before dropout and ReLU.
  let slopes: Storage<Element>
  /// The same per colour, in the first layer.
  let grouped: Storage<Element>
  /// dL/d(result of the first linear layer's BatchNorm) `[atoms, D]`
  let hiddenSlopes: Storage<Element>
  /// dL/d(messages) `[atoms, C]`, dL/d(sums of tables) for atoms and bonds.
  let messageSlopes, atomSlopes, bondSlopes: Storage<Element>
  /// Σ g and Σ g x̂ per column of the matrix done last, one after the other.
  let sums: Storage<Double>

  private let width: Int
  private let tables: [Tensor<Element>]
  private let bondTables: [[Tensor<Element>]?]
  private let colourWeights: Storage<Element>
  private let incoming: MessageLists
  /// Of the matrix done last.
  private let momentMemory: Storage<Double>

  /// - Parameter firstInput: how many inputs the pass has before this part's
  init(
    _ part: GINPart, tables: [Tensor<Element>], weights: [GINLayer<Element>.Weights], width: Int, hidden: Int,
    firstInput: Int, firstMolecule: Int
  ) throws(ShapeError) {
    let tableWidth = try Tensor.tableWidth(part.features, tables)
    try ShapeError.require(
      tableWidth == width, "ginNetwork", expected: "feature tables of width \(width)", got: "\(tableWidth)")
    (self.part, self.tables, self.width, self.firstMolecule) = (part, tables, width, firstMolecule)
    bondTables = weights.map { $0.bonds }
    var inputs = tables
    var places: [Places] = []
    var layers: [LayerState] = []
    let (nodes, colours) = (part.graph.nodes, part.colours.count)
    for weights in weights {
      let place = firstInput + inputs.count
      var bonds: Storage<Element>?
      if let tables = weights.bonds {
        guard let rows = part.graph.bonds else {
          throw ShapeError.mismatch("ginNetwork", expected: "a graph with bond features", got: "a graph without")
        }
        let bondWidth = try Tensor.tableWidth(rows, tables)
        try ShapeError.require(
          bondWidth == width, "ginNetwork", expected: "bond tables of width \(width)", got: "\(bondWidth)")
        bonds = Storage(rows.distinctCount * width)
      }
      let tables = weights.bonds ?? []
      inputs += [weights.eps, weights.linear1, weights.linear2] + tables
      places.append(
        Places(eps: place, linear1: place + 1, linear2: place + 2, bonds: (place + 3)..<(place + 3 + tables.count)))
      let rows = layers.isEmpty ? colours : nodes
      layers.append(
        LayerState(
          z1: Storage(rows * hidden), z2: Storage(rows * width), output: Storage(nodes * width), bonds: bonds))
    }
    self.inputs = inputs
    self.places = places
    self.layers = layers
    tablePlaces = firstInput..<(firstInput + tables.count)
    atoms = Storage(part.features.distinctCount * width)
    narrow = Storage(GINPass<Element>.tile * width)
    wide = Storage(GINPass<Element>.tile * hidden)
    slopes = Storage(nodes * width)
    grouped = Storage(colours * width)
    hiddenSlopes = Storage(nodes * hidden)
    messageSlopes = Storage(nodes * width)
    atomSlopes = Storage(atoms.count)
    bondSlopes = Storage((part.graph.bonds?.distinctCount ?? 0) * width)
    sums = Storage(2 * max(width, hidden))
    momentMemory = Storage(Moments.size(max(width, hidden)))
    incoming = part.graph.incoming
    colourWeights = Storage(part.sizes.count)
    for (colour, size) in part.sizes.enumerated() { colourWeights.base[colour] = Element(Double(size)) }
  }

  /// Sums the tables that a layer reads, and settles its dropout.
  func prepare(_ layer: GINLayer<Element>, _ index: Int, step: UInt64?) throws(ShapeError) {
    if index == 0 { Tensor.sumTables(part.features, tables, atoms.base, width: width) }
    if let bonds = layers[index].bonds, let rows = part.graph.bonds, let tables = bondTables[index] {
      Tensor.sumTables(rows, tables, bonds.base, width: width)
    }
    guard layer.dropout.rate != 0 else { return }
    var key = layer.dropout.key
    if let step { key.step = step }
    layers[index].plan = try DropoutPlan(
      rate: layer.dropout.rate, DropoutMask(key, rowOffset: part.rowOffset), rowCount: part.graph.nodes)
  }

  func lists(_ layer: Int) -> MessageLists { layer == 0 ? part.colours.lists : incoming }

  /// The table that a layer's messages read.
  func input(_ layer: Int) -> UnsafePointer<Element> {
    layer == 0 ? atoms.pointer : layers[layer - 1].output.pointer
  }

  /// The sums of a layer's bond tables.
  func bonds(_ layer: Int) -> UnsafePointer<Element>? { layers[layer].bonds?.pointer }

  /// How many atoms each row stands for; nil where it is one.
  func weights(_ layer: Int) -> UnsafePointer<Element>? { layer == 0 ? colourWeights.pointer : nil }

  /// The moments of the matrix done last.
  func moments(_ width: Int) -> Moments { Moments(values: momentMemory.base, width: width) }

  /// The rows of a matrix that the tile after `rows` reads.
  func next(
    after tile: Range<Int>, of width: Int, _ matrix: Storage<Element>, rows: Int
  ) -> UnsafeBufferPointer<Element> {
    let last = min(rows, tile.upperBound + GINPass<Element>.tile)
    return UnsafeBufferPointer(
      start: matrix.pointer + tile.upperBound * width, count: max(0, last - tile.upperBound) * width)
  }

  /// Cuts rows into tiles.
  static func forEachTile(_ rows: Int, _ body: (Range<Int>) throws -> Void) rethrows {
    for start in stride(from: 0, to: rows, by: GINPass<Element>.tile) {
      try body(start..<min(rows, start + GINPass<Element>.tile))
    }
  }

  /// The moments of a matrix that `make` computes tile by tile.
  func collectMoments(
    rows: Int, width: Int, weights: UnsafePointer<Element>?, _ make: (Range<Int>) throws -> UnsafePointer<Element>
  ) rethrows {
    let moments = moments(width)
    moments.values.update(repeating: 0, count: Moments.size(width))
    var count = 0.0
    try Self.forEachTile(rows) { tile in
      count += K.mergeMoments(
        try make(tile), weights: weights.map { $0 + tile.lowerBound }, rows: tile.count, width: width, seen: count,
        mean: moments.mean, squares: moments.squares)
    }
    moments.values[0] = count
  }

  /// Sums per column that `add` collects tile by tile; they end in `sums`.
  func collectSums(
    width: Int, rows: Int,
    _ add: (Range<Int>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) throws -> Void
  ) rethrows {
    let sum = sums.base
    sum.update(repeating: 0, count: 2 * width)
    try Self.forEachTile(rows) { try add($0, sum, sum + width) }
  }
}
