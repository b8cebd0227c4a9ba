import HDF5

/// The import report in the file: tables of columns under `/report`. An empty table is left out.
extension CohortSchema {
  private enum Column {
    case strings([String])
    case numbers([Int])
  }

  static func write(_ report: ImportReport, to file: HDF5File) throws(HDF5Error) {
    try file.setAttribute(source, .string(report.source))
    let options = report.options.sorted { $0.key < $1.key }
    try write(
      "options", [("names", .strings(options.map(\.key))), ("values", .strings(options.map(\.value)))], to: file)
    try write(
      "tables",
      [
        ("names", .strings(report.tables.map(\.name))), ("files", .strings(report.tables.map(\.file))),
        ("sha256", .strings(report.tables.map(\.sha256))), ("rows_read", .numbers(report.tables.map(\.rowsRead))),
        ("rows_kept", .numbers(report.tables.map(\.rowsKept))),
      ], to: file)
    let skipped = report.tables.enumerated().flatMap { index, table in
      table.skipped.sorted { $0.key < $1.key }.map { (index, $0.key, $0.value) }
    }
    try write(
      "skipped",
      [
        ("table", .numbers(skipped.map(\.0))), ("reasons", .strings(skipped.map(\.1))),
        ("rows", .numbers(skipped.map(\.2))),
      ], to: file)
    let examples = report.tables.enumerated().flatMap { index, table in table.examples.map { (index, $0) } }
    try write(
      "malformed", [("table", .numbers(examples.map(\.0))), ("examples", .strings(examples.map(\.1)))], to: file)
    try write(
      "flow",
      [
        ("steps", .strings(report.flow.map(\.step))), ("patients", .numbers(report.flow.map(\.patients))),
        ("visits", .numbers(report.flow.map(\.visits))), ("notes", .strings(report.flow.map(\.note))),
      ], to: file)
    try write(
      "routes",
      [
        ("names", .strings(report.routes.map(\.name))), ("rows", .numbers(report.routes.map(\.rows))),
        ("files", .strings(report.routes.map { $0.files.joined(separator: "\n") })),
      ], to: file)
    try write(
      "unmapped",
      [
        ("kinds", .strings(report.unmapped.map(\.kind.rawValue))), ("codes", .strings(report.unmapped.map(\.code))),
        ("texts", .strings(report.unmapped.map(\.text))), ("rows", .numbers(report.unmapped.map(\.rows))),
      ], to: file)
    try write("notes", [("sentences", .strings(report.notes))], to: file)
    let repeated = report.repeated.sorted { $0.key < $1.key }
    try write(
      "repeated", [("kinds", .strings(repeated.map(\.key))), ("rows", .numbers(repeated.map(\.value)))], to: file)
  }

  static func readReport(_ file: HDF5File) throws(RecordsError) -> ImportReport {
    do {
      let source = try file.attribute(source)?.stringValue ?? ""
      let options = try Table("options", of: file, strings: ["names", "values"], numbers: [])
      let tables = try Table(
        "tables", of: file, strings: ["names", "files", "sha256"], numbers: ["rows_read", "rows_kept"])
      let skipped = try Table("skipped", of: file, strings: ["reasons"], numbers: ["table", "rows"])
      let malformed = try Table("malformed", of: file, strings: ["examples"], numbers: ["table"])
      let flow = try Table("flow", of: file, strings: ["steps", "notes"], numbers: ["patients", "visits"])
      let routes = try Table("routes", of: file, strings: ["names", "files"], numbers: ["rows"])
      let unmapped = try Table("unmapped", of: file, strings: ["kinds", "codes", "texts"], numbers: ["rows"])
      let notes = try Table("notes", of: file, strings: ["sentences"], numbers: [])

      var report = ImportReport(source: source)
      for row in 0..<options.count { report.options[options.text("names", row)] = options.text("values", row) }
      report.tables = (0..<tables.count).map { row in
        ImportReport.Table(
          name: tables.text("names", row), file: tables.text("files", row), sha256: tables.text("sha256", row),
          rowsRead: tables.number("rows_read", row), rowsKept: tables.number("rows_kept", row))
      }
      for row in 0..<skipped.count {
        let table = try skipped.reference("table", row, below: tables.count)
        report.tables[table].skipped[skipped.text("reasons", row)] = skipped.number("rows", row)
      }
      for row in 0..<malformed.count {
        let table = try malformed.reference("table", row, below: tables.count)
        report.tables[table].examples.append(malformed.text("examples", row))
      }
      report.flow = (0..<flow.count).map { row in
        ImportReport.FlowStep(
          step: flow.text("steps", row), patients: flow.number("patients", row), visits: flow.number("visits", row),
          note: flow.text("notes", row))
      }
      report.routes = (0..<routes.count).map { row in
        ImportReport.Route(
          name: routes.text("names", row), files: routes.text("files", row).split(separator: "\n").map(String.init),
          rows: routes.number("rows", row))
      }
      report.unmapped = try (0..<unmapped.count).map { row throws(RecordsError) in
        guard let kind = CodeKind(rawValue: unmapped.text("kinds", row)) else {
          throw .damagedCohort(
            file.path, reason: "/report/unmapped/kinds has \(unmapped.text("kinds", row)), which is no kind of code")
        }
        return ImportReport.UnmappedCode(
          kind: kind, code: unmapped.text("codes", row), text: unmapped.text("texts", row),
          rows: unmapped.number("rows", row))
      }
      report.notes = (0..<notes.count).map { notes.text("sentences", $0) }
      let repeated = try Table("repeated", of: file, strings: ["kinds"], numbers: ["rows"])
      for row in 0..<repeated.count { report.repeated[repeated.text("kinds", row)] = repeated.number("rows", row) }
      return report
    } catch {
      throw RecordsError(error)
    }
  }

  private static func write(_ table: String, _ columns: [(String, Column)], to file: HDF5File) throws(HDF5Error) {
    for (name, column) in columns {
      let path = "/report/\(table)/\(name)"
      switch column {
      case .strings(let values):
        if !values.isEmpty { try file.writeStrings(values, to: path) }
      case .numbers(let values):
        if !values.isEmpty {
          try file.write(values.map { Int64($0) }, shape: [values.count], to: path, layout: .checksummed())
        }
      }
    }
  }

  /// A table of the report as read: all columns have `count` rows.
  private struct Table {
    let name: String
    let path: String
    private(set) var count = 0
    private var strings: [String: [String]] = [:]
    private var numbers: [String: [Int]] = [:]

    init(_ name: String, of file: HDF5File, strings texts: [String], numbers counts: [String]) throws {
      self.name = name
      path = file.path
      let group = "/report/\(name)"
      guard file.exists(group) else { return }
      for column in texts { strings[column] = try file.readStrings("\(group)/\(column)") }
      for column in counts { numbers[column] = try file.read("\(group)/\(column)", as: Int64.self).map { Int($0) } }
      let lengths = strings.values.map(\.count) + numbers.values.map(\.count)
      count = lengths.first ?? 0
      if lengths.contains(where: { $0 != count }) {
        throw RecordsError.damagedCohort(path, reason: "the columns of \(group) have different lengths")
      }
    }

    func text(_ column: String, _ row: Int) -> String { strings[column]?[row] ?? "" }
    func number(_ column: String, _ row: Int) -> Int { numbers[column]?[row] ?? 0 }

    func reference(_ column: String, _ row: Int, below limit: Int) throws(RecordsError) -> Int {
      let value = number(column, row)
      guard (0..<limit).contains(value) else {
        throw .damagedCohort(path, reason: "/report/\(name)/\(column) points at table \(value) of \(limit)")
      }
      return value
    }
  }
}
