import Metrics
import Testing

@Suite struct InteractionTableTests {
  @Test("pairs are symmetric across word boundaries and counted once")
  func symmetric() throws {
    let table = try InteractionTable(medications: 130, pairs: [(3, 129), (129, 3), (64, 63)])
    #expect(table.contains(129, 3))
    #expect(table.contains(3, 129))
    #expect(table.contains(63, 64))
    #expect(!table.contains(3, 64))
    #expect(table.pairs(among: [129, 5, 64, 3, 63]).map { [$0.0, $0.1] } == [[129, 3], [64, 63]])
  }

  @Test("the rate is pooled over visits, not averaged")
  func pooled() throws {
    let table = try InteractionTable(medications: 4, pairs: [(0, 1)])
    // 1 of 1 pair, then 0 of 3 pairs.
    let labels = try LabelMatrix(offsets: [0, 2, 5], indices: [0, 1, 1, 2, 3], medications: 4)
    #expect(try table.rate(of: labels) == 0.25)
  }

  @Test("agrees with a loop over pairs")
  func plainLoop() throws {
    let count = 70
    let pairs = (0..<count).flatMap { a in (0..<a).filter { (a * 13 + $0 * 7) % 9 == 0 }.map { (a, $0) } }
    let table = try InteractionTable(medications: count, pairs: pairs)
    let lists = (0..<20).map { visit in (0..<count).filter { ($0 * 29 + visit * 31) % 5 == 0 } }
    var all = 0
    var interacting = 0
    for list in lists {
      all += list.count * (list.count - 1) / 2
      interacting += table.pairs(among: list).count
    }
    var offsets = [0]
    for list in lists { offsets.append(offsets[offsets.count - 1] + list.count) }
    let labels = try LabelMatrix(offsets: offsets, indices: lists.joined().map { Int32($0) }, medications: count)
    #expect(interacting > 0)
    #expect(try table.rate(of: labels) == Double(interacting) / Double(all))
  }

  @Test("pairs outside the vocabulary or with themselves are refused")
  func refused() {
    #expect(throws: MetricError.outOfRange("an interaction", index: 4, medications: 4)) {
      try InteractionTable(medications: 4, pairs: [(0, 4)])
    }
    #expect(throws: MetricError.outOfRange("an interaction", index: -1, medications: 4)) {
      try InteractionTable(medications: 4, pairs: [(-1, 2)])
    }
    #expect(throws: MetricError.self) { try InteractionTable(medications: 4, pairs: [(2, 2)]) }
    #expect(throws: MetricError.self) { try InteractionTable(adjacency: [0, 1, 0], medications: 2) }
  }
}
