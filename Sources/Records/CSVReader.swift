import Foundation

/// Where an import is: for progress bars.
public struct ImportProgress: Sendable {
  /// The file being read, as the report names it.
  public let file: String
  /// Bytes on disk read so far, and in all.
  public let bytesRead: Int
  public let bytesTotal: Int
}

/// RFC 4180 rows out of a plain or gzip file: quotes, doubled quotes, line breaks inside quotes, LF or CRLF, a UTF-8
/// byte-order mark. Fields are slices of one buffer, valid until the next call of `next()`; rows allocate nothing.
/// Large files are read, hashed and decompressed on a thread of their own.
///
/// Rows with too few or too many fields, with text behind a closing quote or with a zero byte are not returned: they are
/// counted with a reason, and the first few are kept for the report. `skip` and `malformed` do the same for rows the
/// caller turns down. Text that is not UTF-8 is read as Latin-1 and its rows are counted. A quote that is never closed
/// swallows the rest of the file, so it ends the import.
package final class CSVReader {
  /// As the report names the file: relative to the imported folder.
  package let file: String
  /// Column names as written in the file.
  package private(set) var header: [String]
  @exclusivity(unchecked) private var columnCount = 0
  /// Line of the current row in the file, counted from 1.
  @exclusivity(unchecked) package private(set) var line = 0
  @exclusivity(unchecked) package private(set) var rowsRead = 0
  private var skipped: [String: Int] = [:]
  private var examples: [String] = []
  /// What is odd about rows that were kept: number of rows and the line of the first.
  private var remarks: [String: (rows: Int, line: Int)] = [:]
  /// Malformed rows of several lines, and those lines.
  private var swallowed = (rows: 0, lines: 0)
  /// A column that was asked for and whose name stands in the header twice.
  @exclusivity(unchecked) private var repeated: String?

  private var isHeaderForeign = false
  private var isHeaderGBK = false
  private var requiresUTF8 = false

  private let source: any ByteStream
  private let strict: Bool
  private let delimiter: Delimiter
  private let progress: ((ImportProgress) -> Void)?
  @exclusivity(unchecked) private var scanner: RowScanner
  @exclusivity(unchecked) private var nextLine = 1

  /// Files of this size are read ahead.
  private static let readAheadSize = 2 << 20

  /// - Parameter delimiter: what stands between fields; a tab-separated file may quote its fields too.
  /// - Parameter columns: names for a file without a header line; nil when the first line is the header.
  /// - Throws: `missingFile`, `unreadable`, `truncatedGzip`, `corruptGzip`, `notText`, `emptyTable`, `badHeader`,
  ///   `openQuote`.
  package convenience init(
    _ path: String, shownAs file: String, delimiter: Delimiter = .comma, columns: [String]? = nil, strict: Bool = false,
    progress: ((ImportProgress) -> Void)? = nil
  ) throws(RecordsError) {
    let bytes = try ByteSource(path)
    try self.init(
      bytes.size < Self.readAheadSize ? bytes : ReadAhead(bytes), shownAs: file, delimiter: delimiter, columns: columns,
      strict: strict, progress: progress)
  }

  /// The same from any source of bytes.
  package init(
    _ source: any ByteStream, shownAs file: String, delimiter: Delimiter = .comma, columns: [String]? = nil,
    strict: Bool = false, progress: ((ImportProgress) -> Void)? = nil
  ) throws(RecordsError) {
    self.file = file
    self.strict = strict
    self.delimiter = delimiter
    self.progress = progress
    self.source = source
    scanner = RowScanner(delimiter: delimiter.byte)
    header = columns ?? []
    repeat { try refill() } while scanner.waiting.count < 32 && !scanner.isComplete
    if let refused = ForeignText.refused(scanner.waiting) {
      throw .notText(file, found: refused.found, remedy: refused.remedy)
    }
    scanner.skipByteOrderMark()
    columnCount = header.count
    if columns != nil { return }
    var names: [String] = []
    repeat {
      guard try advance() else { throw .emptyTable(file) }
      if let fault = scanner.fault { throw .badHeader(file, line: line, reason: try sentence(fault).reason) }
      names = (0..<scanner.count).map { scanner.field($0).trimmed.string }
    } while names == [""]
    header = names
    columnCount = names.count
    isHeaderForeign = scanner.isForeign
    isHeaderGBK = isHeaderForeign && looksLikeGBK
  }

  deinit {
    (source as? ReadAhead)?.stop()
    scanner.deallocate()
  }

  /// Position of a column, matched without regard to case.
  /// - Throws: `missingColumn` naming the columns there are, `wrongDelimiter` when another delimiter fits the header,
  ///   `repeatedColumn`.
  package func column(_ name: String) throws(RecordsError) -> Int {
    guard let index = optionalColumn(name) else {
      if header.count == 1, let found = Self.delimiter(in: header[0], but: delimiter) {
        throw .wrongDelimiter(file, expected: delimiter, found: found)
      }
      throw .missingColumn(name, file: file, found: header)
    }
    if let repeated { throw .repeatedColumn(repeated, file: file) }
    return index
  }

  /// Position of a column, nil when there is none. A name that stands there twice is an error of the next `next()`.
  package func optionalColumn(_ name: String) -> Int? {
    let wanted = name.lowercased()
    let found = header.indices.filter { header[$0].lowercased() == wanted }
    if found.count > 1 { repeated = header[found[0]] }
    return found.first
  }

  /// Field of the current row, without blanks at its ends.
  package func field(_ column: Int) -> Field { scanner.field(column).trimmed }

  /// From here on text that is not UTF-8 is an error: in a table of Chinese names Latin-1 would make nonsense of it.
  /// - Throws: `notUTF8` when the header is not.
  package func requireUTF8() throws(RecordsError) {
    requiresUTF8 = true
    if isHeaderForeign { throw .notUTF8(file, line: 1, isGBK: isHeaderGBK) }
  }

  /// Moves to the next row that has the header's number of fields. False at the end.
  /// - Throws: what reading throws; `openQuote`; `malformedRow` when strict; `notUTF8` when that is asked for.
  package func next() throws(RecordsError) -> Bool {
    if let repeated { throw .repeatedColumn(repeated, file: file) }
    while try advance() {
      if scanner.count == 1, scanner.field(0).isEmpty, scanner.fault == nil { continue }  // a blank line is no row
      rowsRead += 1
      if let fault = scanner.fault {
        let (reason, detail) = try sentence(fault)
        // A quote that is open at the end of the file is in its last line.
        try malformed(reason, detail: fault == .textAfterQuote || fault == .zeroByte ? spanned(detail) : detail)
      } else if scanner.count != columnCount {
        let word = scanner.count < columnCount ? "too few fields" : "too many fields"
        try malformed(word, detail: spanned("\(scanner.count) instead of \(columnCount)"))
      } else {
        if scanner.isForeign { try noteForeign() }
        return true
      }
    }
    return false
  }

  /// The detail of a row that cannot be taken apart, with its lines where they are several; counts them.
  private func spanned(_ detail: String?) -> String? {
    let lines = nextLine - line
    if lines < 2 { return detail }
    swallowed = (swallowed.rows + 1, swallowed.lines + lines)
    return (detail.map { $0 + ", " } ?? "") + "lines \(line)–\(nextLine - 1), \(lines) lines"
  }

  /// Counts the current row as left out for a reason that is no fault of the file.
  package func skip(_ reason: String, rows: Int = 1) { if rows > 0 { skipped[reason, default: 0] += rows } }

  /// Counts the current row as malformed, keeps the first few, and stops a strict import.
  package func malformed(_ reason: String, detail: String? = nil) throws(RecordsError) {
    let sentence = detail.map { "\(reason) (\($0))" } ?? reason
    if strict { throw .malformedRow(file: file, line: line, reason: sentence) }
    skipped[ImportReport.malformedPrefix + reason, default: 0] += 1
    if examples.count < ImportReport.exampleLimit { examples.append("\(file):\(line): \(sentence)") }
  }

  /// Counts something odd about the current row, which is kept; the report has the first line and the number of rows.
  package func remark(_ text: String) {
    let known = remarks[text] ?? (rows: 0, line: line)
    remarks[text] = (rows: known.rows + 1, line: known.line)
  }

  /// - Throws: `noRows` when the table had a header alone.
  package func requireRows() throws(RecordsError) { if rowsRead == 0 { throw .noRows(file) } }

  /// The table's part of the report. Call after the last row: rows not counted as skipped were kept.
  package func summary(_ name: String) throws(RecordsError) -> ImportReport.Table {
    let left = skipped.values.reduce(0, +)
    let told = remarks.sorted { ($0.value.line, $0.key) < ($1.value.line, $1.key) }.map { text, found in
      "\(file):\(found.line): \(text) (\(found.rows) such row\(found.rows > 1 ? "s" : ""))"
    }
    let lost =
      swallowed.rows == 0
      ? []
      : [
        "\(file): \(swallowed.rows == 1 ? "1 malformed row holds" : "\(swallowed.rows) malformed rows hold") "
          + "\(swallowed.lines) lines: a stray quote makes one row of all lines up to the next quote, look for one there"
      ]
    return ImportReport.Table(
      name: name, file: file, sha256: try source.digest(), rowsRead: rowsRead, rowsKept: rowsRead - left,
      skipped: skipped, examples: examples + lost + told)
  }

  private func advance() throws(RecordsError) -> Bool {
    while true {
      switch scanner.scan() {
      case .row(let newlines):
        line = nextLine
        nextLine += newlines
        return true
      case .end: return false
      case .needsMore: try refill()
      }
    }
  }

  private func refill() throws(RecordsError) {
    guard let space = scanner.makeSpace() else {
      let limit = "\(RowScanner.rowLimit >> 20) MiB"
      if let open = scanner.openLine { throw .openQuote(file, line: nextLine + open, lost: limit + " and more") }
      throw .unreadable(file, reason: "line \(nextLine) is longer than \(limit), which no row of a table is")
    }
    var count = try source.read(into: space)
    // A row that is larger than the buffer is scanned again after every refill: not more often than need be.
    while scanner.isGrown, count > 0, count < space.count {
      let more = try source.read(into: UnsafeMutableBufferPointer(rebasing: space[count...]))
      if more == 0 { break }
      count += more
    }
    scanner.added(count)
    progress?(ImportProgress(file: file, bytesRead: source.position, bytesTotal: source.size))
  }

  /// - Throws: `openQuote` when the quote swallowed more than its own line.
  private func sentence(_ fault: RowScanner.Fault) throws(RecordsError) -> (reason: String, detail: String?) {
    switch fault {
    case .textAfterQuote: return ("text after a closing quote", nil)
    case .zeroByte: return ("a zero byte", nil)
    case .openQuote(let first, let last):
      if last > first {
        throw .openQuote(file, line: line + first, lost: "\(last - first) line\(last - first > 1 ? "s" : "")")
      }
      return ("a quote is not closed", nil)
    }
  }

  private var looksLikeGBK: Bool {
    (0..<scanner.count).allSatisfy { ForeignText.looksLikeGBK(scanner.field($0).bytes) }
  }

  private func noteForeign() throws(RecordsError) {
    if requiresUTF8 { throw .notUTF8(file, line: line, isGBK: looksLikeGBK) }
    if strict {
      throw .malformedRow(
        file: file, line: line, reason: "the text is not UTF-8; convert it (iconv -f WINDOWS-1252 -t UTF-8)")
    }
    remark("not UTF-8, read as Latin-1")
  }

  /// The delimiter, other than the one used, that a header in one piece was written with.
  private static func delimiter(in header: String, but used: Delimiter) -> Delimiter? {
    let counts = Delimiter.allCases.filter { $0 != used }.map { delimiter in
      (delimiter, header.utf8.lazy.filter { $0 == delimiter.byte }.count)
    }
    return counts.filter { $0.1 > 0 }.max { $0.1 < $1.1 }?.0
  }
}
