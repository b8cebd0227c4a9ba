import TensorCore

/// How often two nodes appear in one row of the training data: symptoms first, then herbs.
public struct CoOccurrence: Sendable {
  public let symptoms, herbs: Int
  private let symptomSets, herbSets: IndexSets
  private let rowsOfSymptom, rowsOfHerb: (offsets: [Int], rows: [Int32])

  /// - Throws: `ModelError.data` unless both have a set for every row
  public init(symptomSets: IndexSets, herbSets: IndexSets) throws(ModelError) {
    guard symptomSets.count == herbSets.count else {
      throw .data(
        "HerbGraph", found: "\(symptomSets.count) symptom sets and \(herbSets.count) herb sets",
        expected: "one of each for every row")
    }
    (self.symptomSets, self.herbSets) = (symptomSets, herbSets)
    (symptoms, herbs) = (symptomSets.bound, herbSets.bound)
    rowsOfSymptom = symptomSets.inverted()
    rowsOfHerb = herbSets.inverted()
  }

  /// The number of rows that have `node` and each other node; 0 for the node itself. `[symptoms + herbs]`
  public func counts(of node: Int) -> [Int32] {
    var counts = Array(repeating: Int32(0), count: symptoms + herbs)
    let isSymptom = node < symptoms
    let (offsets, rows) = isSymptom ? rowsOfSymptom : rowsOfHerb
    let own = isSymptom ? node : node - symptoms
    for row in rows[offsets[own]..<offsets[own + 1]] {
      for symptom in symptomSets[Int(row)] { counts[Int(symptom)] += 1 }
      for herb in herbSets[Int(row)] { counts[symptoms + Int(herb)] += 1 }
    }
    counts[node] = 0
    return counts
  }
}

/// The graph that HABRM attends over (spec 3.3): nodes are symptoms, then herbs; an edge where two nodes appear together
/// in enough training rows, and from every node to itself. Edges are sorted by target, then by source.
public struct HerbGraph: Sendable, Equatable {
  /// How many common rows make an edge. The paper's are 40 for two herbs and 5 for two symptoms.
  public struct Thresholds: Sendable, Equatable {
    public var herbHerb: Int
    public var symptomSymptom: Int
    public var symptomHerb: Int

    public init(herbHerb: Int = 40, symptomSymptom: Int = 5, symptomHerb: Int = 1) {
      (self.herbHerb, self.symptomSymptom, self.symptomHerb) = (herbHerb, symptomSymptom, symptomHerb)
    }
  }

  /// Directed edges of each kind, without those of a node to itself.
  public struct Counts: Sendable, Equatable {
    public let symptomSymptom, symptomHerb, herbSymptom, herbHerb: Int
    /// One for every node.
    public let loops: Int
    public var all: Int { symptomSymptom + symptomHerb + herbSymptom + herbHerb + loops }
  }

  public let symptoms, herbs: Int
  public let thresholds: Thresholds
  /// The edges to node i are `offsets[i] ..< offsets[i + 1]`.
  public let offsets: [Int32]
  public let sources: [Int32]
  /// target ← source: 0 symptom ← symptom, 1 symptom ← herb, 2 herb ← symptom, 3 herb ← herb. A node's edge to itself is
  /// 0 or 3.
  public let types: [UInt8]
  public let counts: Counts
  /// The same for the fused attention, and for operations on rows.
  let typed: TypedEdges
  let index: HerbGraphIndex

  public var nodes: Int { symptoms + herbs }
  public var edges: Int { sources.count }

  /// - Parameters: the sets of the training rows
  /// - Throws: `ModelError` for sets of different rows and for thresholds below 1
  public init(
    symptomSets: IndexSets, herbSets: IndexSets, thresholds: Thresholds = Thresholds()
  ) throws {
    let least = [
      ("hh_threshold", thresholds.herbHerb), ("ss_threshold", thresholds.symptomSymptom),
      ("sh_threshold", thresholds.symptomHerb),
    ]
    for (name, value) in least where value < 1 {
      throw ModelError.setting(name, found: "\(value)", expected: "1 or more common rows")
    }
    let together = try CoOccurrence(symptomSets: symptomSets, herbSets: herbSets)
    let (symptoms, nodes) = (together.symptoms, together.symptoms + together.herbs)
    let needed = [thresholds.symptomSymptom, thresholds.symptomHerb, thresholds.symptomHerb, thresholds.herbHerb]
    var (offsets, sources) = ([Int32(0)], [Int32]())
    for target in 0..<nodes {
      let counts = together.counts(of: target)
      for source in 0..<nodes {
        let type = (target < symptoms ? 0 : 2) + (source < symptoms ? 0 : 1)
        guard source == target || Int(counts[source]) >= needed[type] else { continue }
        sources.append(Int32(source))
      }
      offsets.append(Int32(sources.count))
    }
    try self.init(
      symptoms: symptoms, herbs: together.herbs, thresholds: thresholds, offsets: offsets, sources: sources)
  }

  /// A graph of known edges, as another process made it.
  /// - Parameters: edges to node i have the sources `sources[offsets[i] ..< offsets[i + 1]]`, ascending
  /// - Throws: `ModelError.data` for edges that are not of such a graph
  public init(
    symptoms: Int, herbs: Int, thresholds: Thresholds, offsets: [Int32], sources: [Int32]
  ) throws {
    let nodes = symptoms + herbs
    guard offsets.count == nodes + 1, offsets.first == 0, offsets.last.map(Int.init) == sources.count,
      zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 }),
      sources.allSatisfy({ (0..<Int32(nodes)).contains($0) })
    else {
      throw ModelError.data(
        "HerbGraph", found: "\(offsets.count) offsets and \(sources.count) sources",
        expected: "\(nodes + 1) offsets that never fall and sources in 0..<\(nodes)")
    }
    var (types, found, loops) = ([UInt8](), [0, 0, 0, 0], 0)
    types.reserveCapacity(sources.count)
    for target in 0..<nodes {
      for source in sources[Int(offsets[target])..<Int(offsets[target + 1])] {
        let type = (target < symptoms ? 0 : 2) + (source < symptoms ? 0 : 1)
        types.append(UInt8(type))
        if Int(source) == target { loops += 1 } else { found[type] += 1 }
      }
    }
    guard loops == nodes else {
      throw ModelError.data("HerbGraph", found: "\(loops) nodes with an edge to themselves", expected: "\(nodes)")
    }
    (self.symptoms, self.herbs, self.thresholds) = (symptoms, herbs, thresholds)
    (self.offsets, self.sources, self.types) = (offsets, sources, types)
    counts = Counts(
      symptomSymptom: found[0], symptomHerb: found[1], herbSymptom: found[2], herbHerb: found[3], loops: nodes)
    index = try HerbGraphIndex(nodes: nodes, offsets: offsets, sources: sources, types: types)
    typed = try TypedEdges(nodes: nodes, boundary: symptoms, source: sources, target: index.target.indices)
  }

  public static func == (a: HerbGraph, b: HerbGraph) -> Bool {
    a.symptoms == b.symptoms && a.herbs == b.herbs && a.thresholds == b.thresholds && a.offsets == b.offsets
      && a.sources == b.sources && a.types == b.types
  }

  /// How probable each herb is in a row before anything is known of it: (count + 1) / (rows + 2). `[herbs]`
  /// - Parameter recallWeight: r; not 0: the expected target of `HerbTargets`, a row counting as its target
  public static func prior(_ herbSets: IndexSets, recallWeight: Double = 0) -> [Double] {
    var sums = [Double](repeating: 1, count: herbSets.bound)
    for (row, target) in HerbTargets.values(herbSets, recallWeight: recallWeight).enumerated() {
      for herb in herbSets.indices[herbSets.offsets[row]..<herbSets.offsets[row + 1]] { sums[Int(herb)] += target }
    }
    return sums.map { $0 / Double(herbSets.count + 2) }
  }
}

/// Rows that the operations on a `HerbGraph` read.
struct HerbGraphIndex: Sendable {
  /// Source and target of every edge.
  let source, target: RowIndex
  /// Its rows in a table of scores `[nodes · 8]`, where a node has (type, side) with sides 0 target and 1 source.
  let targetScore, sourceScore: RowIndex

  init(nodes: Int, offsets: [Int32], sources: [Int32], types: [UInt8]) throws(ShapeError) {
    var targets: [Int32] = []
    targets.reserveCapacity(sources.count)
    for node in 0..<nodes {
      targets += repeatElement(Int32(node), count: Int(offsets[node + 1] - offsets[node]))
    }
    source = try RowIndex(sources, bound: nodes)
    target = try RowIndex(targets, bound: nodes)
    targetScore = try RowIndex(zip(targets, types).map { $0 * 8 + Int32($1) * 2 }, bound: nodes * 8)
    sourceScore = try RowIndex(zip(sources, types).map { $0 * 8 + Int32($1) * 2 + 1 }, bound: nodes * 8)
  }
}
