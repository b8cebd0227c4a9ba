import CBLAS
import CKernels

/// Single precision on the vector kernels (CKernels, dispatched at run time) and oneDNN's matrix product, or the bfloat16
/// products where `ProductPrecision.current` says so.
public enum VectorKernels: KernelSet {
  public typealias Element = Float

  public static func gemm(_ product: Product, _ a: In, _ b: In, _ c: Out) -> Int {
    if case .bfloat16(let path) = ProductPrecision.current, let status = bfloat16(product, a, b, c, path) {
      return status
    }
    if linear(product, a, b, c) { return 0 }
    Threads.apply()
    let (m, n, k) = (product.m, product.n, product.k)
    if m > 0, !product.transposeA, m < fewestRows || product.beta != 0 { return steadyProduct(product, a, b, c) }
    let status = cblas_shim_sgemm(
      product.transposeA ? 1 : 0, product.transposeB ? 1 : 0, m, n, k, product.alpha, a, product.transposeA ? m : k,
      b, product.transposeB ? k : n, product.beta, c, n)
    return Int(status)
  }

  /// oneDNN sums in another order for few rows, and where it adds to what is there. With at least so many rows, and the
  /// addition apart, a row's result is the same bits whatever stands beside it (measured on AVX-512 up to 192 rows): a
  /// batch may be divided over workers without a trace.
  private static let fewestRows = 16

  private static func steadyProduct(_ product: Product, _ a: In, _ b: In, _ c: Out) -> Int {
    let (n, k) = (product.n, product.k)
    let m = max(product.m, fewestRows)
    let result = Storage<Float>(m * n)
    var (source, padded): (In, Storage<Float>?) = (a, nil)
    if product.m < m {
      let rows = Storage<Float>(m * k)
      rows.base.update(from: a, count: product.m * k)
      (rows.base + product.m * k).update(repeating: 0, count: (m - product.m) * k)
      (source, padded) = (rows.pointer, rows)
    }
    let status = withExtendedLifetime(padded) {
      cblas_shim_sgemm(
        0, product.transposeB ? 1 : 0, m, n, k, product.alpha, source, k, b, product.transposeB ? k : n, 0, result.base,
        n)
    }
    if product.beta == 0 {
      c.update(from: result.pointer, count: product.m * n)
    } else {
      if product.beta != 1 { scale(product.beta, c, c, product.m * n) }
      axpy(1, result.pointer, c, product.m * n)
    }
    return Int(status)
  }

  public static func add(_ a: In, _ b: In, _ out: Out, _ count: Int) { ck_add(a, b, out, count) }
  public static func subtract(_ a: In, _ b: In, _ out: Out, _ count: Int) { ck_subtract(a, b, out, count) }
  public static func multiply(_ a: In, _ b: In, _ out: Out, _ count: Int) { ck_multiply(a, b, out, count) }
  public static func multiplyAdd(_ a: In, _ b: In, _ out: Out, _ count: Int) { ck_multiply_add(a, b, out, count) }
  public static func scale(_ factor: Float, _ x: In, _ out: Out, _ count: Int) { ck_scale(factor, x, out, count) }
  public static func axpy(_ factor: Float, _ x: In, _ y: Out, _ count: Int) { ck_axpy(factor, x, y, count) }

  public static func activate(_ kind: Activation, _ x: In, _ y: Out, _ count: Int) {
    let (code, parameter) = kind.code
    ck_activate(code, parameter, x, y, count)
  }

  public static func activateGradient(
    _ kind: Activation, _ x: In, _ y: In, _ dy: In, _ dx: Out, _ count: Int, accumulate: Bool
  ) {
    let (code, parameter) = kind.code
    ck_activate_gradient(code, parameter, x, y, dy, dx, count, accumulate ? 1 : 0)
  }

  public static func dot(_ a: In, _ b: In, _ count: Int) -> Float { ck_dot(a, b, count) }
  public static func sum(_ x: In, _ count: Int) -> Double { ck_sum(x, count) }

  public static func addRow(_ x: In, _ row: In, _ out: Out, rows: Int, width: Int) {
    ck_add_row(x, row, out, rows, width)
  }

  public static func sumRows(_ x: In, _ out: Out, rows: Int, width: Int, accumulate: Bool) {
    ck_sum_rows(x, out, rows, width, accumulate ? 1 : 0)
  }

  public static func gather(_ table: In, _ index: UnsafePointer<Int32>, _ out: Out, rows: Int, width: Int) {
    ck_gather(table, index, out, rows, width)
  }

  public static func scatterAdd(_ x: In, _ index: UnsafePointer<Int32>, _ out: Out, rows: Int, width: Int) {
    ck_scatter_add(x, index, out, rows, width)
  }

  public static func segmentMean(_ x: In, _ offsets: UnsafePointer<Int32>, _ out: Out, segments: Int, width: Int) {
    ck_segment_mean(x, offsets, out, segments, width)
  }

  public static func segmentMeanGradient(
    _ dy: In, _ offsets: UnsafePointer<Int32>, _ dx: Out, segments: Int, width: Int, accumulate: Bool
  ) {
    ck_segment_mean_gradient(dy, offsets, dx, segments, width, accumulate ? 1 : 0)
  }

  public static func softmax(_ x: In, mask: In?, _ y: Out, rows: Int, width: Int) {
    ck_softmax(x, mask, y, rows, width)
  }

  public static func softmaxGradient(_ y: In, _ dy: In, _ dx: Out, rows: Int, width: Int, accumulate: Bool) {
    ck_softmax_gradient(y, dy, dx, rows, width, accumulate ? 1 : 0)
  }
}

extension Activation {
  /// The kernel's number for this function, and its parameter.
  var code: (Int32, Float) {
    switch self {
    case .relu: (Int32(CK_RELU), 0)
    case .gelu: (Int32(CK_GELU), 0)
    case .tanh: (Int32(CK_TANH), 0)
    case .sigmoid: (Int32(CK_SIGMOID), 0)
    case .elu(let alpha): (Int32(CK_ELU), Float(alpha))
    case .leakyReLU(let slope): (Int32(CK_LEAKY_RELU), Float(slope))
    }
  }
}
