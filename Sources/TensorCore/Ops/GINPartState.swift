/// What one part keeps during a pass; only one thread at a time touches it.
final class GINPartState<Element: TensorElement> {
  typealias K = Element.Kernels

  /// What the forward pass leaves of one layer.
  struct LayerState {
    /// Results of the first linear layer `[rows, D]` and of the second `[rows, C]`. Rows are colours in the first layer,
    /// atoms in the others.
    let z1, z2: Storage<Element>
    /// After BatchNorm, ReLU and dropout `[atoms, C]`.
    let output: Storage<Element>
    let plan: DropoutPlan?
  }

  let part: GINPart
  /// The sums of feature tables, one row per distinct feature row.
  let atoms: Storage<Element>
  /// Per layer, one row per distinct bond.
  let bonds: [Storage<Element>?]
  let firstMolecule: Int
  /// Where this part's tensors stand among the inputs: atoms; per layer ε, linear1, linear2; the bonds.
  let atomPlace: Int
  let places: [Int]
  let bondPlaces: [Int?]

  private(set) var layers: [LayerState] = []
  private let colourWeights: Storage<Element>
  private let incoming: MessageLists
  /// Of the matrix done last, and of one of another width: arrays are kept.
  private(set) var moments = Moments(count: 0, mean: [], squares: [])
  private var otherMoments = Moments(count: 0, mean: [], squares: [])
  /// Σ g and Σ g x̂ per column, one after the other; the same again for another width.
  private(set) var sums: [Double] = []
  private var otherSums: [Double] = []
  var backward: GINPartGradients<Element>?

  init(
    _ part: GINPart, atoms: Storage<Element>, bonds: [Storage<Element>?], firstMolecule: Int, atomPlace: Int,
    places: [Int], bondPlaces: [Int?]
  ) {
    self.part = part
    self.atoms = atoms
    self.bonds = bonds
    self.firstMolecule = firstMolecule
    self.atomPlace = atomPlace
    self.places = places
    self.bondPlaces = bondPlaces
    incoming = part.graph.incoming
    colourWeights = Storage(part.sizes.count)
    for (colour, size) in part.sizes.enumerated() { colourWeights.base[colour] = Element(Double(size)) }
  }

  /// Takes memory for one layer's results.
  func prepare(_ layer: GINLayer<Element>, _ index: Int, width: Int, hidden: Int) throws(ShapeError) {
    let (rows, nodes) = (lists(index).count, part.graph.nodes)
    var plan: DropoutPlan?
    if layer.dropout.rate != 0 {
      plan = try DropoutPlan(
        rate: layer.dropout.rate, DropoutMask(layer.dropout.key, rowOffset: part.rowOffset), rowCount: nodes)
    }
    layers.append(
      LayerState(
        z1: Storage(rows * hidden), z2: Storage(rows * width), output: Storage(nodes * width), plan: plan))
  }

  func lists(_ layer: Int) -> MessageLists { layer == 0 ? part.colours.lists : incoming }

  /// The table that a layer's messages read.
  func input(_ layer: Int) -> UnsafePointer<Element> {
    layer == 0 ? atoms.pointer : layers[layer - 1].output.pointer
  }

  /// How many atoms each row stands for; nil where it is one.
  func weights(_ layer: Int) -> UnsafePointer<Element>? { layer == 0 ? colourWeights.pointer : nil }

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
  ) throws {
    // The arrays leave the object while they are written.
    var (mean, squares) = (otherMoments.mean, otherMoments.squares)
    otherMoments = moments
    moments = Moments(count: 0, mean: [], squares: [])
    if mean.count != width {
      mean = [Double](repeating: 0, count: width)
      squares = mean
    }
    var count = 0.0
    try mean.withUnsafeMutableBufferPointer { mean in
      try squares.withUnsafeMutableBufferPointer { squares in
        mean.update(repeating: 0)
        squares.update(repeating: 0)
        guard let mean = mean.baseAddress, let squares = squares.baseAddress else { return }
        try Self.forEachTile(rows) { tile in
          count += K.mergeMoments(
            try make(tile), weights: weights.map { $0 + tile.lowerBound }, rows: tile.count, width: width, seen: count,
            mean: mean, squares: squares)
        }
      }
    }
    moments = Moments(count: count, mean: mean, squares: squares)
  }

  /// Sums per column that `add` collects tile by tile; they end in `sums`.
  func collectSums(
    width: Int, rows: Int,
    _ add: (Range<Int>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) throws -> Void
  ) rethrows {
    var own = otherSums
    otherSums = sums
    sums = []
    if own.count != 2 * width { own = [Double](repeating: 0, count: 2 * width) }
    try own.withUnsafeMutableBufferPointer { buffer in
      buffer.update(repeating: 0)
      guard let sum = buffer.baseAddress else { return }
      try Self.forEachTile(rows) { try add($0, sum, sum + width) }
    }
    sums = own
  }
}

/// One BatchNorm of a pass: its coefficients forward, and those of its gradient.
struct GINNorm<Element: TensorElement>: @unchecked Sendable {
  private let weight: Storage<Element>
  private let statistics: BatchStatistics<Element>
  private let count: Double
  private let means, inverses: [Double]
  /// BN(z) = scale z + shift
  let scale, shift: Storage<Element>
  let mean, inverse: Storage<Element>

  /// Merges the moments of the parts and of all workers, and stages the running statistics.
  init(_ norm: GINLayer<Element>.Norm, moments: [Moments]) throws {
    let none = Moments(count: 0, mean: [], squares: [])
    let all = try norm.statistics.global(foldNeighbours(moments) { $0.merge($1) } ?? none)
    guard all.count >= 2 else {
      throw ShapeError.value("batchNorm", "\(Int(all.count)) rows in training", expected: "at least 2 rows")
    }
    norm.statistics.stage(all, inputBias: norm.inputBias?.storage.pointer)
    weight = norm.weight.storage
    statistics = norm.statistics
    count = all.count
    means = all.mean
    let epsilon = norm.statistics.epsilon
    inverses = all.squares.map { 1 / ($0 / all.count + epsilon).squareRoot() }
    let width = norm.statistics.width
    (scale, shift, mean, inverse) = (Storage(width), Storage(width), Storage(width), Storage(width))
    for c in 0..<width {
      let factor = weight.base[c].widened * inverses[c]
      scale.base[c] = Element(factor)
      shift.base[c] = Element(norm.bias.storage.base[c].widened - means[c] * factor)
      mean.base[c] = Element(means[c])
      inverse.base[c] = Element(inverses[c])
    }
  }

  /// dz = a g + b z + c, from the sums over the parts' rows; adds to the gradients of weight and bias.
  func backward(
    _ sums: [[Double]], weight weightNode: Node<Element>?, bias biasNode: Node<Element>?
  ) throws -> (a: Storage<Element>, b: Storage<Element>, c: Storage<Element>) {
    let width = statistics.width
    let all = try statistics.global(sums: foldNeighbours(sums, addNumbers) ?? [])
    weightNode?.collect { dw, add in
      for c in 0..<width { dw[c] = (add ? dw[c] : 0) + Element(all[width + c]) }
    }
    biasNode?.collect { db, add in
      for c in 0..<width { db[c] = (add ? db[c] : 0) + Element(all[c]) }
    }
    let (a, b, c) = (Storage<Element>(width), Storage<Element>(width), Storage<Element>(width))
    for i in 0..<width {
      let factor = weight.base[i].widened * inverses[i]
      let slope = -factor * inverses[i] * all[width + i] / count
      a.base[i] = Element(factor)
      b.base[i] = Element(slope)
      c.base[i] = Element(-factor * all[i] / count - slope * means[i])
    }
    return (a, b, c)
  }
}
