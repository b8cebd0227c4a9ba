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
    let (m, n, k) = (product.m, product.n, product.k)
    let accumulate: Int32 = product.beta == 0 ? 0 : 1
    if product.transposeA {
      let scratch = Scratch(ck_bf16_gradient_scratch(path.rawValue, k, n, m))
      ck_bf16_gradient(path.rawValue, a, m, b, n, c, n, k, n, m, accumulate, scratch.pointer)
    } else {
      let scratch = Scratch(ck_bf16_product_scratch(path.rawValue, m, n, k))
      ck_bf16_product(
        path.rawValue, a, k, b, product.transposeB ? k : n, product.transposeB ? 1 : 0, nil, c, n, m, n, k, accumulate,
        scratch.pointer)
    }
  }
}

/// Bytes from the pool.
final class Scratch: @unchecked Sendable {
  private let storage: Storage<Float>

  init(_ bytes: Int) { storage = Storage((bytes + 3) / 4) }

  var pointer: UnsafeMutableRawPointer { UnsafeMutableRawPointer(storage.base) }
}
