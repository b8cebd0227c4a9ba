/// The weights of one transformer layer. A product is y = x Wᵀ + b with W `[outputs, inputs]`.
public struct BERTLayerWeights: Sendable {
  /// Query, key and value under one another: `[3 d, d]` and `[3 d]`. The one copy that is made of mapped weights.
  let fusedWeight, fusedBias: FloatStorage
  let attentionWeight, attentionBias: FloatStorage  // [d, d], [d]
  let attentionScale, attentionShift: FloatStorage  // LayerNorm, [d]
  let innerWeight, innerBias: FloatStorage  // [f, d], [f]
  let outputWeight, outputBias: FloatStorage  // [d, f], [d]
  let outputScale, outputShift: FloatStorage  // LayerNorm, [d]
}

/// The weights of a BERT encoder without its pooler, which no embedding uses.
public struct BERTWeights: Sendable {
  let words, positions, types: FloatStorage  // [vocabulary, d], [positions, d], [types, d]
  let embeddingScale, embeddingShift: FloatStorage  // LayerNorm, [d]
  let layers: [BERTLayerWeights]

  /// Takes every weight from `tensor`, which is asked by name and shape.
  package init(
    _ configuration: BERTConfiguration,
    tensor: (_ name: String, _ shape: [Int]) throws(TextEncoderError) -> FloatStorage
  ) throws(TextEncoderError) {
    let d = configuration.hiddenSize
    let f = configuration.intermediateSize
    words = try tensor("embeddings.word_embeddings.weight", [configuration.vocabularySize, d])
    positions = try tensor("embeddings.position_embeddings.weight", [configuration.maxPositions, d])
    types = try tensor("embeddings.token_type_embeddings.weight", [configuration.tokenTypes, d])
    embeddingScale = try tensor("embeddings.LayerNorm.weight", [d])
    embeddingShift = try tensor("embeddings.LayerNorm.bias", [d])
    var layers: [BERTLayerWeights] = []
    for index in 0..<configuration.layers {
      let at = "encoder.layer.\(index)"
      var weights: [FloatStorage] = []
      var biases: [FloatStorage] = []
      for part in ["query", "key", "value"] {
        weights.append(try tensor("\(at).attention.self.\(part).weight", [d, d]))
        biases.append(try tensor("\(at).attention.self.\(part).bias", [d]))
      }
      layers.append(
        BERTLayerWeights(
          fusedWeight: FloatStorage(joining: weights), fusedBias: FloatStorage(joining: biases),
          attentionWeight: try tensor("\(at).attention.output.dense.weight", [d, d]),
          attentionBias: try tensor("\(at).attention.output.dense.bias", [d]),
          attentionScale: try tensor("\(at).attention.output.LayerNorm.weight", [d]),
          attentionShift: try tensor("\(at).attention.output.LayerNorm.bias", [d]),
          innerWeight: try tensor("\(at).intermediate.dense.weight", [f, d]),
          innerBias: try tensor("\(at).intermediate.dense.bias", [f]),
          outputWeight: try tensor("\(at).output.dense.weight", [d, f]),
          outputBias: try tensor("\(at).output.dense.bias", [d]),
          outputScale: try tensor("\(at).output.LayerNorm.weight", [d]),
          outputShift: try tensor("\(at).output.LayerNorm.bias", [d])))
    }
    self.layers = layers
  }

  /// The weights of a file. Names may carry a prefix (`bert.`, `roberta.`, one of a wrapper); LayerNorms may use the old
  /// names `gamma` and `beta`.
  /// - Throws: `missingTensor`, `wrongShape`, `unsupportedNumberFormat`.
  public init(_ source: any WeightSource, _ configuration: BERTConfiguration) throws(TextEncoderError) {
    let names = EncoderNames(source)
    try self.init(configuration) { (name, shape) throws(TextEncoderError) in
      try source.floats(names.stored(name), shape: shape)
    }
  }
}

/// How a file names the encoder's tensors, and which of its tensors the encoder does not use.
struct EncoderNames {
  private static let word = "embeddings.word_embeddings.weight"
  private let source: any WeightSource
  let prefix: String

  /// The prefix is what stands before the word embeddings; of several, the shortest of the usual ones.
  init(_ source: any WeightSource) {
    self.source = source
    let usual = ["", "bert.", "roberta."]
    prefix =
      usual.first { source.shape(of: $0 + Self.word) != nil }
      ?? source.names.filter { $0.hasSuffix("." + Self.word) }.map { String($0.dropLast(Self.word.count)) }.min()
      ?? ""
  }

  /// The name under which the file has a tensor; the plain name with the prefix when it has none.
  func stored(_ name: String) -> String {
    var candidates = [prefix + name]
    if name.hasSuffix("LayerNorm.weight") { candidates.append(prefix + name.dropLast(6) + "gamma") }
    if name.hasSuffix("LayerNorm.bias") { candidates.append(prefix + name.dropLast(4) + "beta") }
    return candidates.first { source.shape(of: $0) != nil } ?? candidates[0]
  }

  /// Tensors beside the encoder: poolers, heads and their tied copies. Position numbers, which old files store, are not
  /// counted.
  func unused(layers: Int) -> [String] {
    source.names.filter { name in
      guard name.hasPrefix(prefix) else { return true }
      let own = name.dropFirst(prefix.count)
      if own.hasPrefix("embeddings.") { return false }
      guard own.hasPrefix("encoder.layer.") else { return true }
      let index = Int(own.dropFirst("encoder.layer.".count).prefix { $0 != "." })
      return index.map { $0 >= layers } ?? true
    }
  }
}
