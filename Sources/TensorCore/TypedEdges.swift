/// The directed edges of a graph whose edges have types, sorted for both directions of graph attention.
///
/// Sums over the neighbours of a node run in the order (type, neighbour), so results are bit-identical between runs.
public final class TypedEdges: Sendable {
  /// How many nodes.
  public let nodes: Int
  /// How many types of edges.
  public let types: Int
  /// How many directed edges.
  public let edges: Int
  // By target: sources of the edges into node i of type t are runs[i · types + t] ..< runs[i · types + t + 1], ascending.
  let runs, sources: [Int32]
  // By source, in the same way; `outEdges` has the place of the edge in the order by target.
  let outRuns, outTargets, outEdges: [Int32]
  /// The most edges that one node has in either direction.
  let mostNeighbours: Int
  /// Ranges of nodes with about equally many edges, for threads; they depend on the graph only.
  let targetPieces, sourcePieces: [Range<Int>]

  /// `source`, `target` and `type` have a number per edge, in any order of the edges.
  /// - Throws: `ShapeError` for lists of different lengths, and for nodes and types outside `nodes` and `types`.
  public init(
    nodes: Int, types: Int, source: [Int32], target: [Int32], type: [Int32]
  ) throws(ShapeError) {
    let (slots, overflow) = nodes.multipliedReportingOverflow(by: types)
    guard nodes >= 0, types > 0, !overflow, slots < Int(Int32.max) else {
      throw .value(
        "TypedEdges", "\(nodes) nodes and \(types) types",
        expected: "nodes from 0 and types from 1 whose product is below 2147483647")
    }
    guard source.count == target.count, source.count == type.count, source.count < Int(Int32.max) else {
      throw .mismatch(
        "TypedEdges", expected: "as many targets and types as sources (\(source.count))",
        got: "\(target.count) and \(type.count)")
    }
    (self.nodes, self.types, edges) = (nodes, types, source.count)
    let sources = try RowIndex(source, bound: nodes).indices
    let targets = try RowIndex(target, bound: nodes).indices
    let kinds = try RowIndex(type, bound: types).indices

    let bySource = TypedEdges.stableOrder(of: sources, bound: nodes, after: Array(sources.indices))
    let byTarget = TypedEdges.stableOrder(
      of: targets, bound: nodes, after: TypedEdges.stableOrder(of: kinds, bound: types, after: bySource))
    let inSources = byTarget.map { sources[$0] }
    let inTargets = byTarget.map { targets[$0] }
    let inKinds = byTarget.map { kinds[$0] }
    runs = TypedEdges.runs(inTargets, inKinds, nodes: nodes, types: types)

    self.sources = inSources
    // The edges now have their places by target; within a source and type their targets ascend.
    let places = Array(0..<source.count)
    let out = TypedEdges.stableOrder(
      of: inSources, bound: nodes, after: TypedEdges.stableOrder(of: inKinds, bound: types, after: places))
    outEdges = out.map { Int32($0) }
    outTargets = out.map { inTargets[$0] }
    outRuns = TypedEdges.runs(out.map { inSources[$0] }, out.map { inKinds[$0] }, nodes: nodes, types: types)

    targetPieces = TypedEdges.pieces(runs, nodes: nodes, types: types)
    sourcePieces = TypedEdges.pieces(outRuns, nodes: nodes, types: types)
    mostNeighbours = max(TypedEdges.most(runs, types: types), TypedEdges.most(outRuns, types: types))
  }

  /// A graph of two kinds of nodes, those below `boundary` (A) and the others (B), whose edges have the types
  /// 0: A ← A, 1: A ← B, 2: B ← A, 3: B ← B. FMCHS: symptoms and herbs.
  /// - Throws: `ShapeError` as above, and for a boundary outside 0...nodes.
  public convenience init(nodes: Int, boundary: Int, source: [Int32], target: [Int32]) throws(ShapeError) {
    guard boundary >= 0, boundary <= nodes else {
      throw .value("TypedEdges", "the boundary \(boundary)", expected: "a number from 0 to \(nodes)")
    }
    let types = zip(source, target).map { Int32(($1 >= boundary ? 2 : 0) + ($0 >= boundary ? 1 : 0)) }
    try self.init(nodes: nodes, types: 4, source: source, target: target, type: types)
  }

  /// The elements of `after`, sorted by key; those with equal keys keep their order.
  private static func stableOrder(of key: [Int32], bound: Int, after: [Int]) -> [Int] {
    var next = Array(repeating: 0, count: bound + 1)
    for value in key { next[Int(value) + 1] += 1 }
    for value in 0..<bound { next[value + 1] += next[value] }
    var order = after
    for element in after {
      let place = next[Int(key[element])]
      next[Int(key[element])] += 1
      order[place] = element
    }
    return order
  }

  private static func runs(_ node: [Int32], _ kind: [Int32], nodes: Int, types: Int) -> [Int32] {
    var runs = Array(repeating: Int32(0), count: nodes * types + 1)
    for edge in node.indices { runs[Int(node[edge]) * types + Int(kind[edge]) + 1] += 1 }
    for slot in 0..<(nodes * types) { runs[slot + 1] += runs[slot] }
    return runs
  }

  private static func most(_ runs: [Int32], types: Int) -> Int {
    stride(from: types, to: runs.count, by: types).reduce(0) { max($0, Int(runs[$1] - runs[$1 - types])) }
  }

  private static func pieces(_ runs: [Int32], nodes: Int, types: Int) -> [Range<Int>] {
    let (most, edges) = (16, Int(runs.last ?? 0))
    var (pieces, start): ([Range<Int>], Int) = ([], 0)
    for node in 0..<nodes {
      // A node counts as one edge too, so that nodes without edges are divided as well.
      let done = Int(runs[(node + 1) * types]) + node + 1
      if done * most >= (edges + nodes) * (pieces.count + 1) || node == nodes - 1 {
        pieces.append(start..<(node + 1))
        start = node + 1
      }
    }
    return pieces
  }
}
