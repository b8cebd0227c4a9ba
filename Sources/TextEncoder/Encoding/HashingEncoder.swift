import HDF5

/// Embeddings without any language model, for tests and for machines that have none: feature hashing.
///
/// A text is lower-cased, its accents stripped, and split at white space and punctuation as BERT does. Each word and each
/// pair of neighbouring words is a feature: h = XXH3-64 of the words' UTF-8, a pair's joined by a zero byte. It adds
/// +1 (top bit of h: 0) or −1 to element (h mod 2⁶³) mod width; the sum is divided by its Euclidean norm. A text
/// without words gives zeros. Nothing is cut. Texts that share words have similar vectors; that is all they know.
public struct HashingEncoder: SentenceEncoder {
  public let identity: EncoderIdentity
  private let normalizer = TextNormalizer(lowercases: true)

  /// - Throws: `badSetting` unless the width is in 8...65536.
  public init(width: Int = 768) throws(TextEncoderError) {
    guard 8...65_536 ~= width else {
      throw .badSetting(name: "width", expected: "8...65536", found: "\(width)")
    }
    var line = "theriac hashing 1, width \(width)"
    let hash = line.withUTF8 { Checksum.xxh3Hex(UnsafeRawBufferPointer($0)) }
    identity = EncoderIdentity(
      kind: .hashing, plm: "hashing-\(width)", plmHash: hash, width: width, pooling: .mean, maxTokens: 0,
      lowercases: true, longTexts: .truncate, precision: "float32")
  }

  public func encoded(
    _ texts: [String], progress: (@Sendable (_ texts: Int, _ tokens: Int) -> Void)?
  ) throws(TextEncoderError) -> EncodedTexts {
    let width = identity.width
    var result = EncodedTexts(
      embeddings: [Float](repeating: 0, count: texts.count * width), tokens: [],
      isLong: [Bool](repeating: false, count: texts.count))
    for (index, text) in texts.enumerated() {
      result.tokens.append(Int32(add(text, to: &result.embeddings, at: index * width)))
    }
    progress?(texts.count, result.tokens.reduce(0) { $0 + Int($1) })
    return result
  }

  /// Adds the features of a text and normalises; returns the number of words.
  private func add(_ text: String, to vector: inout [Float], at start: Int) -> Int {
    let width = identity.width
    let words = WordPieceTokenizer.words(text, normalizer).map { Array($0.utf8) }
    for (index, word) in words.enumerated() {
      count(word, &vector, start)
      if index > 0 { count(words[index - 1] + [0] + word, &vector, start) }
    }
    var square: Float = 0
    for i in start..<start + width { square += vector[i] * vector[i] }
    if square > 0 {
      let scale = 1 / square.squareRoot()
      for i in start..<start + width { vector[i] *= scale }
    }
    return words.count
  }

  private func count(_ feature: [UInt8], _ vector: inout [Float], _ start: Int) {
    let hash = feature.withUnsafeBytes(Checksum.xxh3)
    vector[start + Int((hash & (.max >> 1)) % UInt64(identity.width))] += hash >> 63 == 0 ? 1 : -1
  }
}
