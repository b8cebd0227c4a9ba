/// How a table writes times.
public enum TimeFormat: Equatable, Sendable {
  /// 2020-01-31, 2020-01-31 08:30, 2020-01-31T08:30:00.
  case iso
  /// Any whole number that rises with time: a day, a sequence number. Gives an order, no dates.
  case number
  /// A pattern of yyyy, MM, dd, HH, mm, ss (two digits each; M, d, H: one or two) and the characters between.
  case pattern(String)

  /// - Returns: nil for a text that is neither `iso`, `number` nor a pattern with a year, a month and a day.
  public init?(_ text: String) {
    switch text {
    case "iso": self = .iso
    case "number": self = .number
    default:
      guard TimePattern(text) != nil else { return nil }
      self = .pattern(text)
    }
  }

  public static let expectation =
    "iso, number, or a pattern such as dd.MM.yyyy HH:mm (of yyyy, MM or M, dd or d, HH, mm, ss)"
}

/// A time in a table: what orders it, and seconds since 1970 where it is a date.
struct TableTime {
  let order: Int
  let seconds: Int?
  let hasClock: Bool
}

/// Reads the times of one table.
struct TimeReader {
  private let format: TimeFormat
  private let pattern: TimePattern?

  init(_ format: TimeFormat) {
    self.format = format
    if case .pattern(let text) = format { pattern = TimePattern(text) } else { pattern = nil }
  }

  /// Nil when the field is no time of the format.
  func time(_ field: Field) -> TableTime? {
    switch format {
    case .iso: return field.seconds.map { TableTime(order: $0, seconds: $0, hasClock: field.count > 10) }
    case .number: return field.int.map { TableTime(order: $0, seconds: nil, hasClock: false) }
    case .pattern: return pattern?.time(field)
    }
  }
}

/// A pattern of date and time fields, and reading by it.
struct TimePattern {
  private enum Piece {
    case literal(UInt8)
    /// Which of year, month, day, hour, minute, second; how many digits.
    case digits(Int, ClosedRange<Int>)
  }

  private var pieces: [Piece] = []
  private let hasClock: Bool

  init?(_ text: String) {
    let letters: [UInt8: Int] = [0x79: 0, 0x4D: 1, 0x64: 2, 0x48: 3, 0x6D: 4, 0x73: 5]  // y M d H m s
    var seen: Set<Int> = []
    let bytes = Array(text.utf8)
    var index = 0
    while index < bytes.count {
      guard let part = letters[bytes[index]] else {
        let isLetter = (0x41...0x5A).contains(bytes[index] & 0xDF) && bytes[index] != 0x54  // T stands for itself
        if isLetter || (0x30...0x39).contains(bytes[index]) { return nil }
        pieces.append(.literal(bytes[index]))
        index += 1
        continue
      }
      var end = index
      while end < bytes.count, bytes[end] == bytes[index] { end += 1 }
      let length = end - index
      guard part == 0 ? length == 4 : length == 2 || length == 1 && part < 4, seen.insert(part).inserted else {
        return nil
      }
      pieces.append(.digits(part, length == 1 ? 1...2 : length...length))
      index = end
    }
    guard seen.isSuperset(of: [0, 1, 2]), !seen.contains(4) || seen.contains(3), !seen.contains(5) || seen.contains(4)
    else { return nil }
    hasClock = seen.contains(3)
  }

  func time(_ field: Field) -> TableTime? {
    var values = [1970, 1, 1, 0, 0, 0]
    var position = 0
    for piece in pieces {
      switch piece {
      case .literal(let byte):
        guard position < field.count, field.base[position] == byte else { return nil }
        position += 1
      case .digits(let part, let lengths):
        var length = 0
        var value = 0
        while length < lengths.upperBound, position < field.count, (0x30...0x39).contains(field.base[position]) {
          value = value * 10 + Int(field.base[position] - 0x30)
          position += 1
          length += 1
        }
        guard length >= lengths.lowerBound else { return nil }
        values[part] = value
      }
    }
    guard position == field.count else { return nil }
    return Self.seconds(values).map { TableTime(order: $0, seconds: $0, hasClock: hasClock) }
  }

  /// Through the reading of ISO times, which knows what a date is.
  private static func seconds(_ values: [Int]) -> Int? {
    var bytes: [UInt8] = []
    for (value, (width, mark)) in zip(
      values, [(4, 0x2D), (2, 0x2D), (2, 0x20), (2, 0x3A), (2, 0x3A), (2, 0)] as [(Int, UInt8)])
    {
      var digits = [UInt8](repeating: 0x30, count: width)
      var rest = value
      for place in digits.indices.reversed() {
        digits[place] = 0x30 + UInt8(rest % 10)
        rest /= 10
      }
      bytes += digits
      if mark != 0 { bytes.append(mark) }
    }
    return bytes.withUnsafeBufferPointer { bytes in
      bytes.baseAddress.flatMap { Field(base: $0, count: bytes.count).seconds }
    }
  }
}

/// A day as 2020-01-31, from seconds since 1970 (Hinnant's civil_from_days).
func civilDate(_ seconds: Int) -> String {
  let days = (seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400) + 719_468
  let era = (days >= 0 ? days : days - 146_096) / 146_097
  let dayOfEra = days - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shifted = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * shifted + 2) / 5 + 1
  let month = shifted < 10 ? shifted + 3 : shifted - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
  return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
}
