import TensorCore

/// Linear → GELU → dropout → … → Linear, over `widths` [input, hidden…, output]; names lin1, lin2, …
///
/// With `residual`, a layer whose in- and output are equally wide adds its input to its output (after the activation,
/// which the last layer does not have): what NLA-MMR's code does (spec 1.12, 1.13).
public struct MLP<Element: TensorElement> {
  public let layers: [Linear<Element>]
  public let dropouts: [Dropout]
  public let residual: Bool

  /// - Parameters:
  ///   - firstDropoutLayer: the dropout layer number of the first hidden layer; the next ones count on
  ///   - factored: as in `Linear`
  public init(
    _ widths: [Int], residual: Bool, dropout: Double, firstDropoutLayer: UInt32, factored: Bool = false,
    in scope: ParameterScope<Element>
  ) throws(ParameterError) {
    var layers: [Linear<Element>] = []
    var dropouts: [Dropout] = []
    for (index, (inputs, outputs)) in zip(widths, widths.dropFirst()).enumerated() {
      layers.append(try Linear(inputs, outputs, factored: factored, in: scope["lin\(index + 1)"]))
      dropouts.append(Dropout(rate: dropout, layer: firstDropoutLayer &+ UInt32(index)))
    }
    self.layers = layers
    self.dropouts = dropouts
    self.residual = residual
  }

  /// Shape: x `[R, widths.first]` → `[R, widths.last]`. `rowOffset` and `rows` number the rows for dropout.
  public func callAsFunction(
    _ x: Tensor<Element>, _ step: DropoutStep?, rowOffset: Int = 0, rows: [Int32]? = nil
  ) throws(ShapeError) -> Tensor<Element> {
    try run(x, from: 0, step, rowOffset: rowOffset, rows: rows)
  }

  /// The same for an x of several tensors side by side.
  public func callAsFunction(
    concatenating parts: [Tensor<Element>], _ step: DropoutStep?, rowOffset: Int = 0, rows: [Int32]? = nil
  ) throws(ShapeError) -> Tensor<Element> {
    // A first layer with a residual needs the whole x, and so does an MLP without layers.
    guard parts.count > 1, let first = layers.first, !residual || first.weight.shape.rows != first.weight.shape.last
    else {
      return try self(Tensor.concatenated(parts), step, rowOffset: rowOffset, rows: rows)
    }
    let y =
      layers.count > 1
      ? try first(concatenating: parts, then: .gelu, dropouts[0], step, rowOffset: rowOffset, rows: rows)
      : try first(concatenating: parts)
    return try run(y, from: 1, step, rowOffset: rowOffset, rows: rows)
  }

  private func run(
    _ x: Tensor<Element>, from start: Int, _ step: DropoutStep?, rowOffset: Int, rows: [Int32]?
  ) throws(ShapeError) -> Tensor<Element> {
    var x = x
    for index in start..<layers.count {
      let y =
        index < layers.count - 1
        ? try layers[index](x, then: .gelu, dropouts[index], step, rowOffset: rowOffset, rows: rows)
        : try layers[index](x)
      x = residual && y.shape == x.shape ? try y + x : y
    }
    return x
  }
}
