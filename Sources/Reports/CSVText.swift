/// CSV as RFC 4180 has it, except that lines end in a line feed alone. A reader and writer for our own small result
/// files.
public enum CSVText {
  /// One record with its line feed. Fields with a comma, quote, line break or space at an end are quoted.
  public static func line(_ fields: [String]) -> String {
    // A single empty field would be an empty line, which readers skip.
    fields == [""] ? "\"\"\n" : fields.map(field).joined(separator: ",") + "\n"
  }

  private static func field(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let needsQuotes =
      scalars.contains { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" } || scalars.first == " "
      || scalars.last == " "
    guard needsQuotes else { return text }
    var quoted = "\""
    for scalar in scalars {
      if scalar == "\"" { quoted.unicodeScalars.append("\"") }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }

  /// All records with the line each starts on. Accepts LF, CRLF and a byte order mark; skips empty lines.
  /// - Throws: `ReportError.badQuote`
  static func records(_ text: String, file: String) throws(ReportError) -> [(line: Int, fields: [String])] {
    var bytes = Array(text.utf8)[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    var records: [(line: Int, fields: [String])] = []
    var line = 1
    while !bytes.isEmpty {
      let start = line
      var fields: [String] = []
      var wasQuoted = false
      while true {
        if bytes.first == quote {
          fields.append(try quotedField(&bytes, &line, file: file))
          wasQuoted = true
        } else {
          let plain = bytes.prefix { $0 != comma && $0 != newline }
          bytes = bytes.dropFirst(plain.count)
          let isLineEnd = bytes.first != comma && plain.last == carriageReturn
          fields.append(String(decoding: isLineEnd ? plain.dropLast() : plain, as: UTF8.self))
        }
        guard bytes.popFirst() == comma else { break }
      }
      line += 1
      if fields != [""] || wasQuoted { records.append((start, fields)) }
    }
    return records
  }

  /// Reads from the opening quote to the separator after the closing one, which it leaves.
  private static func quotedField(
    _ bytes: inout ArraySlice<UInt8>, _ line: inout Int, file: String
  ) throws(ReportError) -> String {
    let start = line
    var content: [UInt8] = []
    bytes = bytes.dropFirst()
    while let byte = bytes.popFirst() {
      guard byte == quote else {
        if byte == newline { line += 1 }
        content.append(byte)
        continue
      }
      if bytes.first == quote {
        content.append(quote)
        bytes = bytes.dropFirst()
        continue
      }
      if bytes.starts(with: [carriageReturn, newline]) { bytes = bytes.dropFirst() }
      guard bytes.isEmpty || bytes.first == comma || bytes.first == newline else { break }
      return String(decoding: content, as: UTF8.self)
    }
    throw .badQuote(file: file, line: start)
  }

  private static let quote = UInt8(ascii: "\"")
  private static let comma = UInt8(ascii: ",")
  private static let newline = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")
}

/// A CSV text with a header, read whole: `metrics.csv`, `trials.csv`, `sensitivity.csv`.
public struct CSVTable: Equatable, Sendable {
  /// Name of the file, for errors.
  public let file: String
  public let columns: [String]
  /// Each as long as `columns`.
  public let rows: [[String]]
  private let positions: [String: Int]

  /// - Throws: `emptyTable`, `badQuote`, `fieldCount`, `repeatedColumn`
  public init(_ text: String, file: String) throws(ReportError) {
    let records = try CSVText.records(text, file: file)
    guard let header = records.first else { throw .emptyTable(file: file) }
    var positions: [String: Int] = [:]
    for (index, name) in header.fields.enumerated() {
      guard positions.updateValue(index, forKey: name) == nil else { throw .repeatedColumn(name, file: file) }
    }
    for record in records.dropFirst() where record.fields.count != header.fields.count {
      throw .fieldCount(file: file, line: record.line, expected: header.fields.count, found: record.fields.count)
    }
    self.file = file
    self.columns = header.fields
    self.rows = records.dropFirst().map(\.fields)
    self.positions = positions
  }

  /// All fields of a column.
  /// - Throws: `ReportError.missingColumn`
  public func texts(_ column: String) throws(ReportError) -> [String] {
    guard let index = positions[column] else { throw .missingColumn(column, file: file, columns: columns) }
    return rows.map { $0[index] }
  }

  /// A column of numbers; an empty field is nil.
  /// - Throws: `missingColumn`, `notANumber` (rows counted from 1, without the header)
  public func numbers(_ column: String) throws(ReportError) -> [Double?] {
    var numbers: [Double?] = []
    for (row, text) in try texts(column).enumerated() {
      if text.isEmpty {
        numbers.append(nil)
      } else if let number = Double(text) {
        numbers.append(number)
      } else {
        throw .notANumber(text, column: column, file: file, row: row + 1)
      }
    }
    return numbers
  }
}
