/// How GPT-2 and RoBERTa split a text before pieces are merged:
/// `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, the first alternative that fits.
enum ByteLevelSplit {
  enum Class: Equatable {
    case space, letter, number, other
  }

  static func kind(_ scalar: Unicode.Scalar) -> Class {
    if scalar.isASCII {
      switch scalar.value {
      case 0x41...0x5A, 0x61...0x7A: return .letter
      case 0x30...0x39: return .number
      case 0x20, 0x09...0x0D: return .space
      default: return .other
      }
    }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
    case .decimalNumber, .letterNumber, .otherNumber: return .number
    default: return scalar.properties.isWhitespace ? .space : .other
    }
  }

  /// Calls `body` with the bytes of every part, in order, until it says false.
  static func forEach(_ text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Bool) {
    var start = 0
    while start < text.count {
      let end = partEnd(text, start)
      if !body(start..<end) { return }
      start = end
    }
  }

  private static func partEnd(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    if text[start] == UInt8(ascii: "'"), let end = contraction(text, start) { return end }
    let first = text.scalar(at: start)
    var body = start
    var kind = kind(first)
    if first == " ", start + 1 < text.count {
      let next = Self.kind(text.scalar(at: start + 1))
      if next != .space { (body, kind) = (start + 1, next) }
    }
    if kind != .space { return runEnd(text, body, kind) }
    let end = runEnd(text, start, .space)
    if end == text.count { return end }
    // The last white space of a run belongs to what follows, unless it is the only one.
    var last = end - 1
    while text[last] & 0xC0 == 0x80 { last -= 1 }
    return last > start ? last : end
  }

  private static func runEnd(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ kind: Class) -> Int {
    var position = start
    while position < text.count {
      let scalar = text.scalar(at: position)
      if Self.kind(scalar) != kind { break }
      position += UTF8.width(scalar)
    }
    return position
  }

  private static func contraction(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int? {
    guard start + 1 < text.count else { return nil }
    switch text[start + 1] {
    case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return start + 2
    default: break
    }
    guard start + 2 < text.count else { return nil }
    switch (text[start + 1], text[start + 2]) {
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 3
    default: return nil
    }
  }

  /// The 256 characters that stand for bytes in vocab.json and merges.txt: printable Latin-1 as itself, the other 68
  /// from U+0100 on.
  static let alphabet: [Unicode.Scalar] = {
    var result: [Unicode.Scalar] = []
    var next: UInt32 = 0x100
    for byte in UInt32(0)..<256 {
      switch byte {
      case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: result.append(Unicode.Scalar(UInt8(byte)))
      default:
        result.append(Unicode.Scalar(next) ?? "?")
        next += 1
      }
    }
    return result
  }()
}
