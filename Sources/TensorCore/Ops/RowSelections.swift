/// Which row of a table each output row is: checked once, so that the loops need not check.
public struct RowIndex: Sendable {
  /// The row of each output row, from 0.
  public let indices: [Int32]
  /// How many rows the table has.
  public let bound: Int

  /// - Throws: `ShapeError` for an index outside 0 ..< bound, and for a negative bound.
  public init(_ indices: [Int32], bound: Int) throws(ShapeError) {
    guard bound >= 0 else { throw .value("RowIndex", "the bound \(bound)", expected: "0 or more rows") }
    for (position, index) in indices.enumerated() where index < 0 || Int(index) >= bound {
      throw .index("RowIndex", position: position, value: Int(index), bound: bound)
    }
    self.indices = indices
    self.bound = bound
  }
}

/// Consecutive groups of rows: segment s is rows offsets[s] ..< offsets[s + 1].
public struct Segments: Sendable {
  let offsets: [Int32]

  /// - Throws: `ShapeError.value` unless the offsets start at 0 and never fall.
  public init(offsets: [Int]) throws(ShapeError) {
    guard offsets.first == 0, zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 }),
      let last = offsets.last, last <= Int(Int32.max)
    else {
      throw .value("Segments", "offsets \(offsets.prefix(8))…", expected: "offsets that start at 0 and never fall")
    }
    self.offsets = offsets.map(Int32.init)
  }

  /// - Throws: `ShapeError.value` for a negative count.
  public init(counts: [Int]) throws(ShapeError) {
    var offsets = [0]
    for count in counts { offsets.append(offsets[offsets.count - 1] &+ count) }
    try self.init(offsets: offsets)
  }

  /// How many segments.
  public var count: Int { offsets.count - 1 }
  /// How many rows they cover.
  public var rows: Int { Int(offsets[offsets.count - 1]) }
}

/// Categorical features of n things, k columns: column i selects a row of table i.
///
/// Equal rows are found once: atoms have few distinct feature rows, so sums of table rows are made per distinct row.
public struct CategoryRows: Sendable {
  /// Rows of each table.
  public let dims: [Int]
  /// Distinct rows, `[distinct, k]`, in the order of their first appearance.
  public let distinct: [Int32]
  /// For each of the n rows, which distinct row it is.
  let inverse: [Int32]
  let columns: [[Int32]]

  /// n
  public var count: Int { inverse.count }
  /// How many different rows there are.
  public var distinctCount: Int { columns.first?.count ?? 0 }

  /// `values` is `[n, dims.count]`.
  /// - Throws: `ShapeError` for an incomplete row or a value outside 0 ..< dims[column].
  public init(_ values: [Int32], dims: [Int]) throws(ShapeError) {
    guard !dims.isEmpty, values.count % dims.count == 0 else {
      throw .mismatch(
        "CategoryRows", expected: "rows of \(dims.count) columns (at least 1)", got: "\(values.count) values")
    }
    let width = dims.count
    var numberOf: [ArraySlice<Int32>: Int32] = [:]
    var distinct: [Int32] = []
    var inverse: [Int32] = []
    inverse.reserveCapacity(values.count / width)
    for start in stride(from: 0, to: values.count, by: width) {
      let row = values[start..<(start + width)]
      if let number = numberOf[row] {
        inverse.append(number)
        continue
      }
      for (column, value) in row.enumerated() where value < 0 || Int(value) >= dims[column] {
        throw .index(
          "CategoryRows, column \(column)", position: start / width, value: Int(value), bound: dims[column])
      }
      let number = Int32(numberOf.count)
      numberOf[row] = number
      distinct += row
      inverse.append(number)
    }
    self.dims = dims
    self.distinct = distinct
    self.inverse = inverse
    columns = (0..<width).map { column in
      stride(from: column, to: distinct.count, by: width).map { distinct[$0] }
    }
  }
}
