/// What a split lets through: patients, or whole courses of visits, that stand in more than one part.
public struct CohortLeakage: Codable, Equatable, Sendable {
  /// Patient identifiers that are in more than one part.
  public var patients = 0
  /// Patients whose sequence of visits, code by code, is also that of a patient of another part; each is counted, in
  /// whichever part. In a cohort of sets: rows with the symptoms and medications of a row of another part.
  public var sequences = 0

  public init(patients: Int = 0, sequences: Int = 0) {
    self.patients = patients
    self.sequences = sequences
  }

  private struct Key: Hashable {
    var low: UInt64 = 14_695_981_039_346_656_037
    var high: UInt64 = 0x9E37_79B9_7F4A_7C15

    mutating func add(_ value: Int32) {
      let value = UInt64(UInt32(bitPattern: value))
      low = (low ^ value) &* 1_099_511_628_211
      high = (high ^ (value &+ high << 7)) &* 0xD1B5_4A32_D192_ED03
      high ^= high >> 29
    }
  }

  /// Compares by hashes of 128 bits.
  public init(_ cohort: Cohort) {
    var partsOfIDs: [String: UInt8] = [:]
    var sequences: [Key: [Int32]] = [:]
    for patient in 0..<cohort.patientCount {
      let split = cohort.splits[patient].rawValue
      partsOfIDs[cohort.patientIDs[patient], default: 0] |= 1 << split
      var key = Key()
      for visit in cohort.visits(ofPatient: patient) {
        for (number, kind) in CodeKind.allCases.enumerated() {
          key.add(Int32(-1 - number))
          for code in cohort.codes(kind, visit: visit).sorted() { key.add(code) }
        }
      }
      sequences[key, default: [0, 0, 0]][Int(split)] += 1
    }
    patients = partsOfIDs.values.reduce(0) { $0 + ($1.nonzeroBitCount > 1 ? 1 : 0) }
    self.sequences = sequences.values.reduce(0) { sum, counts in
      counts.filter { $0 > 0 }.count > 1 ? sum + counts.reduce(0) { $0 + Int($1) } : sum
    }
  }

  /// The same for a cohort of sets, where a patient is a row.
  public var setSentence: String {
    sequences == 0
      ? "no row stands in two splits"
      : "\(CohortProfile.grouped(sequences)) rows stand, code by code, also in another split"
  }

  public var sentence: String {
    let first =
      patients == 0
      ? "no patient is in two splits" : "\(patients) patient\(patients == 1 ? " is" : "s are") in more than one split"
    let second =
      sequences == 0
      ? "no sequence of visits is in two"
      : "\(sequences) patients have a sequence of visits that is also in another split"
    return first + "; " + second
  }
}
