extension Tensor {
  private static func requireSame(_ operation: String, _ a: Tensor, _ b: Tensor) throws(ShapeError) {
    try ShapeError.require(
      a.shape == b.shape, operation, expected: "two tensors of one shape", got: "\(a.shape) and \(b.shape)")
  }

  /// a + b, elementwise. - Gradient: da = dy, db = dy
  @specialized(where Element == Float)
  public static func + (a: Tensor, b: Tensor) throws(ShapeError) -> Tensor {
    try requireSame("+", a, b)
    let y = Storage<Element>(a.shape.count)
    K.add(a.storage.pointer, b.storage.pointer, y.base, y.count)
    return record(y, a.shape, [a, b]) { dy, inputs in
      inputs[0]?.add(dy)
      inputs[1]?.add(dy)
    }
  }

  /// a − b, elementwise. - Gradient: da = dy, db = −dy
  @specialized(where Element == Float)
  public static func - (a: Tensor, b: Tensor) throws(ShapeError) -> Tensor {
    try requireSame("-", a, b)
    let y = Storage<Element>(a.shape.count)
    K.subtract(a.storage.pointer, b.storage.pointer, y.base, y.count)
    return record(y, a.shape, [a, b]) { dy, inputs in
      inputs[0]?.add(dy)
      if let input = inputs[1] {
        let negative = Storage<Element>(dy.count)
        K.scale(-1, dy.pointer, negative.base, dy.count)
        input.add(negative)
      }
    }
  }

  /// a ⊙ b, elementwise. - Gradient: da = dy ⊙ b, db = dy ⊙ a
  @specialized(where Element == Float)
  public static func * (a: Tensor, b: Tensor) throws(ShapeError) -> Tensor {
    try requireSame("*", a, b)
    let y = Storage<Element>(a.shape.count)
    K.multiply(a.storage.pointer, b.storage.pointer, y.base, y.count)
    let factors = [b.storage, a.storage]
    return record(y, a.shape, [a, b]) { dy, inputs in
      for (input, factor) in zip(inputs, factors) {
        input?.collect { dx, add in
          if add {
            K.multiplyAdd(dy.pointer, factor.pointer, dx, dy.count)
          } else {
            K.multiply(dy.pointer, factor.pointer, dx, dy.count)
          }
        }
      }
    }
  }

  /// factor · x. - Gradient: dx = factor · dy
  @specialized(where Element == Float)
  public func scaled(by factor: Double) -> Tensor {
    let factor = Element(factor)
    let y = Storage<Element>(shape.count)
    K.scale(factor, storage.pointer, y.base, y.count)
    return Tensor.record(y, shape, [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        if add {
          K.axpy(factor, dy.pointer, dx, dy.count)
        } else {
          K.scale(factor, dy.pointer, dx, dy.count)
        }
      }
    }
  }

  /// x + row, the row added to every row of x.
  /// - Shape: x `[..., C]`, row `[C]` → `[..., C]`      - Gradient: dx = dy, drow = Σ rows of dy
  @specialized(where Element == Float)
  public func adding(row: Tensor) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      row.shape.count == shape.last, "adding(row:)", expected: "a row of [\(shape.last)] for \(shape)",
      got: "\(row.shape)")
    let (rows, width) = (shape.rows, shape.last)
    let y = Storage<Element>(shape.count)
    K.addRow(storage.pointer, row.storage.pointer, y.base, rows: rows, width: width)
    return Tensor.record(y, shape, [self, row]) { dy, inputs in
      inputs[0]?.add(dy)
      inputs[1]?.collect { d, add in K.sumRows(dy.pointer, d, rows: rows, width: width, accumulate: add) }
    }
  }

  /// x ⊙ row, every row of x times the row.
  /// - Shape: x `[..., C]`, row `[C]` → `[..., C]`      - Gradient: dx = dy ⊙ row, drow = Σ rows of dy ⊙ x
  public func multiplied(row: Tensor) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      row.shape.count == shape.last, "multiplied(row:)", expected: "a row of [\(shape.last)] for \(shape)",
      got: "\(row.shape)")
    let (rows, width) = (shape.rows, shape.last)
    let (x, r) = (storage, row.storage)
    let y = Storage<Element>(shape.count)
    for i in 0..<rows { K.multiply(x.pointer + i * width, r.pointer, y.base + i * width, width) }
    return Tensor.record(y, shape, [self, row]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        for i in stride(from: 0, to: rows * width, by: max(width, 1)) {
          if add {
            K.multiplyAdd(dy.pointer + i, r.pointer, dx + i, width)
          } else {
            K.multiply(dy.pointer + i, r.pointer, dx + i, width)
          }
        }
      }
      inputs[1]?.collect { dr, add in
        if !add { dr.clear(width) }
        for i in 0..<rows { K.multiplyAdd(dy.pointer + i * width, x.pointer + i * width, dr, width) }
      }
    }
  }

  /// Σ of all elements, shape [1]. - Gradient: dx = dy for every element
  public func sum() -> Tensor { total(divisor: 1) }

  /// Mean of all elements, shape [1]; NaN for an empty tensor. - Gradient: dx = dy / count
  public func mean() -> Tensor { total(divisor: Double(shape.count)) }

  @specialized(where Element == Float)
  private func total(divisor: Double) -> Tensor {
    let count = shape.count
    let y = Storage<Element>(1)
    y.base[0] = Element(K.sum(storage.pointer, count) / divisor)
    return Tensor.record(y, [1], [self]) { dy, inputs in
      let slope = dy.base[0] / Element(divisor)
      inputs[0]?.collect { dx, add in K.fill(slope, dx, count, accumulate: add) }
    }
  }

  /// Column sums. - Shape: x `[..., C]` → `[C]`      - Gradient: every row of dx is dy
  public func sumRows() -> Tensor {
    let (rows, width) = (shape.rows, shape.last)
    let y = Storage<Element>(width)
    K.sumRows(storage.pointer, y.base, rows: rows, width: width, accumulate: false)
    return Tensor.record(y, [width], [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        if !add { dx.clear(rows * width) }
        K.addRow(UnsafePointer(dx), dy.pointer, dx, rows: rows, width: width)
      }
    }
  }

  /// Column means; NaN without rows. - Shape: x `[..., C]` → `[C]`
  public func meanRows() -> Tensor {
    sumRows().scaled(by: 1 / Double(shape.rows))
  }
}
