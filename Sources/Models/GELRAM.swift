// Shapes: B rows · S symptoms · H herbs · D = d · T tokens.
import Layers
import TensorCore

/// Everything between a row's symptoms and its scores.
public struct SetRepresentation<Element: TensorElement> {
  /// s = u + dropout(relu(W u + b)), u the pooled symptoms. `[B, D]`
  public let setBD: Tensor<Element>
  /// The probability estimation's scores. `[B, H]`
  public let baseLogitsBH: Tensor<Element>
  /// What GELRAM makes of them; nil without it.
  public let encoded: EncodedSet<Element>?
}

/// What GELRAM computes, in its order.
public struct EncodedSet<Element: TensorElement> {
  /// p = sigmoid of the base scores `[B, H]`
  public let probabilitiesBH: Tensor<Element>
  /// g, the herbs weighted by p `[B, D]`
  public let herbsBD: Tensor<Element>
  /// The first token `[B, D]`
  public let tokenBD: Tensor<Element>
  /// The encoder's output at the first token `[B, D]`
  public let outputBD: Tensor<Element>
  /// `[B, H]`
  public let logitsBH: Tensor<Element>
}

/// The encoder over a row's symptoms and its probable herbs (spec 3.5): g = Σ p_h eh_h / Σ p_h, the first token
/// c = W_c [g; s] + t₀; then es_j + t₁ for the symptoms and p_h eh_h + t₂ for herbs; a Transformer encoder without
/// positions; scores from its output at the first token.
/// Names: cls, seg `[3, D]`, tr.0 …, fin, out_bias2 `[H]`.
struct GELRAM<Element: TensorElement> {
  let config: FMCHSConfig
  let isFused: Bool
  let token: Linear<Element>
  let kinds: Parameter<Element>
  let layers: [TransformerEncoderLayer<Element>]
  let readout: Linear<Element>
  let bias: Parameter<Element>

  init(
    _ config: FMCHSConfig, bias start: [Double], isFused: Bool, in scope: ParameterScope<Element>
  ) throws(ParameterError) {
    let width = config.width
    (self.config, self.isFused) = (config, isFused)
    token = try Linear(2 * width, width, in: scope["cls"])
    kinds = try scope.parameter("seg", [3, width], .normal(0.02))
    var layers: [TransformerEncoderLayer<Element>] = []
    for number in 0..<config.encoderLayers {
      layers.append(
        try TransformerEncoderLayer(
          width, heads: config.encoderHeads, hidden: config.encoderHidden, dropout: config.dropout,
          firstDropoutLayer: DropoutLayers.encoder(number), in: scope["tr"]["\(number)"]))
    }
    self.layers = layers
    readout = try Linear(width, config.readout == .linear ? config.herbs : width, in: scope["fin"])
    bias = try scope.parameter("out_bias2", [config.herbs], .values(start))
  }

  /// Keys and values of all nodes in the first layer: of symptoms with their kind and the bias, of herbs without either.
  func keys(symptomsSD: Tensor<Element>, herbsHD: Tensor<Element>) throws -> [Tensor<Element>] {
    let (weight, bias) = try pairWeights()
    let symptoms = try symptomsSD.adding(row: kind(1)).linear(weight: weight, bias: bias)
    let herbs = try herbsHD.linear(weight: weight)
    return try [symptoms, herbs].flatMap { try $0.split([config.width, config.width]) }
  }

  /// - Parameters:
  ///   - setBD: s
  ///   - productBH: s · eh, the base scores without their bias
  ///   - rows: positions in the global batch, for dropout
  func callAsFunction(
    setBD: Tensor<Element>, productBH: Tensor<Element>, baseLogitsBH: Tensor<Element>, sets: SymptomSets,
    nodes: FMCHSNodes<Element>, _ step: DropoutStep?, rows: [Int32]
  ) throws -> EncodedSet<Element> {
    let probabilitiesBH = baseLogitsBH.sigmoid()
    let herbsBD = try probabilitiesBH.matmul(nodes.herbsHD).multiplied(
      column: probabilitiesBH.sum(axis: 1).reciprocal())
    let tokenBD = try token(Tensor.concatenated([herbsBD, setBD])).adding(row: kind(0))
    let tokens = GELRAMTokens(
      firstBD: tokenBD, sets: sets, probabilitiesBH: probabilitiesBH, nodes: nodes, step: step, rows: rows)
    let outputBD = config.sharesKeys ? try firstToken(tokens) : try sequences(tokens)
    let read = try readout(outputBD)
    var logitsBH = config.readout == .linear ? read : try read.matmul(transposed: nodes.herbsHD)
    logitsBH = try logitsBH.adding(row: bias.tensor)
    if config.residual { logitsBH = try logitsBH + productBH }
    return EncodedSet(
      probabilitiesBH: probabilitiesBH, herbsBD: herbsBD, tokenBD: tokenBD, outputBD: outputBD, logitsBH: logitsBH)
  }

  /// t₀ the set's, t₁ the symptoms', t₂ the herbs'. `[1, D]`
  func kind(_ number: Int) throws(ShapeError) -> Tensor<Element> { try kinds.tensor.rows(number..<(number + 1)) }

  /// The first layer's weight and bias of keys and values. `[2 D, D]` and `[2 D]`
  func pairWeights() throws(ShapeError) -> (Tensor<Element>, Tensor<Element>) {
    let (attention, width) = (layers[0].attention, config.width)
    return (
      try attention.inputWeight.tensor.rows(width..<(3 * width)),
      try attention.inputBias.tensor.rows(width..<(3 * width))
    )
  }
}

/// The tokens of a part's rows, before the encoder.
struct GELRAMTokens<Element: TensorElement> {
  let firstBD: Tensor<Element>
  let sets: SymptomSets
  let probabilitiesBH: Tensor<Element>
  let nodes: FMCHSNodes<Element>
  let step: DropoutStep?
  let rows: [Int32]
}
