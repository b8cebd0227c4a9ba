import Foundation

/// Numbers as text, the same under every locale: a point, no grouping.
public enum NumberText {
  /// Fixed digits after the point: `fixed(0.53149, 4)` is "0.5315". Never "-0.0000". `digits` is held to 0...17.
  public static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return special(value) }
    let text = String(format: "%.\(min(max(digits, 0), 17))f", value)
    return text.hasPrefix("-") && !text.contains { ("1"..."9").contains($0) } ? String(text.dropFirst()) : text
  }

  /// A fixed number of significant digits: `significant(0.00123456, 3)` is "0.00123", `significant(0.5, 3)` "0.500".
  /// Digits before the point are never dropped (123456 stays so); below 1e-6 and from 1e15 with an exponent.
  public static func significant(_ value: Double, _ digits: Int = 4) -> String {
    guard value.isFinite else { return special(value) }
    let digits = min(max(digits, 1), 17)
    if value == 0 { return fixed(0, digits - 1) }
    // The exponent after rounding: 9.996 with three digits is 10.0, not 10.00.
    let scientific = String(format: "%.\(digits - 1)e", value)
    guard let mark = scientific.lastIndex(of: "e"), let exponent = Int(scientific[scientific.index(after: mark)...])
    else { return scientific }
    if exponent < -6 || exponent >= 15 { return "\(scientific[..<mark])e\(exponent)" }
    return fixed(value, max(0, digits - 1 - exponent))
  }

  /// The shortest text that reads back as the same number; for CSV and JSON.
  public static func exact(_ value: Double) -> String {
    guard value.isFinite else { return special(value) }
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// "0.5315 ± 0.0021": both with `digits` after the point.
  public static func spread(mean: Double, std: Double, digits: Int = 4) -> String {
    "\(fixed(mean, digits)) ± \(fixed(std, digits))"
  }

  /// With commas between thousands: 14,456.
  public static func count(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
      text.append(digit)
    }
    return value < 0 ? "-" + text : text
  }

  /// A time span: "0.35 s", "48 s", "3 min 05 s", "2 h 03 min", "4 d 07 h".
  public static func duration(seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "?" }
    if seconds < 9.95 { return significant(seconds, 2) + " s" }
    let whole = Int(seconds.rounded())
    switch whole {
    case ..<60: return "\(whole) s"
    case ..<3600: return "\(whole / 60) min \(padded(whole % 60)) s"
    case ..<86_400: return "\(whole / 3600) h \(padded(whole % 3600 / 60)) min"
    default: return "\(whole / 86_400) d \(padded(whole % 86_400 / 3600)) h"
    }
  }

  private static func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

  private static func special(_ value: Double) -> String {
    value.isNaN ? "nan" : value < 0 ? "-inf" : "inf"
  }
}
