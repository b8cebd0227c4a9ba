import TensorCore

/// The symptoms of every row of a part.
public typealias SymptomSets = IndexSets

/// A set of numbers below `bound` for every row: the symptoms, or the herbs, of prescriptions. Every set is in ascending
/// order and holds a number once.
public struct IndexSets: Equatable, Sendable {
  /// Row r holds `indices[offsets[r] ..< offsets[r + 1]]`.
  public let offsets: [Int]
  public let indices: [Int32]
  /// How many different numbers there are.
  public let bound: Int
  /// The size of the largest set of the data this is a part of: encoders pad sequences to it, so that the masks of
  /// dropout do not depend on the part a row is in.
  public let longest: Int

  /// - Parameters:
  ///   - offsets: `rows + 1` places in `indices`
  ///   - indices: the sets one after the other, each in any order; a repeated number counts once
  ///   - longest: nil for the largest of these sets
  /// - Throws: `ModelError.data` for offsets that do not fit, numbers outside 0 ..< bound, and a `longest` below a set
  public init(offsets: [Int], indices: [Int32], bound: Int, longest: Int? = nil) throws(ModelError) {
    guard offsets.first == 0, offsets.last == indices.count, zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
    else {
      throw .data(
        "IndexSets", found: "offsets from \(offsets.first ?? -1) to \(offsets.last ?? -1)",
        expected: "offsets from 0 to \(indices.count) that never fall")
    }
    if let place = indices.firstIndex(where: { $0 < 0 || Int($0) >= bound }) {
      throw .data("IndexSets", found: "\(indices[place]) at place \(place)", expected: "numbers in 0..<\(bound)")
    }
    var (ends, kept) = ([0], [Int32]())
    ends.reserveCapacity(offsets.count)
    kept.reserveCapacity(indices.count)
    for (start, end) in zip(offsets, offsets.dropFirst()) {
      let set = indices[start..<end]
      if zip(set, set.dropFirst()).allSatisfy({ $0 < $1 }) {
        kept += set
      } else {
        kept += Set(set).sorted()
      }
      ends.append(kept.count)
    }
    let largest = zip(ends, ends.dropFirst()).reduce(0) { max($0, $1.1 - $1.0) }
    guard longest ?? largest >= largest else {
      throw .data("IndexSets", found: "a longest set of \(longest ?? 0)", expected: "at least the \(largest) of a set")
    }
    (self.offsets, self.indices, self.bound, self.longest) = (ends, kept, bound, longest ?? largest)
  }

  /// - Throws: as the other initialiser
  public init(_ sets: [[Int32]], bound: Int, longest: Int? = nil) throws(ModelError) {
    var offsets = [0]
    for set in sets { offsets.append(offsets[offsets.count - 1] + set.count) }
    try self.init(offsets: offsets, indices: sets.flatMap { $0 }, bound: bound, longest: longest)
  }

  private init(known offsets: [Int], _ indices: [Int32], like other: IndexSets) {
    (self.offsets, self.indices, bound, longest) = (offsets, indices, other.bound, other.longest)
  }

  /// How many rows.
  public var count: Int { offsets.count - 1 }

  public subscript(row: Int) -> ArraySlice<Int32> { indices[offsets[row]..<offsets[row + 1]] }

  /// Some rows in the given order, with the `longest` of all.
  public func rows(_ rows: some Sequence<Int>) -> IndexSets {
    var (ends, kept) = ([0], [Int32]())
    for row in rows {
      kept += self[row]
      ends.append(kept.count)
    }
    return IndexSets(known: ends, kept, like: self)
  }

  /// In how many rows each number is.
  public var counts: [Int] {
    var counts = Array(repeating: 0, count: bound)
    for index in indices { counts[Int(index)] += 1 }
    return counts
  }

  /// 1 where the row has the number, else 0. `[rows, bound]`
  public func multiHot<Element>(_: Element.Type = Element.self) throws -> Tensor<Element> {
    try Tensor.multiHot(RowIndex(indices, bound: bound), Segments(offsets: offsets))
  }

  /// The same for operations of the tensor core.
  func rowSets() throws(ShapeError) -> RowSets { try RowSets(offsets: offsets, members: indices, bound: bound) }

  /// The rows that have each number: `(offsets, rows)`.
  func inverted() -> (offsets: [Int], rows: [Int32]) {
    var offsets = [0]
    for count in counts { offsets.append(offsets[offsets.count - 1] + count) }
    var next = offsets
    var rows = Array(repeating: Int32(0), count: indices.count)
    for row in 0..<count {
      for index in self[row] {
        rows[next[Int(index)]] = Int32(row)
        next[Int(index)] += 1
      }
    }
    return (offsets, rows)
  }
}
