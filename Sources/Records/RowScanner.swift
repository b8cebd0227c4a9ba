import Foundation

/// Splits a sliding buffer of bytes into rows and fields. A row that is not complete is scanned again after a refill.
/// Owns its memory; its one user frees it.
struct RowScanner {
  enum Result {
    /// A row is in `fields`; it took so many lines of the file.
    case row(newlines: Int)
    case needsMore
    case end
  }

  static let rowLimit = 64 << 20
  private static let comma = UInt8(ascii: ",")
  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  private(set) var fields: UnsafeMutablePointer<Field>
  private(set) var count = 0
  /// What is wrong with the quotes of the row, if anything.
  private(set) var fault: String?

  private var fieldCapacity = 64
  private var buffer: UnsafeMutablePointer<UInt8>
  private var capacity = 1 << 20
  private var start = 0
  private var end = 0
  private var isComplete = false
  private(set) var isFresh = true
  private var escaped: [Int] = []

  init() {
    fields = .allocate(capacity: fieldCapacity)
    buffer = .allocate(capacity: capacity)
  }

  func deallocate() {
    fields.deallocate()
    buffer.deallocate()
  }

  /// Room behind the bytes that are not scanned yet; nil when one row fills `rowLimit`.
  mutating func makeSpace() -> UnsafeMutableBufferPointer<UInt8>? {
    isFresh = false
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
    if end - start >= 3, buffer[start] == 0xEF, buffer[start + 1] == 0xBB, buffer[start + 2] == 0xBF { start += 3 }
  }

  mutating func scan(delimiter: UInt8) -> Result {
    if start == end { return isComplete ? .end : .needsMore }
    var position = start
    var newlines = 1
    count = 0
    fault = nil
    escaped.removeAll(keepingCapacity: true)
    let buffer = buffer
    let end = end
    while true {
      if count == fieldCapacity { growFields() }
      if position < end, buffer[position] == Self.quote {
        guard let next = scanQuoted(position, delimiter, &newlines) else { return .needsMore }
        position = next
      } else {
        let first = position
        while position < end, buffer[position] != delimiter, buffer[position] != Self.lineFeed { position += 1 }
        if position == end, !isComplete { return .needsMore }
        var length = position - first
        if position == end || buffer[position] == Self.lineFeed, length > 0,
          buffer[position - 1] == Self.carriageReturn
        {
          length -= 1
        }
        fields[count] = Field(base: UnsafePointer(buffer + first), count: length)
        count += 1
      }
      if position == end {
        start = end
        break
      }
      position += 1
      if buffer[position - 1] == Self.lineFeed {
        start = position
        break
      }
    }
    for field in escaped { unescape(field) }
    return .row(newlines: newlines)
  }

  /// Scans the field whose opening quote is at `opening`; returns the position of the delimiter, line feed or end
  /// behind it, nil when more bytes are needed. Doubled quotes are undone later: the row may have to be scanned again.
  private mutating func scanQuoted(_ opening: Int, _ delimiter: UInt8, _ newlines: inout Int) -> Int? {
    let first = opening + 1
    var position = first
    var doubled = false
    while true {
      guard position < end, let found = memchr(buffer + position, Int32(Self.quote), end - position) else {
        guard isComplete else { return nil }
        fault = "a quote is not closed"
        append(first, end, &newlines)
        return end
      }
      position = buffer.distance(to: found.assumingMemoryBound(to: UInt8.self))
      if position + 1 == end, !isComplete { return nil }
      if position + 1 < end, buffer[position + 1] == Self.quote {
        doubled = true
        position += 2
        continue
      }
      break
    }
    let closing = position
    position += 1
    if position < end, buffer[position] == Self.carriageReturn {
      if position + 1 == end {
        if !isComplete { return nil }
        position += 1
      } else if buffer[position + 1] == Self.lineFeed {
        position += 1
      }
    }
    if position < end, buffer[position] != delimiter, buffer[position] != Self.lineFeed {
      fault = "text after a closing quote"
      while position < end, buffer[position] != delimiter, buffer[position] != Self.lineFeed { position += 1 }
      if position == end, !isComplete { return nil }
    }
    if doubled { escaped.append(count) }
    append(first, closing, &newlines)
    return position
  }

  private mutating func append(_ first: Int, _ end: Int, _ newlines: inout Int) {
    var position = first
    while position < end, let found = memchr(buffer + position, Int32(Self.lineFeed), end - position) {
      newlines += 1
      position = buffer.distance(to: found.assumingMemoryBound(to: UInt8.self)) + 1
    }
    fields[count] = Field(base: UnsafePointer(buffer + first), count: end - first)
    count += 1
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
