import CBLAS
import CKernels

// Functions, axes and rows on the vector kernels.

extension VectorKernels {
  public static func apply(_ function: Function, _ x: In, _ y: Out, _ count: Int) {
    let (code, lower, upper) = function.code
    ck_function(code, lower, upper, x, y, count)
  }

  public static func applyGradient(
    _ function: Function, _ x: In, _ y: In, _ dy: In, _ dx: Out, _ count: Int, accumulate: Bool
  ) {
    let (code, lower, upper) = function.code
    ck_function_gradient(code, lower, upper, x, y, dy, dx, count, accumulate ? 1 : 0)
  }

  public static func divide(_ a: In, _ b: In, _ out: Out, _ count: Int) { ck_divide(a, b, out, count) }

  public static func maskedFill(_ x: In, mask: In, _ value: Float, _ out: Out, _ count: Int, accumulate: Bool) {
    ck_masked_fill(x, mask, value, out, count, accumulate ? 1 : 0)
  }

  public static func fill(_ value: Float, _ out: Out, _ count: Int, accumulate: Bool) {
    ck_fill(value, out, count, accumulate ? 1 : 0)
  }

  public static func sumOfSquares(_ x: In, _ count: Int) -> Double { ck_sum_of_squares(x, count) }
  public static func clip(_ bound: Float, _ x: Out, _ count: Int) { ck_clip(bound, x, count) }

  public static func sumAxis(_ x: In, _ y: Out, _ axis: AxisExtent) {
    ck_sum_axis(x, y, axis.outer, axis.extent, axis.inner)
  }

  public static func spreadAxis(_ dy: In, _ dx: Out, _ axis: AxisExtent, factor: Float, accumulate: Bool) {
    ck_spread_axis(dy, dx, axis.outer, axis.extent, axis.inner, factor, accumulate ? 1 : 0)
  }

  public static func maxAxis(_ x: In, _ y: Out, _ axis: AxisExtent) {
    ck_max_axis(x, y, axis.outer, axis.extent, axis.inner)
  }

  public static func maxAxisGradient(_ x: In, _ y: In, _ dy: In, _ dx: Out, _ axis: AxisExtent, accumulate: Bool) {
    ck_max_axis_gradient(x, y, dy, dx, axis.outer, axis.extent, axis.inner, accumulate ? 1 : 0)
  }

  public static func stridedCopy(_ strided: In, _ dense: Out, extents: [Int], strides: [Int]) {
    ck_strided_copy(strided, dense, extents.count, extents, strides)
  }

  public static func stridedAdd(_ dense: In, _ strided: Out, extents: [Int], strides: [Int]) {
    ck_strided_add(dense, strided, extents.count, extents, strides)
  }

  public static func scaleRows(_ x: In, _ factors: In, _ y: Out, rows: Int, width: Int, accumulate: Bool) {
    ck_scale_rows(x, factors, y, rows, width, accumulate ? 1 : 0)
  }

  public static func rowDots(_ a: In, _ b: In, _ out: Out, rows: Int, width: Int, accumulate: Bool) {
    ck_row_dots(a, b, out, rows, width, accumulate ? 1 : 0)
  }

  public static func logSoftmax(_ x: In, _ y: Out, rows: Int, width: Int) { ck_log_softmax(x, y, rows, width) }

  public static func logSoftmaxGradient(_ y: In, _ dy: In, _ dx: Out, rows: Int, width: Int, accumulate: Bool) {
    ck_log_softmax_gradient(y, dy, dx, rows, width, accumulate ? 1 : 0)
  }

  public static func normalizeRows(_ x: In, _ y: Out, norms: Out, rows: Int, width: Int, epsilon: Float) {
    ck_normalize_rows(x, y, norms, rows, width, epsilon)
  }

  public static func normalizeRowsGradient(
    _ y: In, norms: In, _ dy: In, _ dx: Out, rows: Int, width: Int, epsilon: Float, accumulate: Bool
  ) {
    ck_normalize_rows_gradient(y, norms, dy, dx, rows, width, epsilon, accumulate ? 1 : 0)
  }
}

// Segments and sequences.

extension VectorKernels {
  public static func segmentSoftmax(
    _ x: In, _ index: UnsafePointer<Int32>, _ y: Out, rows: Int, width: Int, segments: Int, scratch: Out
  ) {
    ck_segment_softmax(x, index, y, rows, width, segments, scratch, scratch + segments * width)
  }

  public static func segmentSoftmaxGradient(
    _ y: In, _ index: UnsafePointer<Int32>, _ dy: In, _ dx: Out, rows: Int, width: Int, segments: Int, inner: Out,
    accumulate: Bool
  ) {
    ck_segment_softmax_gradient(y, index, dy, dx, rows, width, segments, inner, accumulate ? 1 : 0)
  }

  public static func segmentMax(
    _ x: In, _ index: UnsafePointer<Int32>, _ y: Out, ties: Out, rows: Int, width: Int, segments: Int
  ) {
    ck_segment_max(x, index, y, ties, rows, width, segments)
  }

  public static func segmentMaxGradient(
    _ x: In, _ index: UnsafePointer<Int32>, _ y: In, ties: In, _ dy: In, _ dx: Out, rows: Int, width: Int,
    accumulate: Bool
  ) {
    ck_segment_max_gradient(x, index, y, ties, dy, dx, rows, width, accumulate ? 1 : 0)
  }

  public static func edgeSum(
    _ z: In, weights: In, source: UnsafePointer<Int32>, target: UnsafePointer<Int32>, _ y: Out, _ extent: EdgeExtent
  ) {
    ck_edge_sum(z, weights, source, target, y, extent.edges, extent.heads, extent.width)
  }

  public static func edgeSumGradient(
    _ z: In, weights: In, source: UnsafePointer<Int32>, target: UnsafePointer<Int32>, _ dy: In, dz: Out?,
    dWeights: Out?, _ extent: EdgeExtent, accumulateWeights: Bool
  ) {
    ck_edge_sum_gradient(
      z, weights, source, target, dy, dz, dWeights, extent.edges, extent.heads, extent.width,
      accumulateWeights ? 1 : 0)
  }

  public static func gru(input: In, recurrent: In, _ h: In, _ y: Out, gates: Out, rows: Int, width: Int) {
    ck_gru(input, recurrent, h, y, gates, rows, width)
  }

  public static func gruGradient(
    recurrent: In, _ h: In, gates: In, _ dy: In, dInput: Out, dRecurrent: Out, dh: Out, rows: Int, width: Int
  ) {
    ck_gru_gradient(recurrent, h, gates, dy, dInput, dRecurrent, dh, rows, width)
  }

  public static func attentionSoftmax(
    keys: In?, pairs: In?, _ scores: Out, rows: Int, width: Int, causalOffset: Int?
  ) {
    ck_attention_softmax(keys, pairs, scores, rows, width, causalOffset ?? -1)
  }

  public static func gemm(_ product: Product, _ a: In, lda: Int, _ b: In, ldb: Int, _ c: Out, ldc: Int) -> Int {
    Threads.apply()
    return Int(
      cblas_shim_sgemm(
        product.transposeA ? 1 : 0, product.transposeB ? 1 : 0, product.m, product.n, product.k, product.alpha, a, lda,
        b, ldb, product.beta, c, ldc))
  }
}

extension Function {
  /// The kernel's number for this function, and its bounds.
  fileprivate var code: (Int32, Float, Float) {
    switch self {
    case .exp: (Int32(CK_EXP), 0, 0)
    case .log: (Int32(CK_LOG), 0, 0)
    case .sqrt: (Int32(CK_SQRT), 0, 0)
    case .square: (Int32(CK_SQUARE), 0, 0)
    case .absolute: (Int32(CK_ABSOLUTE), 0, 0)
    case .reciprocal: (Int32(CK_RECIPROCAL), 0, 0)
    case .softplus: (Int32(CK_SOFTPLUS), 0, 0)
    case .logSigmoid: (Int32(CK_LOG_SIGMOID), 0, 0)
    case .clamp(let lower, let upper): (Int32(CK_CLAMP), Float(lower), Float(upper))
    }
  }
}
