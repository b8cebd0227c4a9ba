/// The merges of byte-pair encoding: which two neighbouring pieces become one, and which pair first.
struct BPEMerges: Sendable {
  private struct Merge {
    let rank: Int32
    let id: Int32
  }
  private var table: [UInt64: Merge] = [:]

  var count: Int { table.count }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  /// A pair that is stated twice has its later rank, as in Hugging Face.
  mutating func append(_ left: Int32, _ right: Int32, makes id: Int32, rank: Int) {
    table[Self.key(left, right)] = Merge(rank: Int32(truncatingIfNeeded: rank), id: id)
  }

  /// Merges pieces until no pair is left that has a merge: always the pair of lowest rank, of these the leftmost.
  ///
  /// A heap of pairs over a linked list of pieces: n pieces take O(n log n) steps.
  func apply(_ pieces: [Int32]) -> [Int32] {
    guard pieces.count > 1 else { return pieces }
    var ids = pieces
    var next = pieces.indices.map { $0 + 1 < pieces.count ? $0 + 1 : -1 }
    var previous = pieces.indices.map { $0 - 1 }
    var heap = PairHeap()
    func offer(_ left: Int) {
      let right = next[left]
      guard right >= 0, let merge = table[Self.key(ids[left], ids[right])] else { return }
      heap.push(PairHeap.Pair(rank: merge.rank, position: left, left: ids[left], right: ids[right], id: merge.id))
    }
    for position in pieces.indices { offer(position) }
    while let pair = heap.pop() {
      let left = pair.position
      // One of the two may have been merged meanwhile.
      guard ids[left] == pair.left, next[left] >= 0, ids[next[left]] == pair.right else { continue }
      let gone = next[left]
      ids[left] = pair.id
      ids[gone] = -1
      next[left] = next[gone]
      if next[left] >= 0 { previous[next[left]] = left }
      next[gone] = -1
      if previous[left] >= 0 { offer(previous[left]) }
      offer(left)
    }
    return ids.filter { $0 >= 0 }
  }
}

/// Pairs in order of rank, then position.
private struct PairHeap {
  struct Pair {
    let rank: Int32
    let position: Int
    let left, right, id: Int32
  }
  private var pairs: [Pair] = []

  private static func isBefore(_ a: Pair, _ b: Pair) -> Bool {
    a.rank != b.rank ? a.rank < b.rank : a.position < b.position
  }

  mutating func push(_ pair: Pair) {
    pairs.append(pair)
    var child = pairs.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard Self.isBefore(pairs[child], pairs[parent]) else { return }
      pairs.swapAt(child, parent)
      child = parent
    }
  }

  mutating func pop() -> Pair? {
    guard let top = pairs.first, let last = pairs.popLast() else { return nil }
    if pairs.isEmpty { return top }
    pairs[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < pairs.count && Self.isBefore(pairs[child], pairs[least]) { least = child }
      if least == parent { return top }
      pairs.swapAt(parent, least)
      parent = least
    }
  }
}
