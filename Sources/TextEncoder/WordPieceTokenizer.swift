/// The token ids of one text, `[CLS]` and `[SEP]` included.
public struct TokenizedText: Equatable, Sendable {
  public var ids: [Int32]
  /// Whether tokens were dropped to keep the limit.
  public var isTruncated: Bool

  public init(ids: [Int32], isTruncated: Bool = false) {
    self.ids = ids
    self.isTruncated = isTruncated
  }
}

/// WordPiece as Hugging Face's `BertTokenizer` does it: normalise, split at white space and punctuation, then take the
/// longest piece that the vocabulary knows, again and again; a word that cannot be covered is one `[UNK]`.
///
/// The strings of special tokens inside a text are those tokens, as in Hugging Face.
public struct WordPieceTokenizer: Sendable {
  /// The tokens with a meaning of their own, as written in `vocab.txt`.
  public struct SpecialTokens: Equatable, Sendable {
    public var unknown = "[UNK]"
    public var classification = "[CLS]"
    public var separator = "[SEP]"
    public var padding = "[PAD]"
    public var mask = "[MASK]"
    public init() {}
  }

  /// A longer word, counted in characters, is `[UNK]`.
  public static let longestWord = 100

  public let vocabulary: WordPieceVocabulary
  public let normalizer: TextNormalizer
  public let special: SpecialTokens
  public let unknownID: Int32
  public let classificationID: Int32
  public let separatorID: Int32
  /// Special strings that are looked for in texts, longest first.
  private let specialStrings: [(bytes: [UInt8], id: Int32)]
  private let specialFirstBytes: [Bool]

  /// - Throws: `missingSpecialToken` when the vocabulary lacks the unknown, classification or separator token.
  public init(
    vocabulary: WordPieceVocabulary, normalizer: TextNormalizer, special: SpecialTokens = SpecialTokens(),
    path: String = "vocab.txt"
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
    let names = [special.unknown, special.classification, special.separator, special.padding, special.mask]
    specialStrings = Set(names).filter { !$0.isEmpty }
      .compactMap { name in vocabulary.id(of: name).map { (Array(name.utf8), $0) } }
      .sorted { $0.0.count > $1.0.count }
    var first = [Bool](repeating: false, count: 256)
    for (bytes, _) in specialStrings { first[Int(bytes[0])] = true }
    specialFirstBytes = first
  }

  /// The ids of `text`, at most `maxTokens` with the two specials.
  /// - Precondition: `maxTokens` is at least 2.
  public func encode(_ text: String, maxTokens: Int = .max) -> TokenizedText {
    precondition(maxTokens >= 2, "a text needs room for [CLS] and [SEP]: maxTokens must be at least 2")
    var ids: [Int32] = [classificationID]
    let limit = maxTokens - 1  // the separator follows
    var text = text
    text.withUTF8 { appendPieces($0, to: &ids, limit: limit) }
    let isTruncated = ids.count > limit
    if isTruncated { ids.removeLast(ids.count - limit) }
    ids.append(separatorID)
    return TokenizedText(ids: ids, isTruncated: isTruncated)
  }

  /// The tokens behind ids; an id outside the vocabulary reads as the unknown token.
  public func tokens(_ ids: [Int32]) -> [String] {
    ids.map { vocabulary.tokens.indices.contains(Int($0)) ? vocabulary.tokens[Int($0)] : special.unknown }
  }

  /// Cuts the text at special strings; stops as soon as `ids` has more than `limit`.
  private func appendPieces(_ text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32], limit: Int) {
    var scratch: [UInt8] = []
    scratch.reserveCapacity(text.count + 16)
    var start = 0
    var position = 0
    func flush(_ end: Int, _ ids: inout [Int32], _ scratch: inout [UInt8]) {
      guard start < end else { return }
      scratch.removeAll(keepingCapacity: true)
      normalizer.append(UnsafeBufferPointer(rebasing: text[start..<end]), to: &scratch)
      scratch.withUnsafeBufferPointer { appendWords($0, to: &ids, limit: limit) }
    }
    while position < text.count, ids.count <= limit {
      guard specialFirstBytes[Int(text[position])],
        let match = specialStrings.first(where: { text[position...].starts(with: $0.bytes) })
      else {
        position += 1
        continue
      }
      flush(position, &ids, &scratch)
      ids.append(match.id)
      position += match.bytes.count
      start = position
    }
    if ids.count <= limit { flush(text.count, &ids, &scratch) }
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
        let scalar = decode(text, at: position)
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

  /// The scalar at the start of a well-formed UTF-8 sequence.
  private static func decode(_ text: UnsafeBufferPointer<UInt8>, at position: Int) -> Unicode.Scalar {
    let first = UInt32(text[position])
    func next(_ offset: Int) -> UInt32 { UInt32(text[position + offset]) & 0x3F }
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
