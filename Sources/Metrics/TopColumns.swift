/// The best columns of rows of scores: score descending, ties by the lower column.
public enum TopColumns {
  /// The `count` best columns of every row, best first; all of them, ordered, where a row has fewer.
  /// - Parameter scores: `[rows, columns]` row by row
  /// - Returns: `[rows, min(count, columns)]` row by row
  /// - Throws: `MetricError.length` unless the rows are whole, `.badSetting` for a count below 1, `.notFinite`
  public static func of(_ scores: [Float], columns: Int, count: Int) throws(MetricError) -> [Int32] {
    guard columns > 0, count > 0 else {
      throw .badSetting("a ranking of \(count) out of \(columns) columns is empty; at least 1 of each is needed")
    }
    guard scores.count.isMultiple(of: columns) else {
      let rows = scores.count / columns + 1
      throw .length("scores (\(rows) rows of \(columns))", expected: rows * columns, found: scores.count)
    }
    let width = min(count, columns)
    var result: [Int32] = []
    result.reserveCapacity(scores.count / columns * width)
    var top = TopSelection(width)
    for row in 0..<scores.count / columns {
      try scores.withUnsafeBufferPointer { (scores) throws(MetricError) in
        let values = UnsafeBufferPointer(rebasing: scores[row * columns..<(row + 1) * columns])
        try requireFinite(values, row: row)
        top.select(values)
      }
      result += top.indices
    }
    return result
  }
}

/// The k largest of a row, kept sorted while the row is read once. Most values are below the k-th best and cost one
/// comparison.
struct TopSelection {
  /// Columns, best first; as many as k, or as the row has.
  private(set) var indices: [Int32]
  private var scores: [Float]

  /// - Parameter count: k, at least 1 and at most the length of the rows to come
  init(_ count: Int) {
    indices = Array(repeating: 0, count: count)
    scores = Array(repeating: 0, count: count)
  }

  /// Selects from one row of finite values, at least k of them.
  mutating func select(_ row: UnsafeBufferPointer<Float>) {
    let count = indices.count
    indices.withUnsafeMutableBufferPointer { indices in
      scores.withUnsafeMutableBufferPointer { scores in
        var filled = 0
        for column in row.indices {
          let value = row[column]
          if filled == count, !(value > scores[count - 1]) { continue }
          var place = filled < count ? filled : count - 1
          while place > 0, value > scores[place - 1] {
            scores[place] = scores[place - 1]
            indices[place] = indices[place - 1]
            place -= 1
          }
          scores[place] = value
          indices[place] = Int32(column)
          if filled < count { filled += 1 }
        }
      }
    }
  }
}

/// - Throws: `MetricError.notFinite` for the first infinite score or NaN
func requireFinite(_ scores: UnsafeBufferPointer<Float>, row: Int) throws(MetricError) {
  // Bits instead of `isFinite`: this loop becomes vector instructions.
  var bad: UInt32 = 0
  for value in scores { bad |= value.bitPattern & 0x7F80_0000 == 0x7F80_0000 ? 1 : 0 }
  if bad != 0, let column = scores.firstIndex(where: { !$0.isFinite }) {
    throw .notFinite(row: row, column: column)
  }
}
