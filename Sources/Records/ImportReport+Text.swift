extension ImportReport {
  /// The report as plain lines for people: tables, flow, routes, what could not be mapped, notes.
  public func text() -> String {
    var parts = [tableLines(), flowLines(), routeLines(), repeatedLines(), unmappedLines()]
    if !notes.isEmpty { parts.append(notes.map { "- \($0)" }) }
    return parts.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  /// Patients and visits after every filter, and what it took.
  public func flowText() -> String { flowLines().joined(separator: "\n") }

  /// SHA-256 of every source file.
  public func hashText() -> String {
    tables.isEmpty
      ? ""
      : TextTable.aligned([["SHA-256", "file"]] + tables.map { [$0.sha256, $0.file] })
        .joined(separator: "\n")
  }

  private func tableLines() -> [String] {
    if tables.isEmpty { return [] }
    return TextTable.aligned(
      [["Table", "file", "read", "kept", "left out"]]
        + tables.map { table in
          let reasons = table.skipped.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
          return [table.name, table.file, "\(table.rowsRead)", "\(table.rowsKept)", reasons.joined(separator: ", ")]
        }) + tables.flatMap { $0.examples.map { "  \($0)" } }
  }

  /// Counts on the side of the flow: what is left is compared with the step before them.
  static let asideSuffix = ", before medications are mapped"

  private func flowLines() -> [String] {
    if flow.isEmpty { return [] }
    var rows = [["Filter", "patients", "lost", "visits", "lost", ""]]
    var last: FlowStep?
    for step in flow {
      let isAside = step.step.hasSuffix(Self.asideSuffix)
      func lost(_ now: Int, _ before: Int?) -> String {
        guard let before, !isAside, before >= now, before > 0 else { return "" }
        return "\(before - now)"
      }
      rows.append(
        [
          isAside ? "(\(step.step))" : step.step, "\(step.patients)", lost(step.patients, last?.patients),
          "\(step.visits)", lost(step.visits, last?.visits), step.note,
        ])
      if !isAside { last = step }
    }
    return TextTable.aligned(rows)
  }

  private func routeLines() -> [String] {
    if routes.isEmpty { return [] }
    return TextTable.aligned(
      [["Medication route", "rows", "files"]]
        + routes.map { [$0.name, "\($0.rows)", $0.files.joined(separator: ", ")] })
  }

  private func repeatedLines() -> [String] {
    let found = CodeKind.allCases.compactMap { kind in
      repeated[kind.rawValue].flatMap { $0 > 0 ? "\($0) \(kind.rawValue)" : nil }
    }
    return found.isEmpty ? [] : ["Rows that repeat a code of their visit: " + found.joined(separator: ", ")]
  }

  private func unmappedLines() -> [String] {
    if unmapped.isEmpty { return [] }
    var lines = TextTable.aligned(
      [["Unmapped", "rows", "code", "name"]]
        + unmapped.prefix(10).map { [$0.kind.rawValue, "\($0.rows)", $0.code, $0.text] })
    if unmapped.count > 10 { lines.append("… and \(unmapped.count - 10) more (theriac describe --unmapped-csv FILE)") }
    return lines
  }

  /// The unmapped codes as CSV: kind, code, text, rows; most frequent first within a kind.
  public func unmappedCSV() -> String {
    func quoted(_ text: String) -> String {
      text.contains { ",\"\n\r".contains($0) } ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }
    return "kind,code,text,rows\n"
      + unmapped.map { "\($0.kind.rawValue),\(quoted($0.code)),\(quoted($0.text)),\($0.rows)\n" }.joined()
  }
}
