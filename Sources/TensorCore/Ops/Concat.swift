extension Tensor {
  /// Tensors side by side on the last axis.
  /// - Shape: `[..., C₁]`, `[..., C₂]`, … → `[..., C₁ + C₂ + …]`      - Gradient: the slices of dy
  @specialized(where Element == Float)
  public static func concatenated(_ parts: [Tensor]) throws(ShapeError) -> Tensor {
    let y = try sideBySide(parts)
    let widths = parts.map({ $0.shape.last })
    let (rows, width) = (y.shape.rows, y.shape.last)
    return record(y.storage, y.shape, parts) { dy, inputs in
      var start = 0
      for (input, own) in zip(inputs, widths) {
        if let input {
          let slice = Storage<Element>(rows * own)
          copyColumns(from: dy.pointer, width, start, to: slice.base, own, 0, count: own, rows: rows)
          input.add(slice)
        }
        start += own
      }
    }
  }

  /// The values of `concatenated`, outside the graph.
  static func sideBySide(_ parts: [Tensor]) throws(ShapeError) -> Tensor {
    guard let first = parts.first else {
      throw .mismatch("concatenated", expected: "at least one tensor", got: "none")
    }
    var width = 0
    for part in parts {
      try ShapeError.require(
        part.shape.rank > 0 && part.shape.replacingLast(1) == first.shape.replacingLast(1), "concatenated",
        expected: "equal leading axes, like \(first.shape)", got: "\(part.shape)")
      width += part.shape.last
    }
    let rows = first.shape.rows
    let y = Storage<Element>(rows * width)
    var start = 0
    for part in parts {
      let own = part.shape.last
      copyColumns(from: part.storage.pointer, own, 0, to: y.base, width, start, count: own, rows: rows)
      start += own
    }
    return Tensor(y, first.shape.replacingLast(width))
  }

  /// Slices of the last axis.
  /// - Shape: `[..., ΣC]` → `[..., C₁]`, `[..., C₂]`, …      - Gradient: dy goes to its columns
  @specialized(where Element == Float)
  public func split(_ widths: [Int]) throws(ShapeError) -> [Tensor] {
    try ShapeError.require(
      widths.allSatisfy { $0 >= 0 } && widths.reduce(0, +) == shape.last && shape.rank > 0, "split",
      expected: "widths that add up to the last axis of \(shape)", got: "\(widths)")
    let (rows, width) = (shape.rows, shape.last)
    var parts: [Tensor] = []
    var start = 0
    for own in widths {
      let begin = start
      let part = Storage<Element>(rows * own)
      Tensor.copyColumns(from: storage.pointer, width, begin, to: part.base, own, 0, count: own, rows: rows)
      parts.append(
        Tensor.record(part, shape.replacingLast(own), [self]) { dy, inputs in
          inputs[0]?.collect { dx, add in
            if !add { dx.clear(rows * width) }
            for r in 0..<rows { K.axpy(1, dy.pointer + r * own, dx + r * width + begin, own) }
          }
        })
      start += own
    }
    return parts
  }

  private static func copyColumns(
    from source: UnsafePointer<Element>, _ sourceWidth: Int, _ sourceStart: Int,
    to target: UnsafeMutablePointer<Element>, _ targetWidth: Int, _ targetStart: Int, count: Int, rows: Int
  ) {
    for r in 0..<rows {
      (target + r * targetWidth + targetStart).update(from: source + r * sourceWidth + sourceStart, count: count)
    }
  }

  /// Tensors one below the other, on the first axis.
  /// - Shape: `[R₁, ...]`, `[R₂, ...]`, … → `[R₁ + R₂ + …, ...]`      - Gradient: the row ranges of dy
  @specialized(where Element == Float)
  public static func joinedRows(_ parts: [Tensor]) throws(ShapeError) -> Tensor {
    guard let first = parts.first else {
      throw .mismatch("joinedRows", expected: "at least one tensor", got: "none")
    }
    for part in parts {
      try ShapeError.require(
        part.shape.replacingFirst(1) == first.shape.replacingFirst(1) && part.shape.rank > 0, "joinedRows",
        expected: "equal axes after the first, like \(first.shape)", got: "\(part.shape)")
    }
    let counts = parts.map({ $0.shape.count })
    let y = Storage<Element>(counts.reduce(0, +))
    var start = 0
    for part in parts {
      (y.base + start).update(from: part.storage.pointer, count: part.shape.count)
      start += part.shape.count
    }
    let rows = parts.reduce(0) { $0 + $1.shape[0] }
    return record(y, first.shape.replacingFirst(rows), parts) { dy, inputs in
      var start = 0
      for (input, count) in zip(inputs, counts) {
        input?.add(dy.slice(start, count: count))
        start += count
      }
    }
  }

  /// A range of the first axis, without a copy.
  /// - Shape: `[R, ...]` → `[range.count, ...]`      - Gradient: dy in these rows, 0 elsewhere
  @specialized(where Element == Float)
  public func rows(_ range: Range<Int>) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      shape.rank > 0 && range.lowerBound >= 0 && range.upperBound <= shape[0], "rows",
      expected: "a range inside the first axis of \(shape)", got: "\(range)")
    let width = shape.inner
    let (start, count, all) = (range.lowerBound * width, range.count * width, shape.count)
    let view = storage.slice(start, count: count)
    return Tensor.record(view, shape.replacingFirst(range.count), [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        if !add { dx.clear(all) }
        K.axpy(1, dy.pointer, dx + start, count)
      }
    }
  }
}
