import Layers
import Models
import TensorCore
import Testing

/// The fused network of training against the same network of single operations, which evaluation uses.
@Suite(.serialized) struct FusedEncoderTests {
  /// What a training pass leaves.
  struct Outcome<Element: TensorElement> {
    var output, gradients: [Element]
    var buffers: [[Element]]
  }

  /// Molecules as chains and rings of a few kinds of atoms: many atoms of one colour.
  static func molecules(_ numbers: Range<Int>, dims: [Int], bondDims: [Int], offset: Int) throws -> MoleculeInputs {
    var (atoms, source, target, bonds): ([Int32], [Int32], [Int32], [Int32]) = ([], [], [], [])
    var counts: [Int] = []
    for molecule in numbers {
      let count = 1 + molecule * 7 % 11
      let first = Int32(atoms.count / dims.count)
      for atom in 0..<count {
        atoms += dims.enumerated().map { Int32((molecule % 3 + atom % 2 * ($0 + 1)) % $1) }
        guard atom > 0 else { continue }
        let before = first + Int32(atom - 1 - (atom % 4 == 3 ? 1 : 0))
        source += [first + Int32(atom), before]
        target += [before, first + Int32(atom)]
        let bond = bondDims.enumerated().map { Int32((atom + $0 * molecule) % $1) }
        bonds += bond + bond
      }
      counts.append(count)
    }
    let nodes = atoms.count / dims.count
    return try MoleculeInputs(
      atoms: CategoryRows(atoms, dims: dims),
      edges: GraphEdges(nodes: nodes, source: source, target: target, bonds: bonds, bondDims: bondDims),
      molecules: Segments(counts: counts), atomOffset: offset)
  }

  static func run<Element: TensorElement>(
    _: Element.Type, width: Int, ranges: [Range<Int>], fused: Bool, edgeEmbedding: Bool, dropout: Double
  ) throws -> Outcome<Element> {
    var config = NLAMMRConfig(dEnc: 4, atomDims: [4, 3], bondDims: [3, 2])
    (config.dK, config.dS, config.ginLayers) = (4, width, 3)
    (config.gnnDropout, config.edgeEmbedding) = (dropout, edgeEmbedding)
    let store = ParameterStore<Element>(seed: 11)
    let model = try NLAMMR<Element>(config, in: store.scope)
    store.seal()
    // BatchNorm's weights start at 1 and ε at 0: others tell more.
    for entry in store.entries where entry.name.contains(".bn") || entry.name.hasSuffix("eps") {
      for (number, index) in entry.range.enumerated() {
        store.values[index] += Element(Double((number * 13 + entry.range.count) % 10) / 10 - 0.4)
      }
    }
    var offset = 0
    let parts = try ranges.map { range in
      let part = try molecules(range, dims: config.atomDims, bondDims: config.bondDims, offset: offset)
      offset += part.edges.nodes
      return part
    }
    if ranges.count > 1 { store.prepareSlots(ranges.count, range: 0..<store.count) }
    let step = DropoutStep(seed: 5, step: 6)
    let y: Tensor<Element>
    if fused {
      y = try model.moleculeEncoder(parts: parts, step)
    } else {
      let nodes = try model.moleculeEncoder.trace(parts: parts, step)[config.ginLayers]
      y = try Tensor.joinedRows(zip(nodes, parts).map { try $0.segmentMean($1.molecules) })
    }
    let slopes = (0..<y.shape.count).map { Element(Double(($0 * 29) % 17) / 17 - 0.45) }
    try y.backward(from: Tensor(slopes, y.shape.axes))
    if ranges.count > 1 { store.foldSlots() }
    store.commitStatistics()
    return Outcome(
      output: y.array, gradients: Array(store.gradients), buffers: store.buffers.map { Array($0.values) })
  }

  static func expectEqual<Element: TensorElement>(
    _ a: Outcome<Element>, _ b: Outcome<Element>, within tolerance: Double
  ) {
    for (a, b) in zip([a.output, a.gradients] + a.buffers, [b.output, b.gradients] + b.buffers) {
      #expect(a.count == b.count && !a.isEmpty)
      let scale = b.reduce(1) { max($0, abs(Double($1))) }
      #expect(zip(a, b).allSatisfy { abs(Double($0) - Double($1)) <= tolerance * scale })
    }
  }

  static let splits = [[0..<20], [0..<6, 6..<20], [0..<3, 3..<9, 9..<14, 14..<20]]

  @Test("results, gradients and statistics agree in float64", arguments: splits, [true, false])
  func double(ranges: [Range<Int>], edgeEmbedding: Bool) throws {
    for (width, dropout) in [(5, 0.6), (16, 0)] {
      func run(_ fused: Bool) throws -> Outcome<Double> {
        try Self.run(
          Double.self, width: width, ranges: ranges, fused: fused, edgeEmbedding: edgeEmbedding, dropout: dropout)
      }
      Self.expectEqual(try run(true), try run(false), within: 1e-10)
    }
  }

  @Test("results, gradients and statistics agree in float32, at any width", arguments: splits, [8, 20, 64])
  func single(ranges: [Range<Int>], width: Int) throws {
    func run<E: TensorElement>(_: E.Type, _ fused: Bool) throws -> Outcome<E> {
      try Self.run(E.self, width: width, ranges: ranges, fused: fused, edgeEmbedding: true, dropout: 0.6)
    }
    let exact = try run(Double.self, true)
    let fused = try run(Float.self, true)
    let widened = Outcome<Double>(
      output: fused.output.map(Double.init), gradients: fused.gradients.map(Double.init),
      buffers: fused.buffers.map { $0.map(Double.init) })
    Self.expectEqual(widened, exact, within: 2e-4)
  }

  @Test("1, 2 and 4 threads give the same bits")
  func threads() throws {
    func run(_ threads: Int) throws -> Outcome<Float> {
      Threads.count = threads
      defer { Threads.count = 1 }
      return try Self.run(
        Float.self, width: 64, ranges: Self.splits[2], fused: true, edgeEmbedding: true, dropout: 0.7)
    }
    let one = try run(1)
    for threads in [2, 4] {
      let more = try run(threads)
      #expect(more.output == one.output && more.gradients == one.gradients && more.buffers == one.buffers)
    }
  }

  @Test("a network that is used again gives the bits of a new one, also while an earlier graph waits for its walk")
  func again() throws {
    var config = NLAMMRConfig(dEnc: 4, atomDims: [4, 3], bondDims: [3, 2])
    (config.dK, config.dS, config.ginLayers, config.gnnDropout) = (4, 16, 3, 0.5)
    let store = ParameterStore<Float>(seed: 11)
    let encoder = try NLAMMR<Float>(config, in: store.scope).moleculeEncoder
    store.seal()
    let parts = [try Self.molecules(0..<20, dims: config.atomDims, bondDims: config.bondDims, offset: 0)]
    func walk(_ y: Tensor<Float>) throws -> [Float] {
      store.zeroGradients()
      try y.backward(from: .full(0.5, y.shape.axes))
      return Array(store.gradients)
    }
    // What new networks give in three steps.
    let fresh = try (UInt64(1)...3).map { number in
      let y = try encoder(parts: parts, DropoutStep(seed: 5, step: number))
      return (output: y.array, gradients: try walk(y))
    }
    #expect(fresh[0].output != fresh[1].output && fresh[0].gradients != fresh[1].gradients)

    let network = try encoder.network(parts: parts, DropoutStep(seed: 5, step: 0))
    for (number, expected) in zip(UInt64(1)...3, fresh) {
      let y = try network(step: number)
      let (output, gradients) = (y.array, try walk(y))
      #expect(output == expected.output && gradients == expected.gradients)
    }
    let graphs = try (UInt64(1)...3).map { try network(step: $0) }
    for (graph, expected) in zip(graphs, fresh).reversed() {
      let (output, gradients) = (graph.array, try walk(graph))
      #expect(output == expected.output && gradients == expected.gradients)
    }
  }

  @Test("parts whose nodes do not fit together are refused")
  func shapes() throws {
    let features = try CategoryRows([0, 1], dims: [2])
    let graph = try GraphEdges(nodes: 2, source: [], target: [], bonds: [], bondDims: [])
    #expect(throws: ShapeError.self) {
      try MoleculeInputs(atoms: features, edges: graph, molecules: Segments(counts: [3]), atomOffset: 0)
    }
  }
}
