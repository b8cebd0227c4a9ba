/// The directed edges of all molecules of a batch, sorted for both directions of message passing.
///
/// Sums over the edges of a node run in a fixed order, so results are bit-identical between runs.
public final class GraphEdges: Sendable {
  /// How many nodes.
  public let nodes: Int
  /// How many directed edges.
  public let edges: Int
  /// The distinct bonds, whose embeddings are summed once per layer.
  public let bonds: CategoryRows?
  // Edges by target: sources and bonds of node v are inOffsets[v] ..< inOffsets[v + 1].
  let inOffsets, inSources, inBonds: [Int32]
  // Edges by source.
  let outOffsets, outTargets, outBonds: [Int32]

  /// `source` and `target` have a row number below `nodes` per edge, `bonds` has `[edges, bondDims.count]` categories and
  /// is ignored when `bondDims` is empty.
  /// - Throws: `ShapeError` for lists of different lengths and for indices outside their tables.
  public init(nodes: Int, source: [Int32], target: [Int32], bonds: [Int32], bondDims: [Int]) throws(ShapeError) {
    guard nodes >= 0, nodes <= Int(Int32.max) else {
      throw .value("GraphEdges", "\(nodes) nodes", expected: "0 or more")
    }
    try ShapeError.require(
      source.count == target.count, "GraphEdges", expected: "one target per source (\(source.count))",
      got: "\(target.count)")
    let sources = try RowIndex(source, bound: nodes)
    let targets = try RowIndex(target, bound: nodes)
    var kinds = Array(repeating: Int32(0), count: source.count)
    if bondDims.isEmpty {
      self.bonds = nil
    } else {
      let rows = try CategoryRows(bonds, dims: bondDims)
      try ShapeError.require(
        rows.count == source.count, "GraphEdges", expected: "a bond row per edge (\(source.count))",
        got: "\(rows.count)")
      kinds = rows.inverse
      self.bonds = rows
    }
    self.nodes = nodes
    edges = source.count
    (inOffsets, inSources, inBonds) = GraphEdges.sorted(by: targets.indices, other: sources.indices, kinds, nodes)
    (outOffsets, outTargets, outBonds) = GraphEdges.sorted(by: sources.indices, other: targets.indices, kinds, nodes)
  }

  /// Counting sort by `key`; edges of one node keep their order.
  private static func sorted(
    by key: [Int32], other: [Int32], _ kinds: [Int32], _ nodes: Int
  ) -> (offsets: [Int32], other: [Int32], kinds: [Int32]) {
    var offsets = Array(repeating: Int32(0), count: nodes + 1)
    for node in key { offsets[Int(node) + 1] += 1 }
    for node in 0..<nodes { offsets[node + 1] += offsets[node] }
    var next = offsets
    var sortedOther = Array(repeating: Int32(0), count: key.count)
    var sortedKinds = sortedOther
    for edge in key.indices {
      let place = Int(next[Int(key[edge])])
      next[Int(key[edge])] += 1
      sortedOther[place] = other[edge]
      sortedKinds[place] = kinds[edge]
    }
    return (offsets, sortedOther, sortedKinds)
  }
}
