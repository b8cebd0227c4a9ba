/// A set of numbers below `bound` per row: the symptoms, or the herbs, of every prescription of a batch.
public struct RowSets: Sendable, Equatable {
  /// Members of row b are members[offsets[b] ..< offsets[b + 1]], in the order given.
  public let offsets: [Int32]
  /// The sets' members, row after row.
  public let members: [Int32]
  /// Members are below it.
  public let bound: Int
  /// How many rows.
  public var count: Int { offsets.count - 1 }

  /// `offsets` starts with 0 and has one more element than there are rows.
  /// - Throws: `ShapeError` when the offsets descend or do not span the members, for a member outside 0 ..< bound, and
  ///   for one that a row has twice.
  public init(offsets: [Int], members: [Int32], bound: Int) throws(ShapeError) {
    guard offsets.first == 0, offsets.last == members.count, members.count < Int(Int32.max) else {
      throw .mismatch(
        "RowSets", expected: "offsets from 0 to \(members.count), the number of members",
        got: "\(offsets.first.map(String.init) ?? "none") to \(offsets.last.map(String.init) ?? "none")")
    }
    self.members = try RowIndex(members, bound: bound).indices
    var lastRow = Array(repeating: -1, count: bound)
    for row in 0..<(offsets.count - 1) {
      guard offsets[row] <= offsets[row + 1], offsets[row + 1] <= members.count else {
        throw .value(
          "RowSets", "the offsets \(offsets[row]) and \(offsets[row + 1]) of row \(row)",
          expected: "ascending offsets up to \(members.count)")
      }
      for member in members[offsets[row]..<offsets[row + 1]] {
        guard lastRow[Int(member)] != row else {
          throw .value("RowSets", "\(member) twice in row \(row)", expected: "every member of a row once")
        }
        lastRow[Int(member)] = row
      }
    }
    self.offsets = offsets.map { Int32($0) }
    self.bound = bound
  }

  /// A list of members per row.
  /// - Throws: `ShapeError` for a member outside 0 ..< bound, and for one that a row has twice.
  public init(_ rows: [[Int32]], bound: Int) throws(ShapeError) {
    var offsets = [0]
    for row in rows { offsets.append(offsets[offsets.count - 1] + row.count) }
    try self.init(offsets: offsets, members: rows.flatMap { $0 }, bound: bound)
  }

  /// All members, as rows of a table of `bound` rows.
  public var memberIndex: RowIndex { RowIndex(known: members, bound: bound) }

  /// The row of every member.
  public var rowIndex: RowIndex {
    var rows: [Int32] = []
    rows.reserveCapacity(members.count)
    for row in 0..<count { rows += repeatElement(Int32(row), count: Int(offsets[row + 1] - offsets[row])) }
    return RowIndex(known: rows, bound: count)
  }
}
