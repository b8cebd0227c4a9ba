import Layers
import TensorCore
import Testing

/// The fused graph isomorphism network against central differences: all its tensors, in one and in several parts.
@Suite(.serialized) struct GINGradientTests {
  static let dims = [3, 2]
  static let bondDims = [2, 3]
  static let width = 3

  /// Chains of atoms, some of equal kind and surroundings, so that the first layer has fewer colours than atoms.
  static func part(_ sizes: [Int], first: Int) throws -> GINPart {
    var (atoms, source, target, bonds): ([Int32], [Int32], [Int32], [Int32]) = ([], [], [], [])
    for size in sizes {
      let start = Int32(atoms.count / 2)
      for atom in 0..<size {
        atoms += [Int32(atom % 3), Int32(size % 2)]
        guard atom > 0 else { continue }
        source += [start + Int32(atom), start + Int32(atom - 1)]
        target += [start + Int32(atom - 1), start + Int32(atom)]
        bonds += Array(repeating: [Int32(atom % 2), Int32(size % 3)], count: 2).flatMap { $0 }
      }
    }
    let nodes = atoms.count / 2
    let features = try CategoryRows(atoms, dims: dims)
    let graph = try GraphEdges(nodes: nodes, source: source, target: target, bonds: bonds, bondDims: bondDims)
    return try GINPart(
      features: features, graph: graph, colours: GraphColours(features: features, graph: graph),
      molecules: Segments(counts: sizes), rowOffset: first)
  }

  static func parts(_ sizes: [[Int]]) throws -> [GINPart] {
    var first = 0
    return try sizes.map { sizes in
      defer { first += sizes.reduce(0, +) }
      return try part(sizes, first: first)
    }
  }

  static let splits: [[[Int]]] = [[[4, 1, 3, 4, 2]], [[4, 1], [3, 4, 2]], [[4], [1, 3], [4], [2]]]

  @Test(
    "gradients agree with central differences: feature and bond tables, ε, linear layers and their biases, BatchNorms",
    arguments: splits, [true, false])
  func network(sizes: [[Int]], hasBonds: Bool) throws {
    for (rate, threads) in [(0.0, 1), (0.4, 1), (0.4, 2)] {
      Threads.count = threads
      defer { Threads.count = 1 }
      let store = ParameterStore<Double>(seed: 21)
      let atom = try EmbeddingSum(Self.dims, Self.width, in: store.scope["atom"])
      let layers = try (0..<2).map { layer in
        try GINConvolution(
          Self.width, bondDims: hasBonds ? Self.bondDims : nil, dropout: Dropout(rate: rate, layer: UInt32(layer)),
          isLast: layer == 1, in: store.scope["layers"]["\(layer)"])
      }
      try scatter(store)
      let parts = try Self.parts(sizes)
      let step = DropoutStep(seed: 5, step: 6)
      func tables() -> [Tensor<Double>] { atom.tables.map(\.tensor) }
      try expectParameterGradients(store, parts: parts.count, tolerance: 1e-5) { _ in
        try Tensor.ginNetwork(
          parts, tables: parts.count == 1 ? [tables()] : parts.indices.map { store.inSlot($0, tables) },
          layers: layers.map { $0.fused(parts: parts.count, step) })
      }
    }
  }

  @Test("one layer of single operations, in one and two parts", arguments: [1, 2])
  func convolution(count: Int) throws {
    let store = ParameterStore<Double>(seed: 22)
    let gin = try GINConvolution(
      Self.width, bondDims: [3], dropout: Dropout(rate: 0.3, layer: 1), isLast: false, in: store.scope)
    try scatter(store)
    let graphs = try (0..<count).map { _ in
      try GraphEdges(
        nodes: 4, source: [0, 1, 1, 2], target: [1, 0, 2, 1], bonds: [0, 0, 2, 2], bondDims: [3])
    }
    let step = DropoutStep(seed: 5, step: 6)
    let inputs: [Tensor<Double>] = try (0..<count).map { try normal([4, Self.width], UInt64($0 + 1)) }
    try expectParameterGradients(store, inputs: inputs, parts: count, tolerance: 1e-5) { x in
      try Tensor.joinedRows(gin(parts: x, graphs, step, rowOffsets: (0..<count).map { $0 * 4 }))
    }
  }

  @Test("parts without a graph, an offset or row numbers of their own are refused")
  func refusedParts() throws {
    let store = ParameterStore<Double>(seed: 22)
    let gin = try GINConvolution(
      3, bondDims: nil, dropout: Dropout(rate: 0, layer: 1), isLast: false, in: store.scope)
    let graph = try GraphEdges(nodes: 2, source: [0], target: [1], bonds: [], bondDims: [])
    let h = Tensor<Double>.zeros([2, 3])
    let step = DropoutStep(seed: 1, step: 1)
    #expect(throws: ShapeError.self) { try gin(parts: [h, h], [graph], step, rowOffsets: [0, 2]) }
    #expect(throws: ShapeError.self) { try gin(parts: [h], [graph], step, rowOffsets: []) }
    #expect(throws: ShapeError.self) { try gin(parts: [h], [graph], step, rowOffsets: [0], rows: [[0, 1], [2, 3]]) }
    #expect(throws: ShapeError.self) { try gin(parts: [.zeros([3, 3])], [graph], step, rowOffsets: [0]) }
  }

  /// A layer of leaves, to be called with wrong ones.
  static func layer(
    weights count: Int = 1, eps: [Int] = [1], linear1: [Int] = [6, 3], linear2: [Int] = [3, 6], bonds: [[Int]]? = nil,
    norm1: Int = 6, norm2: Int = 3, normWeight: Int? = nil, rate: Double = 0
  ) throws -> GINLayer<Double> {
    let store = ParameterStore<Double>(seed: 1)
    func norm(_ width: Int, _ name: String) throws -> GINLayer<Double>.Norm {
      .init(
        weight: .full(1, [normWeight ?? width]), bias: .zeros([width]), inputBias: nil,
        statistics: try BatchStatistics(width, in: store.scope[name]))
    }
    let weights = GINLayer<Double>.Weights(
      eps: .zeros(eps), bonds: bonds?.map { .zeros($0) }, linear1: .full(0.5, linear1), linear2: .full(0.5, linear2))
    return GINLayer(
      weights: Array(repeating: weights, count: count), norm1: try norm(norm1, "a"), norm2: try norm(norm2, "b"),
      relu: true, dropout: (rate, DropoutKey(seed: 1, step: 1, layer: 1)))
  }

  @Test("known values: one layer of ones")
  func known() throws {
    // Every message is equal in every column, so BatchNorm leaves columns alike.
    let tables: [Tensor<Double>] = [try Tensor([1, 2, 4], [3, 1]), try Tensor([0, 0], [2, 1])]
    let y = try Tensor.ginNetwork(
      Self.parts([[2, 1]]), tables: [tables],
      layers: [Self.layer(linear1: [1, 1], linear2: [1, 1], norm1: 1, norm2: 1)])
    // Atoms 1, 2 | 1: sums of own and neighbours 3, 3 | 1; halved 1.5, 1.5 | 0.5; normalised by mean 7/6 and variance
    // 2/9 to √½, √½ | −√2; ReLU; halved, normalised and ReLU again: √½, √½ | 0 up to ε.
    #expect(y.shape == [2, 1])
    expectClose(y.array, [Double(0.5).squareRoot(), 0], absolute: 1e-3, relative: 0)
  }

  @Test("wrong parts, tables, weights and rates are refused")
  func refused() throws {
    let parts = try Self.parts([[4, 1]])
    let tables: [Tensor<Double>] = [.zeros([3, 3]), .zeros([2, 3])]
    func run(
      _ parts: [GINPart], _ tables: [[Tensor<Double>]], _ layers: [GINLayer<Double>]
    ) throws -> Tensor<Double> { try Tensor.ginNetwork(parts, tables: tables, layers: layers) }
    _ = try run(parts, [tables], [Self.layer()])
    #expect(throws: ShapeError.self) { try run([], [], [Self.layer()]) }
    #expect(throws: ShapeError.self) { try run(parts, [], [Self.layer()]) }
    #expect(throws: ShapeError.self) { try run(parts, [tables], []) }
    #expect(throws: ShapeError.self) { try run(parts, [tables], [Self.layer(weights: 2)]) }
    #expect(throws: ShapeError.self) { try run(parts, [[tables[0]]], [Self.layer()]) }
    #expect(throws: ShapeError.self) { try run(parts, [[tables[1], tables[0]]], [Self.layer()]) }
    let wrong = try [
      Self.layer(eps: [2]), Self.layer(linear1: [6, 4]), Self.layer(linear1: [18]), Self.layer(linear2: [6, 3]),
      Self.layer(bonds: [[2, 3]]), Self.layer(bonds: [[2, 4], [3, 4]]), Self.layer(norm1: 3), Self.layer(norm2: 6),
      Self.layer(normWeight: 2), Self.layer(rate: 1), Self.layer(rate: .nan),
    ]
    for layer in wrong { #expect(throws: ShapeError.self) { try run(parts, [tables], [layer]) } }
    let graph = try GraphEdges(nodes: 2, source: [0], target: [1], bonds: [], bondDims: [])
    let features = try CategoryRows([0, 0, 1, 1], dims: Self.dims)
    let plain = try GINPart(
      features: features, graph: graph, colours: GraphColours(features: features, graph: graph),
      molecules: Segments(counts: [2]), rowOffset: 0)
    #expect(throws: ShapeError.self) { try run([plain], [tables], [Self.layer(bonds: [[2, 3], [3, 3]])]) }
    #expect(throws: ShapeError.self) {
      try GINPart(
        features: features, graph: graph, colours: GraphColours(features: features, graph: graph),
        molecules: Segments(counts: [3]), rowOffset: 0)
    }
  }
}
