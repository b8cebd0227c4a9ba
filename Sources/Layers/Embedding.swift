import TensorCore

/// Rows of a table by index, N(0, 1) at the start (torch's Embedding). Names: weight.
public struct Embedding<Element: TensorElement> {
  /// `[rows, width]`
  public let weight: Parameter<Element>
  /// A row that stands for nothing: 0 at the start, and without gradient.
  public let padding: Int?

  /// - Parameter deviation: standard deviation of the initial numbers
  /// - Throws: `ParameterError`, also for a padding row outside the table
  public init(
    _ rows: Int, _ width: Int, padding: Int? = nil, deviation: Double = 1, in scope: ParameterScope<Element>
  ) throws(ParameterError) {
    if let padding, padding < 0 || padding >= rows {
      throw .layer(scope.path, got: "padding row \(padding)", expected: "a row in 0..<\(rows)")
    }
    let start = padding.map { Initializer.normalTable(deviation, zeroRow: $0) } ?? .normal(deviation)
    weight = try scope.parameter("weight", [rows, width], start)
    self.padding = padding
  }

  /// Shape: n indices → `[n, width]`.
  public func callAsFunction(_ index: RowIndex) throws(ShapeError) -> Tensor<Element> {
    guard let padding else { return try weight.tensor.gathered(index) }
    return try weight.tensor.gathered(index, padding: padding)
  }
}
