/// One value of a setting in a sweep: the text its author wrote, and the form in which two spellings are equal.
///
/// `5e-4`, `0.0005` and `5.0E-4` are one value, and so are `1` and `1.0`, `true` and `True`. Everything else is text.
public struct SettingValue: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
  /// As written; handed to the trial unchanged.
  public let text: String
  /// Whole numbers without a point, other numbers in Swift's shortest round-trip form; used in ids and tables.
  public let canonical: String
  /// The value, when it is a finite number.
  public let number: Double?

  public init(_ text: String) {
    self.text = text
    let isNumeric = !text.isEmpty && text.utf8.allSatisfy { Self.numericBytes.contains($0) }
    if isNumeric, let whole = Int64(text) {
      canonical = String(whole)
      number = Double(whole)
    } else if isNumeric, let whole = UInt64(text) {
      canonical = String(whole)
      number = Double(whole)
    } else if isNumeric, let value = Double(text), value.isFinite {
      let whole = Int64(exactly: value)
      canonical = whole.map(String.init) ?? String(value)
      number = value
    } else {
      canonical = ["true", "false"].contains(text.lowercased()) ? text.lowercased() : text
      number = nil
    }
  }

  public init(_ value: Double) { self.init(String(value)) }
  public init(_ value: Int) { self.init(String(value)) }
  public init(stringLiteral value: String) { self.init(value) }

  public var description: String { canonical }

  public static func == (a: SettingValue, b: SettingValue) -> Bool { a.canonical == b.canonical }
  public func hash(into hasher: inout Hasher) { hasher.combine(canonical) }

  /// Numbers in their order, then text in its own.
  static func inOrder(_ a: SettingValue, _ b: SettingValue) -> Bool {
    switch (a.number, b.number) {
    case (let x?, let y?): x < y
    case (_?, nil): true
    case (nil, _?): false
    case (nil, nil): a.canonical < b.canonical
    }
  }

  private static let numericBytes = Set("0123456789+-.eE".utf8)
}
