extension ImportReport {
  /// The report as plain lines for people: tables, flow, routes, what could not be mapped, notes.
  public func text() -> String {
    var lines: [String] = []
    lines += Self.aligned(
      [["Table", "file", "read", "kept", "left out"]]
        + tables.map { table in
          let reasons = table.skipped.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
          return [table.name, table.file, "\(table.rowsRead)", "\(table.rowsKept)", reasons.joined(separator: ", ")]
        })
    for table in tables where !table.examples.isEmpty { lines += table.examples.map { "  \($0)" } }
    if !flow.isEmpty {
      lines.append("")
      lines += Self.aligned(
        [["Filter", "patients", "visits", ""]] + flow.map { [$0.step, "\($0.patients)", "\($0.visits)", $0.note] })
    }
    if !routes.isEmpty {
      lines.append("")
      lines += Self.aligned(
        [["Medication route", "rows", "files"]]
          + routes.map { [$0.name, "\($0.rows)", $0.files.joined(separator: ", ")] })
    }
    if !unmapped.isEmpty {
      lines.append("")
      lines += Self.aligned(
        [["Unmapped", "rows", "code", "name"]]
          + unmapped.prefix(10).map { [$0.kind.rawValue, "\($0.rows)", $0.code, $0.text] })
      if unmapped.count > 10 { lines.append("… and \(unmapped.count - 10) more in the cohort file") }
    }
    if !notes.isEmpty { lines += [""] + notes.map { "- \($0)" } }
    return lines.joined(separator: "\n")
  }

  private static func aligned(_ rows: [[String]]) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        line += cell
        if row[(column + 1)...].contains(where: { !$0.isEmpty }) {
          line += String(repeating: " ", count: widths[column] - cell.count + 2)
        }
      }
      return line
    }
  }
}
