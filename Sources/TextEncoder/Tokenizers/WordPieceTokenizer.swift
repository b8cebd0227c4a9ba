/// WordPiece as Hugging Face's `BertTokenizer` does it: normalise, split at white space and punctuation, then take the
/// longest piece that the vocabulary knows, again and again; a word that cannot be covered is one `[UNK]`.
///
/// The strings of special tokens inside a text are those tokens, as in Hugging Face.
public struct WordPieceTokenizer: TextTokenizer {
  /// A longer word, counted in characters, is `[UNK]`.
  public static let longestWord = 100

  public let vocabulary: WordPieceVocabulary
  public let normalizer: TextNormalizer
  public let special: SpecialTokens
  public let unknownID: Int32
  public let classificationID: Int32
  public let separatorID: Int32
  private let rawAdded, normalizedAdded: AddedTokenMatcher

  public var lowercases: Bool { normalizer.lowercases }
  public var vocabularyCount: Int { vocabulary.count }
  public var summary: String {
    "WordPiece of \(vocabulary.count) pieces, \(lowercases ? "lower-cased" : "cased")"
      + ", accents \(normalizer.stripsAccents ? "stripped" : "kept")"
      + (normalizer.spacesIdeographs ? "" : ", ideographs not split")
  }

  /// - Parameter added: tokens besides the vocabulary's, or with rules of their own; the special ones need not be named.
  /// - Throws: `missingSpecialToken` when the vocabulary lacks the unknown, classification or separator token.
  public init(
    vocabulary: WordPieceVocabulary, normalizer: TextNormalizer, special: SpecialTokens = .bert,
    added: [AddedToken] = [], path: String = "vocab.txt"
  ) throws(TextEncoderError) {
    func require(_ token: String) throws(TextEncoderError) -> Int32 {
      guard let id = vocabulary.id(of: token) else { throw .missingSpecialToken(token, path: path) }
      return id
    }
    self.vocabulary = vocabulary
    self.normalizer = normalizer
    self.special = special
    unknownID = try require(special.unknown)
    classificationID = try require(special.classification)
    separatorID = try require(special.separator)
    let tokens = AddedToken.join(special, added) { vocabulary.id(of: $0) }
    rawAdded = AddedTokenMatcher(tokens.filter { !$0.isNormalized })
    normalizedAdded = AddedTokenMatcher(
      tokens.filter(\.isNormalized).map { token in
        var token = token
        var text = token.content
        var bytes: [UInt8] = []
        text.withUTF8 { normalizer.append($0, to: &bytes) }
        token.content = String(decoding: bytes, as: UTF8.self)
        return token
      })
  }

  public func tokens(_ ids: [Int32]) -> [String] {
    ids.map { vocabulary.tokens.indices.contains(Int($0)) ? vocabulary.tokens[Int($0)] : special.unknown }
  }

  public func appendPieces(_ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32], limit: Int) {
    var scratch: [UInt8] = []
    scratch.reserveCapacity(text.count + 16)
    rawAdded.split(text, to: &ids, limit: limit) { part, ids in
      scratch.removeAll(keepingCapacity: true)
      normalizer.append(part, to: &scratch)
      scratch.withUnsafeBufferPointer { scratch in
        normalizedAdded.split(scratch, to: &ids, limit: limit) { part, ids in
          appendWords(part, to: &ids, limit: limit)
        }
      }
    }
  }

  private func appendWords(_ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32], limit: Int) {
    Self.forEachWord(text) { word in
      appendWord(text, word, to: &ids)
      return ids.count <= limit
    }
  }

  /// Splits normalised text at spaces, with each punctuation character a word of its own, until `body` says false.
  private static func forEachWord(_ text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Bool) {
    var start = 0
    var position = 0
    while position < text.count {
      let byte = text[position]
      var length = 1
      var isSpace = byte == 0x20
      var isPunctuation = false
      if byte < 0x80 {
        isPunctuation = asciiPunctuation[Int(byte)]
      } else {
        let scalar = text.scalar(at: position)
        length = UTF8.width(scalar)
        isSpace = scalar.properties.isWhitespace
        isPunctuation = CharacterClasses.isPunctuation(scalar)
      }
      if isSpace || isPunctuation {
        if start < position, !body(start..<position) { return }
        if isPunctuation, !body(position..<position + length) { return }
        start = position + length
      }
      position += length
    }
    if start < position { _ = body(start..<position) }
  }

  /// Longest match first over the bytes of one word.
  private func appendWord(_ text: UnsafeBufferPointer<UInt8>, _ word: Range<Int>, to ids: inout [Int32]) {
    let characters = text[word].reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) }
    guard characters <= Self.longestWord else { return ids.append(unknownID) }
    let count = ids.count
    var start = word.lowerBound
    while start < word.upperBound {
      let table = start == word.lowerBound ? vocabulary.starts : vocabulary.continuations
      guard let (id, length) = Self.longestMatch(text, start..<word.upperBound, in: table) else {
        ids.removeLast(ids.count - count)
        return ids.append(unknownID)
      }
      ids.append(id)
      start += length
    }
  }

  private static func longestMatch(
    _ text: UnsafeBufferPointer<UInt8>, _ rest: Range<Int>, in table: ByteTable
  ) -> (id: Int32, length: Int)? {
    let longest = min(rest.count, table.longest)
    guard longest > 0 else { return nil }
    return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: longest) { hashes in
      var hash = ByteTable.seed
      for i in 0..<longest {
        hash = ByteTable.step(hash, text[rest.lowerBound + i])
        hashes[i] = hash
      }
      var length = longest
      while length > 0 {
        let key = UnsafeBufferPointer(rebasing: text[rest.lowerBound..<rest.lowerBound + length])
        if let id = table.value(key, hash: hashes[length - 1]) { return (id, length) }
        length -= 1
      }
      return nil
    }
  }

  private static let asciiPunctuation: [Bool] = (0..<128).map { value in
    Unicode.Scalar(UInt32(value)).map(CharacterClasses.isPunctuation) ?? false
  }
}

extension WordPieceTokenizer {
  /// The words of a text before pieces are looked up: normalised, split at white space and punctuation.
  package static func words(_ text: String, _ normalizer: TextNormalizer) -> [String] {
    var bytes: [UInt8] = []
    var text = text
    text.withUTF8 { normalizer.append($0, to: &bytes) }
    return bytes.withUnsafeBufferPointer { bytes in
      var words: [String] = []
      forEachWord(bytes) { range in
        words.append(String(decoding: bytes[range], as: UTF8.self))
        return true
      }
      return words
    }
  }
}
