import Foundation

/// One field of a row: bytes inside the reader's buffer, valid until the reader moves on. Never stored.
package struct Field {
  let base: UnsafePointer<UInt8>
  package let count: Int

  package var isEmpty: Bool { count == 0 }

  /// The bytes as they stand in the file, valid until the reader moves on.
  package var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

  /// Without blanks and tabs at the ends.
  package var trimmed: Field {
    var first = 0
    var end = count
    while first < end, base[first] == 0x20 || base[first] == 0x09 { first += 1 }
    while end > first, base[end - 1] == 0x20 || base[end - 1] == 0x09 { end -= 1 }
    return Field(base: base + first, count: end - first)
  }

  /// A decimal integer of at most 18 digits, with or without a sign; nil otherwise.
  package var int: Int? {
    var index = 0
    let negative = count > 0 && base[0] == 0x2D
    if negative || (count > 0 && base[0] == 0x2B) { index = 1 }
    guard count > index, count - index <= 18 else { return nil }
    var value = 0
    while index < count {
      let digit = base[index] &- 0x30
      guard digit < 10 else { return nil }
      value = value &* 10 &+ Int(digit)
      index += 1
    }
    return negative ? -value : value
  }

  /// A decimal integer of any length: one that is too long for `int` too.
  package var isInteger: Bool {
    let first = count > 0 && (base[0] == 0x2D || base[0] == 0x2B) ? 1 : 0
    return count > first && bytes[first...].allSatisfy { (0x30...0x39).contains($0) }
  }

  /// The text: UTF-8, or Latin-1 when the bytes are not UTF-8 (see `ForeignText`).
  package var string: String { ForeignText.string(UnsafeBufferPointer(start: base, count: count)) }

  /// For error sentences: quoted, in one line, and cut after 40 bytes (at the end of a character).
  package var shown: String {
    var length = min(count, 40)
    while length < count, length > 0, base[length] & 0xC0 == 0x80 { length -= 1 }
    let text = Field(base: base, count: length).string.map { $0.isNewline ? " " : $0 }
    return count > length ? "\"\(String(text))…\"" : "\"\(String(text))\""
  }

  /// `YYYY-MM-DD` or `YYYY-MM-DD hh:mm[:ss[.fraction]]` (blank or T between; Z may follow) as seconds since 1970,
  /// without a time zone. MIMIC's shifted years (2100–2200) are ordinary years here. Nil for anything else, and for
  /// days that no calendar has (30 February).
  package var seconds: Int? {
    guard count >= 10, base[4] == 0x2D, base[7] == 0x2D,
      let year = digits(0, 4), let month = digits(5, 2), let day = digits(8, 2),
      (1...12).contains(month), day >= 1, day <= Self.days(year: year, month: month)
    else { return nil }
    var time = 0
    if count > 10 {
      guard count >= 16, base[10] == 0x20 || base[10] == 0x54, base[13] == 0x3A,
        let hour = digits(11, 2), let minute = digits(14, 2), hour < 24, minute < 60
      else { return nil }
      time = hour * 3600 + minute * 60
      if count > 16 {
        guard count >= 19, base[16] == 0x3A, let second = digits(17, 2), second < 61, isEndOfTime(19)
        else { return nil }
        time += second
      }
    }
    return Self.days(year: year, month: month, day: day) * 86_400 + time
  }

  /// Nothing, a fraction of a second, Z or both.
  private func isEndOfTime(_ first: Int) -> Bool {
    var index = first
    if index < count, base[index] == 0x2E {
      index += 1
      while index < count, (0x30...0x39).contains(base[index]) { index += 1 }
      if index == first + 1 { return false }
    }
    if index < count, base[index] == 0x5A { index += 1 }
    return index == count
  }

  private static func days(year: Int, month: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private func digits(_ from: Int, _ length: Int) -> Int? { Field(base: base + from, count: length).unsigned }

  /// Digits only.
  var unsigned: Int? {
    guard count > 0, base[0] != 0x2D, base[0] != 0x2B else { return nil }
    return int
  }

  /// Days since 1970-01-01 in the Gregorian calendar (Hinnant's days_from_civil).
  private static func days(year: Int, month: Int, day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
