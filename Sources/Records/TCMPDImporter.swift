/// Prescriptions of Chinese medicine, each a set of symptoms and a set of herbs → cohort. A prescription is a patient
/// with one visit, named by its row in the file; rows keep their order, which the split depends on. Symptoms and herbs
/// are codes by their ids; there are no diagnoses and no procedures.
/// - Source: TCM-PD as KDHR, PresRecST and FMCHS use it (spec FMCHS 1).
public enum TCMPDImporter {
  /// - Throws: a missing folder, table or column, a damaged file; `unknownID` for an id out of range; `sparseIDs`; `badArray` and
  ///   `badProperties`; `badMolecule` when those are refused; `nothingMatches`
  ///   for a table of molecules or texts of no herb at all; `notUTF8` for names in another encoding; `nothingKept` with fewer than three prescriptions.
  public static func run(
    paths: TCMPDPaths, options: TCMPDOptions = TCMPDOptions(), progress: ((ImportProgress) -> Void)? = nil
  ) throws(RecordsError) -> Cohort {
    let folder = try TCMPDFolder(paths.root)
    var report = ImportReport(source: ImportFormat.tcmPD.rawValue, options: options.described)
    let table = try PrescriptionTable(folder.prescriptions(), strict: options.strict, progress: progress)
    report.tables.append(table.summary)
    guard table.rows.count >= SetSplit.fewestRows else {
      throw .nothingKept(
        reason:
          "\(table.shown) has \(table.rows.count) rows with symptoms and herbs; a split into train, validation and "
          + "test needs \(SetSplit.fewestRows)")
    }
    let properties =
      if let path = paths.properties { (path: path, shown: Self.name(path)) } else { try folder.properties() }
    let herbs = try Self.herbs(folder, table, options, &report)
    let symptoms = try Self.symptoms(folder, table, herbs, options, &report)
    let lists = try Self.lists(table, symptoms, herbs, &report)
    let medicationProperties = try Self.properties(properties, herbs, folder, options, &report)

    var smiles: [[String]] = []
    if let path = paths.molecules {
      let molecules = try HerbMolecules(
        path, herbs: herbs, options: options, identity: paths.moleculeIdentity, report: &report)
      smiles = molecules.smiles
      report.notes.append(molecules.sentence)
    } else {
      report.notes.append("No molecules: no file was given (--molecules FILE).")
    }
    var medications = herbs.vocabulary
    if let path = paths.herbTexts {
      let texts = try HerbTexts(path, herbs: herbs, options: options, report: &report).texts
      for (herb, text) in texts.enumerated() { if let text { medications.texts[herb] += ": " + text } }
      report.notes.append("\(texts.count { $0 != nil }) of \(herbs.count) herbs have a text of \(Self.name(path)).")
    }
    if !folder.graphs.isEmpty {
      report.notes.append(
        "Not used: \(folder.graphs.joined(separator: ", ")). Those graphs count all prescriptions, test rows among them; "
          + "training counts its own from the training rows.")
    }

    let ids = table.rows.map { String($0.number) }
    report.flow = [
      .init(step: "in \(table.shown)", patients: table.summary.rowsRead, visits: table.summary.rowsRead),
      .init(step: "with symptoms and herbs", patients: ids.count, visits: ids.count),
    ]
    let cohort = Cohort(
      name: options.name ?? "TCM-PD", vocabularies: [.symptom: symptoms.vocabulary, .medication: medications],
      patientIDs: ids, visitOffsets: Array(0...ids.count), visitIDs: ids, lists: lists,
      smiles: smiles.isEmpty ? Array(repeating: [], count: herbs.count) : smiles,
      medicationProperties: medicationProperties, splits: options.split.assign(rows: ids.count),
      splitRule: options.split.description, report: report)
    if let fault = cohort.fault { throw .invalidCohort(reason: fault) }
    return cohort
  }

  private static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  /// Ids that this program takes without a list of them, at most.
  private static let largestID = 999_999

  private static func herbs(
    _ folder: TCMPDFolder, _ table: PrescriptionTable, _ options: TCMPDOptions, _ report: inout ImportReport
  ) throws(RecordsError) -> NumberedCodes {
    if let file = folder.herbs {
      return try NumberedCodes.read(.medication, file, strict: options.strict, report: &report)
    }
    let found = table.rows.lazy.flatMap(\.herbs).filter { (0...largestID).contains($0) }
    let first = found.min() ?? 0
    let range = first...(found.max() ?? first)
    try requireUse(of: range, .medication, \.herbs, table)
    report.notes.append(
      "No herbs.csv: herb texts are their ids, \(range.lowerBound) to \(range.upperBound), from the first to the last in "
        + "\(table.shown).")
    return NumberedCodes(
      kind: .medication, range: range,
      origin: "the first to the last herb id in \(table.shown) of at most \(largestID) (there is no herbs.csv)")
  }

  private static func symptoms(
    _ folder: TCMPDFolder, _ table: PrescriptionTable, _ herbs: NumberedCodes, _ options: TCMPDOptions,
    _ report: inout ImportReport
  ) throws(RecordsError) -> NumberedCodes {
    if let file = folder.symptoms {
      return try NumberedCodes.read(.symptom, file, strict: options.strict, report: &report)
    }
    let first = herbs.ids.first ?? 0
    let largest = table.rows.lazy.flatMap(\.symptoms).filter { (0...largestID).contains($0) }.max() ?? 0
    let range = 0...(first > 0 ? first - 1 : largest)
    if first == 0 { try requireUse(of: range, .symptom, \.symptoms, table) }
    let origin =
      first > 0
      ? "up to where the herb ids begin (there is no symptoms.csv)"
      : "up to the last symptom id in \(table.shown) of at most \(largestID) (there is no symptoms.csv)"
    report.notes.append("No symptoms.csv: symptom texts are their ids, 0 to \(range.upperBound).")
    return NumberedCodes(kind: .symptom, range: range, origin: origin)
  }

  /// One mistyped id must not make a million codes: a tenth of a range that the ids alone tell has to occur.
  private static func requireUse(
    of range: ClosedRange<Int>, _ kind: CodeKind, _ column: KeyPath<PrescriptionTable.Row, [Int]>,
    _ table: PrescriptionTable
  ) throws(RecordsError) {
    let found = Set(table.rows.lazy.flatMap { $0[keyPath: column] }.filter { range.contains($0) }).count
    guard found * 10 < range.count else { return }
    let line = table.rows.first { $0[keyPath: column].contains(range.upperBound) }?.line ?? 0
    throw .sparseIDs(file: table.shown, line: line, kind: kind, range: range, found: found)
  }

  /// The rows as positions in the vocabularies, ascending; repeated ids are counted.
  private static func lists(
    _ table: PrescriptionTable, _ symptoms: NumberedCodes, _ herbs: NumberedCodes, _ report: inout ImportReport
  ) throws(RecordsError) -> [CodeKind: CodeLists] {
    var lists: [CodeKind: CodeLists] = [:]
    for (codes, column) in [(symptoms, \PrescriptionTable.Row.symptoms), (herbs, \.herbs)] {
      var own = CodeLists()
      var repeated = 0
      for row in table.rows {
        var set: Set<Int32> = []
        for id in row[keyPath: column] {
          guard let position = codes.position(id: id) else {
            let shown = (id == PrescriptionTable.tooLong ? row.longID : nil) ?? String(id)
            throw .unknownID(file: table.shown, line: row.line, kind: codes.kind, id: shown, expected: codes.expected)
          }
          if !set.insert(position).inserted { repeated += 1 }
        }
        own.append(set.sorted())
      }
      lists[codes.kind] = own
      if repeated > 0 { report.repeated[codes.kind.rawValue] = repeated }
    }
    return lists
  }

  private static func properties(
    _ file: (path: String, shown: String)?, _ herbs: NumberedCodes, _ folder: TCMPDFolder, _ options: TCMPDOptions,
    _ report: inout ImportReport
  ) throws(RecordsError) -> MedicationPropertyTable? {
    guard let file else {
      report.notes.append(
        "No properties: no herb_*oneHot* file lies in the root and none was given (--properties FILE).")
      return nil
    }
    let table = try HerbProperties.read(file, herbs: herbs, strict: options.strict, report: &report)
    let bare = table.emptyRows.count
    report.notes.append(
      "Properties of \(file.shown): \(table.count) herbs, \(table.width) columns; \(bare) "
        + "herb\(bare == 1 ? "" : "s") without any (the row is all zero).")
    return table
  }
}
