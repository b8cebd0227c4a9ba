/// Rows of sets: row r has the items `items[offsets[r]..<offsets[r + 1]]`, ascending and each once.
public struct SetRows: Equatable, Sendable {
  public let offsets: [Int]
  public let items: [Int32]
  /// Items are 0..<bound.
  public let bound: Int

  public var count: Int { offsets.count - 1 }

  /// From lists laid end to end, in any order and with repetitions.
  /// - Throws: `BaselineError.badSets` for offsets that are no offsets, or an item outside 0..<bound
  public init(offsets: [Int], items: [Int32], bound: Int, of what: String) throws(BaselineError) {
    guard offsets.first == 0, offsets.last == items.count, zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
    else { throw .badSets("the offsets of the \(what) must start at 0, never decrease and end at \(items.count)") }
    guard bound > 0, bound <= Int(Int32.max) else {
      throw .badSets("there are \(bound) different \(what); at least 1 is needed")
    }
    var (starts, kept): ([Int], [Int32]) = ([0], [])
    kept.reserveCapacity(items.count)
    for row in 0..<(offsets.count - 1) {
      let list = items[offsets[row]..<offsets[row + 1]].sorted()
      if let bad = list.first(where: { $0 < 0 || Int($0) >= bound }) {
        throw .badSets("row \(row) names number \(bad) of the \(what), but there are \(bound) (0..<\(bound))")
      }
      for item in list where kept.count == starts[row] || kept[kept.count - 1] != item { kept.append(item) }
      starts.append(kept.count)
    }
    self.offsets = starts
    self.items = kept
    self.bound = bound
  }

  /// From one list per row.
  /// - Throws: as above
  public init(_ rows: [[Int]], bound: Int, of what: String) throws(BaselineError) {
    var offsets = [0]
    for row in rows { offsets.append(offsets[offsets.count - 1] + row.count) }
    let items = rows.joined().map { Int32(clamping: $0) }
    try self.init(offsets: offsets, items: items, bound: bound, of: what)
  }

  /// The items of a row.
  public subscript(row: Int) -> ArraySlice<Int32> { items[offsets[row]..<offsets[row + 1]] }

  /// Some rows, laid end to end.
  func selecting(_ rows: some Collection<Int>) -> (offsets: [Int], items: [Int32]) {
    var (offsets, items): ([Int], [Int32]) = ([0], [])
    for row in rows {
      items += self[row]
      offsets.append(items.count)
    }
    return (offsets, items)
  }
}
