/// Scores and labels → metrics of each visit.
public struct Evaluator: Sendable {
  public let interactions: InteractionTable
  public let rule: PredictionRule

  public init(interactions: InteractionTable, rule: PredictionRule = .official) {
    self.interactions = interactions
    self.rule = rule
  }

  /// One entry per visit, in the order of the rows.
  /// - Parameter scores: `[visits, medications]` row by row; probabilities, or anything the rule's threshold fits.
  /// - Throws: `MetricError.length`, `MetricError.notANumber`
  public func visits(labels: LabelMatrix, scores: [Float]) throws(MetricError) -> [VisitMetrics] {
    try scores.withUnsafeBufferPointer { (scores) throws(MetricError) in
      try visits(labels: labels, scores: scores)
    }
  }

  /// As above for scores in place.
  public func visits(labels: LabelMatrix, scores: UnsafeBufferPointer<Float>) throws(MetricError) -> [VisitMetrics] {
    let width = labels.medications
    guard interactions.medications == width else {
      throw .length("medications in the interaction table", expected: width, found: interactions.medications)
    }
    guard scores.count == labels.values.count else {
      throw .length("scores (\(labels.visits) visits of \(width))", expected: labels.values.count, found: scores.count)
    }
    if let bad = scores.firstIndex(where: \.isNaN) {
      throw .notANumber(visit: bad / width, medication: bad % width)
    }
    return labels.values.withUnsafeBufferPointer { labelValues in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { room in
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: interactions.wordsPerRow) { set in
          (0..<labels.visits).map { visit in
            let row = visit * width..<(visit + 1) * width
            return one(
              labels: UnsafeBufferPointer(rebasing: labelValues[row]),
              scores: UnsafeBufferPointer(rebasing: scores[row]), room: room, set: set)
          }
        }
      }
    }
  }

  private func one(
    labels: UnsafeBufferPointer<UInt8>, scores: UnsafeBufferPointer<Float>,
    room: UnsafeMutableBufferPointer<Float>, set: UnsafeMutableBufferPointer<UInt64>
  ) -> VisitMetrics {
    set.update(repeating: 0)
    var hits = 0
    var actual = 0
    var predicted = 0
    for index in labels.indices {
      let isTrue = labels[index] != 0
      let isPredicted = rule.predicts(scores[index])
      actual += isTrue ? 1 : 0
      guard isPredicted else { continue }
      predicted += 1
      hits += isTrue ? 1 : 0
      set[index >> 6] |= 1 << UInt64(index & 63)
    }
    return VisitMetrics(
      hits: hits, actual: actual, predicted: predicted,
      interactingPairs: predicted < 2 ? 0 : interactions.count(in: UnsafeBufferPointer(set)),
      averagePrecision: averagePrecision(labels: labels, scores: scores, room: room))
  }

  /// The metrics of a whole evaluation.
  /// - Throws: as `visits(labels:scores:)`, and `MetricError.noVisits`
  public func metrics(
    labels: LabelMatrix, scores: [Float], averaging: MetricAveraging
  ) throws(MetricError) -> MetricSet {
    try MetricSet(visits(labels: labels, scores: scores), averaging: averaging)
  }
}
