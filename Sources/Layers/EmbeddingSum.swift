import TensorCore

/// Sum of one row from each of several tables, xavier-uniform at the start (ogb's AtomEncoder and BondEncoder).
/// Names: tables.0, tables.1, …
public struct EmbeddingSum<Element: TensorElement> {
  public let tables: [Parameter<Element>]

  /// - Parameter dims: rows of each table
  public init(_ dims: [Int], _ width: Int, in scope: ParameterScope<Element>) throws(ParameterError) {
    var tables: [Parameter<Element>] = []
    for (index, rows) in dims.enumerated() {
      tables.append(try scope["tables"].parameter("\(index)", [rows, width], .xavierUniform))
    }
    self.tables = tables
  }

  /// Shape: categories of n rows → `[n, width]`.
  public func callAsFunction(_ rows: CategoryRows) throws(ShapeError) -> Tensor<Element> {
    try Tensor.embeddingSum(rows, tables: tables.map({ $0.tensor }))
  }
}
