import CKernels

// Products in bfloat16 (CKernels, bf16.c).
//
// A row of op(A) op(B) has the same bits whatever rows stand beside it, and however many. Aᵀ B sums its rows 256 at a
// time from the first one on. So a batch may be divided over workers, and a product over threads, without a trace.

extension VectorKernels {
  /// The product by `path`; nil for Aᵀ Bᵀ, which no operation asks for and this has no form of.
  static func bfloat16(_ product: Product, _ a: In, _ b: In, _ c: Out, _ path: BFloat16Path) -> Int? {
    guard !(product.transposeA && product.transposeB) else { return nil }
    guard product.alpha == 1, product.beta == 0 || product.beta == 1 else {
      var plain = product
      (plain.alpha, plain.beta) = (1, 0)
      let result = Storage<Float>(product.m * product.n)
      multiply(plain, a, b, result.base, path)
      let count = product.m * product.n
      if product.beta == 0 {
        scale(product.alpha, result.pointer, c, count)
      } else {
        scale(product.beta, c, c, count)
        axpy(product.alpha, result.pointer, c, count)
      }
      return 0
    }
    multiply(product, a, b, c, path)
    return 0
  }

  public static func roundedProducts(
    _ weight: In, outputs: Int, inputs: Int
  ) -> (any LinearProducts<Float>)? {
    guard case .bfloat16(let path) = ProductPrecision.current else { return nil }
    return BFloat16Linear(weight, outputs: outputs, inputs: inputs, path: path)
  }

  private static func multiply(_ product: Product, _ a: In, _ b: In, _ c: Out, _ path: BFloat16Path) {
    // Columns of c in pieces of whole panels, or its rows: neither changes an element's sum.
    let (m, n) = (product.m, product.n)
    let pieces = m * n * product.k < worthThreads ? 1 : Threads.count
    let (extent, step) = n >= m ? (n, 64) : (m, 16)
    let size = (extent / pieces + step - 1) / step * step
    guard pieces > 1, size < extent else { return multiply(product, a, b, c, path, rows: 0..<m, columns: 0..<n) }
    WorkTeam.run((extent + size - 1) / size) { piece in
      let range = (piece * size)..<min(extent, (piece + 1) * size)
      multiply(product, a, b, c, path, rows: n >= m ? 0..<m : range, columns: n >= m ? range : 0..<n)
    }
  }

  /// Multiplications below which waking a thread takes longer than it saves: some 50 µs of work.
  private static let worthThreads = 1 << 23

  private static func multiply(
    _ product: Product, _ a: In, _ b: In, _ c: Out, _ path: BFloat16Path, rows: Range<Int>, columns: Range<Int>
  ) {
    let (i, j, m, n, k) = (rows.lowerBound, columns.lowerBound, rows.count, columns.count, product.k)
    let accumulate: Int32 = product.beta == 0 ? 0 : 1
    let place = c + i * product.n + j
    if product.transposeA {
      let scratch = Scratch(ck_bf16_gradient_scratch(path.rawValue, k, n, m))
      ck_bf16_gradient(
        path.rawValue, a + i, product.m, b + j, product.n, place, product.n, k, n, m, accumulate, scratch.pointer)
    } else {
      let scratch = Scratch(ck_bf16_product_scratch(path.rawValue, m, n, k))
      ck_bf16_product(
        path.rawValue, a + i * k, k, product.transposeB ? b + j * k : b + j, product.transposeB ? k : product.n,
        product.transposeB ? 1 : 0, nil, place, product.n, m, n, k, accumulate, scratch.pointer)
    }
  }
}

/// Bytes from the pool.
final class Scratch: @unchecked Sendable {
  private let storage: Storage<Float>

  init(_ bytes: Int) { storage = Storage((bytes + 3) / 4) }

  var pointer: UnsafeMutableRawPointer { UnsafeMutableRawPointer(storage.base) }
}
