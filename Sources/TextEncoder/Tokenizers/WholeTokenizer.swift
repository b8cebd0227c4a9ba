/// The member `model` of a `tokenizer.json`.
struct WholeTokenizer {
  let model: JSONFile
  /// Largest id that is believed.
  static let most = 10_000_000

  init(_ model: JSONFile) throws(TextEncoderError) {
    self.model = model
  }

  /// Tokens by id.
  func pieces() throws(TextEncoderError) -> [String] {
    guard let vocabulary = try model.file("vocab") else {
      throw .badConfiguration(file: model.path, key: "vocab", expected: "an object of tokens", found: "nothing")
    }
    return try Self.pieces(vocabulary.object, path: vocabulary.path)
  }

  static func pieces(_ vocabulary: JSONObject, path: String) throws(TextEncoderError) -> [String] {
    var largest = -1
    for member in vocabulary.members {
      guard case .int(let id) = member.value, 0..<most ~= id else {
        throw .badVocabulary(path: path, reason: "token \"\(member.key)\" has the id \(member.value.summary)")
      }
      largest = max(largest, id)
    }
    guard largest < 2 * vocabulary.count + 1_000 else {
      throw .badVocabulary(path: path, reason: "it has \(vocabulary.count) tokens, but the id \(largest)")
    }
    var tokens = [String](repeating: "", count: largest + 1)
    for member in vocabulary.members {
      guard case .int(let id) = member.value else { continue }
      guard tokens[id].isEmpty else {
        throw .badVocabulary(path: path, reason: "\"\(tokens[id])\" and \"\(member.key)\" both have the id \(id)")
      }
      tokens[id] = member.key
    }
    return tokens
  }

  /// Merges as "a b" or as ["a", "b"].
  func merges() throws(TextEncoderError) -> [(String, String)] {
    guard case .array(let items)? = model["merges"] else {
      throw .badConfiguration(
        file: model.path, key: "merges", expected: "a list", found: model["merges"]?.summary ?? "nothing")
    }
    var merges: [(String, String)] = []
    merges.reserveCapacity(items.count)
    for (number, item) in items.enumerated() {
      switch item {
      case .string(let text):
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        if parts.count == 2 {
          merges.append((String(parts[0]), String(parts[1])))
          continue
        }
      case .array(let parts):
        if parts.count == 2, case .string(let left) = parts[0], case .string(let right) = parts[1] {
          merges.append((left, right))
          continue
        }
      default: break
      }
      throw .badVocabulary(path: model.path, reason: "merge \(number + 1) is not two pieces")
    }
    return merges
  }

  func requireWordPiece() throws(TextEncoderError) {
    if let prefix = try model.string("continuing_subword_prefix"), prefix != "##" {
      throw .badConfiguration(
        file: model.path, key: "continuing_subword_prefix", expected: "\"##\"", found: "\"\(prefix)\"")
    }
    let longest = WordPieceTokenizer.longestWord
    let found = try model.int("max_input_chars_per_word", in: 1...1_000_000, default: longest)
    guard found == longest else {
      throw .badConfiguration(
        file: model.path, key: "max_input_chars_per_word", expected: "\(longest)", found: "\(found)")
    }
  }

  func requireByteLevel() throws(TextEncoderError) {
    for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
      guard let text = try model.string(key), !text.isEmpty else { continue }
      throw .badConfiguration(file: model.path, key: key, expected: "empty", found: "\"\(text)\"")
    }
    if try model.bool("byte_fallback") == true {
      throw .badConfiguration(file: model.path, key: "byte_fallback", expected: "false", found: "true")
    }
    guard try model.double("dropout", default: 0) == 0 else {
      throw .badConfiguration(file: model.path, key: "dropout", expected: "none", found: "a number")
    }
  }
}
