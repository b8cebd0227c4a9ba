import Records

/// What a synthetic cohort is made from. Patient i depends on `seed` and i only; `patients` and `split` do not touch it.
public struct SynthesisOptions: Codable, Equatable, Sendable {
  /// Number of patients, from 1. 5,208 gives MIMIC-III's shape (about 13,490 visits).
  public var patients: Int
  public var seed: UInt64
  /// How patients are dealt into train, test and validation. The only part that depends on the number of patients.
  public var split: SplitRule

  public static let patientRange = 1...1_000_000_000

  public init(patients: Int = 5_208, seed: UInt64 = 42, split: SplitRule = .official) {
    self.patients = patients
    self.seed = seed
    self.split = split
  }

  /// - Throws: `badOption` when the number of patients is out of range.
  public func checked() throws(SynthesisError) -> SynthesisOptions {
    guard Self.patientRange.contains(patients) else {
      throw .badOption(
        "patients", found: String(patients), expected: "a number from 1 to \(Self.patientRange.upperBound)")
    }
    return self
  }
}
