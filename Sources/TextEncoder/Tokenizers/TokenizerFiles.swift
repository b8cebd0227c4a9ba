import Foundation

/// What a model folder says about its tokenizer, in whichever of the files that Hugging Face has used over the years.
///
/// - `tokenizer.json`, when there is one, has the vocabulary; else `vocab.txt` (WordPiece), or `vocab.json` and
///   `merges.txt` (byte-level BPE).
/// - `tokenizer_config.json`, then `special_tokens_map.json`, then `tokenizer.json` decide the settings and the
///   special tokens; `added_tokens.json` has tokens behind the vocabulary.
///
/// A setting that would change the tokens and is not implemented is an error, never ignored.
struct TokenizerFiles {
  let folder: String
  /// The files that were read, by name.
  private(set) var read: [String] = []
  let settings: JSONFile?
  let specials: JSONFile?
  let whole: JSONFile?
  let addedFile: JSONFile?

  init(folder: String) throws(TextEncoderError) {
    self.folder = folder
    var read: [String] = []
    func open(_ name: String) throws(TextEncoderError) -> JSONFile? {
      guard PLMFolder.exists(folder + "/" + name) else { return nil }
      read.append(name)
      return try JSONFile(path: folder + "/" + name)
    }
    settings = try open("tokenizer_config.json")
    specials = try open("special_tokens_map.json")
    addedFile = try open("added_tokens.json")
    whole = try open("tokenizer.json")
    self.read = read
  }

  private func has(_ name: String) -> Bool { PLMFolder.exists(folder + "/" + name) }

  /// The tokenizer.
  /// - Parameter lowercase: overrides the folder's `do_lower_case`.
  /// - Throws: `missingFile`, `unreadable`, `badConfiguration`, `badVocabulary`, `missingSpecialToken`, `badSetting`.
  mutating func tokenizer(_ family: BERTConfiguration.Family, lowercase: Bool?) throws(TextEncoderError)
    -> any TextTokenizer
  {
    try refuseUnsupported()
    if let model = try whole?.file("model") {
      let isMerged = model["merges"] != nil
      let type = try model.string("type") ?? (isMerged ? "BPE" : "WordPiece")
      switch type {
      case "WordPiece": return try wordPiece(try WholeTokenizer(model), lowercase)
      case "BPE": return try byteLevel(try WholeTokenizer(model), lowercase)
      default:
        throw .badConfiguration(
          file: model.path, key: "type", expected: "\"WordPiece\" or \"BPE\"", found: "\"\(type)\"")
      }
    }
    let files = family == .roberta ? ["vocab.json", "vocab.txt"] : ["vocab.txt", "vocab.json"]
    switch files.first(where: has) {
    case "vocab.txt": return try wordPiece(nil, lowercase)
    case "vocab.json": return try byteLevel(nil, lowercase)
    default:
      let expected = family == .roberta ? "vocab.json" : "vocab.txt"
      let piece = ["sentencepiece.bpe.model", "spiece.model", "spm.model"].first(where: has)
      throw .missingFile(
        name: expected, folder: folder,
        hint: piece.map { "\($0) (SentencePiece) is not read" }
          ?? "expected the Hugging Face folder of a BERT or RoBERTa model with vocab.txt, vocab.json or tokenizer.json")
    }
  }

  // MARK: - WordPiece

  private mutating func wordPiece(
    _ whole: WholeTokenizer?, _ lowercase: Bool?
  ) throws(TextEncoderError) -> WordPieceTokenizer {
    let pieces: [String]
    var path = folder + "/vocab.txt"
    var normalizer: JSONFile?
    if let whole {
      path = folder + "/tokenizer.json"
      pieces = try whole.pieces()
      try whole.requireWordPiece()
      normalizer = try self.whole?.file("normalizer")
      try requireType(normalizer, "normalizer", "BertNormalizer")
      try requireType(try self.whole?.file("pre_tokenizer"), "pre_tokenizer", "BertPreTokenizer")
    } else {
      pieces = WordPieceVocabulary.lines(try text("vocab.txt"))
    }
    let special = try specialTokens(.bert)
    let added = try addedTokens()
    let extra = try behind(pieces.count, added)
    let stated = try flag("do_lower_case", or: normalizer, "lowercase")
    if try normalizer?.bool("clean_text") == false {
      throw .badConfiguration(file: path, key: "clean_text", expected: "true", found: "false")
    }
    let accents = try flag("strip_accents", or: normalizer, "strip_accents")
    let ideographs = try flag("tokenize_chinese_chars", or: normalizer, "handle_chinese_chars")
    return try WordPieceTokenizer(
      vocabulary: WordPieceVocabulary(tokens: pieces, added: extra),
      normalizer: TextNormalizer(
        lowercases: lowercase ?? stated ?? true, stripsAccents: accents, spacesIdeographs: ideographs ?? true),
      special: special, added: added, path: path)
  }

  // MARK: - Byte-level BPE

  private mutating func byteLevel(
    _ whole: WholeTokenizer?, _ lowercase: Bool?
  ) throws(TextEncoderError) -> ByteLevelTokenizer {
    if lowercase == true {
      throw .badSetting(name: "lower_case", expected: "false for a byte-level tokenizer, which is cased", found: "true")
    }
    var pieces: [String]
    let merges: [(String, String)]
    var path = folder + "/vocab.json"
    var splitter: JSONFile?
    if let whole {
      path = folder + "/tokenizer.json"
      pieces = try whole.pieces()
      merges = try whole.merges()
      try whole.requireByteLevel()
      if let normalizer = self.whole?["normalizer"] {
        throw .badConfiguration(file: path, key: "normalizer", expected: "null", found: normalizer.summary)
      }
      splitter = try self.whole?.file("pre_tokenizer")
      try requireType(splitter, "pre_tokenizer", "ByteLevel")
      if try splitter?.bool("use_regex") == false {
        throw .badConfiguration(file: path, key: "use_regex", expected: "true", found: "false")
      }
    } else {
      guard has("merges.txt") else {
        throw .missingFile(name: "merges.txt", folder: folder, hint: "vocab.json needs it")
      }
      read.append("vocab.json")
      let json = try JSONFile(path: path)
      pieces = try WholeTokenizer.pieces(json.object, path: path)
      merges = try Self.merges(try text("merges.txt"), path: folder + "/merges.txt")
    }
    let special = try specialTokens(.roberta)
    let added = try addedTokens()
    pieces += try behind(pieces.count, added)
    return try ByteLevelTokenizer(
      vocabulary: pieces, merges: merges, special: special, added: added,
      addsSpace: try flag("add_prefix_space", or: splitter, "add_prefix_space") ?? false,
      looksUpWholeParts: try whole?.model.bool("ignore_merges") ?? false, path: path)
  }

  private static func merges(_ text: String, path: String) throws(TextEncoderError) -> [(String, String)] {
    var merges: [(String, String)] = []
    for (number, line) in WordPieceVocabulary.lines(text).enumerated() where !line.hasPrefix("#version") {
      let parts = line.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw .badVocabulary(path: path, reason: "line \(number + 1) is not two pieces with a space between them")
      }
      merges.append((String(parts[0]), String(parts[1])))
    }
    return merges
  }

  // MARK: - What both have

  /// A flag of tokenizer_config.json; without it, of a part of tokenizer.json.
  private func flag(_ key: String, or part: JSONFile?, _ own: String) throws(TextEncoderError) -> Bool? {
    if let stated = try settings?.bool(key) { return stated }
    return try part?.bool(own)
  }

  private mutating func text(_ name: String) throws(TextEncoderError) -> String {
    read.append(name)
    let file = try MappedFile(path: folder + "/" + name)
    guard let text = String(validating: file.bytes, as: UTF8.self) else {
      throw .unreadable(path: folder + "/" + name, reason: "it is not UTF-8 text")
    }
    return text
  }

  private func requireType(_ part: JSONFile?, _ key: String, _ expected: String) throws(TextEncoderError) {
    let found = try part?.string("type")
    guard found != expected else { return }
    throw .badConfiguration(
      file: folder + "/tokenizer.json", key: key, expected: expected, found: found.map { "\"\($0)\"" } ?? "nothing")
  }

  /// The tokens behind the vocabulary by id, "" where an id has none.
  private func behind(_ count: Int, _ added: [AddedToken]) throws(TextEncoderError) -> [String] {
    var extra: [String] = []
    for token in added.sorted(by: { $0.id < $1.id }) where Int(token.id) >= count {
      while count + extra.count <= Int(token.id) { extra.append("") }
      extra[Int(token.id) - count] = token.content
    }
    return extra
  }

  private func refuseUnsupported() throws(TextEncoderError) {
    if let settings {
      let classes = ["Bert", "Roberta"].flatMap { ["\($0)Tokenizer", "\($0)TokenizerFast"] }
      if let name = try settings.string("tokenizer_class"),
        !(classes + ["PreTrainedTokenizerFast", "TokenizersBackend"]).contains(name)
      {
        throw .badConfiguration(
          file: settings.path, key: "tokenizer_class", expected: "BertTokenizer (WordPiece) or RobertaTokenizer",
          found: "\"\(name)\"")
      }
      if try settings.bool("do_basic_tokenize") == false {
        throw .badConfiguration(file: settings.path, key: "do_basic_tokenize", expected: "true", found: "false")
      }
      if case .array(let words)? = settings["never_split"], !words.isEmpty {
        throw .badConfiguration(
          file: settings.path, key: "never_split", expected: "absent or empty", found: "a list of \(words.count)")
      }
    }
    if let processor = try whole?.file("post_processor") {
      let type = try processor.string("type") ?? ""
      var isUsual = ["BertProcessing", "RobertaProcessing"].contains(type)
      if type == "TemplateProcessing", case .array(let single)? = processor["single"], single.count == 3 {
        let kinds = single.map { item -> String in
          if case .object(let object) = item { object.members.first?.key ?? "" } else { "" }
        }
        isUsual = kinds == ["SpecialToken", "Sequence", "SpecialToken"]
      }
      guard isUsual else {
        throw .badConfiguration(
          file: processor.path, key: "type", expected: "one special token in front of a text and one behind it",
          found: "\"\(type)\"")
      }
    }
  }
}
