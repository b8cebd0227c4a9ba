/// The classes of characters that BERT's tokenizer distinguishes, as Hugging Face's tokenizers 0.23 has them.
///
/// Their tables are those of Unicode 8: a younger character has no class, and seven have since moved to another one.
/// All 1,112,064 scalars were compared, cased and uncased; only U+11938 differs (Unicode 13, its decomposition).
enum CharacterClasses {
  /// Control, format and private-use characters, U+0000 and U+FFFD; but not tab, line feed and carriage return.
  static func isRemoved(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D: return false
    case 0xFFFD: return true
    case 0x20..<0x7F: return false
    default:
      switch scalar.properties.generalCategory {
      case .control, .format, .privateUse: return isInUnicode8(scalar)
      default: return false
      }
    }
  }

  /// The blocks of CJK ideographs that Hugging Face lists; the sixth begins at U+2B920 there (not at U+2B820).
  static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
      0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }

  /// Category Mn.
  static func isNonspacingMark(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x300 { return false }
    switch scalar.value {
    case 0x1734, 0x1171E: return true
    case 0x1885, 0x1886, 0xA9BD, 0x111C9: return false
    default: return scalar.properties.generalCategory == .nonspacingMark && isInUnicode8(scalar)
    }
  }

  /// ASCII punctuation in the widest sense (`$`, `+`, `^` too) and categories P*.
  static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E, 0x166D, 0x111C9: return true
    case 0..<0x80: return false
    default:
      switch scalar.properties.generalCategory {
      case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
        .finalPunctuation, .otherPunctuation:
        return isInUnicode8(scalar)
      default: return false
      }
    }
  }

  /// `\w` of regular expressions: letters, marks, digits, connectors.
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.properties.isAlphabetic || scalar.properties.isJoinControl { return true }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
    default: return false
    }
  }

  private static func isInUnicode8(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.age.map { $0.major <= 8 } ?? true  // private use has no age
  }
}
