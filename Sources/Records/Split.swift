import Random

/// The part of the cohort a patient belongs to. Raw values are what `/patients/split` stores.
public enum Split: UInt8, CaseIterable, Codable, Sendable {
  case train = 0
  case test = 1
  case validation = 2

  public var name: String { String(describing: self) }
}

/// How patients are dealt into train, test and validation: 2/3, 1/6, 1/6, always whole patients.
///
/// n patients: the first ⌊2n/3⌋ train, of the rest the first half (rounded down) test, what remains validation.
/// 5,208 patients → 3,472 / 868 / 868.
/// - Source: NLA-MMR §4.1 and its code (spec 3.1): the *middle* sixth is test, the *last* sixth is validation.
public enum SplitRule: Equatable, Sendable, Codable, CustomStringConvertible {
  /// In the order of the cohort.
  case official
  /// In the order of a counter-based permutation of the patients: the same on every machine.
  case shuffled(seed: UInt64)
  /// In the order of the patients' last visits: the earliest train, then validation, then test. So no visit that is
  /// trained on is later than the last visit of any patient of the other two. Needs times: `SplitRule.byTime(_:)`.
  case byTime

  public var description: String {
    switch self {
    case .official: "official"
    case .shuffled(let seed): "shuffled(seed: \(seed))"
    case .byTime: "by-time"
    }
  }

  /// Reads `official`, `by-time` or `shuffled(seed: 7)` (what `description` writes).
  /// - Throws: `badOption` for any other text.
  public init(_ text: String) throws(RecordsError) {
    if text == "official" {
      self = .official
      return
    }
    if text == "by-time" {
      self = .byTime
      return
    }
    let prefix = "shuffled(seed:"
    guard text.hasPrefix(prefix), text.hasSuffix(")"),
      let seed = UInt64(text.dropFirst(prefix.count).dropLast().filter { $0 != " " })
    else {
      throw .badOption("split rule", value: text, expected: "official, by-time or shuffled(seed: NUMBER)")
    }
    self = .shuffled(seed: seed)
  }

  public init(from decoder: any Decoder) throws { try self.init(decoder.singleValueContainer().decode(String.self)) }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// The split of each of `patients` patients, in the order of the cohort. Without times the rule by time takes the
  /// order of the cohort for that of time.
  public func assign(patients: Int) -> [Split] {
    let train = patients * 2 / 3
    let test = (patients - train) / 2
    let inOrder = (0..<patients).map { rank -> Split in
      rank < train ? .train : rank < train + test ? .test : .validation
    }
    switch self {
    case .official: return inOrder
    case .byTime: return Self.byTime(Array(0..<patients))
    case .shuffled(let seed):
      var splits = inOrder
      let order = CounterRandom(seed: seed, stream: RandomDomain.split.stream()).permutation(patients)
      for (rank, patient) in order.enumerated() { splits[patient] = inOrder[rank] }
      return splits
    }
  }

  /// The split by time, for patients whose last visits were at these times; ties keep the order of the cohort.
  public static func byTime(_ lastVisits: [Int]) -> [Split] {
    let patients = lastVisits.count
    let train = patients * 2 / 3
    let test = (patients - train) / 2
    let order = (0..<patients).sorted { (lastVisits[$0], $0) < (lastVisits[$1], $1) }
    var splits = [Split](repeating: .train, count: patients)
    for (rank, patient) in order.enumerated() {
      splits[patient] = rank < train ? .train : rank < patients - test ? .validation : .test
    }
    return splits
  }
}
