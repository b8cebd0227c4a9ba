/// Every visit gets the same ranking: how often each medication is prescribed in training.
///
/// Score = share of training visits with the medication. Predicted = all with a score >= `rule.threshold`; the
/// threshold is the frequency that maximises the mean Jaccard of this one set over the training visits (the higher on
/// ties).
public struct FrequencyBaseline: Equatable, Sendable {
  /// Share of training visits with each medication.
  public let frequencies: [Float]
  /// The threshold found on the training visits; not strict.
  public let rule: PredictionRule
  /// Mean Jaccard over the training visits at that threshold.
  public let trainingJaccard: Double

  /// - Throws: `MetricError.noVisits`
  public init(training labels: LabelMatrix) throws(MetricError) {
    guard labels.visits > 0 else { throw .noVisits }
    var counts = [Int](repeating: 0, count: labels.medications)
    var sizes = [Int](repeating: 0, count: labels.visits)
    for visit in 0..<labels.visits {
      for medication in 0..<labels.medications where labels[visit, medication] {
        counts[medication] += 1
        sizes[visit] += 1
      }
    }
    frequencies = counts.map { Float($0) / Float(labels.visits) }
    var best = (jaccard: 0.0, threshold: Float(1))
    var hits = [Int](repeating: 0, count: labels.visits)
    var chosen = 0
    let order = counts.indices.filter { counts[$0] > 0 }.sorted { (-counts[$0], $0) < (-counts[$1], $1) }
    for (rank, medication) in order.enumerated() {
      for visit in 0..<labels.visits where labels[visit, medication] { hits[visit] += 1 }
      chosen += 1
      if rank + 1 < order.count, counts[order[rank + 1]] == counts[medication] { continue }
      var sum = 0.0
      for visit in 0..<labels.visits { sum += Double(hits[visit]) / Double(sizes[visit] + chosen - hits[visit]) }
      let jaccard = sum / Double(labels.visits)
      if jaccard > best.jaccard { best = (jaccard, frequencies[medication]) }
    }
    rule = PredictionRule(threshold: best.threshold, strict: false)
    trainingJaccard = best.jaccard
  }

  /// Medications predicted for every visit, ascending.
  public var predicted: [Int] { frequencies.indices.filter { rule.predicts(frequencies[$0]) } }

  /// Metrics of each visit.
  /// - Throws: `MetricError.length` when vocabularies differ.
  public func visits(labels: LabelMatrix, interactions: InteractionTable) throws(MetricError) -> [VisitMetrics] {
    guard labels.medications == frequencies.count else {
      throw .length("medications", expected: frequencies.count, found: labels.medications)
    }
    let scores = Array(repeatElement(frequencies, count: labels.visits).joined())
    return try Evaluator(interactions: interactions, rule: rule).visits(labels: labels, scores: scores)
  }
}

/// A visit gets the true medications of the patient's previous visit, a first visit the set of `FrequencyBaseline`.
///
/// For PRAUC the set alone would tie everything, so frequency orders the medications inside and outside it:
/// score = 0.45 · frequency, + 0.55 inside the set. Both prediction rules at 0.5 then give exactly the set.
public struct RepeatLastBaseline: Equatable, Sendable {
  public let frequency: FrequencyBaseline

  public init(frequency: FrequencyBaseline) { self.frequency = frequency }

  /// Scores `[visits, medications]`, row by row.
  /// - Parameter patientOffsets: patient p has the visits `patientOffsets[p]..<patientOffsets[p + 1]`, in time order.
  /// - Throws: `MetricError.badOffsets`; `MetricError.length` when vocabularies differ.
  public func scores(labels: LabelMatrix, patientOffsets: [Int]) throws(MetricError) -> [Float] {
    guard labels.medications == frequency.frequencies.count else {
      throw .length("medications", expected: frequency.frequencies.count, found: labels.medications)
    }
    try checkOffsets(patientOffsets, count: labels.visits, of: "patients")
    let firstVisits = Set(patientOffsets)
    var scores: [Float] = []
    scores.reserveCapacity(labels.values.count)
    for visit in 0..<labels.visits {
      let isFirst = firstVisits.contains(visit)
      for (medication, share) in frequency.frequencies.enumerated() {
        let inside = isFirst ? frequency.rule.predicts(share) : labels[visit - 1, medication]
        scores.append(0.45 * share + (inside ? 0.55 : 0))
      }
    }
    return scores
  }

  /// Metrics of each visit.
  /// - Throws: as `scores(labels:patientOffsets:)`
  public func visits(
    labels: LabelMatrix, patientOffsets: [Int], interactions: InteractionTable
  ) throws(MetricError) -> [VisitMetrics] {
    let scores = try scores(labels: labels, patientOffsets: patientOffsets)
    return try Evaluator(interactions: interactions, rule: .official).visits(labels: labels, scores: scores)
  }
}
