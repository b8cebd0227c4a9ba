import Foundation
import Metrics
import Testing

@Suite struct EvaluatorTests {
  let none: InteractionTable

  init() throws { none = try InteractionTable(medications: 4, pairs: []) }

  @Test("the official rule includes a probability of exactly 0.5, the paper's does not")
  func thresholds() throws {
    let labels = try LabelMatrix(dense: [1, 1, 0, 0], medications: 4)
    let scores: [Float] = [0.9, 0.5, 0.5, Float(0.5).nextDown]
    let official = try Evaluator(interactions: none, rule: .official).visits(labels: labels, scores: scores)[0]
    #expect(official.predicted == 3)
    #expect(official.jaccard == 2.0 / 3)
    #expect(official.precision == 2.0 / 3)
    #expect(official.recall == 1)
    #expect(abs(official.f1 - 0.8) < 1e-15)
    let paper = try Evaluator(interactions: none, rule: .paper).visits(labels: labels, scores: scores)[0]
    #expect(paper.predicted == 1)
    #expect(paper.jaccard == 0.5)
    let high = PredictionRule(threshold: 0.95, strict: false)
    #expect(try Evaluator(interactions: none, rule: high).visits(labels: labels, scores: scores)[0].predicted == 0)
  }

  @Test("no label and no prediction counts 0 everywhere")
  func nothing() throws {
    let labels = try LabelMatrix(dense: [0, 0, 0, 0], medications: 4)
    let visit = try Evaluator(interactions: none).visits(labels: labels, scores: [0, 0.1, 0.2, 0.3])[0]
    #expect(visit.values == [0, 0, 0, 0, 0, 0, 0])
  }

  @Test("a short last batch weighs as much as a full one")
  func batches() throws {
    let labels = try LabelMatrix(dense: [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], medications: 4)
    let scores: [Float] = [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    let evaluator = Evaluator(interactions: none)
    #expect(try evaluator.metrics(labels: labels, scores: scores, averaging: .batchMean(2)).jaccard == 0.5)
    #expect(try abs(evaluator.metrics(labels: labels, scores: scores, averaging: .visitMean).jaccard - 2.0 / 3) < 1e-15)
    #expect(
      try evaluator.metrics(labels: labels, scores: scores, averaging: .batchMean(100))
        == evaluator.metrics(labels: labels, scores: scores, averaging: .visitMean))
  }

  @Test("visits evaluated apart and together give the same set")
  func partition() throws {
    let labels = try LabelMatrix(offsets: [0, 2, 3, 3, 5], indices: [0, 1, 3, 2, 2], medications: 4)
    let scores: [Float] = (0..<16).map { Float(($0 * 7) % 11) / 11 }
    let table = try InteractionTable(medications: 4, pairs: [(0, 1), (3, 2), (1, 0)])
    let evaluator = Evaluator(interactions: table)
    let whole = try evaluator.visits(labels: labels, scores: scores)
    let head = try evaluator.visits(labels: labels.rows(0..<3), scores: Array(scores[..<12]))
    let tail = try evaluator.visits(labels: labels.rows(3..<4), scores: Array(scores[12...]))
    #expect(head + tail == whole)
    for visit in whole { #expect(try VisitMetrics(values: visit.values) == visit) }
  }

  @Test("wrong lengths, scores that are not numbers and empty evaluations are refused")
  func refusals() throws {
    let labels = try LabelMatrix(dense: [1, 0, 0, 0, 1, 0, 0, 0], medications: 4)
    let evaluator = Evaluator(interactions: none)
    #expect(throws: MetricError.length("scores (2 visits of 4)", expected: 8, found: 4)) {
      try evaluator.visits(labels: labels, scores: [0, 0, 0, 0])
    }
    #expect(throws: MetricError.notANumber(visit: 1, medication: 2)) {
      try evaluator.visits(labels: labels, scores: [0, 0, 0, 0, 0, 0, .nan, 0])
    }
    let other = try InteractionTable(medications: 5, pairs: [])
    #expect(throws: MetricError.length("medications in the interaction table", expected: 4, found: 5)) {
      try Evaluator(interactions: other).visits(labels: labels, scores: [0, 0, 0, 0, 0, 0, 0, 0])
    }
    #expect(throws: MetricError.noVisits) { try MetricSet([], averaging: .visitMean) }
    let visits = try evaluator.visits(labels: labels, scores: [0, 0, 0, 0, 0, 0, 0, 0])
    #expect(throws: MetricError.self) { try MetricSet(visits, averaging: .batchMean(0)) }
    #expect(throws: MetricError.self) { try LabelMatrix(dense: [1, 0, 0], medications: 4) }
    #expect(throws: MetricError.outOfRange("visit 1", index: 4, medications: 4)) {
      try LabelMatrix(offsets: [0, 0, 1], indices: [4], medications: 4)
    }
    for offsets in [[], [1, 1], [0, 2], [0, 1, 0, 1]] {
      #expect(throws: MetricError.badOffsets("labels")) {
        try LabelMatrix(offsets: offsets, indices: [0], medications: 4)
      }
    }
    #expect(throws: MetricError.self) { try VisitMetrics(values: [0, 0, 0, 0, 0, 2, 5]) }
    #expect(throws: MetricError.self) { try VisitMetrics(values: [0, 0, 0, 0, 0, .nan, 0]) }
    #expect(throws: MetricError.self) { try VisitMetrics(values: [0, 0]) }
  }

  @Test("a metric set is JSON with the documented keys")
  func json() throws {
    let labels = try LabelMatrix(dense: [1, 0, 0, 0], medications: 4)
    let set = try Evaluator(interactions: none).metrics(labels: labels, scores: [1, 0, 0, 0], averaging: .visitMean)
    let data = try JSONEncoder().encode(set)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(Set(object.keys) == Set(Metric.allCases.map(\.rawValue) + ["visits"]))
    #expect(try JSONDecoder().decode(MetricSet.self, from: data) == set)
  }

  @Test("2,072 visits of 112 medications are evaluated in 15 ms (4 times that on a busy machine)")
  func speed() throws {
    let visits = 2072
    let count = 112
    var random = SystemRandomNumberGenerator()
    let scores = (0..<visits * count).map { _ in Float.random(in: 0..<1, using: &random) }
    let labels = try LabelMatrix(
      dense: scores.map { Float.random(in: 0..<1, using: &random) < 0.1 + 0.2 * $0 ? 1 : 0 }, medications: count)
    let pairs = (0..<count).flatMap { a in (0..<a).filter { (a * 31 + $0 * 17) % 12 == 0 }.map { (a, $0) } }
    let evaluator = Evaluator(interactions: try InteractionTable(medications: count, pairs: pairs))
    var times: [Duration] = []
    for _ in 0..<9 {
      try times.append(
        ContinuousClock().measure {
          _ = try evaluator.metrics(labels: labels, scores: scores, averaging: .batchMean(8))
        })
    }
    times.sort()
    print("evaluation of 2,072 visits × 112: fastest \(times[0]), median \(times[4])")
    #if !DEBUG
      #expect(times[0] < .milliseconds(60))
    #endif
  }
}
