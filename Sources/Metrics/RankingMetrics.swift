/// How many of the k best-scored columns of each row are true, for several k. Everything else (precision, recall, F1,
/// bootstrap) is made of these counts, so workers can evaluate their rows and send only this.
public struct RankingMetrics: Codable, Equatable, Sendable {
  /// The values of k.
  public let cutoffs: [Int]
  /// True columns of each row.
  public let actual: [Int32]
  /// True ones among the k best, `[rows, cutoffs]` row by row.
  public let hits: [Int32]

  public var rows: Int { actual.count }

  /// Ranks every row: score descending, ties by the lower column. With fewer columns than k all of them are ranked, and
  /// precision is still hits / k.
  /// - Parameter scores: `[rows, columns]` row by row, as the labels; any scale
  /// - Throws: `MetricError.length`, `.notFinite`; `.badSetting` unless there are cutoffs, all different and above 0
  public init(
    labels: LabelMatrix, scores: [Float], cutoffs: [Int] = RankingMetricSet.usualCutoffs
  ) throws(MetricError) {
    let result = try scores.withUnsafeBufferPointer { (scores) throws(MetricError) in
      try RankingMetrics(labels: labels, scores: scores, cutoffs: cutoffs)
    }
    self = result
  }

  /// As above for scores in place.
  public init(
    labels: LabelMatrix, scores: UnsafeBufferPointer<Float>, cutoffs: [Int] = RankingMetricSet.usualCutoffs
  ) throws(MetricError) {
    guard let longest = cutoffs.max(), cutoffs.allSatisfy({ $0 > 0 }), Set(cutoffs).count == cutoffs.count else {
      throw .badSetting("the cutoffs k of a ranking are \(cutoffs); different numbers above 0 are needed")
    }
    let (rows, width) = (labels.visits, labels.medications)
    guard scores.count == labels.values.count else {
      throw .length("scores (\(rows) rows of \(width))", expected: labels.values.count, found: scores.count)
    }
    var top = TopSelection(min(longest, width))
    var found = [Int32](repeating: 0, count: top.indices.count + 1)
    var actual: [Int32] = []
    var hits: [Int32] = []
    actual.reserveCapacity(rows)
    hits.reserveCapacity(rows * cutoffs.count)
    for row in 0..<rows {
      let range = row * width..<(row + 1) * width
      let values = UnsafeBufferPointer(rebasing: scores[range])
      try requireFinite(values, row: row)
      top.select(values)
      labels.values.withUnsafeBufferPointer { labels in
        // Every label is 0 or 1.
        actual.append(labels[range].reduce(0) { $0 + Int32($1) })
        for (rank, column) in top.indices.enumerated() {
          found[rank + 1] = found[rank] + Int32(labels[range.lowerBound + Int(column)])
        }
      }
      for k in cutoffs { hits.append(found[min(k, found.count - 1)]) }
    }
    self.cutoffs = cutoffs
    self.actual = actual
    self.hits = hits
  }

  private init(cutoffs: [Int], actual: [Int32], hits: [Int32]) {
    self.cutoffs = cutoffs
    self.actual = actual
    self.hits = hits
  }

  /// hits / k
  public func precision(row: Int, cutoff: Int) -> Double {
    Double(hits[row * cutoffs.count + cutoff]) / Double(cutoffs[cutoff])
  }

  /// hits / |true|; 0 without a true column
  public func recall(row: Int, cutoff: Int) -> Double {
    actual[row] == 0 ? 0 : Double(hits[row * cutoffs.count + cutoff]) / Double(actual[row])
  }

  /// The counts of some rows, in the order given; a row may come twice.
  /// - Precondition: every number is a row
  public func selecting(_ list: [Int]) -> RankingMetrics {
    RankingMetrics(
      cutoffs: cutoffs, actual: list.map { actual[$0] },
      hits: list.flatMap { hits[$0 * cutoffs.count..<($0 + 1) * cutoffs.count] })
  }

  /// Numbers per row in `values`.
  public var width: Int { 1 + cutoffs.count }

  /// All counts as numbers, row by row: true columns, then hits at each cutoff. `init(values:cutoffs:)` reads them back.
  public var values: [Double] {
    var values: [Double] = []
    values.reserveCapacity(rows * width)
    for row in 0..<rows {
      values.append(Double(actual[row]))
      for hit in hits[row * cutoffs.count..<(row + 1) * cutoffs.count] { values.append(Double(hit)) }
    }
    return values
  }

  /// - Throws: `MetricError.length` unless the rows are whole; `.badSetting` when a count is not a count
  public init(values: [Double], cutoffs: [Int]) throws(MetricError) {
    let width = 1 + cutoffs.count
    guard values.count.isMultiple(of: width) else {
      throw .length("numbers per row of a ranking", expected: width, found: values.count % width)
    }
    var (actual, hits): ([Int32], [Int32]) = ([], [])
    for (index, value) in values.enumerated() {
      let column = index % width
      guard let count = Int32(exactly: value), count >= 0, column == 0 || count <= actual[index / width] else {
        throw .badSetting("row \(index / width) of a ranking holds \(value) where a number of hits belongs")
      }
      if column == 0 { actual.append(count) } else { hits.append(count) }
    }
    self.init(cutoffs: cutoffs, actual: actual, hits: hits)
  }
}
