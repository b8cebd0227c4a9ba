import Foundation
import HDF5
import Metrics
import Testing

enum Golden {
  static let path = (ProcessInfo.processInfo.environment["THERIAC_GOLDEN"] ?? "../shared/golden") + "/metrics.h5"
  static let isAvailable = FileManager.default.fileExists(atPath: path)
}

/// The authors' metrics in Python's float64; ours differ by the order of a few additions, hence 1e-12.
@Suite(.enabled(if: Golden.isAvailable, "needs golden/metrics.h5 (THERIAC_GOLDEN)"))
struct MetricsGoldenTests {
  let file: HDF5File
  let labels: LabelMatrix
  let scores: [Float]
  let interactions: InteractionTable

  init() throws {
    file = try HDF5File.open(Golden.path)
    labels = try LabelMatrix(dense: file.read("y_true"), medications: 40)
    scores = try file.read("y_prob")
    interactions = try InteractionTable(adjacency: file.read("ddi_adj"), medications: 40)
  }

  func number(_ name: String) throws -> Double {
    try #require(try file.read(name, as: Double.self).first)
  }

  func near(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-12 }

  @Test("each visit has the reference's jaccard, precision, recall, f1 and average precision")
  func perVisit() throws {
    let expected: [Double] = try file.read("per_visit")
    let visits = try Evaluator(interactions: interactions).visits(labels: labels, scores: scores)
    #expect(visits.count == 45)
    for (index, visit) in visits.enumerated() {
      for (field, value) in visit.values.prefix(5).enumerated() {
        let reference = expected[index * 5 + field]
        // The official code divides by zero at the one visit with neither labels nor predictions; we count 0.
        #expect(near(value, reference.isNaN ? 0 : reference), "visit \(index), field \(field)")
      }
    }
    #expect(expected[5 * 5].isNaN)
  }

  @Test("both averages, the pooled DDI rate and the mean number of medications agree")
  func aggregates() throws {
    let evaluator = Evaluator(interactions: interactions)
    for (name, averaging) in [
      ("mean_over_visits", MetricAveraging.visitMean), ("mean_of_batch_means_8", .batchMean(8)),
    ] {
      let expected: [Double] = try file.read(name)
      let set = try evaluator.metrics(labels: labels, scores: scores, averaging: averaging)
      let found = [set.jaccard, set.precision, set.recall, set.f1, set.prauc]
      for (a, b) in zip(found, expected) { #expect(near(a, b), "\(name)") }
      #expect(near(set.ddi, try number("ddi_rate")))
      #expect(near(set.medications, try number("avg_n_pred")))
      #expect(set.visits == 45)
    }
    #expect(near(try interactions.rate(of: labels), try number("ddi_rate_labels")))
    let noPair = try LabelMatrix(offsets: [0, 0, 1], indices: [1], medications: 40)
    #expect(try interactions.rate(of: noPair) == number("ddi_rate_empty"))
  }
}
