/// How a node's vector is made of its vectors h⁰ … hᴸ of all layers (`mean`: KDHR's way).
public enum NodeCombination: String, CaseIterable, Sendable { case sum, mean, last }

/// How the vectors of a row's symptoms become one.
public enum SetPooling: String, CaseIterable, Sendable { case sum, mean }

/// Which herbs the set encoder attends to: every one, the most probable ones, or none.
public enum HerbTokens: String, CaseIterable, Sendable { case all, top, none }

/// What turns the encoded set into scores: a linear layer with a row per herb, or the inner product with the herbs' nodes.
public enum Readout: String, CaseIterable, Sendable { case linear, dot }

/// The shape and the switches of FMCHS. Everything the paper leaves open is a field; the defaults are what trained best.
public struct FMCHSConfig: Equatable, Sendable {
  public var symptoms: Int
  public var herbs: Int
  /// Width of the symptoms' semantic vectors.
  public var semanticWidth: Int
  /// Width of the herbs' features: properties, then the molecular vector where there is one.
  public var herbWidth: Int
  /// d, width of everything inside.
  public var width = 64
  /// L, graph attention layers of HABRM.
  public var layers = 2
  public var graphHeads = 1
  public var combine = NodeCombination.sum
  /// Adds a learnt vector to every node: without it herbs with equal features cannot be told apart.
  public var idEmbedding = true
  /// Standard deviation of these vectors at the start.
  public var idScale = 0.1
  /// Slope of the attention scores' LeakyReLU below 0.
  public var leakySlope = 0.2
  /// Dropout of the graph attention's weights.
  public var graphDropout = 0.0
  public var pool = SetPooling.sum
  /// Graph attention over the co-occurrence graph; without it nodes are their features (and id vectors).
  public var useHABRM = true
  /// The encoder over symptom and herb tokens; without it the scores are those of the probability estimation.
  public var useGELRAM = true
  public var herbTokens = HerbTokens.all
  /// How many herbs `HerbTokens.top` takes.
  public var topTokens = 20
  /// More than one needs whole sequences: with all herbs, tokens² attention weights for every row, head and layer but the
  /// last. Take the most probable herbs then.
  public var encoderLayers = 1
  public var encoderHeads = 4
  public var encoderHidden = 128
  /// Dropout of the set's MLP, of the encoder and of its attention weights.
  public var dropout = 0.3
  public var readout = Readout.linear
  /// Adds the scores of the probability estimation to the encoder's.
  public var residual = true

  public init(symptoms: Int, herbs: Int, semanticWidth: Int = 768, herbWidth: Int = 27 + 512) {
    self.symptoms = symptoms
    self.herbs = herbs
    self.semanticWidth = semanticWidth
    self.herbWidth = herbWidth
  }

  /// n_s + n_h.
  public var nodes: Int { symptoms + herbs }

  /// Whether the encoder is one layer over all herbs: then only its first token is computed, from keys and values that
  /// depend on the nodes alone.
  public var sharesKeys: Bool { useGELRAM && herbTokens == .all && encoderLayers == 1 }

  /// Shapes of `FMCHSNodes.tensors`.
  public var nodeShapes: [[Int]] {
    let own = [[symptoms, width], [herbs, width]]
    return sharesKeys ? own + [own[0], own[0], own[1], own[1]] : own
  }

  /// - Throws: `ModelError.setting` for the first field that no model can have.
  public func validate() throws(ModelError) {
    let least: [(String, Int)] = [
      ("symptoms", symptoms), ("herbs", herbs), ("semanticWidth", semanticWidth), ("herbWidth", herbWidth),
      ("width", width), ("layers", layers), ("topTokens", topTokens), ("encoderLayers", encoderLayers),
      ("encoderHidden", encoderHidden),
    ]
    for (name, value) in least where value < 1 {
      throw .setting(name, found: "\(value)", expected: "1 or more")
    }
    for (name, heads) in [("graphHeads", graphHeads), ("encoderHeads", encoderHeads)] {
      guard heads > 0, width % heads == 0 else {
        throw .setting(name, found: "\(heads)", expected: "a divisor of the width \(width)")
      }
    }
    for (name, rate) in [("dropout", dropout), ("graphDropout", graphDropout)] where !(rate >= 0 && rate < 1) {
      throw .setting(name, found: "\(rate)", expected: "a rate from 0 to below 1")
    }
    guard idScale >= 0, idScale.isFinite else {
      throw .setting("idScale", found: "\(idScale)", expected: "a number from 0 on")
    }
    guard leakySlope.isFinite else {
      throw .setting("leakySlope", found: "\(leakySlope)", expected: "a finite number")
    }
  }
}
