internal import CBLAS
internal import CKernels

/// The matrix products of the forward pass; the one place to change for another kernel or number format.
struct EncoderProducts: Sendable {
  var precision = EncoderPrecision.float32

  /// y = x Wᵀ, or y += x Wᵀ: activations times a weight, in float32.
  /// - Shape: x `[rows, inner]`, W `[columns, inner]`, y `[rows, columns]`.
  func multiply(
    _ x: UnsafePointer<Float>, _ weight: FloatStorage, to y: UnsafeMutablePointer<Float>, rows: Int, inner: Int,
    columns: Int, adding: Bool
  ) throws(TextEncoderError) {
    try multiply(
      x, inner, weight.pointer, inner, y, columns, rows: rows, columns: columns, inner: inner, beta: adding ? 1 : 0)
  }

  /// y = x Wᵀ + b, or y += x Wᵀ + b, with factors in bfloat16.
  /// - Parameters:
  ///   - x: `[rows, inputs]` in bfloat16.
  ///   - scratch: a workspace's `productScratch`.
  func multiply(
    rounded x: UnsafePointer<UInt16>, _ weight: PackedWeight, bias: FloatStorage, to y: UnsafeMutablePointer<Float>,
    rows: Int, adding: Bool, scratch: UnsafeMutableRawPointer
  ) {
    ck_bf16_gemm(
      precision.path, x, 1, weight.inputs, weight.memory, bias.pointer, y, weight.outputs, rows, weight.outputs,
      weight.inputs, adding ? 1 : 0, scratch)
  }

  /// The same with x in float32: rounded on the way.
  func multiply(
    _ x: UnsafePointer<Float>, _ weight: PackedWeight, bias: FloatStorage, to y: UnsafeMutablePointer<Float>,
    rows: Int, adding: Bool, scratch: UnsafeMutableRawPointer
  ) {
    ck_bf16_gemm(
      precision.path, x, 0, weight.inputs, weight.memory, bias.pointer, y, weight.outputs, rows, weight.outputs,
      weight.inputs, adding ? 1 : 0, scratch)
  }

  /// c = alpha a bᵀ + beta c (or a b when not transposed), row-major, with the row lengths of a, b and c; in float32.
  func multiply(
    _ a: UnsafePointer<Float>, _ lda: Int, _ b: UnsafePointer<Float>, _ ldb: Int, _ c: UnsafeMutablePointer<Float>,
    _ ldc: Int, rows: Int, columns: Int, inner: Int, transposed: Bool = true, alpha: Float = 1, beta: Float
  ) throws(TextEncoderError) {
    let status = cblas_shim_sgemm(0, transposed ? 1 : 0, rows, columns, inner, alpha, a, lda, b, ldb, beta, c, ldc)
    guard status == 0 else { throw .matrixProduct(status: Int(status), shape: [rows, columns, inner]) }
  }
}
