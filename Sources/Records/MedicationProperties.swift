import Foundation

/// What files beside the tables say about ATC classes: molecules, interactions, texts.
struct MedicationProperties {
  /// Class → SMILES; nil when no file was found.
  private(set) var molecules: [String: [String]]?
  /// Pairs of classes; nil when no file was found.
  private(set) var pairs: [(String, String)]?
  private(set) var texts = MedicationTexts()

  /// - Parameters:
  ///   - molecules: molecules that the source itself has; a file that was given goes before.
  ///   - pairs: likewise interactions.
  /// - Throws: `missingFile` for a path that was given; `badMap` for a molecules file that is no such JSON.
  init(
    molecules: [String: [String]]? = nil, pairs: [(String, String)]? = nil, paths: ImportPaths, maps: TableFolder?,
    preferred: String?, report: inout ImportReport
  ) throws(RecordsError) {
    self.molecules = molecules?.mapValues { $0.filter { !$0.isEmpty } }.filter { !$0.value.isEmpty }
    self.pairs = pairs
    if molecules == nil || paths.molecules != nil { try loadMolecules(paths.molecules, maps, preferred, &report) }
    if pairs == nil || paths.interactions != nil { try loadInteractions(paths.interactions, maps, &report) }
    if let path = paths.medicationTexts { try texts.load(given: path, report: &report) }
    if let file = maps?.optionalTable("atc_names_ethos") {
      try texts.load(names: file, report: &report)
    } else {
      report.notes.append("No atc_names_ethos.csv in the maps folder: a medication without a given text is its code.")
    }
  }

  private mutating func loadMolecules(
    _ given: String?, _ maps: TableFolder?, _ preferred: String?, _ report: inout ImportReport
  ) throws(RecordsError) {
    guard let file = given.map(Self.named) 
        ?? maps?.file((preferred.map { [$0] } ?? []) + Self.candidates(maps, "atc3_smiles", [".json"]))
    else {
      report.notes.append("No molecules: no file was given and the maps folder has no atc3_smiles*.json.")
      return
    }
    let (bytes, sha256) = try ByteSource.contents(file.path)
    let decoded: [String: [String]]
    do {
      decoded = try JSONDecoder().decode([String: [String]].self, from: Data(bytes))
    } catch {
      throw .badMap(file.path, reason: "it is not JSON of the form {\"N02B\": [\"SMILES\", …]}")
    }
    molecules = decoded.mapValues { $0.filter { !$0.isEmpty } }.filter { !$0.value.isEmpty }
    let empty = decoded.count - (molecules?.count ?? 0)
    report.tables.append(
      ImportReport.Table(
        name: file.shown, file: file.shown, sha256: sha256, rowsRead: decoded.count, rowsKept: decoded.count - empty,
        skipped: empty > 0 ? ["class without a molecule": empty] : [:]))
  }

  private mutating func loadInteractions(
    _ given: String?, _ maps: TableFolder?, _ report: inout ImportReport
  ) throws(RecordsError) {
    let wanted =
      ["ddi_atc3_union.csv", "ddi_atc3_union.csv.gz"] + Self.candidates(maps, "ddi_atc3", [".csv", ".csv.gz"])
    guard let file = given.map(Self.named) ?? maps?.file(wanted) else {
      report.notes.append("No interactions: no file was given and the maps folder has no ddi_atc3*.csv.")
      return
    }
    let reader = try CSVReader(file.path, shownAs: file.shown)
    let first = try reader.column("atc3_a")
    let second = try reader.column("atc3_b")
    var read: [(String, String)] = []
    while try reader.next() {
      let a = reader.field(first)
      let b = reader.field(second)
      guard !a.isEmpty, !b.isEmpty else {
        reader.skip("no pair of classes")
        continue
      }
      // Labels of other sources (GTC, RxNorm) stand as they are.
      read.append((ATCClass(a)?.code ?? a.string, ATCClass(b)?.code ?? b.string))
    }
    pairs = read
    report.tables.append(try reader.summary(file.shown))
  }

  private static func named(_ path: String) -> (path: String, shown: String) {
    (path, path.split(separator: "/").last.map(String.init) ?? path)
  }

  private static func candidates(_ maps: TableFolder?, _ prefix: String, _ suffixes: [String]) -> [String] {
    (maps?.files ?? []).filter { name in
      name.lowercased().hasPrefix(prefix) && suffixes.contains { name.lowercased().hasSuffix($0) }
    }
  }
}

extension MedicationProperties {
  /// SMILES per medication, in the order of the vocabulary; says which have none.
  func smiles(_ codes: [String], report: inout ImportReport) -> [[String]] {
    guard let molecules else { return codes.map { _ in [] } }
    let bare = codes.filter { molecules[$0] == nil }
    if !bare.isEmpty {
      report.notes.append(
        "\(bare.count) of \(codes.count) medications have no molecule: \(bare.joined(separator: ", ")).")
    }
    return codes.map { molecules[$0] ?? [] }
  }

  /// Interactions between medications of the vocabulary, ascending, each once.
  func interactions(_ codes: [String]) -> [Interaction] {
    let index = Dictionary(uniqueKeysWithValues: codes.enumerated().map { ($1, Int32($0)) })
    let found = (pairs ?? []).compactMap { first, second -> Interaction? in
      guard let a = index[first], let b = index[second] else { return nil }
      return Interaction(a, b)
    }
    return Set(found).sorted { ($0.a, $0.b) < ($1.a, $1.b) }
  }
}
