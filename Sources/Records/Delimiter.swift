/// The byte between the fields of a row.
public enum Delimiter: String, CaseIterable, Codable, Sendable {
  case comma, semicolon, tab, pipe

  package var byte: UInt8 {
    switch self {
    case .comma: UInt8(ascii: ",")
    case .semicolon: UInt8(ascii: ";")
    case .tab: UInt8(ascii: "\t")
    case .pipe: UInt8(ascii: "|")
    }
  }

  /// For sentences: "commas".
  package var plural: String { rawValue + "s" }
}
