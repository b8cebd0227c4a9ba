/// Codes of visits as they come from a table, before visits are filtered: 12 bytes a row, codes interned.
struct CodeEntries {
  private struct Entry {
    let visit: Int32
    let order: Int32
    let code: Int32
  }

  var interner = ByteInterner()
  /// Codes of a visit with the same sequence number stand sorted, not in the order of rows.
  var sortsTies = false
  private var noted = CodeTexts()
  /// The text that most rows have beside a code; empty when none has one. One per interned code, or fewer.
  var texts: [String] { noted.chosen }
  /// Full blocks and the one being filled: a growing array would hold everything twice now and then.
  private var blocks: [[Entry]] = []
  private var current: [Entry] = []
  private static let block = 1 << 16

  /// Rows that were not even added, because the one before named the same code of the same visit.
  private var repeatsLeftOut = 0

  mutating func countRepeat() { repeatsLeftOut += 1 }

  /// - Parameter order: sequence number inside the visit; ties keep the order of rows, unless `sortsTies`.
  mutating func add(visit: Int32, code: Int32, order: Int32 = 0) {
    if current.count == Self.block {
      blocks.append(current)
      current = []
    }
    if current.isEmpty { current.reserveCapacity(Self.block) }
    current.append(Entry(visit: visit, order: order, code: code))
  }

  /// - Parameter text: what the row says about the code; of several that are not empty the most frequent counts.
  mutating func add(visit: Int32, code: Field, order: Int32 = 0, text: Field? = nil) {
    let index = interner.index(of: code)
    add(visit: visit, code: index, order: order)
    if let text, !text.isEmpty { note(index, text) }
  }

  /// A row's text of a code.
  mutating func note(_ code: Int32, _ text: Field) { noted.note(code, text) }

  /// The entries by visit, each code once, by sequence number. Frees the entries.
  mutating func sealed(visits: Int) -> VisitCodes {
    var offsets = [Int](repeating: 0, count: visits + 1)
    blocks.append(current)
    current = []
    for block in blocks { for entry in block { offsets[Int(entry.visit) + 1] += 1 } }
    for visit in 0..<visits { offsets[visit + 1] += offsets[visit] }
    let total = offsets[visits]
    var codes = [Int32](repeating: 0, count: total)
    var orders = [Int32](repeating: 0, count: total)
    var next = offsets
    for index in blocks.indices {
      for entry in blocks[index] {
        let place = next[Int(entry.visit)]
        next[Int(entry.visit)] = place + 1
        codes[place] = entry.code
        orders[place] = entry.order
      }
      blocks[index] = []
    }
    blocks = []
    next = []

    var lastVisit = [Int32](repeating: -1, count: interner.count)
    var kept = 0
    var begin = 0
    for visit in 0..<visits {
      let end = offsets[visit + 1]
      sort(&codes, &orders, begin, end)
      for place in begin..<end {
        let code = codes[place]
        if lastVisit[Int(code)] == Int32(visit) { continue }
        lastVisit[Int(code)] = Int32(visit)
        codes[kept] = code
        kept += 1
      }
      begin = end
      offsets[visit + 1] = kept
    }
    codes.removeLast(total - kept)
    return VisitCodes(
      interner: interner, texts: texts, offsets: offsets, codes: codes,
      repeated: total - kept + repeatsLeftOut)
  }

  /// Sorts one visit's codes by sequence number; most are sorted already. Ties: by code, or as the rows stand.
  private func sort(_ codes: inout [Int32], _ orders: inout [Int32], _ begin: Int, _ end: Int) {
    if end - begin < 2 { return }
    var isSorted = true
    for place in (begin + 1)..<end
    where orders[place] < orders[place - 1]
      || sortsTies && orders[place] == orders[place - 1] && interner.bytesPrecede(codes[place], codes[place - 1])
    {
      isSorted = false
      break
    }
    if isSorted { return }
    let sorted = (begin..<end).sorted { left, right in
      if orders[left] != orders[right] { return orders[left] < orders[right] }
      if sortsTies, codes[left] != codes[right] { return interner.bytesPrecede(codes[left], codes[right]) }
      return left < right
    }
    let moved = sorted.map { codes[$0] }
    for (offset, code) in moved.enumerated() { codes[begin + offset] = code }
  }
}

/// The codes of every visit of a data set, before visits are filtered.
struct VisitCodes {
  let interner: ByteInterner
  let texts: [String]
  private(set) var offsets: [Int]
  private(set) var codes: [Int32]
  /// Entries that named a code of the same visit again.
  let repeated: Int

  func text(_ code: Int32) -> String { Int(code) < texts.count ? texts[Int(code)] : "" }

  /// Has the visit a code?
  func has(_ visit: Int) -> Bool { offsets[visit + 1] > offsets[visit] }

  /// Per code: the visits that have it.
  func visitsOfCodes() -> [Int] {
    var visits = [Int](repeating: 0, count: interner.count)
    for code in codes { visits[Int(code)] += 1 }
    return visits
  }

  /// Keeps the `limit` codes that most visits have; ties go to the code that is first alphabetically.
  /// - Returns: the codes left out, most frequent first.
  mutating func keepMostFrequent(_ limit: Int) -> [String] {
    let visits = visitsOfCodes()
    let used = visits.indices.filter { visits[$0] > 0 }
    guard used.count > limit else { return [] }
    let ranked = used.sorted {
      visits[$0] != visits[$1] ? visits[$0] > visits[$1] : interner[$0] < interner[$1]
    }
    var isKept = [Bool](repeating: false, count: visits.count)
    for code in ranked.prefix(limit) { isKept[code] = true }
    var kept = 0
    var begin = 0
    for visit in 0..<(offsets.count - 1) {
      let end = offsets[visit + 1]
      for place in begin..<end where isKept[Int(codes[place])] {
        codes[kept] = codes[place]
        kept += 1
      }
      begin = end
      offsets[visit + 1] = kept
    }
    codes.removeLast(codes.count - kept)
    return ranked.dropFirst(limit).map { interner[$0] }
  }

  /// The vocabulary of the kept visits and their lists.
  /// - Parameters:
  ///   - order: the kept visits, in the order of the cohort.
  ///   - inOrder: codes that go first, in this order, as far as they are used; the others follow sorted.
  ///   - sortsLists: lists by place in the vocabulary instead of by sequence number.
  func lists(
    _ order: [Int32], first inOrder: [String] = [], sortsLists: Bool = false
  ) -> (vocabulary: Vocabulary, lists: CodeLists) {
    var used = [Bool](repeating: false, count: interner.count)
    var total = 0
    for visit in order {
      for place in offsets[Int(visit)]..<offsets[Int(visit) + 1] { used[Int(codes[place])] = true }
      total += offsets[Int(visit) + 1] - offsets[Int(visit)]
    }
    let places = Dictionary(inOrder.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let ranked = used.indices.filter { used[$0] }.map { (text: interner[$0], entry: $0) }
      .sorted { left, right in
        let a = places[left.text] ?? Int.max
        let b = places[right.text] ?? Int.max
        return a != b ? a < b : left.text < right.text
      }
    var rank = [Int32](repeating: -1, count: interner.count)
    for (place, code) in ranked.enumerated() { rank[code.entry] = Int32(place) }

    var lists = CodeLists()
    lists.indices.reserveCapacity(total)
    lists.offsets.reserveCapacity(order.count + 1)
    for visit in order {
      let first = lists.indices.count
      for place in offsets[Int(visit)]..<offsets[Int(visit) + 1] { lists.indices.append(rank[Int(codes[place])]) }
      if sortsLists { lists.indices[first...].sort() }
      lists.offsets.append(lists.indices.count)
    }
    let vocabulary = Vocabulary(codes: ranked.map(\.text), texts: ranked.map { text(Int32($0.entry)) })
    return (vocabulary, lists)
  }
}
