import TensorCore
import Testing

@Suite struct TypedGraphAttentionTests {
  /// Two kinds of nodes, some edges missing, node 5 without any edge; edges in a mixed order.
  static func graph(nodes: Int = 7, boundary: Int = 3, every: Int = 3) throws -> TypedEdges {
    var (sources, targets): ([Int32], [Int32]) = ([], [])
    for k in 0..<(nodes * nodes) {
      let (i, j) = (k * 5 % nodes, (k / nodes * 3 + k) % nodes)
      guard i != 5, j != 5, (i * 7 + j * 4) % every != 1 || i == j else { continue }
      sources.append(Int32(j))
      targets.append(Int32(i))
    }
    return try TypedEdges(nodes: nodes, boundary: boundary, source: sources, target: targets)
  }

  @Test("known values: equal scores give the mean of the neighbours; without neighbours 0; a score of 1 more weighs e")
  func known() throws {
    let z = try Real([1, 0, 3, 0, 5, 8], [3, 2])
    let graph = try TypedEdges(nodes: 3, types: 2, source: [0, 1, 2, 0], target: [0, 0, 0, 2], type: [0, 1, 0, 1])
    let mean = try Real.typedGraphAttention(z, attention: .zeros([2, 1, 2, 2]), graph: graph)
    expectClose(mean.array, [3, 8.0 / 3, 0, 0, 1, 0], absolute: 1e-14)
    // Type 1 takes 1/3 of the source's first column: 1 for node 1; type 0 takes nothing.
    let attention = try Real([0, 0, 0, 0, 0, 0, 1.0 / 3, 0], [2, 1, 2, 2])
    let y = try Real.typedGraphAttention(z, attention: attention, graph: graph).array
    let e = Element.exponential(1)
    expectClose(y, [(1 + 3 * e + 5) / (2 + e), 8 / (2 + e), 0, 0, 1, 0], absolute: 1e-14)
    // The leaky ReLU halves a score of -1.
    let negative = try Real.typedGraphAttention(z, attention: attention.scaled(by: -1), graph: graph, slope: 0.5).array
    let half = Element.exponential(-0.5)
    expectClose(negative, [(6 + 3 * half) / (2 + half), 8 / (2 + half), 0, 0, 1, 0], absolute: 1e-14)
  }

  typealias Element = Double

  @Test("equals the composed operations, value and gradients", arguments: [1, 2])
  func composed(heads: Int) throws {
    let (nodes, boundary, width) = (7, 3, 4 / heads)
    let graph = try Self.graph()
    var (sources, targets, types): ([Int32], [Int32], [Int]) = ([], [], [])
    for k in 0..<(nodes * nodes) {
      let (i, j) = (k / nodes, k % nodes)
      guard i != 5, j != 5, (i * 7 + j * 4) % 3 != 1 || i == j else { continue }
      sources.append(Int32(j))
      targets.append(Int32(i))
      types.append((i >= boundary ? 2 : 0) + (j >= boundary ? 1 : 0))
    }
    #expect(graph.edges == sources.count)
    let (source, target) = (try RowIndex(sources, bound: nodes), try RowIndex(targets, bound: nodes))
    func byParts(_ z: Real, _ a: Real) throws -> Real {
      var columns: [Real] = []
      for head in 0..<heads {
        let zh = try z.sliced(axis: 1, head * width..<(head + 1) * width)
        let vectors = try a.selected(axis: 1, head).reshaped([8, width])
        let scores = try zh.matmul(transposed: vectors).reshaped([nodes * 8])
        let left = try scores.gathered(
          RowIndex(zip(targets, types).map { $0 * 8 + Int32(2 * $1) }, bound: nodes * 8))
        let right = try scores.gathered(
          RowIndex(zip(sources, types).map { $0 * 8 + Int32(2 * $1 + 1) }, bound: nodes * 8))
        columns.append(try (left + right).leakyReLU(slope: 0.2).segmentSoftmax(target).reshaped([sources.count, 1]))
      }
      return try Tensor.edgeSum(z, weights: Tensor.concatenated(columns), source: source, target: target)
    }
    let (z, a): (Real, Real) = (try normal([nodes, 4], 1), try normal([4, heads, 2, width], 2))
    let weights: Real = try normal([nodes, 4], 3)
    var results: [[Double]] = []
    for fused in [true, false] {
      let (zLeaf, aLeaf) = (z.requiringGradient(), a.requiringGradient())
      let y = try fused ? Real.typedGraphAttention(zLeaf, attention: aLeaf, graph: graph) : byParts(zLeaf, aLeaf)
      try y.backward(from: weights)
      results.append(try y.array + #require(zLeaf.gradient).array + #require(aLeaf.gradient).array)
    }
    expectClose(results[0], results[1], absolute: 1e-12)
  }

  @Test("gradients agree with central differences, also with dropout")
  func gradients() throws {
    let graph = try Self.graph()
    let mask = DropoutMask(DropoutKey(seed: 3, step: 1, layer: 2), rowOffset: 5)
    for heads in [1, 2] {
      let inputs: [Real] = [try normal([7, 4], 1), try normal([4, heads, 2, 4 / heads], 2)]
      try expectGradients(inputs) {
        try Tensor.typedGraphAttention($0[0], attention: $0[1], graph: graph, slope: 0.3)
      }
      try expectGradients(inputs) {
        try Tensor.typedGraphAttention($0[0], attention: $0[1], graph: graph, dropout: (0.4, mask))
      }
    }
  }

  @Test("dropout follows the mask of (target, head · N + source)")
  func dropout() throws {
    let key = DropoutKey(seed: 9, step: 4, layer: 1)
    let graph = try Self.graph(nodes: 9)
    let mask = DropoutMask(key, rowOffset: 100)
    // Columns of z mark the sources, so that a result is the row of weights; zero scores make them 1 / neighbours.
    var unit = Array(repeating: 0.0, count: 81)
    for i in 0..<9 { unit[i * 10] = 1 }
    let z = try Real(unit, [9, 9])
    let whole = try Real.typedGraphAttention(z, attention: .zeros([4, 1, 2, 9]), graph: graph)
    let dropped = try Real.typedGraphAttention(
      z, attention: .zeros([4, 1, 2, 9]), graph: graph, dropout: (0.5, mask))
    let expected = try whole.dropout(0.5, mask)
    expectClose(dropped.array, expected.array, absolute: 1e-14)
    #expect(dropped.array != whole.array)
  }

  static let cases: [(nodes: Int, heads: Int, width: Int)] = [
    (7, 1, 1), (20, 1, 16), (33, 2, 5), (40, 4, 16), (61, 1, 64), (45, 1, 81), (0, 1, 4),
  ]

  @Test("vector kernels equal the plain loops'", arguments: cases, [false, true])
  func fast(extent: (nodes: Int, heads: Int, width: Int), special: Bool) throws {
    let (nodes, heads, width) = extent
    let graph = try Self.graph(nodes: nodes, boundary: nodes / 3, every: 5)
    var z: [Float] = try normal([nodes * heads * width], 1).array
    if special, z.count > 40 { (z[3], z[17], z[z.count - 2]) = (.nan, .infinity, -.infinity) }
    let a: [Float] = try normal([4 * heads * 2 * width], 2).array
    let dy: [Float] = try normal([nodes * heads * width], 3).array
    for dropout in [false, true] {
      let mask = DropoutMask(DropoutKey(seed: 1, step: 2, layer: 3), rowOffset: 50)
      let plan = dropout ? try DropoutPlan(rate: 0.3, mask, rowCount: nodes) : nil
      let shape = GraphAttentionExtent<Float>(
        types: 4, heads: heads, width: width, slope: 0.2, factor: dropout ? 1 / 0.7 : 1)
      func run<K: KernelSet>(_: K.Type) -> [[Float]] where K.Element == Float {
        func fresh(_ count: Int) -> [Float] { Array(repeating: 0.5, count: count + 1) }
        var (left, right) = (fresh(nodes * 4 * heads), fresh(nodes * 4 * heads))
        var (weights, slopes, scratch) = (fresh(graph.edges * heads), fresh(graph.edges * heads), fresh(nodes * nodes))
        var (y, dz, da) = (fresh(z.count), fresh(z.count), fresh(a.count))
        var (dLeft, dRight) = (left, right)
        let (all, half) = (0..<nodes, nodes / 2)
        K.graphScores(z, a, left: &left, right: &right, nodes: all, shape)
        for part in [half..<nodes, 0..<half] {
          K.graphAttention(
            graph, z, left: left, right: right, weights: &weights, &y, scratch: &scratch, targets: part, shape, plan)
        }
        K.graphAttentionSlopes(
          graph, z, left: left, right: right, weights: weights, dy, slopes: &slopes, dLeft: &dLeft, targets: all, shape)
        K.graphAttentionGradient(
          graph, a, weights: weights, slopes: slopes, dLeft: dLeft, dy, dRight: &dRight, dz: &dz, scratch: &scratch,
          sources: all, shape)
        K.graphScoresGradient(z, dLeft: dLeft, dRight: dRight, dAttention: &da, nodes: nodes, shape)
        return [left, right, weights, y, slopes, dLeft, dRight, dz, da]
      }
      for (number, (a, b)) in zip(run(VectorKernels.self), run(PlainKernels<Float>.self)).enumerated() {
        expectClose(a, b, absolute: 2e-4, relative: 1e-4, "result \(number), dropout \(dropout)")
      }
    }
  }

  @Test("the bits do not depend on the threads")
  func threads() throws {
    let graph = try Self.graph(nodes: 90, boundary: 30, every: 4)
    let (z, a): (Tensor<Float>, Tensor<Float>) = (try normal([90, 32], 1), try normal([4, 2, 2, 16], 2))
    func run(_ threads: Int) throws -> [Float] {
      let before = Threads.count
      Threads.count = threads
      defer { Threads.count = before }
      let (zLeaf, aLeaf) = (z.requiringGradient(), a.requiringGradient())
      let y = try Tensor.typedGraphAttention(zLeaf, attention: aLeaf, graph: graph)
      try y.backward(from: z)
      return try y.array + #require(zLeaf.gradient).array + #require(aLeaf.gradient).array
    }
    #expect(try run(1) == run(3))
  }

  @Test("wrong shapes, edges and rates are refused")
  func refused() throws {
    let graph = try Self.graph()
    let (z, a) = (Real.zeros([7, 4]), Real.zeros([4, 2, 2, 2]))
    _ = try Real.typedGraphAttention(z, attention: a, graph: graph)
    for (z, a) in [
      (Real.zeros([6, 4]), a), (Real.zeros([7, 5]), a), (z, Real.zeros([3, 2, 2, 2])), (z, Real.zeros([4, 2, 4])),
      (z, Real.zeros([4, 2, 1, 4])), (Real.zeros([28]), a),
    ] {
      #expect(throws: ShapeError.self) { try Real.typedGraphAttention(z, attention: a, graph: graph) }
    }
    let mask = DropoutMask(DropoutKey(seed: 0, step: 0, layer: 0))
    #expect(throws: ShapeError.self) {
      try Real.typedGraphAttention(z, attention: a, graph: graph, dropout: (1, mask))
    }
    #expect(throws: ShapeError.self) { try TypedEdges(nodes: 2, types: 1, source: [0], target: [2], type: [0]) }
    #expect(throws: ShapeError.self) { try TypedEdges(nodes: 2, types: 1, source: [-1], target: [0], type: [0]) }
    #expect(throws: ShapeError.self) { try TypedEdges(nodes: 2, types: 1, source: [0], target: [1], type: [1]) }
    #expect(throws: ShapeError.self) { try TypedEdges(nodes: 2, types: 1, source: [0], target: [1, 0], type: [0]) }
    #expect(throws: ShapeError.self) { try TypedEdges(nodes: 2, types: 0, source: [], target: [], type: []) }
    #expect(throws: ShapeError.self) { try TypedEdges(nodes: 2, boundary: 3, source: [], target: []) }
  }
}
