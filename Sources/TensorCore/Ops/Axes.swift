extension Shape {
  /// An axis by its number from 0, or from −1 backwards.
  /// - Throws: `ShapeError.value` for an axis that the shape does not have.
  func axis(_ number: Int, _ operation: String) throws(ShapeError) -> Int {
    let axis = number < 0 ? number + rank : number
    guard axes.indices.contains(axis) else {
      throw .value(operation, "axis \(number) of \(self)", expected: "an axis in \(-rank)..<\(rank)")
    }
    return axis
  }

  /// The shape seen from one axis: what is before it, the axis, what is after it.
  func extent(at axis: Int) -> AxisExtent {
    AxisExtent(
      outer: axes[..<axis].reduce(1, *), extent: axes[axis], inner: axes[(axis + 1)...].reduce(1, *))
  }

  /// The same axes without one, or with extent 1 in its place; a scalar is [1].
  func reduced(at axis: Int, keepingAxis: Bool) -> Shape {
    var axes = axes
    if keepingAxis {
      axes[axis] = 1
    } else {
      axes.remove(at: axis)
    }
    return axes.isEmpty ? [1] : Shape(axes)
  }
}

extension Tensor {
  /// Σ along an axis (negative numbers count from the last axis).
  /// - Shape: `[..., N, ...]` → `[..., ...]`, or `[..., 1, ...]` with `keepingAxis`
  /// - Gradient: dx = dy, repeated along the axis
  public func sum(axis: Int, keepingAxis: Bool = false) throws(ShapeError) -> Tensor {
    try total(axis: axis, keepingAxis: keepingAxis, "sum", divisor: { _ in 1 })
  }

  /// The mean along an axis; NaN where it has no elements.
  /// - Shape: as `sum(axis:)`      - Gradient: dx = dy / N, repeated along the axis
  public func mean(axis: Int, keepingAxis: Bool = false) throws(ShapeError) -> Tensor {
    try total(axis: axis, keepingAxis: keepingAxis, "mean", divisor: { Double($0) })
  }

  private func total(
    axis: Int, keepingAxis: Bool, _ operation: String, divisor: (Int) -> Double
  ) throws(ShapeError) -> Tensor {
    let axis = try shape.axis(axis, operation)
    let extent = shape.extent(at: axis)
    let factor = Element(1 / divisor(extent.extent))
    let y = Storage<Element>(extent.outer * extent.inner)
    K.sumAxis(storage.pointer, y.base, extent)
    if factor != 1 { K.scale(factor, y.pointer, y.base, y.count) }
    return Tensor.record(y, shape.reduced(at: axis, keepingAxis: keepingAxis), [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in K.spreadAxis(dy.pointer, dx, extent, factor: factor, accumulate: add) }
    }
  }

  /// The largest element along an axis; NaN where there is one.
  /// - Shape: as `sum(axis:)`
  /// - Gradient: dy goes to the first of the largest elements, as in torch's `max(dim)`
  /// - Throws: `ShapeError` also for an axis without elements
  public func maximum(axis: Int, keepingAxis: Bool = false) throws(ShapeError) -> Tensor {
    let axis = try shape.axis(axis, "maximum")
    let extent = shape.extent(at: axis)
    try ShapeError.require(
      extent.extent > 0, "maximum", expected: "at least one element along axis \(axis)", got: "\(shape)")
    let (x, y) = (storage, Storage<Element>(extent.outer * extent.inner))
    K.maxAxis(x.pointer, y.base, extent)
    return Tensor.record(y, shape.reduced(at: axis, keepingAxis: keepingAxis), [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        K.maxAxisGradient(x.pointer, y.pointer, dy.pointer, dx, extent, accumulate: add)
      }
    }
  }

  /// The column of the largest element of every row: the first one, or the first NaN. No gradient.
  /// - Shape: x `[..., C]` → one number per row
  /// - Throws: `ShapeError` for rows without elements
  public func largestColumns() throws(ShapeError) -> [Int32] {
    let width = shape.last
    try ShapeError.require(width > 0, "largestColumns", expected: "at least one column", got: "\(shape)")
    return (0..<shape.rows).map { row in
      let values = storage.pointer + row * width
      var best = 0
      for c in 1..<max(width, 1) where !values[best].isNaN && (values[c] > values[best] || values[c].isNaN) {
        best = c
      }
      return Int32(best)
    }
  }
}
