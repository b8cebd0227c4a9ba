import TensorCore

/// Multi-head attention with torch's parameters and start: in-projection xavier-uniform, out-projection U(±1/√D), biases 0.
/// Names: in_proj_weight `[3 D, D]` (rows of Q, K, V), in_proj_bias `[3 D]`, out_proj.weight `[D, D]`, out_proj.bias.
public struct MultiHeadAttention<Element: TensorElement> {
  public let inputWeight, inputBias: Parameter<Element>
  public let outputWeight, outputBias: Parameter<Element>
  public let width, heads: Int
  /// Dropout of the attention weights; its rows are numbered from the items, see `Tensor.attention`.
  public let dropout: Dropout?

  /// - Throws: `ParameterError`, also for heads that do not divide the width
  public init(
    _ width: Int, heads: Int, dropout: Dropout? = nil, in scope: ParameterScope<Element>
  ) throws(ParameterError) {
    guard heads > 0, width % heads == 0 else {
      throw .layer(scope.path, got: "\(heads) heads for a width of \(width)", expected: "heads that divide the width")
    }
    inputWeight = try scope.parameter("in_proj_weight", [3 * width, width], .xavierUniform)
    inputBias = try scope.parameter("in_proj_bias", [3 * width], .zeros)
    outputWeight = try scope["out_proj"].parameter("weight", [width, width], .uniformFanIn(width))
    outputBias = try scope["out_proj"].parameter("bias", [width], .zeros)
    self.width = width
    self.heads = heads
    self.dropout = dropout
  }

  /// Self-attention, or attention of x to `keys` where they are given.
  /// - Shape: x `[B, Q, D]`, keys `[B, K, D]` → output `[B, Q, D]`, weights `[B, H, Q, K]` (before dropout, outside the
  ///   graph)
  /// - Parameters:
  ///   - step: nil in evaluation
  ///   - rowOffset, rows: the global numbers of the items, for dropout
  public func callAsFunction(
    _ x: Tensor<Element>, keys: Tensor<Element>? = nil, mask: AttentionMask<Element>? = nil,
    _ step: DropoutStep? = nil, rowOffset: Int = 0, rows: [Int32]? = nil
  ) throws(ShapeError) -> (output: Tensor<Element>, weights: Tensor<Element>) {
    var kept: (rate: Double, mask: DropoutMask)?
    if let step, let dropout { kept = (dropout.rate, dropout.mask(step, rowOffset: rowOffset, rows: rows)) }
    let attended: (output: Tensor<Element>, weights: Tensor<Element>)
    if let keys {
      let (weight, bias) = (inputWeight.tensor, inputBias.tensor)
      let query = try x.linear(weight: weight.rows(0..<width), bias: bias.rows(0..<width))
      let pairs = try keys.linear(weight: weight.rows(width..<(3 * width)), bias: bias.rows(width..<(3 * width)))
        .split([width, width])
      attended = try Tensor.attention(
        query: query, keys: pairs[0], values: pairs[1], heads: heads, mask: mask, dropout: kept)
    } else {
      attended = try x.linear(inputWeight, bias: inputBias).selfAttention(heads: heads, mask: mask, dropout: kept)
    }
    return (try attended.output.linear(outputWeight, bias: outputBias), attended.weights)
  }
}
