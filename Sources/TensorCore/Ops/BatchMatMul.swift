extension Tensor {
  /// A product per leading index: yₗ = xₗ Bₗ.
  /// - Shape: x `[..., R, K]`, B `[..., K, N]` with equal leading axes → y `[..., R, N]`
  /// - Gradient: dx = dy Bᵀ, dB = xᵀ dy
  public func batchMatmul(_ other: Tensor) throws(ShapeError) -> Tensor {
    try batchProduct(other, transposed: false, "batchMatmul", "[..., R, K] and [..., K, N] with equal leading axes")
  }

  /// A product per leading index: yₗ = xₗ Bₗᵀ.
  /// - Shape: x `[..., R, K]`, B `[..., N, K]` with equal leading axes → y `[..., R, N]`
  /// - Gradient: dx = dy B, dB = dyᵀ x
  public func batchMatmul(transposed other: Tensor) throws(ShapeError) -> Tensor {
    try batchProduct(
      other, transposed: true, "batchMatmul(transposed:)", "[..., R, K] and [..., N, K] with equal leading axes")
  }

  private func batchProduct(
    _ other: Tensor, transposed: Bool, _ operation: String, _ expected: String
  ) throws(ShapeError) -> Tensor {
    let (left, right) = (shape.axes, other.shape.axes)
    let rank = left.count
    let fits =
      rank >= 2 && right.count == rank && left.dropLast(2) == right.dropLast(2)
      && left[rank - 1] == right[transposed ? rank - 1 : rank - 2]
    try ShapeError.require(fits, operation, expected: expected, got: "\(shape) and \(other.shape)")
    let items = left.dropLast(2).reduce(1, *)
    let (m, k, n) = (left[rank - 2], left[rank - 1], right[transposed ? rank - 2 : rank - 1])
    let (x, b, y) = (storage, other.storage, Storage<Element>(items * m * n))
    for i in 0..<items {
      try Tensor.multiply(
        operation, Product(transposeB: transposed, m: m, n: n, k: k), x.pointer + i * m * k, b.pointer + i * k * n,
        y.base + i * m * n)
    }
    return Tensor.record(y, Shape(left.dropLast(2) + [m, n]), [self, other]) { dy, inputs in
      try inputs[0]?.collect { dx, add in
        let product = Product(transposeB: !transposed, m: m, n: k, k: n, beta: add ? 1 : 0)
        for i in 0..<items {
          try Tensor.multiply(operation, product, dy.pointer + i * m * n, b.pointer + i * k * n, dx + i * m * k)
        }
      }
      try inputs[1]?.collect { db, add in
        let beta: Float = add ? 1 : 0
        for i in 0..<items {
          let (slope, source) = (dy.pointer + i * m * n, x.pointer + i * m * k)
          if transposed {
            try Tensor.multiply(
              operation, Product(transposeA: true, m: n, n: k, k: m, beta: beta), slope, source, db + i * k * n)
          } else {
            try Tensor.multiply(
              operation, Product(transposeA: true, m: k, n: n, k: m, beta: beta), source, slope, db + i * k * n)
          }
        }
      }
    }
  }
}
