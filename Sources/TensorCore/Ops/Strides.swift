extension Shape {
  /// How many elements apart neighbours along each axis are.
  var strides: [Int] {
    var strides = Array(repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) { strides[axis] = strides[axis + 1] * axes[axis + 1] }
    return strides
  }
}

extension Tensor {
  /// The most axes that `permuted`, `sliced`, `reversed` and `broadcast` take.
  public static var mostAxes: Int { 8 }

  /// A copy of the elements offset + Σ iₐ strideₐ. - Gradient: dy is added to the elements it was read from
  private func strided(
    _ axes: [Int], _ strides: [Int], offset: Int, _ operation: String
  ) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      axes.count <= Tensor.mostAxes, operation, expected: "at most \(Tensor.mostAxes) axes", got: "\(axes.count)")
    let (target, all) = (Shape(axes), shape.count)
    let extents = axes.isEmpty ? [1] : axes
    let steps = strides.isEmpty ? [1] : strides
    let y = Storage<Element>(target.count)
    if target.count > 0 { K.stridedCopy(storage.pointer + offset, y.base, extents: extents, strides: steps) }
    return Tensor.record(y, target, [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        if !add { dx.clear(all) }
        if dy.count > 0 { K.stridedAdd(dy.pointer, dx + offset, extents: extents, strides: steps) }
      }
    }
  }

  /// The axes in another order: axis i of the result is axis order[i] of x.
  /// - Shape: `[A, B, C]` with [2, 0, 1] → `[C, A, B]`      - Gradient: dy in the old order
  public func permuted(_ order: [Int]) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      order.sorted() == Array(0..<shape.rank), "permuted", expected: "every axis of \(shape) once", got: "\(order)")
    let strides = shape.strides
    return try strided(order.map { shape[$0] }, order.map { strides[$0] }, offset: 0, "permuted")
  }

  /// The last two axes exchanged.
  /// - Shape: `[..., R, C]` → `[..., C, R]`      - Gradient: dy transposed
  public func transposed() throws(ShapeError) -> Tensor {
    try ShapeError.require(shape.rank >= 2, "transposed", expected: "at least two axes", got: "\(shape)")
    let last = shape.rank - 1
    return try permuted(Array(0..<(last - 1)) + [last, last - 1])
  }

  /// A range of one axis (negative numbers count from the last axis).
  /// - Shape: `[..., N, ...]` → `[..., range.count, ...]`      - Gradient: dy in this range, 0 elsewhere
  public func sliced(axis: Int, _ range: Range<Int>) throws(ShapeError) -> Tensor {
    let axis = try shape.axis(axis, "sliced")
    try ShapeError.require(
      range.lowerBound >= 0 && range.upperBound <= shape[axis], "sliced",
      expected: "a range inside axis \(axis) of \(shape)", got: "\(range)")
    var axes = shape.axes
    axes[axis] = range.count
    return try strided(axes, shape.strides, offset: range.lowerBound * shape.strides[axis], "sliced")
  }

  /// One place of an axis, which disappears.
  /// - Shape: `[..., N, ...]` → `[..., ...]`      - Gradient: dy at this place, 0 elsewhere
  public func selected(axis: Int, _ place: Int) throws(ShapeError) -> Tensor {
    let number = try shape.axis(axis, "selected")
    guard place >= 0, place < shape[number] else {
      throw .index("selected", position: number, value: place, bound: shape[number])
    }
    return try sliced(axis: number, place..<(place + 1)).reshaped(shape.reduced(at: number, keepingAxis: false).axes)
  }

  /// The elements of one axis from the last to the first.
  /// - Shape: `[...]` → the same      - Gradient: dy reversed
  public func reversed(axis: Int) throws(ShapeError) -> Tensor {
    let axis = try shape.axis(axis, "reversed")
    var strides = shape.strides
    let offset = max(shape[axis] - 1, 0) * strides[axis]
    strides[axis] *= -1
    return try strided(shape.axes, strides, offset: offset, "reversed")
  }

  /// Repeats elements along axes of extent 1 and along new leading axes (NumPy's rule).
  /// - Shape: `[1, C]` to `[B, R, C]` → `[B, R, C]`      - Gradient: Σ of dy over the repeated axes
  public func broadcast(to axes: [Int]) throws(ShapeError) -> Tensor {
    let target = try Shape.validated(axes, operation: "broadcast")
    let missing = target.rank - shape.rank
    try ShapeError.require(
      missing >= 0 && shape.axes.indices.allSatisfy { shape[$0] == target[$0 + missing] || shape[$0] == 1 },
      "broadcast", expected: "axes of \(shape) that are 1 or equal to those of \(target)", got: "\(shape)")
    guard target != shape else { return self }
    var strides = Array(repeating: 0, count: missing) + shape.strides
    for axis in shape.axes.indices where shape[axis] == 1 { strides[axis + missing] = 0 }
    return try strided(axes, strides, offset: 0, "broadcast")
  }

  /// Tensors one after the other along an axis.
  /// - Shape: `[..., N₁, ...]`, `[..., N₂, ...]`, … → `[..., N₁ + N₂ + …, ...]`      - Gradient: the slices of dy
  public static func concatenated(_ parts: [Tensor], axis: Int) throws(ShapeError) -> Tensor {
    guard let first = parts.first else {
      throw .mismatch("concatenated", expected: "at least one tensor", got: "none")
    }
    let axis = try first.shape.axis(axis, "concatenated")
    var rows: [Tensor] = []
    var total = 0
    for part in parts {
      try ShapeError.require(
        part.shape.rank == first.shape.rank
          && part.shape.axes.indices.allSatisfy { $0 == axis || part.shape[$0] == first.shape[$0] },
        "concatenated", expected: "axes like those of \(first.shape), but for axis \(axis)", got: "\(part.shape)")
      let extent = part.shape.extent(at: axis)
      total += extent.extent
      rows.append(try part.reshaped([extent.outer, extent.extent * extent.inner]))
    }
    var axes = first.shape.axes
    axes[axis] = total
    return try concatenated(rows).reshaped(axes)
  }

  /// Slices of an axis, in order.
  /// - Shape: `[..., ΣN, ...]` → `[..., N₁, ...]`, …      - Gradient: dy goes to its slice
  public func split(_ extents: [Int], axis: Int) throws(ShapeError) -> [Tensor] {
    let axis = try shape.axis(axis, "split")
    try ShapeError.require(
      extents.allSatisfy { $0 >= 0 } && extents.reduce(0, +) == shape[axis], "split",
      expected: "extents that add up to axis \(axis) of \(shape)", got: "\(extents)")
    var start = 0
    return try extents.map { extent throws(ShapeError) in
      defer { start += extent }
      return try sliced(axis: axis, start..<(start + extent))
    }
  }

  /// Tensors of one shape along a new first axis.
  /// - Shape: N tensors `[...]` → `[N, ...]`      - Gradient: the slices of dy
  public static func stacked(_ parts: [Tensor]) throws(ShapeError) -> Tensor {
    try joinedRows(parts.map { part throws(ShapeError) in try part.reshaped([1] + part.shape.axes) })
  }
}
