import CBLAS
import CKernels

// The fused GIN layer on the vector kernels.

extension VectorKernels {
  /// Whether tiles are multiplied by our own kernel, in which a row's result does not depend on its neighbours.
  package static let hasSteadyProducts = ck_products_available() != 0

  public static func product(
    _ a: In, _ b: In, _ c: Out, m: Int, n: Int, k: Int, ahead: UnsafeBufferPointer<Float>
  ) -> Int {
    if hasSteadyProducts, n % 16 == 0 {
      ck_product(a, b, c, m, n, k, ahead.baseAddress, ahead.count)
      return 0
    }
    guard m > 0, n > 0 else { return 0 }
    ck_use_threads(1)
    return Int(cblas_shim_sgemm(0, 0, m, n, k, 1, a, k, b, n, 0, c, n))
  }

  public static func productTransposed(
    _ a: In, _ b: In, _ c: Out, rows: Int, m: Int, n: Int, ahead: UnsafeBufferPointer<Float>
  ) -> Int {
    if hasSteadyProducts, n % 16 == 0 {
      ck_product_transposed(a, b, c, rows, m, n, ahead.baseAddress, ahead.count)
      return 0
    }
    guard rows > 0, m > 0, n > 0 else { return 0 }
    ck_use_threads(1)
    return Int(cblas_shim_sgemm(1, 0, m, n, rows, 1, a, m, b, n, 1, c, n))
  }

  public static func transpose(_ x: In, _ y: Out, rows: Int, columns: Int) { ck_transpose(x, y, rows, columns) }

  public static func messageRows(
    _ lists: MessageLists, _ h: In, _ bonds: In?, self factor: Float, _ out: Out, rows: Range<Int>, width: Int
  ) {
    withSelves(lists) { selves in
      ck_message_rows(
        lists.offsets, lists.sources, lists.kinds, selves, rows.lowerBound, rows.count, h, bonds, factor, out, width)
    }
  }

  public static func messageScatter(
    _ lists: MessageLists, _ h: In, _ bonds: In?, _ dy: In, self factor: Float, dh: Out, dBonds: Out?, width: Int
  ) -> Float {
    withSelves(lists) { selves in
      ck_message_scatter(
        lists.offsets, lists.sources, lists.kinds, selves, lists.count, h, bonds, dy, factor, dh, dBonds, width)
    }
  }

  private static func withSelves<R>(_ lists: MessageLists, _ body: (UnsafePointer<Int32>?) -> R) -> R {
    guard let selves = lists.selves else { return body(nil) }
    return selves.withUnsafeBufferPointer { body($0.baseAddress) }
  }

  public static func mergeMoments(
    _ x: In, weights: In?, rows: Int, width: Int, seen: Double, mean: UnsafeMutablePointer<Double>,
    squares: UnsafeMutablePointer<Double>
  ) -> Double {
    ck_merge_moments(x, weights, rows, width, seen, mean, squares)
  }

  public static func batchApplyRows(
    _ x: In, _ index: UnsafePointer<Int32>, scale: In, shift: In, _ y: Out, rows: Int, width: Int, relu: Bool,
    _ plan: DropoutPlan?
  ) {
    plan.withKernelPlan { ck_batch_apply_rows(x, index, scale, shift, y, rows, width, relu ? 1 : 0, $0) }
  }

  public static func batchSlopes(
    _ y: In, _ dy: In, _ g: Out, rows: Int, width: Int, relu: Bool, _ plan: DropoutPlan?
  ) {
    plan.withKernelPlan { ck_batch_slopes(y, dy, g, rows, width, relu ? 1 : 0, $0) }
  }

  public static func batchSlopesGrouped(
    _ y: In, _ dy: In, offsets: UnsafePointer<Int32>, members: UnsafePointer<Int32>, _ g: Out, groups: Int, width: Int,
    relu: Bool, _ plan: DropoutPlan?
  ) {
    plan.withKernelPlan {
      ck_batch_slopes_grouped(y, dy, offsets, members, g, groups, width, relu ? 1 : 0, $0)
    }
  }

  public static func maskedSums(
    _ x: In, mean: In, inverse: In, _ y: In?, _ g: Out, rows: Int, width: Int, sum: UnsafeMutablePointer<Double>,
    product: UnsafeMutablePointer<Double>
  ) {
    ck_masked_sums(x, mean, inverse, y, g, rows, width, sum, product)
  }

  public static func batchSlopeRows(
    _ x: In, _ g: In, weights: In?, a: In, b: In, c: In, _ out: Out, rows: Int, width: Int
  ) {
    ck_batch_slope_rows(x, g, weights, a, b, c, out, rows, width)
  }
}
