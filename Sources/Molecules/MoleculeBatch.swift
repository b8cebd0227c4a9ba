/// Several graphs side by side as one: atoms and edges concatenated, atom numbers shifted.
public struct MoleculeBatch: Equatable, Sendable {
  /// Atom features, `[atomCount, 9]`.
  public let atoms: [Int32]
  /// Source atom of each edge, `[edgeCount]`, counted over the whole batch.
  public let sources: [Int32]
  /// Target atom of each edge, `[edgeCount]`.
  public let targets: [Int32]
  /// Bond features of each edge, `[edgeCount, 3]`.
  public let bonds: [Int32]
  /// Molecule of each atom, `[atomCount]`; never decreases.
  public let moleculeOfAtom: [Int32]
  /// Atoms of molecule m are `atomOffsets[m]..<atomOffsets[m + 1]`.
  public let atomOffsets: [Int]
  /// Edges of molecule m are `edgeOffsets[m]..<edgeOffsets[m + 1]`.
  public let edgeOffsets: [Int]

  public var atomCount: Int { moleculeOfAtom.count }
  public var edgeCount: Int { sources.count }
  public var moleculeCount: Int { atomOffsets.count - 1 }

  /// Concatenates the graphs in their order; no graph gives an empty batch.
  public init(_ graphs: some Collection<MoleculeGraph>) {
    var atoms: [Int32] = []
    var sources: [Int32] = []
    var targets: [Int32] = []
    var bonds: [Int32] = []
    var moleculeOfAtom: [Int32] = []
    var atomOffsets = [0]
    var edgeOffsets = [0]
    for (number, graph) in graphs.enumerated() {
      let offset = Int32(moleculeOfAtom.count)
      atoms += graph.atoms
      bonds += graph.bonds
      sources += graph.sources.lazy.map { $0 + offset }
      targets += graph.targets.lazy.map { $0 + offset }
      moleculeOfAtom += repeatElement(Int32(number), count: graph.atomCount)
      atomOffsets.append(moleculeOfAtom.count)
      edgeOffsets.append(sources.count)
    }
    self.atoms = atoms
    self.sources = sources
    self.targets = targets
    self.bonds = bonds
    self.moleculeOfAtom = moleculeOfAtom
    self.atomOffsets = atomOffsets
    self.edgeOffsets = edgeOffsets
  }

  /// Cuts the molecules into `count` runs of neighbours with about equally many atoms: a worker's share of the GIN.
  /// The runs cover all molecules in order; some are empty when there are fewer molecules than runs.
  public func balancedRanges(_ count: Int) -> [Range<Int>] {
    precondition(count > 0, "molecules are shared among at least one worker")
    var ranges: [Range<Int>] = []
    var start = 0
    for part in 1...count {
      let goal = atomCount * part / count
      var end = start
      while end < moleculeCount, part == count || nearer(goal, end) { end += 1 }
      ranges.append(start..<end)
      start = end
    }
    return ranges
  }

  /// Whether taking molecule `next` brings the atoms taken so far closer to `goal`.
  private func nearer(_ goal: Int, _ next: Int) -> Bool {
    abs(goal - atomOffsets[next + 1]) <= abs(goal - atomOffsets[next])
  }
}
