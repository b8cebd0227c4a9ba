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

  public var description: String {
    switch self {
    case .official: "official"
    case .shuffled(let seed): "shuffled(seed: \(seed))"
    }
  }

  /// Reads `official` or `shuffled(seed: 7)` (what `description` writes).
  /// - Throws: `badOption` for any other text.
  public init(_ text: String) throws(RecordsError) {
    if text == "official" {
      self = .official
      return
    }
    let prefix = "shuffled(seed:"
    guard text.hasPrefix(prefix), text.hasSuffix(")"),
      let seed = UInt64(text.dropFirst(prefix.count).dropLast().filter { $0 != " " })
    else {
      throw .badOption("split rule", value: text, expected: "official or shuffled(seed: NUMBER)")
    }
    self = .shuffled(seed: seed)
  }

  public init(from decoder: any Decoder) throws { try self.init(decoder.singleValueContainer().decode(String.self)) }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// The split of each of `patients` patients, in the order of the cohort.
  public func assign(patients: Int) -> [Split] {
    let train = patients * 2 / 3
    let test = (patients - train) / 2
    let inOrder = (0..<patients).map { rank -> Split in
      rank < train ? .train : rank < train + test ? .test : .validation
    }
    switch self {
    case .official: return inOrder
    case .shuffled(let seed):
      var splits = inOrder
      let order = CounterRandom(seed: seed, stream: RandomDomain.split.stream()).permutation(patients)
      for (rank, patient) in order.enumerated() { splits[patient] = inOrder[rank] }
      return splits
    }
  }
}
