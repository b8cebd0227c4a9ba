import HDF5

extension EncoderIdentity {
  /// The root attributes that say who made a file of embeddings.
  static let attributes = [
    "encoder", "plm", "plm_hash", "lowercase", "pooling", "max_tokens", "long_texts", "window_overlap", "precision",
  ]

  func write(to file: HDF5File) throws(HDF5Error) {
    try file.setAttribute("encoder", .string(kind.rawValue))
    try file.setAttribute("plm", .string(plm))
    try file.setAttribute("plm_hash", .string(plmHash))
    try file.setAttribute("lowercase", .int(lowercases ? 1 : 0))
    try file.setAttribute("pooling", .string(pooling.rawValue))
    try file.setAttribute("max_tokens", .int(Int64(maxTokens)))
    try file.setAttribute("long_texts", .string(longTexts.name))
    try file.setAttribute("window_overlap", .int(Int64(longTexts.overlap)))
    try file.setAttribute("precision", .string(precision))
  }

  /// Reads and checks the attributes. Files that were written before there was a choice lack `encoder` (bert),
  /// `long_texts` (truncate), `window_overlap` (0) and `precision` (float32).
  /// - Throws: `badEmbeddings` naming the attribute.
  init(_ file: HDF5File, width: Int) throws {
    func bad(_ reason: String) -> TextEncoderError { .badEmbeddings(path: file.path, reason: reason) }
    func text(_ name: String, _ fallback: String? = nil) throws -> String {
      guard let attribute = try file.attribute(name) else {
        guard let fallback else { throw bad("it has no text attribute \(name)") }
        return fallback
      }
      guard let value = attribute.stringValue else { throw bad("its attribute \(name) is not a text") }
      return value
    }
    func number(_ name: String, _ fallback: Int? = nil) throws -> Int {
      guard let attribute = try file.attribute(name) else {
        guard let fallback else { throw bad("it has no integer attribute \(name)") }
        return fallback
      }
      guard let value = attribute.intValue else { throw bad("its attribute \(name) is not an integer") }
      return Int(value)
    }
    plm = try text("plm")
    plmHash = try text("plm_hash")
    self.width = width
    maxTokens = try number("max_tokens")
    lowercases = try number("lowercase") != 0
    let poolingWord = try text("pooling")
    guard let pooling = Pooling(rawValue: poolingWord) else {
      throw bad("its pooling is the unknown \"\(poolingWord)\"")
    }
    self.pooling = pooling
    let kindWord = try text("encoder", "bert")
    guard let kind = EncoderKind(rawValue: kindWord) else { throw bad("its encoder is the unknown \"\(kindWord)\"") }
    self.kind = kind
    let longWord = try text("long_texts", "truncate")
    guard let longTexts = LongTexts(name: longWord, overlap: try number("window_overlap", 0)) else {
      throw bad("its long_texts is the unknown \"\(longWord)\"")
    }
    self.longTexts = longTexts
    precision = try text("precision", "float32")
  }

  /// A sentence for every report made from embeddings that no language model made; else nil.
  public var caution: String? {
    kind == .hashing
      ? "the embeddings are hashed words (\(plm)), not those of a language model: good for tests, not for results" : nil
  }

  /// What people read: `MODEL, pooling mean, at most 512 tokens`.
  public var summary: String {
    if kind == .hashing { return "\(plm), no language model" }
    if kind == .other { return "\(plm), computed by another program" }
    let long = longTexts == .truncate ? "" : ", longer texts in windows that share \(longTexts.overlap)"
    let family = kind == .bert ? "BERT" : "RoBERTa"
    let products = precision == EncoderPrecision.float32.rawValue ? "" : ", products in \(precision)"
    return "\(plm), \(family), pooling \(pooling.rawValue), at most \(maxTokens) tokens\(long)\(products)"
  }
}
