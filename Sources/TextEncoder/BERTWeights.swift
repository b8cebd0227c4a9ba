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

  /// The weights of a safetensors file. Names may carry the prefix `bert.`; LayerNorms may use the old names
  /// `gamma` and `beta`.
  /// - Throws: `missingTensor`, `wrongShape`, `unsupportedNumberFormat`.
  public init(_ file: SafeTensors, _ configuration: BERTConfiguration) throws(TextEncoderError) {
    try self.init(configuration) { (name, shape) throws(TextEncoderError) in
      try file.floats(Self.storedName(name, in: file), shape: shape)
    }
  }

  private static func storedName(_ name: String, in file: SafeTensors) -> String {
    var candidates = [name]
    if name.hasSuffix("LayerNorm.weight") { candidates.append(String(name.dropLast(6)) + "gamma") }
    if name.hasSuffix("LayerNorm.bias") { candidates.append(String(name.dropLast(4)) + "beta") }
    candidates += candidates.map { "bert." + $0 }
    return candidates.first { file.entries[$0] != nil } ?? name
  }
}
