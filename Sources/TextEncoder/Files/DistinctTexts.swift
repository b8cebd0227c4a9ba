/// Equal texts are encoded once: every distinct text with the places where it occurs.
struct DistinctTexts {
  /// Distinct texts, in order of first occurrence.
  private(set) var texts: [String] = []
  /// For each visit and kind, row-major `[visits, 5]`, its distinct text.
  private(set) var visitRows: [Int32] = []
  /// For each medication, or each line of a file, its distinct text.
  private(set) var otherRows: [Int32] = []
  /// Places whose text is empty.
  private(set) var emptyPlaces = 0
  /// By bytes: Swift takes é and e + ´ as equal, a tokenizer does not.
  private var rows: [[UInt8]: Int32] = [:]

  /// The key of every distinct text.
  var keys: [TextKey] { texts.map(TextKey.init) }

  var places: Int { visitRows.count + otherRows.count }

  /// The texts of a cohort.
  init(_ visits: VisitTexts) {
    visitRows.reserveCapacity(visits.visitCount * VisitTextKind.allCases.count)
    for visit in 0..<visits.visitCount {
      for kind in VisitTextKind.allCases { visitRows.append(row(visits.text(kind, visit: visit))) }
    }
    for text in visits.medications { otherRows.append(row(text)) }
    rows = [:]
  }

  /// The texts of a list.
  init(_ list: [String]) {
    for text in list { otherRows.append(row(text)) }
    rows = [:]
  }

  private mutating func row(_ text: String) -> Int32 {
    if text.isEmpty { emptyPlaces += 1 }
    let key = Array(text.utf8)
    if let row = rows[key] { return row }
    let row = Int32(texts.count)
    texts.append(text)
    rows[key] = row
    return row
  }

  /// Places whose text is one that `isIncluded` names.
  func places(_ isIncluded: (Int) -> Bool) -> Int {
    var count = 0
    for row in visitRows where isIncluded(Int(row)) { count += 1 }
    for row in otherRows where isIncluded(Int(row)) { count += 1 }
    return count
  }
}

/// The work of an encoding in parts: long texts first, each part a 32nd of all, but 32 to 128 KiB of text.
///
/// It depends on the texts alone. Each part is encoded on its own, so that the numbers do not depend on who encodes it,
/// or on which parts were already there.
struct EncodingPlan: Equatable, Sendable {
  /// About 8,000 to 30,000 tokens: some seconds to a minute of work.
  static let partBytes = 32 << 10...128 << 10
  /// Texts in the order of encoding.
  let order: [Int]
  /// Part p is `order[bounds[p] ..< bounds[p + 1]]`.
  let bounds: [Int]

  var count: Int { bounds.count - 1 }
  subscript(part: Int) -> ArraySlice<Int> { order[bounds[part]..<bounds[part + 1]] }

  init(_ texts: [String]) {
    let lengths = texts.map(\.utf8.count)
    let limit = min(max(lengths.reduce(0, +) / 32, Self.partBytes.lowerBound), Self.partBytes.upperBound)
    order = texts.indices.sorted { (lengths[$1], $0) < (lengths[$0], $1) }
    var bounds = [0]
    var bytes = 0
    for (position, text) in order.enumerated() {
      // A text costs its special tokens too.
      if bytes > 0, bytes + lengths[text] > limit {
        bounds.append(position)
        bytes = 0
      }
      bytes += lengths[text] + 8
    }
    if !order.isEmpty { bounds.append(order.count) }
    self.bounds = bounds
  }
}
