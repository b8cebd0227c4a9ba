internal import CBLAS

/// The matrix products of the forward pass; the one place to change for another kernel or number format.
struct EncoderProducts: Sendable {
  /// y += x Wᵀ: activations times a weight.
  /// - Shape: x `[rows, inner]`, W `[columns, inner]`, y `[rows, columns]`.
  func add(
    _ x: UnsafePointer<Float>, _ weight: FloatStorage, to y: UnsafeMutablePointer<Float>, rows: Int, inner: Int,
    columns: Int
  ) throws(TextEncoderError) {
    try multiply(
      x, inner, weight.pointer, inner, y, columns, rows: rows, columns: columns, inner: inner, beta: 1)
  }

  /// c = alpha a bᵀ + beta c (or a b when not transposed), row-major, with the row lengths of a, b and c.
  func multiply(
    _ a: UnsafePointer<Float>, _ lda: Int, _ b: UnsafePointer<Float>, _ ldb: Int, _ c: UnsafeMutablePointer<Float>,
    _ ldc: Int, rows: Int, columns: Int, inner: Int, transposed: Bool = true, alpha: Float = 1, beta: Float
  ) throws(TextEncoderError) {
    let status = cblas_shim_sgemm(0, transposed ? 1 : 0, rows, columns, inner, alpha, a, lda, b, ldb, beta, c, ldc)
    guard status == 0 else { throw .matrixProduct(status: Int(status), shape: [rows, columns, inner]) }
  }
}
