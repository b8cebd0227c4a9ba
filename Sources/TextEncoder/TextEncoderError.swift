import HDF5

/// What can go wrong between a folder with a language model and a file of embeddings.
///
/// Each case carries its evidence; `description` is one sentence that says what, where, expected, found and what to do.
public enum TextEncoderError: Error, Equatable, CustomStringConvertible {
  /// A file that every PLM folder needs is not there.
  case missingFile(name: String, folder: String, hint: String)
  /// A file is there and cannot be read.
  case unreadable(path: String, reason: String)
  /// A setting in `config.json` or `tokenizer_config.json` is absent, of the wrong type or not supported.
  case badConfiguration(file: String, key: String, expected: String, found: String)
  /// A file of weights is truncated or contradicts itself.
  case corruptWeights(path: String, reason: String)
  /// A `pytorch_model.bin` holds more than tensors; PyTorch would run it.
  case refusedPickle(path: String, reason: String)
  /// A vocabulary or its merges contradict themselves.
  case badVocabulary(path: String, reason: String)
  /// A weight the model needs is not in the file.
  case missingTensor(name: String, expected: [Int], path: String, tensorsInFile: Int)
  /// A weight has another shape than `config.json` says.
  case wrongShape(name: String, expected: [Int], found: [Int], path: String)
  /// A weight is stored in a number format that is not read.
  case unsupportedNumberFormat(name: String, format: String, path: String)
  /// The vocabulary and the embedding matrix disagree.
  case vocabularySize(path: String, lines: Int, rows: Int)
  /// `vocab.txt` has no line for a token that every text needs.
  case missingSpecialToken(String, path: String)
  /// A setting of the caller is out of range.
  case badSetting(name: String, expected: String, found: String)
  /// A token id or a count that the model cannot take.
  case badTokens(reason: String)
  /// The model gave an embedding that is not a finite number.
  case notFinite(text: String)
  /// The matrix product refused its arguments.
  case matrixProduct(status: Int, shape: [Int])
  /// A file of texts cannot be used.
  case badTexts(path: String, reason: String)
  /// An embeddings file is not one, or is damaged.
  case badEmbeddings(path: String, reason: String)
  /// A file holds embeddings of something else than was asked for.
  case wrongLayout(path: String, holds: String, needs: String, command: String)
  /// An embeddings file was made from another cohort.
  case wrongCohort(path: String, expected: String, found: String)
  /// The file layer refused; its error says what and where.
  case file(HDF5Error)
  /// The cohort contradicts itself where its texts are made.
  case badCohort(reason: String)

  public var description: String {
    switch self {
    case .missingFile(let name, let folder, let hint):
      "The PLM folder \(folder) has no \(name); \(hint)."
    case .unreadable(let path, let reason):
      "\(path) cannot be read: \(reason)."
    case .badConfiguration(let file, let key, let expected, let found):
      "\(file): \"\(key)\" must be \(expected), found \(found)."
    case .corruptWeights(let path, let reason):
      "\(path) is not a whole file of weights: \(reason); copy or download it again."
    case .refusedPickle(let path, let reason):
      "\(path) is refused: \(reason); such a file can run code where it is loaded, take the model's safetensors."
    case .badVocabulary(let path, let reason):
      "\(path) is no usable vocabulary: \(reason); copy or download it again."
    case .missingTensor(let name, let expected, let path, let count):
      "\(path) has no tensor \"\(name)\" of shape \(expected) among its \(count) tensors;"
        + " is it the weights of a BERT encoder with the config.json beside it?"
    case .wrongShape(let name, let expected, let found, let path):
      "\(path): tensor \"\(name)\" must have shape \(expected) by config.json, found \(found)."
    case .unsupportedNumberFormat(let name, let format, let path):
      "\(path): tensor \"\(name)\" is stored as \(format); F32, F16, BF16 and F64 are read."
    case .vocabularySize(let path, let lines, let rows):
      "\(path) has \(lines) tokens, but the word embeddings have \(rows) rows; take both files from the same model."
    case .missingSpecialToken(let token, let path):
      "\(path) has no line \"\(token)\", which every text needs; take the vocab.txt of the same model."
    case .badSetting(let name, let expected, let found):
      "Setting \(name) must be \(expected), found \(found)."
    case .badTokens(let reason):
      "These tokens cannot be encoded: \(reason)."
    case .notFinite(let text):
      "The PLM gave an embedding that is not finite for the text \"\(text)\"; its weights are damaged."
    case .matrixProduct(let status, let shape):
      "The matrix product of shape \(shape) failed with dnnl status \(status)."
    case .badTexts(let path, let reason):
      "\(path) cannot be used as a file of texts: \(reason)."
    case .badEmbeddings(let path, let reason):
      "\(path) cannot be used as an embeddings file: \(reason); make it again with `theriac embed`."
    case .wrongLayout(let path, let holds, let needs, let command):
      "\(path) holds vectors of \(holds), but those of \(needs) are needed; make them with `\(command)`."
    case .wrongCohort(let path, let expected, let found):
      "\(path) holds embeddings of cohort \(found), but the cohort in use is \(expected);"
        + " run `theriac embed` on this cohort."
    case .file(let error):
      error.description + "."
    case .badCohort(let reason):
      "The cohort cannot be embedded: \(reason)."
    }
  }

  /// Runs `body`; errors of the file layer become `file`.
  static func wrapping<R>(_ path: String, _ body: () throws -> R) throws(TextEncoderError) -> R {
    do {
      return try body()
    } catch let error as TextEncoderError {
      throw error
    } catch let error as HDF5Error {
      throw .file(error)
    } catch {
      throw .unreadable(path: path, reason: "\(error)")
    }
  }
}
