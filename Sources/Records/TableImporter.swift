import Foundation

/// Tables of one's own → cohort, by a column mapping (`TableMapping`). One table or several, with codes of one kind or of
/// all, with or without a table of visits.
struct TableImporter {
  let mapping: TableMapping
  let options: ImportOptions
  let source: SourceOptions
  let paths: ImportPaths
  let progress: ((ImportProgress) -> Void)?
  let maps: TableFolder?
  var assembler: CohortAssembler
  /// Words of kind columns that are not in `kinds:` → rows.
  var unknownWords: [String: Int] = [:]

  init(
    paths: ImportPaths, options: ImportOptions, source: SourceOptions, progress: ((ImportProgress) -> Void)?
  ) throws(RecordsError) {
    guard let path = source.mapping else {
      throw .badOption("mapping", value: "not given", expected: "a YAML file that says what the columns hold")
    }
    mapping = try TableMapping(file: path)
    self.options = options
    self.source = source
    self.paths = paths
    self.progress = progress
    maps = try paths.maps.map { path throws(RecordsError) in try TableFolder(path) }
    _ = try TableFolder(paths.root)  // names a missing folder
    for table in mapping.tables { _ = try Self.file(table.file, paths.root) }
    for titles in mapping.titles { _ = try Self.file(titles.file, paths.root) }
    assembler = try CohortAssembler(source: ImportFormat.table.rawValue, options: options, paths: paths, maps: maps)
    assembler.report.options.merge(source.described) { _, new in new }
    assembler.medicationRow = "medication"
    for kind in CodeKind.allCases where !mapping.kinds.contains(kind) {
      assembler.absent[kind] = "no table of the column mapping has \(kind.plural)"
    }
    if options.firstDayOnly { try refuseFirstDayWithoutTimes() }
  }

  mutating func run() throws(RecordsError) -> Cohort {
    var labels = try TableLabels(
      mapping.medication, map: source.medicationMap, maps: maps, options: options, report: &assembler.report)
    assembler.medications.isMapped = labels.isMapped
    if mapping.visitTables.isEmpty {
      try collectVisits()
    } else {
      for table in mapping.visitTables { try readVisits(table) }
    }
    assembler.flow("in the tables", patients: assembler.visits.patientCount, visits: assembler.visits.count)
    for table in mapping.codeTables { try readCodes(table, &labels) }
    assembler.report.routes = labels.routes
    noteUnknownWords()
    for (kind, entries) in [
      (CodeKind.diagnosis, assembler.diagnoses), (.procedure, assembler.procedures), (.symptom, assembler.symptoms),
    ] where entries.interner.count == 0 && assembler.absent[kind] == nil && !mapping.namedKinds.contains(kind) {
      assembler.absent[kind] = "no row of the tables is a \(kind.rawValue)"
    }
    return try assembler.cohort(
      name: mapping.name ?? "table",
      namer: mapping.titles.isEmpty ? nil : TableTitles(importer: self, given: givenTexts()))
  }

  /// A file of the mapping, plain or `.gz`.
  static func file(_ name: String, _ root: String) throws(RecordsError) -> (path: String, shown: String) {
    let names = [name, name + ".gz"]
    for name in names {
      let path = (root as NSString).appendingPathComponent(name)
      if FileManager.default.fileExists(atPath: path) { return (path, name) }
    }
    throw .missingTable(name, folder: root, lookedFor: names)
  }

  func open(_ name: String, _ delimiter: Delimiter) throws(RecordsError) -> CSVReader {
    let file = try Self.file(name, paths.root)
    return try CSVReader(
      file.path, shownAs: file.shown, delimiter: delimiter, strict: options.strict, progress: progress)
  }

  private func refuseFirstDayWithoutTimes() throws(RecordsError) {
    for table in mapping.codeTables where table.kind == .all(.medication) || table.columns[.kind] != nil {
      if table.columns[.time] == nil || table.timeFormat == .number {
        throw .badOption(
          "firstDay", value: "true", expected: "a column time with dates in \(table.file), which has medications")
      }
    }
  }

  private mutating func noteUnknownWords() {
    if unknownWords.isEmpty { return }
    let ranked = unknownWords.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
    assembler.report.notes.append(
      "Rows of a kind that the mapping does not name are left out: "
        + ranked.prefix(10).map { "\($0.key.isEmpty ? "(empty)" : $0.key) (\($0.value))" }.joined(separator: ", ")
        + (ranked.count > 10 ? ", and \(ranked.count - 10) more" : "") + ".")
  }

  /// Texts that came with the rows, by kind and code.
  private func givenTexts() -> [CodeKind: [String: String]] {
    var given: [CodeKind: [String: String]] = [:]
    for (kind, entries) in [
      (CodeKind.diagnosis, assembler.diagnoses), (.procedure, assembler.procedures), (.symptom, assembler.symptoms),
      (.medication, assembler.medications.entries),
    ] {
      for (index, text) in entries.texts.enumerated() where !text.isEmpty {
        given[kind, default: [:]][entries.interner[index]] = text
      }
    }
    return given
  }
}

/// Titles of codes in tables of their own; a text beside the code in a row goes before.
private struct TableTitles: CodeNamer {
  let importer: TableImporter
  let given: [CodeKind: [String: String]]

  func texts(
    _ kind: CodeKind, codes: [String], lists: CodeLists, report: inout ImportReport
  ) throws(RecordsError) -> [String]? {
    var titles: [String: String] = [:]
    for entry in importer.mapping.titles where entry.kind == kind {
      let reader = try importer.open(entry.file, entry.delimiter)
      let code = try reader.column(entry.code)
      let text = try reader.column(entry.text)
      while try reader.next() {
        let key = reader.field(code).string
        if key.isEmpty || reader.field(text).isEmpty {
          reader.skip("no code or no text")
        } else if titles[key] != nil {
          reader.skip("code was named before")
        } else {
          titles[key] = reader.field(text).string
        }
      }
      report.tables.append(try reader.summary(entry.file))
    }
    return codes.map { given[kind]?[$0] ?? titles[$0] ?? "" }
  }
}
