import Foundation

/// What files beside the tables say about ATC classes: molecules, interactions, texts, and lists of classes.
struct MedicationProperties {
  /// Class → SMILES, by the molecule rule; nil when no file was found.
  private(set) var molecules: [String: [String]]?
  /// Pairs of classes; nil when no file was found.
  private(set) var pairs: [(String, String)]?
  private(set) var texts = MedicationTexts()
  /// The classes that an import is limited to, in their order; nil when it is not.
  private(set) var classes: (list: [String], name: String)?
  /// Classes in the order of the interaction matrix, when a list lies beside the pairs.
  private var matrixOrder: [String]?
  private var moleculesFile = ""

  /// - Parameters:
  ///   - molecules: molecules that the source itself has; a file that was given goes before.
  ///   - pairs: likewise interactions.
  /// - Throws: `missingFile` for a path that was given; `badMap` for a file that is not what it should be; `badOption`
  ///   for a rule whose file is missing.
  init(
    molecules own: [String: [String]]? = nil, pairs ownPairs: [(String, String)]? = nil, options: ImportOptions,
    paths: ImportPaths, maps: TableFolder?, preferred: String?, report: inout ImportReport
  ) throws(RecordsError) {
    molecules = own?.mapValues { $0.filter { !$0.isEmpty } }.filter { !$0.value.isEmpty }
    pairs = ownPairs
    moleculesFile = "the \(report.source) files"
    let drugs = try paths.drugs.map { path throws(RecordsError) in try DrugTable(path, report: &report) }
    if own == nil || paths.molecules != nil { try loadMolecules(paths.molecules, maps, preferred, &report) }
    if let drugs, let identity = paths.moleculeIdentity, let molecules {
      let check = MoleculeCheck(molecules, drugs: drugs, identity: identity)
      report.notes.append(check.sentence(file: moleculesFile, drugs: drugs.file, identity: identity))
    }
    if options.moleculeRule == .byATC {
      guard let drugs else {
        throw .badOption("molecule rule", value: "by-atc", expected: "a table of drugs beside it (--drugs FILE)")
      }
      molecules = try drugs.molecules(limit: options.moleculesPerClass)
    }
    if ownPairs == nil || paths.interactions != nil { try loadInteractions(paths.interactions, maps, &report) }
    if let path = paths.medicationTexts { try texts.load(given: path, report: &report) }
    texts.drugs = drugs
    if let file = maps?.optionalTable("atc_names_ethos") {
      try texts.load(names: file, report: &report)
    } else if drugs == nil {
      report.notes.append("No atc_names_ethos.csv in the maps folder: a medication without a given text is its code.")
    }
    try loadClasses(options, paths, &report)
  }

  private mutating func loadClasses(
    _ options: ImportOptions, _ paths: ImportPaths, _ report: inout ImportReport
  ) throws(RecordsError) {
    if let path = paths.classes, options.classes != .file {
      throw .badOption("classes", value: path, expected: "a list of classes only where the rule is to use one")
    }
    switch options.classes {
    case nil: return
    case .file:
      guard let path = paths.classes else {
        throw .badOption("classes", value: "file", expected: "the path of a list with one class a line")
      }
      let list = try CodeListFile(path, report: &report)
      classes = (list.entries, list.shown)
    case .molecules:
      guard let molecules else {
        throw .badOption("classes", value: "molecules", expected: "a molecules file in --maps or in --molecules")
      }
      if options.classOrder == .list {
        throw .badOption(
          "classOrder", value: "list", expected: "sorted: a molecules file has no order (give a list of classes)")
      }
      classes = (molecules.keys.sorted(), "the molecules")
    case .interactions:
      guard let pairs else {
        throw .badOption("classes", value: "interactions", expected: "a file of interactions in --maps or in --ddi")
      }
      if let matrixOrder {
        classes = (matrixOrder, "the interactions")
      } else if options.classOrder == .list {
        throw .badOption(
          "classOrder", value: "list",
          expected: "sorted: there is no _order.txt beside the interactions (give a list of classes)")
      } else {
        classes = (Set(pairs.flatMap { [$0.0, $0.1] }).sorted(), "the interactions")
      }
    }
  }

  private mutating func loadMolecules(
    _ given: String?, _ maps: TableFolder?, _ preferred: String?, _ report: inout ImportReport
  ) throws(RecordsError) {
    guard
      let file = given.map(Self.named)
        ?? maps?.file((preferred.map { [$0] } ?? []) + Self.candidates(maps, "atc3_smiles", [".json"]))
    else {
      report.notes.append("No molecules: no file was given and the maps folder has no atc3_smiles*.json.")
      return
    }
    moleculesFile = file.shown
    let others = given == nil ? Self.candidates(maps, "atc3_smiles", [".json"]).filter { $0 != file.shown } : []
    if !others.isEmpty {
      let reason = file.shown == preferred ? "the file that goes with this data set" : "the first by name"
      report.notes.append(
        "Molecules are those of \(file.shown), \(reason); not read: \(others.joined(separator: ", ")) (--molecules FILE "
          + "takes another).")
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
    let packed = given.flatMap { path in
      !FileManager.default.fileExists(atPath: path) && FileManager.default.fileExists(atPath: path + ".gz")
        ? path + ".gz" : nil
    }
    guard let file = (packed ?? given).map(Self.named) ?? maps?.file(wanted) else {
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
    var stem = file.path
    for suffix in [".gz", ".csv"] where stem.lowercased().hasSuffix(suffix) { stem.removeLast(suffix.count) }
    let order = stem + "_order.txt"
    if FileManager.default.fileExists(atPath: order) {
      let list = try CodeListFile(order, report: &report) { ATCClass($0) == nil ? "no ATC class" : nil }
      matrixOrder = list.entries
    }
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
    let bare = codes.filter { molecules?[$0] == nil }
    if bare.count == codes.count {
      report.notes.append(
        "No medication of the cohort has a molecule, so NLA-MMR cannot be trained on it: import with --molecules FILE, or "
          + "with a --maps folder that holds atc3_smiles*.json"
          + (molecules == nil
            ? "." : ", and with medications that are its classes (--medication-map FILE, code → ATC class)."))
    } else if !bare.isEmpty {
      report.notes.append(
        "\(bare.count) of \(codes.count) medications \(bare.count == 1 ? "has" : "have") no molecule: "
          + bare.joined(separator: ", ") + ".")
    }
    guard let molecules else { return codes.map { _ in [] } }
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
