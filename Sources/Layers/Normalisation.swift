import TensorCore

/// Batch normalisation over the rows of x `[R, C]`, with running statistics (momentum 0.1, unbiased running variance) as
/// in torch. Names: weight, bias, running_mean, running_var.
public struct BatchNorm<Element: TensorElement> {
  public let weight: Parameter<Element>
  public let bias: Parameter<Element>
  public let statistics: BatchStatistics<Element>

  public init(
    _ width: Int, momentum: Double = 0.1, epsilon: Double = 1e-5, in scope: ParameterScope<Element>
  ) throws(ParameterError) {
    weight = try scope.parameter("weight", [width], .ones)
    bias = try scope.parameter("bias", [width], .zeros)
    statistics = try BatchStatistics(width, momentum: momentum, epsilon: epsilon, in: scope)
  }

  /// dropout(relu(BN(x))), with ReLU and dropout only where asked for; dropout acts in training only.
  /// - Parameter linear: the layer that made x with `withoutBias`; its bias is accounted for here without being added
  /// - Throws: `ShapeError`; what the store's statistics exchange throws
  public func callAsFunction(
    _ x: Tensor<Element>, training: Bool, after linear: Linear<Element>? = nil, relu: Bool = false,
    dropout: (rate: Double, mask: DropoutMask)? = nil
  ) throws -> Tensor<Element> {
    try x.batchNorm(
      weight: weight.tensor, bias: bias.tensor, statistics: statistics, training: training,
      inputBias: linear?.bias?.tensor, relu: relu, dropout: dropout)
  }
}

extension BatchNorm {
  /// The same for rows that come in several tensors: one normalisation over all of them.
  public func callAsFunction(
    parts: [Tensor<Element>], training: Bool, after linear: Linear<Element>? = nil, relu: Bool = false,
    dropout: [(rate: Double, mask: DropoutMask)]? = nil
  ) throws -> [Tensor<Element>] {
    try Tensor.batchNorm(
      parts: parts, weight: weight.tensor, bias: bias.tensor, statistics: statistics, training: training,
      inputBias: linear?.bias?.tensor, relu: relu, dropout: dropout)
  }
}

extension BatchNorm {
  /// This normalisation, after `linear`, for `Tensor.ginNetwork`.
  func fused(after linear: Linear<Element>) -> GINLayer<Element>.Norm {
    .init(weight: weight.tensor, bias: bias.tensor, inputBias: linear.bias?.tensor, statistics: statistics)
  }
}

/// Normalises every row over its last axis. Names: weight, bias.
public struct LayerNorm<Element: TensorElement> {
  public let weight: Parameter<Element>
  public let bias: Parameter<Element>
  public let epsilon: Double

  public init(_ width: Int, epsilon: Double = 1e-5, in scope: ParameterScope<Element>) throws(ParameterError) {
    weight = try scope.parameter("weight", [width], .ones)
    bias = try scope.parameter("bias", [width], .zeros)
    self.epsilon = epsilon
  }

  public func callAsFunction(_ x: Tensor<Element>) throws(ShapeError) -> Tensor<Element> {
    try x.layerNorm(weight: weight.tensor, bias: bias.tensor, epsilon: epsilon)
  }
}
