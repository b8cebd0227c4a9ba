import Metrics
import Testing

@Suite struct BaselinesTests {
  // Frequencies 1, 3/4, 1/4, 0.
  let training: LabelMatrix
  let interactions: InteractionTable

  init() throws {
    training = try LabelMatrix(dense: [1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 0, 0, 0], medications: 4)
    interactions = try InteractionTable(medications: 4, pairs: [(0, 1)])
  }

  @Test("the frequency set is the one with the best mean Jaccard on the training visits")
  func frequency() throws {
    let baseline = try FrequencyBaseline(training: training)
    #expect(baseline.frequencies == [1, 0.75, 0.25, 0])
    // {0}: (1/2 + 1/2 + 1/3 + 1) / 4 = 0.583; {0, 1}: (1 + 1 + 2/3 + 1/2) / 4 = 0.792; {0, 1, 2}: 0.667.
    #expect(baseline.rule == PredictionRule(threshold: 0.75, strict: false))
    #expect(baseline.predicted == [0, 1])
    #expect(abs(baseline.trainingJaccard - (1 + 1 + 2.0 / 3 + 0.5) / 4) < 1e-15)
    let visits = try baseline.visits(labels: training, interactions: interactions)
    #expect(try abs(MetricSet(visits, averaging: .visitMean).jaccard - baseline.trainingJaccard) < 1e-15)
    #expect(visits.allSatisfy { $0.interactingPairs == 1 })
  }

  @Test("no threshold does better on the training visits")
  func optimal() throws {
    let dense = (0..<600).map { Float(($0 * 7919) % 101 < ($0 % 12) * 9 ? 1 : 0) }
    let labels = try LabelMatrix(dense: dense, medications: 12)
    let none = try InteractionTable(medications: 12, pairs: [])
    let baseline = try FrequencyBaseline(training: labels)
    let scores = Array(repeatElement(baseline.frequencies, count: labels.visits).joined())
    for threshold in baseline.frequencies {
      let evaluator = Evaluator(interactions: none, rule: PredictionRule(threshold: threshold, strict: false))
      let jaccard = try evaluator.metrics(labels: labels, scores: scores, averaging: .visitMean).jaccard
      #expect(jaccard <= baseline.trainingJaccard + 1e-12)
    }
  }

  @Test("repeat last predicts the visit before, and the frequency set at a first visit")
  func repeatLast() throws {
    let baseline = RepeatLastBaseline(frequency: try FrequencyBaseline(training: training))
    let labels = try LabelMatrix(dense: [0, 0, 1, 1, 0, 1, 1, 0, 1, 0, 0, 1], medications: 4)
    let scores = try baseline.scores(labels: labels, patientOffsets: [0, 2, 3])
    for rule in [PredictionRule.official, .paper] {
      #expect(
        scores.map { rule.predicts($0) } == [
          true, true, false, false, false, false, true, true, true, true, false, false,
        ])
    }
    // Inside and outside the set, frequency decides.
    #expect(scores[6] > scores[7] && scores[4] > scores[5])
    let visits = try baseline.visits(labels: labels, patientOffsets: [0, 2, 3], interactions: interactions)
    #expect(visits.map(\.jaccard) == [0, 1.0 / 3, 1.0 / 3])
  }

  @Test("training visits without any medication predict nothing")
  func nothingPrescribed() throws {
    let labels = try LabelMatrix(dense: [0, 0, 0, 0, 0, 0, 0, 0], medications: 4)
    let baseline = try FrequencyBaseline(training: labels)
    #expect(baseline.predicted.isEmpty)
    #expect(baseline.trainingJaccard == 0)
  }

  @Test("other vocabularies, bad offsets and empty training are refused")
  func refused() throws {
    let baseline = try FrequencyBaseline(training: training)
    let other = try LabelMatrix(dense: [1, 0, 0], medications: 3)
    let table = try InteractionTable(medications: 3, pairs: [])
    #expect(throws: MetricError.length("medications", expected: 4, found: 3)) {
      try baseline.visits(labels: other, interactions: table)
    }
    #expect(throws: MetricError.length("medications", expected: 4, found: 3)) {
      try RepeatLastBaseline(frequency: baseline).scores(labels: other, patientOffsets: [0, 1])
    }
    #expect(throws: MetricError.badOffsets("patients")) {
      try RepeatLastBaseline(frequency: baseline).scores(labels: training, patientOffsets: [0, 3])
    }
    #expect(throws: MetricError.noVisits) { try FrequencyBaseline(training: LabelMatrix(dense: [], medications: 4)) }
  }
}
