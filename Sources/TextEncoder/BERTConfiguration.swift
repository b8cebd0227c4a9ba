/// The function between the two products of a feed-forward block.
public enum Activation: String, Sendable, CaseIterable {
  /// x Φ(x) with the error function: `gelu`.
  case geluErf
  /// x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))): `gelu_new`, `gelu_pytorch_tanh`.
  case geluTanh
  /// max(x, 0): `relu`.
  case relu

  init?(huggingFace name: String) {
    switch name {
    case "gelu", "gelu_python": self = .geluErf
    case "gelu_new", "gelu_pytorch_tanh": self = .geluTanh
    case "relu": self = .relu
    default: return nil
    }
  }
}

/// The sizes of a BERT or RoBERTa encoder, as `config.json` of a Hugging Face folder gives them.
public struct BERTConfiguration: Equatable, Sendable {
  /// The two differ in how positions are counted, and in their usual tokenizers.
  public enum Family: String, Sendable, CaseIterable {
    case bert, roberta
  }

  public var family: Family = .bert
  public var vocabularySize: Int
  /// d, the width of every token and of the embedding.
  public var hiddenSize: Int
  public var layers: Int
  public var heads: Int
  /// Width of the feed-forward block.
  public var intermediateSize: Int
  public var activation: Activation
  /// Rows of the position embeddings.
  public var maxPositions: Int
  /// Id of the padding token. RoBERTa gives its tokens the positions behind it, and padding its own number.
  public var paddingID = 0
  public var tokenTypes: Int
  public var layerNormEpsilon: Float

  /// Width of one attention head.
  public var headSize: Int { hiddenSize / heads }
  /// Position of a text's first token.
  public var firstPosition: Int { family == .roberta ? paddingID + 1 : 0 }
  /// Longest text in tokens.
  public var maxTokens: Int { maxPositions - firstPosition }
  /// Numbers in the encoder's weights, without a pooler or heads.
  public var parameters: Int {
    let (d, f) = (hiddenSize, intermediateSize)
    return (vocabularySize + maxPositions + tokenTypes + 2) * d + layers * (4 * d * (d + 1) + 2 * d * f + f + d + 4 * d)
  }

  public init(
    vocabularySize: Int, hiddenSize: Int, layers: Int, heads: Int, intermediateSize: Int,
    activation: Activation = .geluErf, maxPositions: Int = 512, tokenTypes: Int = 2, layerNormEpsilon: Float = 1e-12
  ) {
    self.vocabularySize = vocabularySize
    self.hiddenSize = hiddenSize
    self.layers = layers
    self.heads = heads
    self.intermediateSize = intermediateSize
    self.activation = activation
    self.maxPositions = maxPositions
    self.tokenTypes = tokenTypes
    self.layerNormEpsilon = layerNormEpsilon
  }

  /// Reads `config.json`.
  ///
  /// Old files lack many keys: sizes that are not stated are those of BERT-base, as in transformers, and the weights'
  /// shapes tell whether they fit; without `model_type`, `architectures` tells the family, and without both it is BERT.
  /// Settings that act only in training (dropout, initialiser range) do not concern the encoder.
  /// - Throws: `unreadable`, or `badConfiguration` naming the key, what is expected and what was found.
  public init(contentsOf path: String) throws(TextEncoderError) {
    let json = try JSONFile(path: path)
    func refuse(_ key: String, _ expected: String, _ found: String) -> TextEncoderError {
      .badConfiguration(file: path, key: key, expected: expected, found: found)
    }
    let family = try Self.family(json)
    if try json.bool("is_decoder") == true { throw refuse("is_decoder", "false: an encoder", "true") }
    let position = try json.string("position_embedding_type") ?? "absolute"
    guard position == "absolute" else { throw refuse("position_embedding_type", "\"absolute\"", "\"\(position)\"") }
    if let size = json["embedding_size"] {
      let width = try json.int("hidden_size", in: 1...65_536, default: 768)
      guard size == .int(width) else { throw refuse("embedding_size", "hidden_size (\(width))", size.summary) }
    }
    let act = try json.string("hidden_act") ?? "gelu"
    guard let activation = Activation(huggingFace: act) else {
      throw refuse("hidden_act", "one of gelu, gelu_new, gelu_pytorch_tanh, relu", "\"\(act)\"")
    }
    let width = try json.int("hidden_size", in: 1...65_536, default: 768)
    let heads = try json.int("num_attention_heads", in: 1...4_096, default: 12)
    guard width % heads == 0 else {
      throw refuse("hidden_size", "a multiple of num_attention_heads (\(heads))", "\(width)")
    }
    let epsilon = try json.double("layer_norm_eps", default: 1e-12)
    guard epsilon > 0, epsilon < 1 else { throw refuse("layer_norm_eps", "between 0 and 1", "\(epsilon)") }
    self.init(
      vocabularySize: try json.int("vocab_size", in: 1...10_000_000, default: family == .bert ? 30_522 : 50_265),
      hiddenSize: width, layers: try json.int("num_hidden_layers", in: 1...1_024, default: 12), heads: heads,
      intermediateSize: try json.int("intermediate_size", in: 1...1_048_576, default: 3_072), activation: activation,
      maxPositions: try json.int("max_position_embeddings", in: 3...1_048_576, default: 512),
      tokenTypes: try json.int("type_vocab_size", in: 1...1_024, default: 2), layerNormEpsilon: Float(epsilon))
    self.family = family
    paddingID = try json.int("pad_token_id", in: 0...10_000_000, default: family == .roberta ? 1 : 0)
    guard maxTokens >= 3 else {
      throw refuse("max_position_embeddings", "at least pad_token_id + 4 (\(paddingID + 4))", "\(maxPositions)")
    }
  }

  private static func family(_ json: JSONFile) throws(TextEncoderError) -> Family {
    let expected = "\"bert\" or \"roberta\", the models that are read"
    if let type = try json.string("model_type") {
      guard let family = Family(rawValue: type) else {
        throw .badConfiguration(file: json.path, key: "model_type", expected: expected, found: "\"\(type)\"")
      }
      return family
    }
    guard case .array(let items)? = json["architectures"], case .string(let name)? = items.first else { return .bert }
    for (prefix, family) in [("Roberta", Family.roberta), ("Bert", .bert)]
    where name.hasPrefix(prefix + "For") || name.hasPrefix(prefix + "Model") {
      return family
    }
    throw .badConfiguration(
      file: json.path, key: "architectures", expected: "BertModel or RobertaModel", found: "\"\(name)\"")
  }
}
