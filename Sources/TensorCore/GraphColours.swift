/// The atoms of a graph grouped by what a message-passing layer sees of them at the start: their own features and the
/// multiset of their neighbours' features and bonds (one round of Weisfeiler and Leman). Atoms of one colour have equal
/// values up to the first dropout, so the first layer is computed once per colour.
public final class GraphColours: Sendable {
  /// Per colour: which distinct feature rows and bonds it sees; its own row is in `selves`.
  package let lists: MessageLists
  /// The colour of each atom.
  package let colourOfAtom: [Int32]
  /// The atoms of each colour, ascending: members[memberOffsets[c] ..< memberOffsets[c + 1]].
  let memberOffsets, members: [Int32]

  /// How many colours.
  public var count: Int { lists.count }
  /// How many atoms have them.
  public var atoms: Int { colourOfAtom.count }

  /// - Throws: `ShapeError` unless there is a feature row per node.
  public init(features: CategoryRows, graph: GraphEdges) throws(ShapeError) {
    try ShapeError.require(
      features.count == graph.nodes, "GraphColours", expected: "a feature row per node (\(graph.nodes))",
      got: "\(features.count)")
    var numberOf: [[Int32]: Int32] = [:]
    var colourOfAtom: [Int32] = []
    var (offsets, sources, kinds, selves): ([Int32], [Int32], [Int32], [Int32]) = ([0], [], [], [])
    var sizes: [Int32] = []
    for atom in 0..<graph.nodes {
      let own = features.inverse[atom]
      let seen = (Int(graph.inOffsets[atom])..<Int(graph.inOffsets[atom + 1]))
        .map { (features.inverse[Int(graph.inSources[$0])], graph.inBonds[$0]) }.sorted { $0 < $1 }
      let key = [own] + seen.flatMap { [$0.0, $0.1] }
      if let number = numberOf[key] {
        colourOfAtom.append(number)
        sizes[Int(number)] += 1
        continue
      }
      let number = Int32(sizes.count)
      numberOf[key] = number
      colourOfAtom.append(number)
      sizes.append(1)
      selves.append(own)
      sources += seen.map { $0.0 }
      kinds += seen.map { $0.1 }
      offsets.append(Int32(sources.count))
    }
    lists = MessageLists(offsets: offsets, sources: sources, kinds: kinds, selves: selves)
    self.colourOfAtom = colourOfAtom
    var memberOffsets: [Int32] = [0]
    for size in sizes { memberOffsets.append(memberOffsets[memberOffsets.count - 1] + size) }
    var next = memberOffsets
    var members = [Int32](repeating: 0, count: colourOfAtom.count)
    for (atom, colour) in colourOfAtom.enumerated() {
      members[Int(next[Int(colour)])] = Int32(atom)
      next[Int(colour)] += 1
    }
    (self.memberOffsets, self.members) = (memberOffsets, members)
  }

  /// How many atoms have each colour.
  var sizes: [Int32] { (0..<count).map { memberOffsets[$0 + 1] - memberOffsets[$0] } }
}

/// What each row collects: rows of a table with their bonds, and which row of the table is its own.
public struct MessageLists: Sendable {
  /// Entries of row v are offsets[v] ..< offsets[v + 1].
  let offsets: [Int32]
  let sources, kinds: [Int32]
  /// nil: row v's own is row v of the table.
  let selves: [Int32]?

  package var count: Int { offsets.count - 1 }
}

extension GraphEdges {
  /// What each node collects from its neighbours.
  package var incoming: MessageLists {
    MessageLists(offsets: inOffsets, sources: inSources, kinds: inBonds, selves: nil)
  }
}
