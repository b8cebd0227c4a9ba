extension Tensor {
  typealias K = Element.Kernels

  /// C = op(A) op(B) (+ C): the one place that calls the matrix library and checks its status.
  static func multiply(
    _ operation: @autoclosure () -> String, _ product: Product, _ a: UnsafePointer<Element>,
    _ b: UnsafePointer<Element>, _ c: UnsafeMutablePointer<Element>
  ) throws(ShapeError) {
    guard product.m > 0, product.n > 0 else { return }
    guard product.k > 0 else {
      if product.beta == 0 { c.clear(product.m * product.n) }
      return
    }
    let status = K.gemm(product, a, b, c)
    if status != 0 { throw .library(operation(), status: status) }
  }

  /// y = x Bᵀ.
  /// - Shape: x `[R, K]`, B `[N, K]` → y `[R, N]`
  /// - Gradient: dx = dy B, dB = dyᵀ x
  @specialized(where Element == Float)
  public func matmul(transposed other: Tensor) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      shape.rank == 2 && other.shape.rank == 2 && shape.last == other.shape.last, "matmul(transposed:)",
      expected: "[R, K] and [N, K]", got: "\(shape) and \(other.shape)")
    let (m, n, k) = (shape[0], other.shape[0], shape[1])
    let y = Storage<Element>(m * n)
    try Tensor.multiply(
      "matmul", Product(transposeB: true, m: m, n: n, k: k), storage.pointer, other.storage.pointer, y.base)
    let (x, b) = (storage, other.storage)
    return Tensor.record(y, [m, n], [self, other]) { dy, inputs in
      try inputs[0]?.collect { dx, add in
        try Tensor.multiply(
          "matmul", Product(m: m, n: k, k: n, beta: add ? 1 : 0), dy.pointer, b.pointer, dx)
      }
      try inputs[1]?.collect { db, add in
        try Tensor.multiply(
          "matmul", Product(transposeA: true, m: n, n: k, k: m, beta: add ? 1 : 0), dy.pointer, x.pointer, db)
      }
    }
  }

  /// y = x B.
  /// - Shape: x `[R, K]`, B `[K, N]` → y `[R, N]`
  /// - Gradient: dx = dy Bᵀ, dB = xᵀ dy
  @specialized(where Element == Float)
  public func matmul(_ other: Tensor) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      shape.rank == 2 && other.shape.rank == 2 && shape.last == other.shape[0], "matmul",
      expected: "[R, K] and [K, N]", got: "\(shape) and \(other.shape)")
    let (m, n, k) = (shape[0], other.shape[1], shape[1])
    let y = Storage<Element>(m * n)
    try Tensor.multiply("matmul", Product(m: m, n: n, k: k), storage.pointer, other.storage.pointer, y.base)
    let (x, b) = (storage, other.storage)
    return Tensor.record(y, [m, n], [self, other]) { dy, inputs in
      try inputs[0]?.collect { dx, add in
        try Tensor.multiply(
          "matmul", Product(transposeB: true, m: m, n: k, k: n, beta: add ? 1 : 0), dy.pointer, b.pointer, dx)
      }
      try inputs[1]?.collect { db, add in
        try Tensor.multiply(
          "matmul", Product(transposeA: true, m: k, n: n, k: m, beta: add ? 1 : 0), x.pointer, dy.pointer, db)
      }
    }
  }
}
