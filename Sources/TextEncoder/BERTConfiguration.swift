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
    case "gelu": self = .geluErf
    case "gelu_new", "gelu_pytorch_tanh": self = .geluTanh
    case "relu": self = .relu
    default: return nil
    }
  }
}

/// The sizes of a BERT encoder, as `config.json` of a Hugging Face folder gives them.
public struct BERTConfiguration: Equatable, Sendable {
  public var vocabularySize: Int
  /// d, the width of every token and of the embedding.
  public var hiddenSize: Int
  public var layers: Int
  public var heads: Int
  /// Width of the feed-forward block.
  public var intermediateSize: Int
  public var activation: Activation
  /// Longest text in tokens.
  public var maxPositions: Int
  public var tokenTypes: Int
  public var layerNormEpsilon: Float

  /// Width of one attention head.
  public var headSize: Int { hiddenSize / heads }

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
  /// Settings that act only in training (dropout, initialiser range) do not concern the encoder.
  /// - Throws: `unreadable`, or `badConfiguration` naming the key, what is expected and what was found.
  public init(contentsOf path: String) throws(TextEncoderError) {
    let json = try JSONFile(path: path)
    func refuse(_ key: String, _ expected: String, _ found: String) -> TextEncoderError {
      .badConfiguration(file: path, key: key, expected: expected, found: found)
    }
    guard let type = try json.string("model_type") else { throw refuse("model_type", "\"bert\"", "nothing") }
    guard type == "bert" else { throw refuse("model_type", "\"bert\", the only model read", "\"\(type)\"") }
    if try json.bool("is_decoder") == true { throw refuse("is_decoder", "false: an encoder", "true") }
    let position = try json.string("position_embedding_type") ?? "absolute"
    guard position == "absolute" else { throw refuse("position_embedding_type", "\"absolute\"", "\"\(position)\"") }
    let act = try json.string("hidden_act") ?? "gelu"
    guard let activation = Activation(huggingFace: act) else {
      throw refuse("hidden_act", "one of gelu, gelu_new, gelu_pytorch_tanh, relu", "\"\(act)\"")
    }
    let width = try json.int("hidden_size", in: 1...65_536)
    let heads = try json.int("num_attention_heads", in: 1...4_096)
    guard width % heads == 0 else {
      throw refuse("hidden_size", "a multiple of num_attention_heads (\(heads))", "\(width)")
    }
    let epsilon = try json.double("layer_norm_eps", default: 1e-12)
    guard epsilon > 0, epsilon < 1 else { throw refuse("layer_norm_eps", "between 0 and 1", "\(epsilon)") }
    self.init(
      vocabularySize: try json.int("vocab_size", in: 1...10_000_000), hiddenSize: width,
      layers: try json.int("num_hidden_layers", in: 1...1_024), heads: heads,
      intermediateSize: try json.int("intermediate_size", in: 1...1_048_576), activation: activation,
      maxPositions: try json.int("max_position_embeddings", in: 3...1_048_576),
      tokenTypes: try json.int("type_vocab_size", in: 1...1_024, default: 2), layerNormEpsilon: Float(epsilon))
  }
}
