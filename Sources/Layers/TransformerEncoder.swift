import TensorCore

/// One layer of a Transformer encoder (torch's TransformerEncoderLayer, batch first).
///
/// Post-norm: x ← LN₁(x + drop(MHA(x))); x ← LN₂(x + drop(W₂ drop(f(W₁ x)))).
/// Pre-norm: x ← x + drop(MHA(LN₁(x))); x ← x + drop(W₂ drop(f(W₁ LN₂(x)))).
/// Names: self_attn.in_proj_weight, self_attn.in_proj_bias, self_attn.out_proj.weight, self_attn.out_proj.bias,
/// linear1.weight, …, linear2.bias, norm1.weight, …, norm2.bias.
public struct TransformerEncoderLayer<Element: TensorElement> {
  public let attention: MultiHeadAttention<Element>
  public let linear1, linear2: Linear<Element>
  public let norm1, norm2: LayerNorm<Element>
  /// After the attention, inside the feed-forward part, and after it.
  public let dropouts: [Dropout]
  public let activation: Activation
  public let isPreNorm: Bool

  /// How many dropout layer numbers one of these takes.
  public static var dropoutLayers: UInt32 { 4 }

  /// - Parameters:
  ///   - hidden: width of the feed-forward part
  ///   - dropout: rate of all four dropouts; the attention weights' has number `firstDropoutLayer`, the others follow
  public init(
    _ width: Int, heads: Int, hidden: Int, activation: Activation = .relu, isPreNorm: Bool = false,
    epsilon: Double = 1e-5, dropout: Double = 0.1, firstDropoutLayer: UInt32, in scope: ParameterScope<Element>
  ) throws(ParameterError) {
    attention = try MultiHeadAttention(
      width, heads: heads, dropout: Dropout(rate: dropout, layer: firstDropoutLayer), in: scope["self_attn"])
    linear1 = try Linear(width, hidden, in: scope["linear1"])
    linear2 = try Linear(hidden, width, in: scope["linear2"])
    norm1 = try LayerNorm(width, epsilon: epsilon, in: scope["norm1"])
    norm2 = try LayerNorm(width, epsilon: epsilon, in: scope["norm2"])
    dropouts = (1...3).map { Dropout(rate: dropout, layer: firstDropoutLayer &+ $0) }
    self.activation = activation
    self.isPreNorm = isPreNorm
  }

  /// Shape: x `[B, T, D]` → `[B, T, D]`. `rowOffset` and `rows` number the items for dropout.
  public func callAsFunction(
    _ x: Tensor<Element>, mask: AttentionMask<Element>? = nil, _ step: DropoutStep? = nil, rowOffset: Int = 0,
    rows: [Int32]? = nil
  ) throws(ShapeError) -> Tensor<Element> {
    try ShapeError.requireItems(x, "TransformerEncoderLayer")
    let places = step == nil ? nil : try Self.places(items: x.shape[0], length: x.shape[1], rowOffset, rows)
    func dropped(_ y: Tensor<Element>, _ number: Int) throws(ShapeError) -> Tensor<Element> {
      try dropouts[number](y, step, rows: places)
    }
    func attended(_ y: Tensor<Element>) throws(ShapeError) -> Tensor<Element> {
      try dropped(attention(y, mask: mask, step, rowOffset: rowOffset, rows: rows).output, 0)
    }
    func forward(_ y: Tensor<Element>) throws(ShapeError) -> Tensor<Element> {
      try dropped(linear2(linear1(y, then: activation, dropouts[1], step, rows: places)), 2)
    }
    if isPreNorm {
      let middle = try x + attended(norm1(x))
      return try middle + forward(norm2(middle))
    }
    let middle = try norm1(x + attended(x))
    return try norm2(middle + forward(middle))
  }

  /// The global numbers of the rows of `[items, length]`: item · length + place.
  private static func places(
    items: Int, length: Int, _ rowOffset: Int, _ rows: [Int32]?
  ) throws(ShapeError) -> [Int32] {
    if let rows, rows.count != items {
      throw .mismatch(
        "TransformerEncoderLayer", expected: "a global number for each of \(items) items", got: "\(rows.count)")
    }
    return (0..<(items * length)).map { row in
      let item = rows.map { Int($0[row / length]) } ?? rowOffset + row / length
      return Int32(truncatingIfNeeded: item * length + row % length)
    }
  }
}

/// Encoder layers one after the other (torch's TransformerEncoder). Names: layers.0.…, layers.1.…, norm.… with a last norm.
public struct TransformerEncoder<Element: TensorElement> {
  public let layers: [TransformerEncoderLayer<Element>]
  /// After the last layer, where asked for: pre-norm encoders want one.
  public let norm: LayerNorm<Element>?

  public init(
    layers count: Int, _ width: Int, heads: Int, hidden: Int, activation: Activation = .relu, isPreNorm: Bool = false,
    finalNorm: Bool = false, epsilon: Double = 1e-5, dropout: Double = 0.1, firstDropoutLayer: UInt32,
    in scope: ParameterScope<Element>
  ) throws(ParameterError) {
    var layers: [TransformerEncoderLayer<Element>] = []
    for index in 0..<max(count, 0) {
      let first = firstDropoutLayer &+ UInt32(index) * TransformerEncoderLayer<Element>.dropoutLayers
      layers.append(
        try TransformerEncoderLayer(
          width, heads: heads, hidden: hidden, activation: activation, isPreNorm: isPreNorm, epsilon: epsilon,
          dropout: dropout, firstDropoutLayer: first, in: scope["layers"]["\(index)"]))
    }
    self.layers = layers
    norm = finalNorm ? try LayerNorm(width, epsilon: epsilon, in: scope["norm"]) : nil
  }

  /// Shape: x `[B, T, D]` → `[B, T, D]`.
  public func callAsFunction(
    _ x: Tensor<Element>, mask: AttentionMask<Element>? = nil, _ step: DropoutStep? = nil, rowOffset: Int = 0,
    rows: [Int32]? = nil
  ) throws(ShapeError) -> Tensor<Element> {
    var x = x
    for layer in layers { x = try layer(x, mask: mask, step, rowOffset: rowOffset, rows: rows) }
    return try norm?(x) ?? x
  }
}

extension ShapeError {
  /// Throws unless x is `[B, T, D]`.
  static func requireItems<Element>(_ x: Tensor<Element>, _ layer: String) throws(ShapeError) {
    guard x.shape.rank == 3 else { throw .mismatch(layer, expected: "[B, T, D]", got: "\(x.shape)") }
  }
}
