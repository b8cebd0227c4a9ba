import CTables
import Foundation

/// Splits a sliding buffer of bytes into rows and fields. A row that is not complete is scanned again after a refill.
/// Owns its memory; its one user frees it.
///
/// Simple rows are found many at a time (`SimpleRows`). For the others a vector loop (`ctables_marks`) finds the
/// delimiters, line feeds and quotes of the next stretch of the buffer; fields are what lies between.
struct RowScanner {
  enum Result {
    /// A row is at hand; it took so many lines of the file.
    case row(newlines: Int)
    case needsMore
    case end
  }

  /// What is wrong with a row.
  enum Fault: Equatable {
    case textAfterQuote
    /// The quote was opened so many lines below the row's first one; the file ends so many lines below.
    case openQuote(line: Int, end: Int)
    case zeroByte
  }

  static let rowLimit = 64 << 20
  /// Bytes searched for delimiters at once: their positions stay in the nearest cache.
  private static let window = 16 << 10
  /// Bytes of the buffer, unless a row is larger.
  private static let usual = 512 << 10
  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  /// Fields of the row at hand.
  private(set) var count = 0
  private(set) var fault: Fault?
  /// The row has bytes that are no UTF-8.
  private(set) var isForeign = false
  /// While a row waits for more bytes inside quotes: lines from the row's first to that of the opening quote.
  private(set) var openLine: Int?

  private let delimiter: UInt8
  private var simple = SimpleRows()
  private var isSimple = false
  /// The fields of a row that is not simple.
  private var fields: UnsafeMutablePointer<Field>
  private var fieldCapacity = 64
  private var buffer: UnsafeMutablePointer<UInt8>
  private var capacity = usual
  private var start = 0
  private var end = 0
  /// All bytes of the file are in the buffer or were.
  private(set) var isComplete = false
  private var escaped: [Int] = []

  /// Positions of delimiters, line feeds and quotes before `indexed`, and the first of them that was not looked at.
  private let marks: UnsafeMutablePointer<UInt32>
  private var markCount = 0
  private var cursor = 0
  private var indexed = 0
  /// CTABLES bits of the stretch that `marks` covers, and of everything the row at hand may lie in.
  private var windowFlags: UInt32 = 0
  private var rowFlags: UInt32 = 0

  init(delimiter: UInt8) {
    self.delimiter = delimiter
    fields = .allocate(capacity: fieldCapacity)
    buffer = .allocate(capacity: capacity)
    marks = .allocate(capacity: Self.window)
  }

  func deallocate() {
    fields.deallocate()
    buffer.deallocate()
    marks.deallocate()
    simple.deallocate()
  }

  /// A field of the row at hand: `column` is below `count`.
  @inline(__always)
  func field(_ column: Int) -> Field { isSimple ? simple.field(column, of: buffer) : fields[column] }

  /// A row did not fit into the usual buffer.
  var isGrown: Bool { capacity > Self.usual }

  /// The bytes that are not scanned yet.
  var waiting: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: buffer + start, count: end - start) }

  /// Room behind the bytes that are not scanned yet; nil when one row fills `rowLimit`.
  mutating func makeSpace() -> UnsafeMutableBufferPointer<UInt8>? {
    simple.forget()
    markCount = 0
    cursor = 0
    indexed = 0
    if start > 0 {
      memmove(buffer, buffer + start, end - start)
      end -= start
      start = 0
    }
    if end == capacity {
      guard capacity < Self.rowLimit else { return nil }
      let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2)
      larger.update(from: buffer, count: end)
      buffer.deallocate()
      buffer = larger
      capacity *= 2
    }
    return UnsafeMutableBufferPointer(start: buffer + end, count: capacity - end)
  }

  /// `count` bytes were put into the room; 0 says that there are no more.
  mutating func added(_ count: Int) {
    end += count
    if count == 0 { isComplete = true }
  }

  mutating func skipByteOrderMark() {
    if waiting.starts(with: [0xEF, 0xBB, 0xBF]) { start += 3 }
  }

  @inline(__always)
  mutating func scan() -> Result {
    if start == end { return isComplete ? .end : .needsMore }
    fault = nil
    isForeign = false
    openLine = nil
    let row = start
    guard let next = simple.take(buffer, start: row, end: end, delimiter: delimiter) else { return scanAny() }
    isSimple = true
    count = simple.fieldCount
    start = next
    if simple.flags != 0 { inspect(UnsafeBufferPointer(start: buffer + row, count: next - row)) }
    return .row(newlines: 1)
  }

  /// Scans a row of any kind.
  private mutating func scanAny() -> Result {
    var position = start
    var newlines = 1
    count = 0
    isSimple = false
    rowFlags = windowFlags
    if !escaped.isEmpty { escaped.removeAll(keepingCapacity: true) }
    let buffer = buffer
    let end = end
    while true {
      if count == fieldCapacity { growFields() }
      if position < end, buffer[position] == Self.quote {
        guard let next = scanQuoted(position, &newlines) else { return .needsMore }
        position = next
      } else {
        let first = position
        position = nextStop(position)
        if position == end, !isComplete { return .needsMore }
        append(first, position)
        if position == end || buffer[position] == Self.lineFeed { dropReturn() }
      }
      if position == end { break }
      position += 1
      if buffer[position - 1] == Self.lineFeed { break }
    }
    if rowFlags != 0 { inspect(UnsafeBufferPointer(start: buffer + start, count: position - start)) }
    start = position
    for field in escaped { unescape(field) }
    return .row(newlines: newlines)
  }

  /// The first delimiter, line feed or quote at `position` or behind it; `end` when there is none.
  private mutating func nextMark(_ position: Int) -> Int {
    while true {
      while cursor < markCount {
        let mark = Int(marks[cursor])
        cursor += 1
        if mark >= position { return mark }
      }
      let from = max(position, indexed)
      if from >= end { return end }
      indexed = min(from + Self.window, end)
      markCount = ctables_marks(buffer, from, indexed, delimiter, marks, &windowFlags)
      rowFlags |= windowFlags
      cursor = 0
    }
  }

  /// The first delimiter or line feed: a quote inside a field that does not begin with one is text.
  private mutating func nextStop(_ position: Int) -> Int {
    while true {
      let mark = nextMark(position)
      if mark == end || buffer[mark] != Self.quote { return mark }
    }
  }

  /// Scans the field whose opening quote is at `opening`; returns the position of the delimiter, line feed or end
  /// behind it, nil when more bytes are needed. Doubled quotes are undone later: the row may have to be scanned again.
  private mutating func scanQuoted(_ opening: Int, _ newlines: inout Int) -> Int? {
    let buffer = buffer
    let end = end
    let first = opening + 1
    let firstLine = newlines - 1
    var doubled = false
    var closing = first
    while true {
      closing = nextMark(closing)
      if closing == end {
        guard isComplete else {
          openLine = firstLine
          return nil
        }
        append(first, end)
        // A line feed that ends the file begins no line.
        let last = end > first && buffer[end - 1] == Self.lineFeed ? 2 : 1
        fault = .openQuote(line: firstLine, end: max(newlines - last, firstLine))
        return end
      }
      if buffer[closing] == Self.lineFeed { newlines += 1 }
      guard buffer[closing] == Self.quote else {
        closing += 1
        continue
      }
      if closing + 1 == end, !isComplete { return nil }
      guard closing + 1 < end, buffer[closing + 1] == Self.quote else { break }
      doubled = true
      closing += 2
    }
    var position = closing + 1
    if position < end, buffer[position] == Self.carriageReturn {
      if position + 1 == end {
        if !isComplete { return nil }
        position += 1
      } else if buffer[position + 1] == Self.lineFeed {
        position += 1
      }
    }
    if position < end, buffer[position] != delimiter, buffer[position] != Self.lineFeed {
      position = nextStop(position)
      if position == end, !isComplete { return nil }
      fault = .textAfterQuote
    }
    if doubled { escaped.append(count) }
    append(first, closing)
    return position
  }

  private mutating func append(_ first: Int, _ end: Int) {
    fields[count] = Field(base: UnsafePointer(buffer + first), count: end - first)
    count += 1
  }

  /// Takes the carriage return off the row's last field.
  private func dropReturn() {
    let field = fields[count - 1]
    guard field.count > 0, field.base[field.count - 1] == Self.carriageReturn else { return }
    fields[count - 1] = Field(base: field.base, count: field.count - 1)
  }

  /// Somewhere near are bytes that are not ASCII, or zero: are they in this row?
  private mutating func inspect(_ row: UnsafeBufferPointer<UInt8>) {
    let flags = ctables_flags(row.baseAddress, row.count)
    if flags & CTABLES_ZERO != 0, fault == nil { fault = .zeroByte }
    if flags & CTABLES_HIGH != 0 { isForeign = ctables_is_utf8(row.baseAddress, row.count) == 0 }
  }

  private mutating func growFields() {
    let larger = UnsafeMutablePointer<Field>.allocate(capacity: fieldCapacity * 2)
    larger.update(from: fields, count: count)
    fields.deallocate()
    fields = larger
    fieldCapacity *= 2
  }

  /// "" → " inside the field, in place.
  private func unescape(_ index: Int) {
    let field = fields[index]
    let bytes = UnsafeMutablePointer(mutating: field.base)
    var write = 0
    var read = 0
    while read < field.count {
      bytes[write] = bytes[read]
      write += 1
      read += bytes[read] == Self.quote ? 2 : 1
    }
    fields[index] = Field(base: field.base, count: write)
  }
}
