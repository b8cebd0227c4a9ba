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
///
/// Rows with too few or too many fields and rows with a broken quote are not returned: they are counted with a reason,
/// and the first few are kept for the report. `skip` and `malformed` do the same for rows the caller turns down.
package final class CSVReader {
  /// As the report names the file: relative to the imported folder.
  package let file: String
  /// Column names as written in the file.
  package private(set) var header: [String]
  /// Line of the current row in the file, counted from 1.
  package private(set) var line = 0
  package private(set) var rowsRead = 0
  private var skipped: [String: Int] = [:]
  private var examples: [String] = []

  private let source: ByteSource
  private let strict: Bool
  private let delimiter: Delimiter
  private let progress: ((ImportProgress) -> Void)?
  private var scanner: RowScanner
  private var nextLine = 1

  /// - Parameter delimiter: what stands between fields; a tab-separated file may quote its fields too.
  /// - Parameter columns: names for a file without a header line; nil when the first line is the header.
  /// - Throws: `missingFile`, `unreadable`, `truncatedGzip`, `corruptGzip`, `emptyTable`.
  package init(
    _ path: String, shownAs file: String, delimiter: Delimiter = .comma, columns: [String]? = nil, strict: Bool = false,
    progress: ((ImportProgress) -> Void)? = nil
  ) throws(RecordsError) {
    self.file = file
    self.strict = strict
    self.delimiter = delimiter
    self.progress = progress
    source = try ByteSource(path)
    scanner = RowScanner()
    if let columns {
      header = columns
      try Self.refill(&scanner, from: source, file: file, line: 1)
      scanner.skipByteOrderMark()
      return
    }
    header = []
    var names: [String] = []
    repeat {
      guard try advance() else { throw .emptyTable(file) }
      names = (0..<scanner.count).map { scanner.fields[$0].trimmed.string }
    } while names == [""]
    header = names
  }

  deinit { scanner.deallocate() }

  /// Position of a column, matched without regard to case.
  /// - Throws: `missingColumn` naming the columns there are.
  package func column(_ name: String) throws(RecordsError) -> Int {
    guard let index = optionalColumn(name) else { throw .missingColumn(name, file: file, found: header) }
    return index
  }

  package func optionalColumn(_ name: String) -> Int? {
    let wanted = name.lowercased()
    return header.firstIndex { $0.lowercased() == wanted }
  }

  /// Field of the current row, without blanks at its ends.
  package func field(_ column: Int) -> Field { scanner.fields[column].trimmed }

  /// Moves to the next row that has the header's number of fields. False at the end.
  /// - Throws: what reading throws; `malformedRow` when strict.
  package func next() throws(RecordsError) -> Bool {
    while try advance() {
      if scanner.count == 1, scanner.fields[0].isEmpty { continue }  // a blank line is no row
      rowsRead += 1
      if let fault = scanner.fault {
        try malformed(fault)
      } else if scanner.count != header.count {
        let word = scanner.count < header.count ? "too few fields" : "too many fields"
        try malformed(word, detail: "\(scanner.count) instead of \(header.count)")
      } else {
        return true
      }
    }
    return false
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

  /// The table's part of the report. Call after the last row: rows not counted as skipped were kept.
  package func summary(_ name: String) throws(RecordsError) -> ImportReport.Table {
    let left = skipped.values.reduce(0, +)
    return ImportReport.Table(
      name: name, file: file, sha256: try source.digest(), rowsRead: rowsRead, rowsKept: rowsRead - left,
      skipped: skipped, examples: examples)
  }

  private func advance() throws(RecordsError) -> Bool {
    while true {
      switch scanner.scan(delimiter: delimiter.byte) {
      case .row(let newlines):
        line = nextLine
        nextLine += newlines
        return true
      case .end: return false
      case .needsMore:
        let isStart = scanner.isFresh
        try Self.refill(&scanner, from: source, file: file, line: nextLine)
        if isStart { scanner.skipByteOrderMark() }
        progress?(ImportProgress(file: file, bytesRead: source.position, bytesTotal: source.size))
      }
    }
  }

  private static func refill(
    _ scanner: inout RowScanner, from source: ByteSource, file: String, line: Int
  ) throws(RecordsError) {
    guard let space = scanner.makeSpace() else {
      throw .unreadable(
        file, reason: "the row at line \(line) is longer than \(RowScanner.rowLimit >> 20) MiB; is a quote left open?")
    }
    scanner.added(try source.read(into: space))
  }
}
