import Foundation

/// A pretrained language model as Hugging Face stores it: a BERT or RoBERTa encoder with its tokenizer.
///
/// - `config.json`
/// - the tokenizer: `tokenizer.json`, or `vocab.txt`, or `vocab.json` and `merges.txt`; and, when present,
///   `tokenizer_config.json`, `special_tokens_map.json`, `added_tokens.json`
/// - the weights: `model.safetensors` or `pytorch_model.bin`, each also in several files with an index
///
/// Weights are mapped, not copied, when they are aligned float32 (except query, key and value, which are fused).
public struct PLMFolder: Sendable {
  public let path: String
  /// The folder's own name, written into embeddings files.
  public let name: String
  public let configuration: BERTConfiguration
  public let tokenizer: any TextTokenizer
  public let weights: BERTWeights
  /// Names all that decides the numbers; see `contentHash(folder:files:)`.
  public let hash: String
  /// The files that were read, by name, in the order of the hash.
  public let files: [String]
  /// What a user should know, each one sentence: tensors that are not used, a vocabulary that does not fit its settings.
  public let notes: [String]

  /// - Parameter lowercase: overrides `do_lower_case` (true when nothing says otherwise, as in Hugging Face).
  /// - Throws: `missingFile`, `unreadable`, `badConfiguration`, `corruptWeights`, `refusedPickle`, `missingTensor`,
  ///   `wrongShape`, `unsupportedNumberFormat`, `vocabularySize`, `badVocabulary`, `missingSpecialToken`, `badSetting`.
  public init(path: String, lowercase: Bool? = nil) throws(TextEncoderError) {
    self.path = path
    name = URL(fileURLWithPath: path).standardizedFileURL.lastPathComponent
    try Self.requireFolder(path)
    configuration = try BERTConfiguration(contentsOf: path + "/config.json")
    var files = try TokenizerFiles(folder: path)
    tokenizer = try files.tokenizer(configuration.family, lowercase: lowercase)
    var notes: [String] = []
    try Self.checkVocabulary(tokenizer, configuration, path, files.read, &notes)
    let source = try WeightFiles.open(folder: path)
    self.files =
      ["config.json"] + files.read + source.files.map { URL(fileURLWithPath: $0).lastPathComponent }
    hash = try Self.contentHash(folder: path, files: self.files)
    weights = try BERTWeights(source, configuration)
    let unused = EncoderNames(source).unused(layers: configuration.layers)
    if !unused.isEmpty {
      let shown = unused.prefix(3).joined(separator: ", ") + (unused.count > 3 ? ", …" : "")
      notes.append("\(unused.count) tensors that no embedding needs were left aside: \(shown)")
    }
    if let wordPiece = tokenizer as? WordPieceTokenizer, let note = Self.caseNote(wordPiece) { notes.append(note) }
    self.notes = notes
  }

  /// A model made in memory: for measurements with random weights.
  package init(
    name: String, configuration: BERTConfiguration, tokenizer: any TextTokenizer, weights: BERTWeights
  ) {
    path = ""
    self.name = name
    self.configuration = configuration
    self.tokenizer = tokenizer
    self.weights = weights
    hash = ""
    files = []
    notes = []
  }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  static func requireFolder(_ path: String) throws(TextEncoderError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      throw .unreadable(path: path, reason: "expected the Hugging Face folder of a BERT or RoBERTa model")
    }
    guard exists(path + "/config.json") else {
      throw .missingFile(
        name: "config.json", folder: path, hint: "expected the Hugging Face folder of a BERT or RoBERTa model")
    }
  }

  /// Every token needs a row of the embedding matrix. Rows without a token are what some models are padded with, up to
  /// the next multiple of 8 to 128; more than that is a vocabulary of another model.
  static func checkVocabulary(
    _ tokenizer: any TextTokenizer, _ configuration: BERTConfiguration, _ path: String, _ read: [String],
    _ notes: inout [String]
  ) throws(TextEncoderError) {
    let (count, rows) = (tokenizer.vocabularyCount, configuration.vocabularySize)
    if count == rows { return }
    guard count < rows, rows - count < 128, rows.isMultiple(of: 8) else {
      let file = ["tokenizer.json", "vocab.txt", "vocab.json"].first(where: read.contains) ?? "vocab.txt"
      throw .vocabularySize(path: path + "/" + file, lines: count, rows: rows)
    }
    notes.append("the word embeddings have \(rows) rows for \(count) tokens; the last \(rows - count) are padding")
  }

  /// A cased model whose folder does not say so: Hugging Face lower-cases its texts, and so do we, but not silently.
  private static func caseNote(_ tokenizer: WordPieceTokenizer) -> String? {
    guard tokenizer.lowercases else { return nil }
    let capitals = tokenizer.vocabulary.tokens.lazy.filter { token in
      !token.hasPrefix("[") && token.utf8.contains { 0x41...0x5A ~= $0 }
    }.count
    guard capitals * 100 > tokenizer.vocabularyCount else { return nil }
    return "texts are lower-cased, but \(capitals) of \(tokenizer.vocabularyCount) word pieces have capital letters and"
      + " are never used; if this is a cased model, give --no-lower-case (Hugging Face lower-cases too unless"
      + " tokenizer_config.json has \"do_lower_case\": false)"
  }
}
