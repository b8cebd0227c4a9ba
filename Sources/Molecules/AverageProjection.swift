/// Which molecules make up each medication: a sparse `[medications, molecules]` matrix whose row averages a
/// medication's molecules (weight 1/n each; the row of a medication without molecules is zero).
public struct AverageProjection: Equatable, Sendable {
  /// Molecules of medication m are `molecules[offsets[m]..<offsets[m + 1]]`.
  public let offsets: [Int]
  public let molecules: [Int32]
  public let moleculeCount: Int

  public var medicationCount: Int { offsets.count - 1 }

  /// - Throws: `MoleculeError.badGraph` when a row names a molecule that does not exist.
  public init(rows: [[Int]], moleculeCount: Int) throws(MoleculeError) {
    var offsets = [0]
    var molecules: [Int32] = []
    for (medication, row) in rows.enumerated() {
      for molecule in row {
        guard molecule >= 0, molecule < moleculeCount else {
          throw .badGraph("medication \(medication) is made of molecule \(molecule) of \(moleculeCount)")
        }
        molecules.append(Int32(molecule))
      }
      offsets.append(molecules.count)
    }
    self.offsets = offsets
    self.molecules = molecules
    self.moleculeCount = moleculeCount
  }

  /// Molecules of one medication; a molecule may be named twice.
  public subscript(medication: Int) -> ArraySlice<Int32> { molecules[offsets[medication]..<offsets[medication + 1]] }

  /// Weight of each molecule in the medication's average: 1/n, or 0 when it has none.
  public func weight(_ medication: Int) -> Float {
    let count = offsets[medication + 1] - offsets[medication]
    return count == 0 ? 0 : 1 / Float(count)
  }

  /// The matrix written out, `[medications, molecules]` row by row.
  public func dense() -> [Float] {
    var matrix = [Float](repeating: 0, count: medicationCount * moleculeCount)
    for medication in 0..<medicationCount {
      let weight = weight(medication)
      for molecule in self[medication] { matrix[medication * moleculeCount + Int(molecule)] += weight }
    }
    return matrix
  }
}
