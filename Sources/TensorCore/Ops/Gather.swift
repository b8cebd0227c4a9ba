extension Tensor {
  /// Rows by index.
  /// - Shape: table `[T, ...]`, n indices → `[n, ...]`      - Gradient: dtable[index[i]] += dy[i]
  @specialized(where Element == Float)
  public func gathered(_ index: RowIndex) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      shape.rank > 0 && shape[0] == index.bound, "gathered", expected: "a table of \(index.bound) rows",
      got: "\(shape)")
    let width = shape.inner
    let (rows, all) = (index.indices.count, shape.count)
    let y = Storage<Element>(rows * width)
    K.gather(storage.pointer, index.indices, y.base, rows: rows, width: width)
    return Tensor.record(y, shape.replacingFirst(rows), [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        if !add { dx.clear(all) }
        K.scatterAdd(dy.pointer, index.indices, dx, rows: rows, width: width)
      }
    }
  }

  /// Sums of rows that share an index: y[t] = Σ over i with index[i] = t of x[i]; rows nobody points to are 0.
  /// - Shape: x `[n, ...]` → `[index.bound, ...]`      - Gradient: dx[i] = dy[index[i]]
  @specialized(where Element == Float)
  public func segmentSum(_ index: RowIndex) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      shape.rank > 0 && shape[0] == index.indices.count, "segmentSum",
      expected: "\(index.indices.count) rows", got: "\(shape)")
    let width = shape.inner
    let rows = index.indices.count
    let y = Storage<Element>(zeros: index.bound * width)
    K.scatterAdd(storage.pointer, index.indices, y.base, rows: rows, width: width)
    return Tensor.record(y, shape.replacingFirst(index.bound), [self]) { dy, inputs in
      guard let input = inputs[0] else { return }
      let dx = Storage<Element>(rows * width)
      K.gather(dy.pointer, index.indices, dx.base, rows: rows, width: width)
      input.add(dx)
    }
  }

  /// Means of consecutive rows; an empty segment gives a row of zeros.
  /// - Shape: x `[R, ...]` → `[segments, ...]`      - Gradient: dx[r] = dy[s] / |s| for r in s
  @specialized(where Element == Float)
  public func segmentMean(_ segments: Segments) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      shape.rank > 0 && shape[0] == segments.rows, "segmentMean", expected: "\(segments.rows) rows",
      got: "\(shape)")
    let (count, width) = (segments.count, shape.inner)
    let y = Storage<Element>(count * width)
    K.segmentMean(storage.pointer, segments.offsets, y.base, segments: count, width: width)
    return Tensor.record(y, shape.replacingFirst(count), [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        K.segmentMeanGradient(dy.pointer, segments.offsets, dx, segments: count, width: width, accumulate: add)
      }
    }
  }
}
