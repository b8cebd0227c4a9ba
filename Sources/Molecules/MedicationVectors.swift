import HDF5

/// One vector for each medication, made of its molecules: the sum of their vectors, scaled to length 1 (spec FMCHS 3.1).
///
/// A molecule that a medication lists twice counts twice.
public struct MedicationVectors: Equatable, Sendable {
  public let width: Int
  /// `[M, width]`, row by row; the row of a medication that is not known is zero.
  public let values: [Float]
  /// Whether a medication has any molecule with a vector; one per medication.
  public let isKnown: [Bool]
  /// Distinct molecules with a vector.
  public let moleculeCount: Int
  /// What made the vectors, for people: one line.
  public let source: String
  /// Distinct molecules without a vector, each with the first medication that lists it. The caller shows them.
  public let leftOut: [SkippedMolecule]
  /// XXH3-128 of the sizes, `isKnown` and `values`, as 32 hexadecimal digits.
  public let contentHash: String

  /// M
  public var medicationCount: Int { isKnown.count }
  /// Medications with a vector.
  public var knownCount: Int { isKnown.count { $0 } }

  /// The vector of one medication, `width` numbers.
  public subscript(medication: Int) -> ArraySlice<Float> { values[medication * width..<(medication + 1) * width] }

  /// Vectors made of Morgan counts. Each distinct SMILES is computed once.
  /// - Parameters:
  ///   - medications: their codes, for errors
  ///   - smiles: the molecules of each medication; it may have none
  ///   - policy: what to do with a SMILES that RDKit does not accept
  /// - Throws: `medicationCount`; under `refuse` `unparsableMedication`
  public static func morgan(
    medications: [String], smiles: [[String]], projection: MorganProjection,
    unparsable policy: UnparsablePolicy = .refuse
  ) throws(MoleculeError) -> MedicationVectors {
    try MedicationVectors(
      medications: medications, smiles: smiles, width: projection.width, source: projection.description
    ) { (text, code) throws(MoleculeError) in
      do throws(MoleculeError) {
        return .vector(try projection.vector(text))
      } catch .unparsable(_, let reason) {
        guard policy == .skip else { throw .unparsableMedication(code: code, smiles: text, reason: reason) }
        return .none(reason: reason)
      }
    }
  }

  /// Vectors that another program computed for each molecule (`MoleculeVectorFile`); SMILES are compared as texts.
  /// - Parameter policy: what to do with molecules that the file lacks
  /// - Throws: `medicationCount`, what reading the file throws; under `refuse` `missingVectors`
  public static func file(
    _ path: String, medications: [String], smiles: [[String]], missing policy: UnparsablePolicy = .refuse
  ) throws(MoleculeError) -> MedicationVectors {
    let table = try MoleculeVectorFile.read(path)
    let vectors = try MedicationVectors(
      medications: medications, smiles: smiles, width: table.width, source: table.source
    ) { (text, _) throws(MoleculeError) in
      table.vector(text).map { .vector(Array($0)) } ?? .none(reason: "the file has no vector of it")
    }
    guard policy == .skip || vectors.leftOut.isEmpty else {
      throw .missingVectors(
        path: path, count: vectors.leftOut.count, of: vectors.leftOut.count + vectors.moleculeCount,
        examples: vectors.leftOut.prefix(3).map(\.smiles))
    }
    return vectors
  }

  private enum Outcome {
    case vector([Float])
    case none(reason: String)
  }

  private init(
    medications: [String], smiles: [[String]], width: Int, source: String,
    vector: (_ smiles: String, _ code: String) throws(MoleculeError) -> Outcome
  ) throws(MoleculeError) {
    guard medications.count == smiles.count else {
      throw .medicationCount(codes: medications.count, smiles: smiles.count)
    }
    var outcomes: [String: Outcome] = [:]
    var values: [Float] = []
    values.reserveCapacity(smiles.count * width)
    var isKnown: [Bool] = []
    var leftOut: [SkippedMolecule] = []
    for (code, list) in zip(medications, smiles) {
      var sums = [Double](repeating: 0, count: width)
      for text in list {
        if outcomes[text] == nil {
          let outcome = try vector(text, code)
          outcomes[text] = outcome
          if case .none(let reason) = outcome {
            leftOut.append(SkippedMolecule(medication: code, smiles: text, reason: reason))
          }
        }
        guard case .vector(let row)? = outcomes[text] else { continue }
        for column in 0..<width { sums[column] += Double(row[column]) }
      }
      let row = normalised(sums)
      isKnown.append(row.contains { $0 != 0 })
      values += row
    }
    self.width = width
    self.values = values
    self.isKnown = isKnown
    moleculeCount = outcomes.count - leftOut.count
    self.source = source
    self.leftOut = leftOut
    contentHash = Self.hash(width: width, isKnown: isKnown, values: values)
  }

  private static func hash(width: Int, isKnown: [Bool], values: [Float]) -> String {
    var bytes = Array("medication vectors 1".utf8)
    for number in [isKnown.count, width] {
      withUnsafeBytes(of: Int64(number).littleEndian) { bytes += $0 }
    }
    bytes += isKnown.map { $0 ? 1 : 0 }
    for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 } }
    return bytes.withUnsafeBytes(Checksum.xxh3Hex)
  }
}
