/// Which kind of encoder made a file of embeddings.
public enum EncoderKind: String, Sendable, CaseIterable {
  case bert, roberta
  /// No language model: hashed n-grams of words (`HashingEncoder`).
  case hashing
  /// Not known: another program computed the embeddings (`import official`).
  case other
}

/// What becomes of a text of more tokens than the limit.
public enum LongTexts: Equatable, Sendable {
  /// Its end is cut off.
  case truncate
  /// It is encoded in windows of `maxTokens` tokens (specials included), of which neighbours share `overlap` tokens; the
  /// last one is moved back so that it is full. Its embedding is the mean of the windows' embeddings.
  case windows(overlap: Int)

  /// The word used in files.
  public var name: String { self == .truncate ? "truncate" : "windows" }
  /// 0 for `truncate`.
  public var overlap: Int { if case .windows(let overlap) = self { overlap } else { 0 } }

  public init?(name: String, overlap: Int) {
    switch name {
    case "truncate": self = .truncate
    case "windows": self = .windows(overlap: overlap)
    default: return nil
    }
  }

  /// Where windows of `length` tokens begin in a text of `count` tokens: 0, length − overlap, …, count − length.
  static func starts(_ count: Int, length: Int, overlap: Int) -> [Int] {
    guard count > length else { return [0] }
    return Array(stride(from: 0, to: count - length, by: length - overlap)) + [count - length]
  }
}

/// All that decides the numbers an encoder gives; written into files and compared on use.
public struct EncoderIdentity: Equatable, Sendable {
  public var kind: EncoderKind
  /// Name and content hash of the language model.
  public var plm, plmHash: String
  public var width: Int
  public var pooling: Pooling
  public var maxTokens: Int
  public var lowercases: Bool
  public var longTexts: LongTexts
  /// The number format of the products: a name of `EncoderPrecision`.
  public var precision: String

  /// One line, for keys.
  var line: String {
    "\(kind.rawValue) \(plm) \(plmHash) \(width) \(pooling.rawValue) \(maxTokens) \(lowercases) \(longTexts.name)"
      + " \(longTexts.overlap) \(precision)"
  }
}

/// The embeddings of some texts, and what it took.
public struct EncodedTexts: Equatable, Sendable {
  /// `[texts, width]`, row-major.
  public var embeddings: [Float]
  /// Tokens that were encoded of each text, specials included.
  public var tokens: [Int32]
  /// Whether a text had more tokens than the limit.
  public var isLong: [Bool]

  public init(embeddings: [Float], tokens: [Int32], isLong: [Bool]) {
    self.embeddings = embeddings
    self.tokens = tokens
    self.isLong = isLong
  }
}

/// Texts → vectors of one width. The numbers of a call depend on its texts and the identity alone, never on threads.
public protocol SentenceEncoder: Sendable {
  var identity: EncoderIdentity { get }
  /// - Parameter progress: called with the texts and tokens done so far in this call, from any thread, one at a time.
  func encoded(
    _ texts: [String], progress: (@Sendable (_ texts: Int, _ tokens: Int) -> Void)?
  ) throws(TextEncoderError) -> EncodedTexts
}

extension SentenceEncoder {
  /// d, the length of an embedding.
  public var width: Int { identity.width }
}
