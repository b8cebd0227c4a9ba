extension Tensor {
  /// x + column, one number added to every row of x.
  /// - Shape: x `[..., C]`, column with one element per row → `[..., C]`
  /// - Gradient: dx = dy, dcolumn = Σ columns of dy
  public func adding(column: Tensor) throws(ShapeError) -> Tensor {
    try requireColumn("adding(column:)", column)
    let tall = try column.reshaped(Array(shape.axes.dropLast()) + [1])
    return try self + tall.broadcast(to: shape.axes)
  }

  /// x ⊙ column, every row of x times its number.
  /// - Shape: x `[..., C]`, column with one element per row → `[..., C]`
  /// - Gradient: dx_r = dy_r column_r, dcolumn_r = ⟨dy_r, x_r⟩
  @specialized(where Element == Float)
  public func multiplied(column: Tensor) throws(ShapeError) -> Tensor {
    try requireColumn("multiplied(column:)", column)
    let (rows, width) = (shape.rows, shape.last)
    let (x, factors, y) = (storage, column.storage, Storage<Element>(shape.count))
    K.scaleRows(x.pointer, factors.pointer, y.base, rows: rows, width: width, accumulate: false)
    return Tensor.record(y, shape, [self, column]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        K.scaleRows(dy.pointer, factors.pointer, dx, rows: rows, width: width, accumulate: add)
      }
      inputs[1]?.collect { d, add in
        K.rowDots(dy.pointer, x.pointer, d, rows: rows, width: width, accumulate: add)
      }
    }
  }

  private func requireColumn(_ operation: String, _ column: Tensor) throws(ShapeError) {
    try ShapeError.require(
      shape.rank > 0 && column.shape.count == shape.rows, operation, expected: "\(shape.rows) numbers for \(shape)",
      got: "\(column.shape)")
  }

  /// √Σ x², the L2 norm of all elements (added in double precision), shape [1].
  /// - Gradient: dx = dy x / y, 0 where the norm is 0
  public func l2Norm() -> Tensor {
    let (x, count) = (storage, shape.count)
    let norm = Element(K.sumOfSquares(x.pointer, count).squareRoot())
    return Tensor.record(.init(repeating: norm), [1], [self]) { dy, inputs in
      let slope = norm == 0 ? 0 : dy.base[0] / norm
      inputs[0]?.collect { dx, add in
        if add {
          K.axpy(slope, x.pointer, dx, count)
        } else {
          K.scale(slope, x.pointer, dx, count)
        }
      }
    }
  }

  /// Σ |x|, the L1 norm of all elements, shape [1]. - Gradient: dx = dy sign(x)
  public func l1Norm() -> Tensor { absolute().sum() }

  /// Every row divided by its L2 norm, or by ε where that is larger (torch's `normalize`).
  /// - Shape: x `[..., C]` → `[..., C]`
  /// - Gradient: dx = (dy − y ⟨y, dy⟩) / ‖x‖ where ‖x‖ ≥ ε, else dy / ε
  /// - Throws: `ShapeError.value` unless ε > 0
  public func normalizedRows(epsilon: Double = 1e-12) throws(ShapeError) -> Tensor {
    guard epsilon > 0 else { throw .value("normalizedRows", "ε \(epsilon)", expected: "a positive number") }
    let (rows, width, epsilon) = (shape.rows, shape.last, Element(epsilon))
    let (y, norms) = (Storage<Element>(shape.count), Storage<Element>(rows))
    K.normalizeRows(storage.pointer, y.base, norms: norms.base, rows: rows, width: width, epsilon: epsilon)
    return Tensor.record(y, shape, [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        K.normalizeRowsGradient(
          y.pointer, norms: norms.pointer, dy.pointer, dx, rows: rows, width: width, epsilon: epsilon, accumulate: add)
      }
    }
  }
}
