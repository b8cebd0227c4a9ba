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
    let width = try tableWidth(rows, tables)
    let y = Storage<Element>(rows.distinctCount * width)
    sumTables(rows, tables, y.base, width: width)
    return record(y, [rows.distinctCount, width], tables) { dy, inputs in
      sumTablesGradient(rows, dy.pointer, inputs[...], width: width)
    }
  }

  /// The width of tables that fit the categories.
  static func tableWidth(_ rows: CategoryRows, _ tables: [Tensor]) throws(ShapeError) -> Int {
    let width = tables.first?.shape.last ?? 0
    var fits = tables.count == rows.dims.count
    for (table, count) in zip(tables, rows.dims) {
      fits = fits && table.shape.rank == 2 && table.shape[0] == count && table.shape[1] == width
    }
    try ShapeError.require(
      fits, "embeddingSum", expected: "tables of \(rows.dims) rows and one width", got: "\(tables.map({ $0.shape }))")
    return width
  }

  /// y `[distinct, C]` = the sum of one row per table, for every distinct row of categories.
  static func sumTables(_ rows: CategoryRows, _ tables: [Tensor], _ y: UnsafeMutablePointer<Element>, width: Int) {
    y.clear(rows.distinctCount * width)
    for (table, column) in zip(tables, rows.columns) {
      for (row, value) in column.enumerated() {
        K.axpy(1, table.storage.pointer + Int(value) * width, y + row * width, width)
      }
    }
  }

  /// Its gradient, to the nodes of the tables.
  static func sumTablesGradient(
    _ rows: CategoryRows, _ dy: UnsafePointer<Element>, _ nodes: ArraySlice<Node<Element>?>, width: Int
  ) {
    for (index, node) in nodes.enumerated() {
      node?.collect { d, add in
        if !add { d.clear(rows.dims[index] * width) }
        K.scatterAdd(dy, rows.columns[index], d, rows: rows.distinctCount, width: width)
      }
    }
  }
}
