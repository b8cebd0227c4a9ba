/// What an operation refuses: shapes, values and indices that do not fit, and failures of the matrix library.
public enum ShapeError: Error, Equatable, CustomStringConvertible {
  /// Shapes do not fit together.
  case mismatch(_ operation: String, expected: String, got: String)
  /// An index points outside the rows it selects from.
  case index(_ operation: String, position: Int, value: Int, bound: Int)
  /// A number is outside its range.
  case value(_ operation: String, _ got: String, expected: String)
  /// The matrix library refused a product.
  case library(_ operation: String, status: Int)

  public var description: String {
    switch self {
    case .mismatch(let operation, let expected, let got):
      "\(operation): expected \(expected), got \(got)."
    case .index(let operation, let position, let value, let bound):
      "\(operation): index \(value) at position \(position) is outside 0..<\(bound)."
    case .value(let operation, let got, let expected):
      "\(operation): got \(got), expected \(expected)."
    case .library(let operation, let status):
      "\(operation): oneDNN's dnnl_sgemm returned status \(status); check the library's installation."
    }
  }
}

extension ShapeError {
  /// Throws `mismatch` unless the condition holds; the texts are only built then.
  static func require(
    _ condition: Bool, _ operation: @autoclosure () -> String, expected: @autoclosure () -> String,
    got: @autoclosure () -> String
  ) throws(ShapeError) {
    if !condition {
      throw .mismatch(operation(), expected: expected(), got: got())
    }
  }
}
