import CKernels

// Products of linear layers by our own kernels: nothing is packed or allocated, the weights are read once.

extension VectorKernels {
  /// Columns of a piece of a product for one thread, a multiple of what the kernels take at once.
  private static let columns = 192
  /// Multiplications below which a product is not divided.
  private static let leastShared = 1 << 20
  /// Rows of xᵀ x' up to which a strip of both stays in the caches.
  private static let mostSummed = 512

  /// Inner dimension up to which B is transposed first.
  private static let narrow = 128

  /// C = op(A) op(B) (+ C) where these kernels have it; else false. Which products those are does not depend on how many
  /// rows A and C have, so a batch has the same bits however it is divided. Runs on the threads of `Threads`.
  static func linear(_ product: Product, _ a: In, _ b: In, _ c: Out) -> Bool {
    let (m, n, k) = (product.m, product.n, product.k)
    guard hasSteadyProducts, product.alpha == 1, product.beta == 0 || product.beta == 1 else { return false }
    let accumulate: Int32 = product.beta == 1 ? 1 : 0
    switch (product.transposeA, product.transposeB) {
    case (false, true) where k <= narrow:
      let padded = (n + 15) / 16 * 16
      let packed = Storage<Float>(k * padded)
      ck_narrow_pack(b, packed.base, n, k, padded)
      share(product) { ck_narrow_forward(a, packed.pointer, c, m, n, k, padded, $0, $1, accumulate) }
    case (false, true):
      share(product) { ck_linear_forward(a, b, c, m, n, k, $0, $1, accumulate) }
    case (false, false) where n % 16 == 0:
      share(product) { ck_linear_input(a, b, c, m, n, n, k, $0, $1, accumulate) }
    case (true, false) where n % 16 == 0 && k <= mostSummed:
      share(product) { ck_linear_weight(a, b, c, m, n, k, $0, $1, accumulate) }
    default:
      return false
    }
    return true
  }

  /// Runs `kernel` for all columns of C, in pieces where there are threads and enough to do.
  private static func share(_ product: Product, _ kernel: (Int, Int) -> Void) {
    let n = product.n
    guard Threads.count > 1, n > columns, product.m * n * product.k >= leastShared else { return kernel(0, n) }
    WorkTeam.run((n + columns - 1) / columns) { piece in
      kernel(piece * columns, min(n, (piece + 1) * columns))
    }
  }

  public static func inputGradient(
    _ dy: In, _ weight: In, _ dx: Out, rows: Int, inputs: Int, outputs: Int, stride: Int, accumulate: Bool
  ) -> Bool {
    guard hasSteadyProducts, inputs % 16 == 0, case .float32 = ProductPrecision.current else { return false }
    share(Product(m: rows, n: inputs, k: outputs)) {
      ck_linear_input(dy, weight, dx, rows, stride, inputs, outputs, $0, $1, accumulate ? 1 : 0)
    }
    return true
  }
}
