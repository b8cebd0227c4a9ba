extension Tensor {
  /// Sum of one row per table: y[n] = Σᵢ tableᵢ[xₙᵢ] (ogb's AtomEncoder and BondEncoder).
  /// - Shape: k tables `[dimsᵢ, C]`, categories of n rows → `[n, C]`
  /// - Gradient: dtableᵢ[xₙᵢ] += dy[n]; rows that nobody selects get 0
  public static func embeddingSum(_ rows: CategoryRows, tables: [Tensor]) throws(ShapeError) -> Tensor {
    let distinct = try distinctSums(rows, tables)
    let (count, width) = (rows.count, distinct.shape.last)
    let y = Storage<Element>(count * width)
    K.gather(distinct.storage.pointer, rows.inverse, y.base, rows: count, width: width)
    return record(y, [count, width], [distinct]) { dy, inputs in
      inputs[0]?.collect { d, add in
        if !add { d.clear(rows.distinctCount * width) }
        K.scatterAdd(dy.pointer, rows.inverse, d, rows: count, width: width)
      }
    }
  }

  /// The same for the distinct rows only, `[distinct, C]`.
  static func distinctSums(_ rows: CategoryRows, _ tables: [Tensor]) throws(ShapeError) -> Tensor {
    let width = tables.first?.shape.last ?? 0
    var fits = tables.count == rows.dims.count
    for (table, count) in zip(tables, rows.dims) {
      fits = fits && table.shape.rank == 2 && table.shape[0] == count && table.shape[1] == width
    }
    try ShapeError.require(
      fits, "embeddingSum", expected: "tables of \(rows.dims) rows and one width", got: "\(tables.map({ $0.shape }))")
    let count = rows.distinctCount
    let y = Storage<Element>(zeros: count * width)
    for (table, column) in zip(tables, rows.columns) {
      for (row, value) in column.enumerated() {
        K.axpy(1, table.storage.pointer + Int(value) * width, y.base + row * width, width)
      }
    }
    return record(y, [count, width], tables) { dy, inputs in
      for (index, input) in inputs.enumerated() {
        input?.collect { d, add in
          if !add { d.clear(rows.dims[index] * width) }
          K.scatterAdd(dy.pointer, rows.columns[index], d, rows: count, width: width)
        }
      }
    }
  }
}
