/// A molecule as the GIN reads it: atoms are nodes, every bond is two directed edges.
public struct MoleculeGraph: Equatable, Sendable {
  /// Atom features, `[atomCount, 9]` row by row.
  public let atoms: [Int32]
  /// `[2, edgeCount]`: first the source atom of every edge, then the target. Edges come in pairs (i, j), (j, i) in
  /// RDKit's order of bonds.
  public let edges: [Int32]
  /// Bond features of each edge, `[edgeCount, 3]` row by row.
  public let bonds: [Int32]

  public var atomCount: Int { atoms.count / MoleculeFeatures.atomWidth }
  public var edgeCount: Int { bonds.count / MoleculeFeatures.bondWidth }
  /// Source atom of each edge.
  public var sources: ArraySlice<Int32> { edges[..<edgeCount] }
  /// Target atom of each edge.
  public var targets: ArraySlice<Int32> { edges[edgeCount...] }

  /// Checks that the arrays fit together and that every feature is a row of its table.
  /// - Throws: `MoleculeError.badGraph`
  public init(atoms: [Int32], edges: [Int32], bonds: [Int32]) throws(MoleculeError) {
    try Self.check(atoms, against: MoleculeFeatures.atomDims, of: "atom")
    try Self.check(bonds, against: MoleculeFeatures.bondDims, of: "bond")
    let atomCount = atoms.count / MoleculeFeatures.atomWidth
    let edgeCount = bonds.count / MoleculeFeatures.bondWidth
    guard atomCount > 0 else { throw .badGraph("it has no atom") }
    guard edges.count == 2 * edgeCount else {
      throw .badGraph(
        "\(edgeCount) edges have features, but \(edges.count) edge ends are given instead of \(2 * edgeCount)")
    }
    if let stray = edges.first(where: { $0 < 0 || $0 >= Int32(atomCount) }) {
      throw .badGraph("an edge names atom \(stray) of \(atomCount)")
    }
    self.init(unchecked: atoms, edges: edges, bonds: bonds)
  }

  init(unchecked atoms: [Int32], edges: [Int32], bonds: [Int32]) {
    self.atoms = atoms
    self.edges = edges
    self.bonds = bonds
  }

  private static func check(_ features: [Int32], against dims: [Int], of what: String) throws(MoleculeError) {
    guard features.count.isMultiple(of: dims.count) else {
      throw .badGraph("\(features.count) \(what) features are not a multiple of \(dims.count)")
    }
    for (position, value) in features.enumerated() {
      let column = position % dims.count
      guard value >= 0, value < Int32(dims[column]) else {
        throw .badGraph("\(what) feature \(column) is \(value), outside 0..<\(dims[column])")
      }
    }
  }
}
