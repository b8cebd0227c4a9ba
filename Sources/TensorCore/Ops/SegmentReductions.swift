extension Segments {
  /// The segment of every row.
  public var rowIndex: RowIndex {
    var indices: [Int32] = []
    indices.reserveCapacity(rows)
    for segment in 0..<count {
      indices += repeatElement(Int32(segment), count: Int(offsets[segment + 1] - offsets[segment]))
    }
    return RowIndex(known: indices, bound: count)
  }
}

extension RowIndex {
  /// Indices that are known to be below the bound.
  init(known indices: [Int32], bound: Int) {
    self.indices = indices
    self.bound = bound
  }

  /// How many indices point to each row.
  public var counts: [Int] {
    var counts = Array(repeating: 0, count: bound)
    for index in indices { counts[Int(index)] += 1 }
    return counts
  }
}

extension Tensor {
  private func requireRows(_ operation: String, _ index: RowIndex) throws(ShapeError) {
    try ShapeError.require(
      shape.rank > 0 && shape[0] == index.indices.count, operation,
      expected: "\(index.indices.count) rows, one per index", got: "\(shape)")
  }

  /// Softmax over the rows that share an index, column by column: y_r = exp(x_r − max) / Σ exp(x_q − max) over all q
  /// with index[q] = index[r]. One softmax over all neighbours of a node, for edges in any order.
  /// - Shape: x `[n, ...]` → `[n, ...]`      - Gradient: dx_r = y_r (dy_r − Σ_q y_q dy_q)
  public func segmentSoftmax(_ index: RowIndex) throws(ShapeError) -> Tensor {
    try requireRows("segmentSoftmax", index)
    let (rows, segments) = (index.indices.count, index.bound)
    let width = shape.inner
    let (y, scratch) = (Storage<Element>(shape.count), Storage<Element>(2 * segments * width))
    K.segmentSoftmax(
      storage.pointer, index.indices, y.base, rows: rows, width: width, segments: segments, scratch: scratch.base)
    return Tensor.record(y, shape, [self]) { dy, inputs in
      let inner = Storage<Element>(segments * width)
      inputs[0]?.collect { dx, add in
        K.segmentSoftmaxGradient(
          y.pointer, index.indices, dy.pointer, dx, rows: rows, width: width, segments: segments, inner: inner.base,
          accumulate: add)
      }
    }
  }

  /// The same over consecutive rows.
  public func segmentSoftmax(_ segments: Segments) throws(ShapeError) -> Tensor {
    try segmentSoftmax(segments.rowIndex)
  }

  /// The largest of the rows that share an index, column by column; 0 for rows nobody points to.
  /// - Shape: x `[n, ...]` → `[index.bound, ...]`
  /// - Gradient: dy goes to the largest row, in equal shares where several tie (torch's `scatter_reduce` with amax)
  public func segmentMax(_ index: RowIndex) throws(ShapeError) -> Tensor {
    try requireRows("segmentMax", index)
    let (rows, segments) = (index.indices.count, index.bound)
    let width = shape.inner
    let (x, y, ties) = (storage, Storage<Element>(segments * width), Storage<Element>(segments * width))
    K.segmentMax(x.pointer, index.indices, y.base, ties: ties.base, rows: rows, width: width, segments: segments)
    return Tensor.record(y, shape.replacingFirst(segments), [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        K.segmentMaxGradient(
          x.pointer, index.indices, y.pointer, ties: ties.pointer, dy.pointer, dx, rows: rows, width: width,
          accumulate: add)
      }
    }
  }

  /// The same over consecutive rows.
  public func segmentMax(_ segments: Segments) throws(ShapeError) -> Tensor { try segmentMax(segments.rowIndex) }

  /// Sums of consecutive rows; an empty segment gives a row of zeros.
  /// - Shape: x `[n, ...]` → `[segments, ...]`      - Gradient: dx[r] = dy[s] for r in s
  public func segmentSum(_ segments: Segments) throws(ShapeError) -> Tensor { try segmentSum(segments.rowIndex) }

  /// Means of the rows that share an index; 0 for rows nobody points to.
  /// - Shape: x `[n, ...]` → `[index.bound, ...]`      - Gradient: dx[i] = dy[index[i]] / count
  public func segmentMean(_ index: RowIndex) throws(ShapeError) -> Tensor {
    try requireRows("segmentMean", index)
    let factors = index.counts.map { $0 > 0 ? Element(1) / Element($0) : 0 }
    let sums = try segmentSum(index)
    let flat = try sums.reshaped([index.bound, shape.inner])
    return try flat.multiplied(column: Tensor(factors, [index.bound])).reshaped(sums.shape.axes)
  }
}
