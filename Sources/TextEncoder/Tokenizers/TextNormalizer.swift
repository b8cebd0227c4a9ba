import Foundation

/// What happens to a text before it is split into words: Hugging Face's `BertNormalizer`.
///
/// In this order: control characters, U+0000 and U+FFFD are removed and every white space becomes a space; each CJK
/// ideograph gets spaces around it; accents are stripped (NFD, then non-spacing marks removed); letters become small.
public struct TextNormalizer: Equatable, Sendable {
  public var lowercases: Bool
  public var stripsAccents: Bool
  public var spacesIdeographs: Bool

  public init(lowercases: Bool, stripsAccents: Bool? = nil, spacesIdeographs: Bool = true) {
    self.lowercases = lowercases
    self.stripsAccents = stripsAccents ?? lowercases
    self.spacesIdeographs = spacesIdeographs
  }

  /// Appends the normalised UTF-8 of `text` to `output`. ASCII takes a path of its own, byte by byte.
  func append(_ text: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
    if text.allSatisfy({ $0 < 0x80 }) {
      for byte in text {
        switch byte {
        case 0x09, 0x0A, 0x0D: output.append(0x20)
        case 0..<0x20, 0x7F: continue
        case 0x41...0x5A where lowercases: output.append(byte | 0x20)
        default: output.append(byte)
        }
      }
      return
    }
    var scalars = String.UnicodeScalarView()
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      if CharacterClasses.isRemoved(scalar) { continue }
      if scalar.properties.isWhitespace {
        scalars.append(" ")
      } else if spacesIdeographs, CharacterClasses.isIdeograph(scalar) {
        scalars.append(contentsOf: [" ", scalar, " "])
      } else {
        scalars.append(scalar)
      }
    }
    var clean = String(scalars)
    if stripsAccents { clean = clean.decomposedStringWithCanonicalMapping }
    for scalar in clean.unicodeScalars {
      if stripsAccents, CharacterClasses.isNonspacingMark(scalar) { continue }
      if !lowercases {
        output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      } else if scalar.isASCII {
        let byte = UInt8(truncatingIfNeeded: scalar.value)
        output.append(0x41...0x5A ~= byte ? byte | 0x20 : byte)
      } else {
        output.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
      }
    }
  }
}
