import HDF5

/// Names and layout of a cohort file.
///
/// | path | content |
/// |---|---|
/// | `/vocabularies/KIND/codes`, `texts` | strings, one per code; KIND: diagnosis, procedure, symptom, medication |
/// | `/patients/ids` | strings |
/// | `/patients/visit_offsets` | int64, patients + 1: patient p has visits `[p] ..< [p + 1]` |
/// | `/patients/split` | uint8, 0 train, 1 test, 2 validation |
/// | `/visits/ids` | strings |
/// | `/visits/KIND/offsets`, `indices` | int64 and int32: visit v has `indices[offsets[v] ..< offsets[v + 1]]` |
/// | `/molecules/offsets`, `smiles` | int64, medications + 1, and strings |
/// | `/interactions` | int32 `[n, 2]`, medication pairs with first < second |
/// | `/properties/names`, `values` | strings, and uint8 `[medications, properties]`; absent when none are known |
/// | `/report/…` | the import report as tables of equally long columns |
///
/// Root attributes: `name`, `split_rule`, `source` and those of every Theriac file.
enum CohortSchema {
  static let kind = "cohort"
  static let version = 1
  static let name = "name"
  static let splitRule = "split_rule"
  static let source = "source"
  /// Root attributes that the content hash covers.
  static let hashed = [name, splitRule, source]
  /// Groups that it does not: the report tells how the files were read (their names, gzip or plain, the spelling of
  /// options), which changes nothing in the cohort.
  static let unhashed = ["/report"]

  static let patientIDs = "/patients/ids"
  static let visitOffsets = "/patients/visit_offsets"
  static let split = "/patients/split"
  static let visitIDs = "/visits/ids"
  static let moleculeOffsets = "/molecules/offsets"
  static let smiles = "/molecules/smiles"
  static let interactions = "/interactions"
  static let properties = "/properties"
  static let propertyNames = "/properties/names"
  static let propertyValues = "/properties/values"

  static func codes(_ kind: CodeKind) -> String { "/vocabularies/\(kind.rawValue)/codes" }
  static func texts(_ kind: CodeKind) -> String { "/vocabularies/\(kind.rawValue)/texts" }
  static func offsets(_ kind: CodeKind) -> String { "/visits/\(kind.rawValue)/offsets" }
  static func indices(_ kind: CodeKind) -> String { "/visits/\(kind.rawValue)/indices" }

  static func write(_ header: CohortHeader, to file: HDF5File) throws(HDF5Error) {
    try file.setAttribute(name, .string(header.name))
    for kind in CodeKind.allCases {
      let vocabulary = header.vocabularies[kind] ?? Vocabulary()
      try file.writeStrings(vocabulary.codes, to: codes(kind))
      try file.writeStrings(vocabulary.texts, to: texts(kind))
    }
    var offsets: [Int64] = [0]
    for list in header.smiles { offsets.append((offsets.last ?? 0) + Int64(list.count)) }
    try file.write(offsets, shape: [offsets.count], to: moleculeOffsets, layout: .checksummed())
    try file.writeStrings(header.smiles.flatMap { $0 }, to: smiles)
    let pairs = header.interactions.flatMap { [$0.a, $0.b] }
    try file.write(pairs, shape: [header.interactions.count, 2], to: interactions, layout: .checksummed())
    if let table = header.medicationProperties {
      try file.writeStrings(table.names, to: propertyNames)
      try file.write(table.values, shape: [table.count, table.width], to: propertyValues, layout: .checksummed())
    }
  }
}

extension CohortHeader {
  /// The header with all kinds present, a list of molecules per medication and interactions sorted, each once.
  /// - Throws: `invalidCohort` with what contradicts.
  func checked() throws(RecordsError) -> CohortHeader {
    var header = self
    for kind in CodeKind.allCases {
      let vocabulary = vocabularies[kind] ?? Vocabulary()
      header.vocabularies[kind] = vocabulary
      if let fault = vocabulary.fault(kind) { throw .invalidCohort(reason: fault) }
    }
    let medications = header.vocabularies[.medication]?.count ?? 0
    if smiles.isEmpty { header.smiles = Array(repeating: [], count: medications) }
    guard header.smiles.count == medications else {
      throw .invalidCohort(
        reason: "there are molecules for \(smiles.count) medications, but \(medications) medications")
    }
    if let pair = interactions.first(where: { $0.a < 0 || Int($0.b) >= medications }) {
      throw .invalidCohort(
        reason: "the interaction \(pair.a)–\(pair.b) is not between two of the \(medications) medications")
    }
    if let fault = medicationProperties?.fault(medications: medications) { throw .invalidCohort(reason: fault) }
    header.interactions = Set(interactions).sorted { ($0.a, $0.b) < ($1.a, $1.b) }
    return header
  }
}

extension Vocabulary {
  /// Nil, or why this is no vocabulary.
  func fault(_ kind: CodeKind) -> String? {
    if codes.count != texts.count {
      return "the \(kind.rawValue) vocabulary has \(codes.count) codes and \(texts.count) texts"
    }
    var seen: Set<String> = []
    for code in codes where !seen.insert(code).inserted {
      return "the \(kind.rawValue) vocabulary lists \(code) twice"
    }
    return nil
  }
}
