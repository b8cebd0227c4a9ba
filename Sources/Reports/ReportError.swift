/// What makes a table of results unreadable.
public enum ReportError: Error, Equatable {
  /// A quoted field of a CSV text never ends, or has text after its closing quote.
  case badQuote(file: String, line: Int)
  /// A row has another number of fields than the header.
  case fieldCount(file: String, line: Int, expected: Int, found: Int)
  /// There is no header row.
  case emptyTable(file: String)
  /// The header lacks a column.
  case missingColumn(String, file: String, columns: [String])
  /// A column is named twice.
  case repeatedColumn(String, file: String)
  /// A field is not the number it should be.
  case notANumber(String, column: String, file: String, row: Int)
  /// A row of a table being built has another number of cells than the table has columns.
  case cellCount(expected: Int, found: Int)
}

extension ReportError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badQuote(let file, let line):
      "\(file), line \(line): a quoted field is not closed, or is followed by something other than a comma; "
        + "write a quote inside a field twice"
    case .fieldCount(let file, let line, let expected, let found):
      "\(file), line \(line): expected \(expected) fields as in the header, found \(found)"
    case .emptyTable(let file):
      "\(file) is empty; a CSV table starts with a row of column names"
    case .missingColumn(let column, let file, let columns):
      "\(file) has no column \(column); its columns are \(columns.joined(separator: ", "))"
    case .repeatedColumn(let column, let file):
      "\(file) names column \(column) twice; column names must differ"
    case .notANumber(let text, let column, let file, let row):
      "\(file), row \(row): column \(column) should hold a number, found \"\(text)\""
    case .cellCount(let expected, let found):
      "a table of \(expected) columns was given a row of \(found) cells"
    }
  }
}
