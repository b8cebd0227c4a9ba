/// Terminal columns a text takes: 2 for East Asian wide characters and emoji, 0 for combining marks.
public enum DisplayWidth {
  public static func of(_ text: some StringProtocol) -> Int {
    text.reduce(0) { $0 + of($1) }
  }

  public static func of(_ character: Character) -> Int {
    // A control character moves the cursor or nothing at all; tables replace it, so it counts as nothing.
    guard let first = character.unicodeScalars.first, !isZero(first) else { return 0 }
    if isWide(first) { return 2 }
    return character.unicodeScalars.contains { $0.value == 0xFE0F } ? 2 : 1
  }

  /// Fills up with spaces to `width` columns; a longer text stays as it is.
  public static func padded(_ text: String, to width: Int, right: Bool = false) -> String {
    let spaces = String(repeating: " ", count: max(0, width - of(text)))
    return right ? spaces + text : text + spaces
  }

  /// Cuts to at most `width` columns, ending in "…" when something was cut.
  public static func truncated(_ text: String, to width: Int) -> String {
    guard of(text) > width else { return text }
    var left = width - 1
    guard left >= 0 else { return "" }
    var result = ""
    for character in text {
      let columns = of(character)
      guard columns <= left else { break }
      result.append(character)
      left -= columns
    }
    return result + "…"
  }

  private static func isZero(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: true
    default: false
    }
  }

  /// The wide and full-width blocks of Unicode's EastAsianWidth.txt, and the emoji shown in two columns.
  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
      0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
      0x1F200...0x1F2FF, 0x20000...0x3FFFD:
      true
    default:
      scalar.properties.isEmojiPresentation
    }
  }
}
