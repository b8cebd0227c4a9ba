import CTables

/// The simple rows of a stretch of a buffer: rows in one line whose fields are plain, or quoted with no quote inside.
/// Nearly all rows of a table of codes are. One vector pass (`ctables_rows`) finds where their fields end, and a field
/// that nobody asks for costs no more than that. All other rows are `RowScanner`'s, which knows every rule.
///
/// Owns its memory; its one user frees it.
struct SimpleRows {
  /// Bytes looked at together: the positions found in them stay in the nearest cache.
  private static let window = 16 << 10
  /// After a stretch without a simple row, this many rows at most are left to the scanner before the next try.
  private static let longestPause = 63

  /// Ends of fields, the first of them the end of the row before the stretch.
  private let ends: UnsafeMutablePointer<UInt32>
  /// Per row: the number of ends of all rows up to it.
  private let rows: UnsafeMutablePointer<UInt32>
  private var rowCount = 0
  private var next = 0
  /// Of the row at hand: the place of its first field's beginning in `ends`.
  private var first = 0
  private(set) var fieldCount = 0
  /// CTABLES bits of the stretch: a row may have them or not.
  private(set) var flags: UInt32 = 0
  private var pause = 0
  private var rest = 0

  init() {
    ends = .allocate(capacity: Self.window + 16)
    rows = .allocate(capacity: Self.window)
  }

  func deallocate() {
    ends.deallocate()
    rows.deallocate()
  }

  /// The buffer moved: positions are void.
  mutating func forget() {
    rowCount = 0
    next = 0
  }

  /// Moves to the row that begins at `start`, if it is simple and ends before `end`.
  /// - Returns: the position behind its line feed; nil when the row is not simple, or may not be.
  @inline(__always)
  mutating func take(_ buffer: UnsafePointer<UInt8>, start: Int, end: Int, delimiter: UInt8) -> Int? {
    if next == rowCount, !find(buffer, start, end, delimiter) { return nil }
    first = next == 0 ? 0 : Int(rows[next - 1])
    let last = Int(rows[next])
    fieldCount = last - first
    next += 1
    return Int(ends[last]) + 1
  }

  private mutating func find(_ buffer: UnsafePointer<UInt8>, _ start: Int, _ end: Int, _ delimiter: UInt8) -> Bool {
    forget()
    if rest > 0 {
      rest -= 1
      return false
    }
    ends[0] = UInt32(truncatingIfNeeded: start &- 1)
    rowCount = ctables_rows(buffer, start, min(end, start + Self.window), delimiter, ends + 1, rows, &flags)
    pause = rowCount > 0 ? 0 : min(pause * 2 + 1, Self.longestPause)
    rest = pause
    return rowCount > 0
  }

  /// A field of the row at hand, without its quotes.
  @inline(__always)
  func field(_ column: Int, of buffer: UnsafePointer<UInt8>) -> Field {
    let begin = Int(ends[first + column] &+ 1)
    var end = Int(ends[first + column + 1])
    if column == fieldCount - 1, end > begin, buffer[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    let isQuoted = end > begin && buffer[begin] == UInt8(ascii: "\"")
    return isQuoted
      ? Field(base: buffer + begin + 1, count: end - begin - 2) : Field(base: buffer + begin, count: end - begin)
  }
}
