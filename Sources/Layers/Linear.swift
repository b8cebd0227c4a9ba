import TensorCore

/// y = x Wᵀ + b.  Shape: x `[..., I]` → y `[..., O]`; W `[O, I]`; b `[O]`.
///
/// Starts like torch's Linear: weight and bias from U(±1/√I).
public struct Linear<Element: TensorElement> {
  public let weight: Parameter<Element>
  public let bias: Parameter<Element>?

  /// - Parameters:
  ///   - factored: whether a store's `linearSink` takes this layer's gradients as factors (x, dy)
  ///   - scope: where `weight` and `bias` are declared
  public init(
    _ inputs: Int, _ outputs: Int, bias: Bool = true, factored: Bool = false, in scope: ParameterScope<Element>
  ) throws(ParameterError) {
    weight = try scope.parameter("weight", [outputs, inputs], .uniformFanIn(inputs), factored: factored)
    self.bias = bias ? try scope.parameter("bias", [outputs], .uniformFanIn(inputs), factored: factored) : nil
  }

  public func callAsFunction(_ x: Tensor<Element>) throws(ShapeError) -> Tensor<Element> {
    try x.linear(weight, bias: bias)
  }

  /// The same for an x of several tensors side by side (`Tensor.linear(concatenating:)`).
  public func callAsFunction(concatenating parts: [Tensor<Element>]) throws(ShapeError) -> Tensor<Element> {
    try Tensor.linear(concatenating: parts, weight, bias: bias)
  }

  /// dropout(f(x Wᵀ + b)) as one operation; dropout in training only.
  /// - Parameters:
  ///   - activation: f
  ///   - step: nil in evaluation
  ///   - rowOffset, rows: the global numbers of the rows of x, as in `Dropout`
  public func callAsFunction(
    _ x: Tensor<Element>, then activation: Activation, _ dropout: Dropout? = nil, _ step: DropoutStep? = nil,
    rowOffset: Int = 0, rows: [Int32]? = nil
  ) throws(ShapeError) -> Tensor<Element> {
    try x.linear(
      weight, bias: bias, activation: activation, dropout: dropout?.acting(in: step, rowOffset: rowOffset, rows: rows))
  }

  /// The same for an x of several tensors side by side.
  public func callAsFunction(
    concatenating parts: [Tensor<Element>], then activation: Activation, _ dropout: Dropout? = nil,
    _ step: DropoutStep? = nil, rowOffset: Int = 0, rows: [Int32]? = nil
  ) throws(ShapeError) -> Tensor<Element> {
    try Tensor.linear(
      concatenating: parts, weight, bias: bias, activation: activation,
      dropout: dropout?.acting(in: step, rowOffset: rowOffset, rows: rows))
  }

  /// x Wᵀ without the bias, for a BatchNorm that follows and cancels it (see `BatchNorm.callAsFunction(after:)`).
  public func withoutBias(_ x: Tensor<Element>) throws(ShapeError) -> Tensor<Element> {
    try x.linear(weight)
  }
}
