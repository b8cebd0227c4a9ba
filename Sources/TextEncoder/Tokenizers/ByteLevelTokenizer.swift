/// Byte-level byte-pair encoding as RoBERTa's tokenizer does it: split (`ByteLevelSplit`), then merge the bytes of each
/// part by the ranks of merges.txt. Nothing is lower-cased, and white space counts.
///
/// The strings of special tokens inside a text are those tokens, as in Hugging Face.
public struct ByteLevelTokenizer: TextTokenizer {
  /// The tokens by id, in the characters of `ByteLevelSplit.alphabet`; "" where an id has none.
  public let vocabulary: [String]
  public let special: SpecialTokens
  public let classificationID: Int32
  public let separatorID: Int32
  /// A text that does not begin with a space gets one.
  public let addsSpace: Bool
  let merges: BPEMerges
  /// Id of each byte's token; -1: the vocabulary has none, and the byte is dropped, as in transformers.
  private let byteIDs: [Int32]
  private let ids: [String: Int32]
  /// A part that is a token as it stands is not merged.
  private let looksUpWholeParts: Bool
  private let rawAdded: AddedTokenMatcher

  public var lowercases: Bool { false }
  public var vocabularyCount: Int { vocabulary.count }
  public var summary: String {
    "byte-level BPE of \(vocabulary.count) pieces and \(merges.count) merges, cased"
      + (addsSpace ? ", a space in front" : "")
  }

  /// - Parameters:
  ///   - merges: pairs of tokens, the first has the lowest rank.
  /// - Throws: `missingSpecialToken`, `badVocabulary`.
  public init(
    vocabulary: [String], merges: [(String, String)], special: SpecialTokens = .roberta, added: [AddedToken] = [],
    addsSpace: Bool = false, looksUpWholeParts: Bool = false, path: String = "vocab.json"
  ) throws(TextEncoderError) {
    // No two tokens of this alphabet are canonically equivalent, so that a dictionary of strings is safe.
    var ids: [String: Int32] = [:]
    for (id, token) in vocabulary.enumerated() where !token.isEmpty { ids[token] = Int32(id) }
    func require(_ token: String) throws(TextEncoderError) -> Int32 {
      guard let id = ids[token] else { throw .missingSpecialToken(token, path: path) }
      return id
    }
    classificationID = try require(special.classification)
    separatorID = try require(special.separator)
    byteIDs = ByteLevelSplit.alphabet.map { ids[String($0)] ?? -1 }
    var table = BPEMerges()
    for (rank, (left, right)) in merges.enumerated() {
      guard let first = ids[left], let second = ids[right], let whole = ids[left + right] else {
        throw .badVocabulary(
          path: path, reason: "merge \(rank + 1), \"\(left) \(right)\", has no token in the vocabulary")
      }
      table.append(first, second, makes: whole, rank: rank)
    }
    self.merges = table
    self.vocabulary = vocabulary
    self.special = special
    self.addsSpace = addsSpace
    self.ids = ids
    self.looksUpWholeParts = looksUpWholeParts
    let tokens = AddedToken.join(special, added) { ids[$0] }
    rawAdded = AddedTokenMatcher(tokens)
  }

  public func tokens(_ ids: [Int32]) -> [String] {
    ids.map { vocabulary.indices.contains(Int($0)) ? vocabulary[Int($0)] : special.unknown }
  }

  public func appendPieces(_ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32], limit: Int) {
    rawAdded.split(text, to: &ids, limit: limit) { part, ids in
      guard addsSpace, part.first != 0x20 else { return appendParts(part, to: &ids, limit: limit) }
      ([0x20] + Array(part)).withUnsafeBufferPointer { appendParts($0, to: &ids, limit: limit) }
    }
  }

  private func appendParts(_ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32], limit: Int) {
    ByteLevelSplit.forEach(text) { range in
      let part = text[range]
      if looksUpWholeParts, let id = wholePart(part) {
        ids.append(id)
        return ids.count <= limit
      }
      var pieces: [Int32] = []
      pieces.reserveCapacity(part.count)
      for byte in part {
        let id = byteIDs[Int(byte)]
        if id >= 0 { pieces.append(id) }
      }
      ids += merges.apply(pieces)
      return ids.count <= limit
    }
  }

  private func wholePart(_ part: Slice<UnsafeBufferPointer<UInt8>>) -> Int32? {
    ids[String(String.UnicodeScalarView(part.map { ByteLevelSplit.alphabet[Int($0)] }))]
  }
}
