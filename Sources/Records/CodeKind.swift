/// The four kinds of codes of a visit. Raw values are the words used in files (`/visits/diagnosis/…`).
public enum CodeKind: String, CaseIterable, Codable, Sendable {
  case diagnosis, procedure, symptom, medication

  /// The plural used in counts and tables.
  public var plural: String {
    switch self {
    case .diagnosis: "diagnoses"
    case .procedure: "procedures"
    case .symptom: "symptoms"
    case .medication: "medications"
    }
  }
}

/// The codes of one kind and, beside each, the text a language model reads. Both arrays have one entry per code.
public struct Vocabulary: Equatable, Sendable {
  public var codes: [String]
  public var texts: [String]

  public init(codes: [String] = [], texts: [String] = []) {
    self.codes = codes
    self.texts = texts
  }

  public var count: Int { codes.count }

  /// Code → index. The first entry wins when a code is listed twice (validation refuses that).
  public func indexByCode() -> [String: Int] {
    Dictionary(codes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }
}

/// The code lists of all visits, of one kind, as offsets into one array (compressed rows).
/// Visit v has the codes `indices[offsets[v] ..< offsets[v + 1]]`; no code is listed twice in a visit.
public struct CodeLists: Equatable, Sendable {
  /// visits + 1 entries, the first 0, the last `indices.count`.
  public var offsets: [Int]
  /// Positions in the vocabulary of the kind.
  public var indices: [Int32]

  public init(offsets: [Int] = [0], indices: [Int32] = []) {
    self.offsets = offsets
    self.indices = indices
  }

  /// One list per visit.
  public init(_ lists: [[Int32]]) {
    self.init()
    for list in lists { append(list) }
  }

  /// Number of visits.
  public var count: Int { max(offsets.count - 1, 0) }

  public subscript(visit: Int) -> ArraySlice<Int32> { indices[offsets[visit]..<offsets[visit + 1]] }

  /// Adds the list of the next visit.
  public mutating func append(_ codes: some Sequence<Int32>) {
    indices.append(contentsOf: codes)
    offsets.append(indices.count)
  }
}

/// Two medications that are known to interact: an unordered pair of positions in the medication vocabulary, a < b.
public struct Interaction: Hashable, Sendable {
  public let a: Int32
  public let b: Int32

  /// The pair, in either order. Nil when both are the same medication.
  public init?(_ first: Int32, _ second: Int32) {
    guard first != second else { return nil }
    a = min(first, second)
    b = max(first, second)
  }
}
