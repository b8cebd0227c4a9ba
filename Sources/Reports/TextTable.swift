/// Rows under column names, as aligned text, Markdown or CSV.
public struct TextTable: Equatable, Sendable {
  public enum Alignment: Sendable { case left, right }

  public struct Column: Equatable, Sendable {
    public var name: String
    public var alignment: Alignment

    public init(_ name: String, _ alignment: Alignment = .left) {
      self.name = name
      self.alignment = alignment
    }
  }

  public let columns: [Column]
  public private(set) var rows: [[String]] = []

  public init(_ columns: [Column]) { self.columns = columns }

  /// - Throws: `ReportError.cellCount`
  public mutating func append(_ cells: [String]) throws(ReportError) {
    guard cells.count == columns.count else { throw .cellCount(expected: columns.count, found: cells.count) }
    rows.append(cells)
  }

  /// Columns padded to their widest cell, two spaces apart, a rule under the names; no space at the ends of lines.
  /// Line breaks and other control characters inside a cell become spaces.
  public func text() -> String {
    let body = rows.map { $0.map(oneLine) }
    let names = columns.map { oneLine($0.name) }
    let widths = columns.indices.map { column in
      body.reduce(DisplayWidth.of(names[column])) { max($0, DisplayWidth.of($1[column])) }
    }
    func line(_ cells: [String]) -> String {
      let padded = columns.indices.map {
        DisplayWidth.padded(cells[$0], to: widths[$0], right: columns[$0].alignment == .right)
      }
      let joined = padded.joined(separator: "  ")
      return String(joined.reversed().drop { $0 == " " }.reversed()) + "\n"
    }
    let rule = line(widths.map { String(repeating: "─", count: $0) })
    return line(names) + rule + body.map(line).joined()
  }

  /// A GitHub-flavoured Markdown table; bars and backslashes in cells are escaped.
  public func markdown() -> String {
    func line(_ cells: [String]) -> String {
      "| " + cells.map { escaped(oneLine($0)) }.joined(separator: " | ") + " |\n"
    }
    let rule = "|" + columns.map { $0.alignment == .right ? "---:|" : "---|" }.joined() + "\n"
    return line(columns.map(\.name)) + rule + rows.map(line).joined()
  }

  /// The same rows as CSV.
  public func csv() -> String {
    CSVText.line(columns.map(\.name)) + rows.map(CSVText.line).joined()
  }

  private func oneLine(_ cell: String) -> String {
    String(cell.map { $0.isNewline || $0.unicodeScalars.first?.properties.generalCategory == .control ? " " : $0 })
  }

  private func escaped(_ cell: String) -> String {
    cell.map { $0 == "|" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined()
  }
}
