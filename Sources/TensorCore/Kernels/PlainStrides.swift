// The plain loops of strided copies and of products with row lengths of their own.

extension KernelSet {
  /// Calls `body` with the offset of every row of the last axis, in order.
  private static func forEachRow(_ extents: [Int], _ strides: [Int], _ body: (_ row: Int, _ offset: Int) -> Void) {
    guard let last = extents.indices.last, extents.allSatisfy({ $0 > 0 }) else { return }
    let rows = extents.dropLast().reduce(1, *)
    for row in 0..<rows {
      var (rest, offset) = (row, 0)
      for axis in (0..<last).reversed() {
        offset += rest % extents[axis] * strides[axis]
        rest /= extents[axis]
      }
      body(row, offset)
    }
  }

  public static func stridedCopy(_ strided: In, _ dense: Out, extents: [Int], strides: [Int]) {
    guard let width = extents.last, let step = strides.last else { return }
    forEachRow(extents, strides) { row, offset in
      for i in 0..<width { dense[row * width + i] = strided[offset + i * step] }
    }
  }

  public static func stridedAdd(_ dense: In, _ strided: Out, extents: [Int], strides: [Int]) {
    guard let width = extents.last, let step = strides.last else { return }
    forEachRow(extents, strides) { row, offset in
      for i in 0..<width { strided[offset + i * step] += dense[row * width + i] }
    }
  }

  public static func gemm(_ product: Product, _ a: In, lda: Int, _ b: In, ldb: Int, _ c: Out, ldc: Int) -> Int {
    let (alpha, beta) = (Element(product.alpha), Element(product.beta))
    let (rowA, stepA) = product.transposeA ? (1, lda) : (lda, 1)
    let (rowB, stepB) = product.transposeB ? (1, ldb) : (ldb, 1)
    for i in 0..<product.m {
      for j in 0..<product.n {
        var sum: Element = 0
        for l in 0..<product.k { sum += a[i * rowA + l * stepA] * b[l * rowB + j * stepB] }
        c[i * ldc + j] = alpha * sum + (beta == 0 ? 0 : beta * c[i * ldc + j])
      }
    }
    return 0
  }
}
