extension Tensor {
  /// Rows by index, where one row of the table is padding and gets no gradient (torch's `padding_idx`).
  /// - Shape: table `[T, ...]`, n indices → `[n, ...]`
  /// - Gradient: dtable[index[i]] += dy[i], but 0 for the padding row
  public func gathered(_ index: RowIndex, padding: Int) throws(ShapeError) -> Tensor {
    guard padding >= 0, padding < index.bound else {
      throw .index("gathered", position: 0, value: padding, bound: index.bound)
    }
    let rows = try detached().gathered(index)
    let (width, all) = (shape.inner, shape.count)
    return Tensor.record(rows.storage, rows.shape, [self]) { dy, inputs in
      inputs[0]?.collect { dx, add in
        if !add { dx.clear(all) }
        let kept = Storage<Element>(width)
        kept.base.update(from: dx + padding * width, count: width)
        K.scatterAdd(dy.pointer, index.indices, dx, rows: index.indices.count, width: width)
        (dx + padding * width).update(from: kept.pointer, count: width)
      }
    }
  }

  /// 1 at the index, 0 elsewhere. No gradient. - Shape: n indices → `[n, index.bound]`
  public static func oneHot(_ index: RowIndex) -> Tensor {
    let y = Storage<Element>(zeros: index.indices.count * index.bound)
    for (row, column) in index.indices.enumerated() { y.base[row * index.bound + Int(column)] = 1 }
    return Tensor(y, [index.indices.count, index.bound])
  }

  /// 1 at every index of a segment, 0 elsewhere: sets of codes as rows. No gradient.
  /// - Shape: n indices in s segments → `[s, index.bound]`
  public static func multiHot(_ index: RowIndex, _ segments: Segments) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      segments.rows == index.indices.count, "multiHot", expected: "segments of \(index.indices.count) indices",
      got: "\(segments.rows)")
    let y = Storage<Element>(zeros: segments.count * index.bound)
    for segment in 0..<segments.count {
      for place in segments.offsets[segment]..<segments.offsets[segment + 1] {
        y.base[segment * index.bound + Int(index.indices[Int(place)])] = 1
      }
    }
    return Tensor(y, [segments.count, index.bound])
  }

  /// Elements of every row by column (torch's `gather` along the last axis).
  /// - Shape: x `[R, C]`, R · n columns below C, row by row → `[R, n]`      - Gradient: dx[r, column] += dy
  public func gatheredColumns(_ columns: RowIndex) throws(ShapeError) -> Tensor {
    let places = try placesInRows(columns, "gatheredColumns", width: shape.last)
    let picked = try reshaped([shape.count, 1]).gathered(places)
    return try picked.reshaped([shape[0], columns.indices.count / max(shape[0], 1)])
  }

  /// Elements added to columns of wider rows (torch's `scatter_add` along the last axis): a copy mechanism's scores.
  /// - Shape: x `[R, n]`, R · n columns → `[R, columns.bound]`      - Gradient: dx = dy[r, column]
  public func scatteredColumns(_ columns: RowIndex) throws(ShapeError) -> Tensor {
    try ShapeError.require(
      columns.indices.count == shape.count, "scatteredColumns",
      expected: "a column for each of \(shape.count) elements",
      got: "\(columns.indices.count)")
    let places = try placesInRows(columns, "scatteredColumns", width: columns.bound)
    return try reshaped([shape.count, 1]).segmentSum(places).reshaped([shape[0], columns.bound])
  }

  private func placesInRows(_ columns: RowIndex, _ operation: String, width: Int) throws(ShapeError) -> RowIndex {
    let rows = shape.rank == 2 ? shape[0] : 0
    try ShapeError.require(
      shape.rank == 2 && columns.bound == width
        && (rows == 0 ? columns.indices.isEmpty : columns.indices.count % rows == 0),
      operation, expected: "[R, C] and the same number of columns below \(width) for every row",
      got: "\(shape) and \(columns.indices.count) columns below \(columns.bound)")
    guard rows * width <= Int(Int32.max) else {
      throw .value(operation, "\(rows) rows of \(width)", expected: "at most \(Int32.max) elements")
    }
    let perRow = columns.indices.count / max(rows, 1)
    let places = columns.indices.enumerated().map { Int32($0 / max(perRow, 1) * width) + $1 }
    return RowIndex(known: places, bound: rows * width)
  }
}
