import Metrics
import Testing

@Suite struct AveragePrecisionTests {
  @Test(
    "known values, with equal scores as one step",
    arguments: [
      // scikit-learn's own example: labels 0 0 1 1, scores .1 .4 .35 .8 → 0.83…
      ([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], 5.0 / 6),
      ([1, 0, 1, 0], [0.5, 0.5, 0.5, 0.5], 0.5),
      ([1, 1, 0, 0], [0.9, 0.8, 0.2, 0.1], 1),
      ([0, 0, 0, 1], [0.9, 0.8, 0.2, 0.1], 0.25),
      ([0, 0, 0], [0.9, 0.8, 0.2], 0),
      ([1, 1], [0, 0], 1),
      ([1, 0], [-0.0, 0.0], 0.5),
      ([1, 0, 0], [-1, -2, -.infinity], 1),
      ([0, 1, 0], [.infinity, 3, -3], 0.5),
      ([], [], 0),
    ] as [([UInt8], [Float], Double)])
  func known(labels: [UInt8], scores: [Float], expected: Double) throws {
    #expect(try abs(averagePrecision(labels: labels, scores: scores) - expected) < 1e-15)
  }

  @Test("agrees with a plain loop over thresholds on random scores with ties")
  func plainLoop() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      let count = Int.random(in: 1...60, using: &random)
      let labels = (0..<count).map { _ in UInt8.random(in: 0...1, using: &random) }
      let scores = (0..<count).map { _ in Float(Int.random(in: -8...8, using: &random)) / 4 }
      let positives = labels.reduce(0) { $0 + Int($1) }
      var expected = 0.0
      var recall = 0.0
      for threshold in Set(scores).sorted(by: >) {
        let above = scores.indices.filter { scores[$0] >= threshold }
        let hits = above.reduce(0) { $0 + Int(labels[$1]) }
        guard positives > 0 else { continue }
        let next = Double(hits) / Double(positives)
        expected += (next - recall) * Double(hits) / Double(above.count)
        recall = next
      }
      #expect(try abs(averagePrecision(labels: labels, scores: scores) - expected) < 1e-12)
    }
  }

  @Test("scores that are not numbers and wrong lengths are refused")
  func refused() {
    #expect(throws: MetricError.notANumber(visit: 0, medication: 1)) {
      try averagePrecision(labels: [1, 0], scores: [1, .nan])
    }
    #expect(throws: MetricError.length("scores", expected: 2, found: 1)) {
      try averagePrecision(labels: [1, 0], scores: [1])
    }
  }
}
