/// The token ids of one text, the classification and separator tokens included.
public struct TokenizedText: Equatable, Sendable {
  public var ids: [Int32]
  /// Whether tokens were dropped to keep the limit.
  public var isTruncated: Bool

  public init(ids: [Int32], isTruncated: Bool = false) {
    self.ids = ids
    self.isTruncated = isTruncated
  }
}

/// Text → token ids, as a language model was trained with.
public protocol TextTokenizer: Sendable {
  /// Tokens that it can give: ids are below.
  var vocabularyCount: Int { get }
  /// The token in front of every text: `[CLS]`, `<s>`.
  var classificationID: Int32 { get }
  /// The token behind every text: `[SEP]`, `</s>`.
  var separatorID: Int32 { get }
  /// Whether letters become small first.
  var lowercases: Bool { get }
  /// What it is, in a few words.
  var summary: String { get }
  /// The tokens behind ids; an id outside the vocabulary reads as the unknown token.
  func tokens(_ ids: [Int32]) -> [String]
  /// Appends the ids of well-formed UTF-8; may stop as soon as `ids` has more than `limit`.
  func appendPieces(_ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32], limit: Int)
}

extension TextTokenizer {
  /// The ids of `text`, at most `maxTokens` with the two specials.
  /// - Precondition: `maxTokens` is at least 2.
  public func encode(_ text: String, maxTokens: Int = .max) -> TokenizedText {
    precondition(maxTokens >= 2, "a text needs room for its two special tokens: maxTokens must be at least 2")
    var ids: [Int32] = [classificationID]
    let limit = maxTokens - 1  // the separator follows
    var text = text
    text.withUTF8 { appendPieces($0, to: &ids, limit: limit) }
    let isTruncated = ids.count > limit
    if isTruncated { ids.removeLast(ids.count - limit) }
    ids.append(separatorID)
    return TokenizedText(ids: ids, isTruncated: isTruncated)
  }
}

/// The tokens with a meaning of their own, as the vocabulary writes them.
public struct SpecialTokens: Equatable, Sendable {
  public var unknown, classification, separator, padding, mask: String
  /// Further special strings.
  public var others: [String] = []
  /// White space in front of a mask belongs to it.
  public var maskTakesSpace = false

  public init(unknown: String, classification: String, separator: String, padding: String, mask: String) {
    self.unknown = unknown
    self.classification = classification
    self.separator = separator
    self.padding = padding
    self.mask = mask
  }

  public static let bert = SpecialTokens(
    unknown: "[UNK]", classification: "[CLS]", separator: "[SEP]", padding: "[PAD]", mask: "[MASK]")
  public static let roberta = SpecialTokens(
    unknown: "<unk>", classification: "<s>", separator: "</s>", padding: "<pad>", mask: "<mask>")

  var all: [String] { [unknown, classification, separator, padding, mask] + others }
}

extension UnsafeBufferPointer<UInt8> {
  /// The scalar at the start of a well-formed UTF-8 sequence.
  func scalar(at position: Int) -> Unicode.Scalar {
    let first = UInt32(self[position])
    if first < 0x80 { return Unicode.Scalar(UInt8(truncatingIfNeeded: first)) }
    func next(_ offset: Int) -> UInt32 { UInt32(self[position + offset]) & 0x3F }
    let value: UInt32 =
      if first < 0xE0 {
        (first & 0x1F) << 6 | next(1)
      } else if first < 0xF0 {
        (first & 0x0F) << 12 | next(1) << 6 | next(2)
      } else {
        (first & 0x07) << 18 | next(1) << 12 | next(2) << 6 | next(3)
      }
    return Unicode.Scalar(value) ?? "\u{FFFD}"
  }
}
