import Foundation

/// A pretrained language model as Hugging Face stores it: `config.json`, `vocab.txt`, `model.safetensors` and, when
/// present, `tokenizer_config.json`.
///
/// Weights are mapped, not copied, when they are aligned float32 (except query, key and value, which are fused).
public struct PLMFolder: Sendable {
  public let path: String
  /// The folder's own name, written into embeddings files.
  public let name: String
  public let configuration: BERTConfiguration
  public let tokenizer: WordPieceTokenizer
  public let weights: BERTWeights
  /// Names all that decides the numbers; see `contentHash(ofFolder:)`.
  public let hash: String

  /// - Parameter lowercase: overrides `do_lower_case` (true when nothing says otherwise, as in Hugging Face).
  /// - Throws: `missingFile`, `unreadable`, `badConfiguration`, `corruptWeights`, `missingTensor`, `wrongShape`,
  ///   `unsupportedNumberFormat`, `vocabularySize`, `missingSpecialToken`.
  public init(path: String, lowercase: Bool? = nil) throws(TextEncoderError) {
    self.path = path
    name = URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      throw .unreadable(path: path, reason: "expected a folder with config.json, vocab.txt and model.safetensors")
    }
    for file in ["config.json", "vocab.txt", "model.safetensors"] {
      guard !Self.exists(path + "/" + file) else { continue }
      throw .missingFile(name: file, folder: path, hint: Self.hint(missing: file, in: path))
    }
    configuration = try BERTConfiguration(contentsOf: path + "/config.json")
    tokenizer = try Self.tokenizer(folder: path, lowercase: lowercase)
    let count = tokenizer.vocabulary.count
    guard count == configuration.vocabularySize else {
      throw .vocabularySize(path: path + "/vocab.txt", lines: count, rows: configuration.vocabularySize)
    }
    weights = try BERTWeights(try SafeTensors(path: path + "/model.safetensors"), configuration)
    hash = try Self.contentHash(ofFolder: path)
  }

  /// A model made in memory: for measurements with random weights.
  package init(name: String, configuration: BERTConfiguration, tokenizer: WordPieceTokenizer, weights: BERTWeights) {
    path = ""
    self.name = name
    self.configuration = configuration
    self.tokenizer = tokenizer
    self.weights = weights
    hash = ""
  }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  private static func hint(missing file: String, in path: String) -> String {
    func has(_ name: String) -> Bool { exists(path + "/" + name) }
    if file == "model.safetensors" {
      if has("model.safetensors.index.json") {
        return "the weights are in several pieces; save the model again as one model.safetensors"
      }
      if has("pytorch_model.bin") {
        return "pytorch_model.bin is not read; save the model again with save_pretrained(safe_serialization=True)"
      }
    }
    if file == "vocab.txt", has("tokenizer.json") {
      return "tokenizer.json is not read; save the slow tokenizer's vocab.txt beside it"
    }
    return "expected the Hugging Face folder of a BERT model with config.json, vocab.txt and model.safetensors"
  }

  private static func tokenizer(folder: String, lowercase: Bool?) throws(TextEncoderError) -> WordPieceTokenizer {
    let vocabularyPath = folder + "/vocab.txt"
    guard let data = FileManager.default.contents(atPath: vocabularyPath) else {
      throw .unreadable(path: vocabularyPath, reason: "the file cannot be opened")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw .unreadable(path: vocabularyPath, reason: "it is not UTF-8 text")
    }
    var normalizer = TextNormalizer(lowercases: lowercase ?? true)
    var special = WordPieceTokenizer.SpecialTokens()
    let settingsPath = folder + "/tokenizer_config.json"
    if exists(settingsPath) {
      let json = try JSONFile(path: settingsPath)
      try refuseUnsupported(json)
      let stored = try json.bool("do_lower_case")
      normalizer = TextNormalizer(
        lowercases: lowercase ?? stored ?? true, stripsAccents: try json.bool("strip_accents"),
        spacesIdeographs: try json.bool("tokenize_chinese_chars") ?? true)
      special.unknown = try json.token("unk_token") ?? special.unknown
      special.classification = try json.token("cls_token") ?? special.classification
      special.separator = try json.token("sep_token") ?? special.separator
      special.padding = try json.token("pad_token") ?? special.padding
      special.mask = try json.token("mask_token") ?? special.mask
    }
    return try WordPieceTokenizer(
      vocabulary: WordPieceVocabulary(text: text), normalizer: normalizer, special: special, path: vocabularyPath)
  }

  /// A setting that would change the tokens and is not implemented is an error, never ignored.
  private static func refuseUnsupported(_ json: JSONFile) throws(TextEncoderError) {
    let classes = ["BertTokenizer", "BertTokenizerFast", "PreTrainedTokenizerFast", "TokenizersBackend"]
    if let name = try json.string("tokenizer_class"), !classes.contains(name) {
      throw .badConfiguration(
        file: json.path, key: "tokenizer_class", expected: "BertTokenizer (WordPiece)", found: "\"\(name)\"")
    }
    if try json.bool("do_basic_tokenize") == false {
      throw .badConfiguration(file: json.path, key: "do_basic_tokenize", expected: "true", found: "false")
    }
    if case .array(let words)? = json["never_split"], !words.isEmpty {
      throw .badConfiguration(
        file: json.path, key: "never_split", expected: "absent or empty", found: "a list of \(words.count)")
    }
  }
}
