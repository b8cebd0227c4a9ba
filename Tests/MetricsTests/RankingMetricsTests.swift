import Foundation
import HDF5
import Metrics
import Testing

@Suite struct RankingMetricsTests {
  @Test("the best columns come by score, ties by the lower column")
  func top() throws {
    #expect(try TopColumns.of([1, 3, 3, 2, -1, 3], columns: 6, count: 4) == [1, 2, 5, 3])
    #expect(try TopColumns.of([0, 0, -0.0, 0], columns: 4, count: 3) == [0, 1, 2])
    #expect(try TopColumns.of([1, 2, 4, 3], columns: 2, count: 9) == [1, 0, 0, 1])
    #expect(try TopColumns.of([], columns: 4, count: 3).isEmpty)
  }

  @Test("selection equals a stable sort over odd lengths, with many ties", arguments: [1, 2, 7, 20, 21, 64, 805])
  func selection(width: Int) throws {
    for salt in 0..<20 {
      let row = (0..<width).map { Float(($0 * 7919 + salt * 104_729) % (3 + salt * 11)) }
      let sorted = row.indices.sorted { (-row[$0], $0) < (-row[$1], $1) }.prefix(20).map { Int32($0) }
      #expect(try TopColumns.of(row, columns: width, count: 20) == sorted, "salt \(salt)")
    }
  }

  @Test("precision, recall and both F1 by hand")
  func byHand() throws {
    let labels = try LabelMatrix(dense: [1, 0, 1, 0, 0, 1, 0, 0], medications: 4)
    // Rankings 0 1 2 3 and 3 2 1 0.
    let ranking = try RankingMetrics(labels: labels, scores: [4, 3, 2, 1, 1, 2, 3, 4], cutoffs: [1, 3, 9])
    #expect(ranking.actual == [2, 1])
    #expect(ranking.hits == [1, 2, 2, 0, 1, 1])
    let set = try RankingMetricSet(ranking)
    #expect(set.rows == 2)
    let one = try #require(set[1])
    #expect(one.precision == 0.5 && one.recall == 0.25)
    #expect(abs(one.f1 - 2 * 0.5 * 0.25 / 0.75) < 1e-15)
    #expect(abs(one.meanF1 - (2 * 1 * 0.5 / 1.5) / 2) < 1e-15)
    let three = try #require(set[3])
    #expect(abs(three.precision - 0.5) < 1e-15 && three.recall == 1)
    // All four columns are ranked; precision is still a share of 9.
    #expect(abs(try #require(set[9]).precision - 1.5 / 9) < 1e-15)
    #expect(set[5] == nil)
  }

  @Test("names, values and JSON keys")
  func names() throws {
    let labels = try LabelMatrix(dense: [1, 0, 1, 0, 0, 1], medications: 3)
    let set = try RankingMetricSet(labels: labels, scores: [3, 2, 1, 1, 2, 3], cutoffs: [1, 2])
    #expect(set.names == ["p1", "r1", "f1_1", "mean_f1_1", "p2", "r2", "f1_2", "mean_f1_2"])
    #expect(RankingMetricSet.names().prefix(5) == ["p5", "r5", "f1_5", "mean_f1_5", "p10"])
    #expect(set.values.count == 8 && set["f1_2"] == set[2]?.f1 && set["p7"] == nil)
    let data = try JSONEncoder().encode(set)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Double])
    #expect(
      Set(object.keys) == ["rows", "P@1", "R@1", "F1@1", "meanF1@1", "P@2", "R@2", "F1@2", "meanF1@2"])
    #expect(object["P@1"] == set[1]?.precision && object["rows"] == 2)
    #expect(try JSONDecoder().decode(RankingMetricSet.self, from: data) == set)
  }

  @Test("counts survive being sent as numbers; what is no count is refused")
  func sent() throws {
    let labels = try LabelMatrix(dense: [1, 0, 1, 0, 0, 1], medications: 3)
    let ranking = try RankingMetrics(labels: labels, scores: [3, 2, 1, 1, 2, 3], cutoffs: [2, 1])
    #expect(ranking.values == [2, 1, 1, 1, 1, 1])
    #expect(try RankingMetrics(values: ranking.values, cutoffs: [2, 1]) == ranking)
    #expect(try RankingMetrics(values: [], cutoffs: [5]).rows == 0)
    for bad in [[2, 1], [2, 1, 0.5], [2, 3, 1], [-1, 0, 0], [.nan, 0, 0]] {
      #expect(throws: MetricError.self) { try RankingMetrics(values: bad, cutoffs: [2, 1]) }
    }
  }

  @Test(
    "infinite scores and NaN are refused by place, wherever they stand",
    arguments: [Float.nan, .infinity, -.infinity, .signalingNaN])
  func notFinite(bad: Float) throws {
    let labels = try LabelMatrix(dense: Array(repeating: 1, count: 2 * 37), medications: 37)
    for place in [0, 20, 36, 37, 73] {
      var scores = (0..<74).map { Float($0) }
      scores[place] = bad
      let expected = MetricError.notFinite(row: place / 37, column: place % 37)
      #expect(throws: expected) { try RankingMetrics(labels: labels, scores: scores) }
      #expect(throws: expected) { try TopColumns.of(scores, columns: 37, count: 5) }
    }
    let text = MetricError.notFinite(row: 3, column: 7).description
    #expect(text.contains("medication 7 in row 3") && text.contains("diverged"))
  }

  @Test("wrong shapes, empty rows and meaningless cutoffs are refused")
  func refused() throws {
    let labels = try LabelMatrix(dense: [1, 0, 1, 0], medications: 2)
    #expect(throws: MetricError.length("scores (2 rows of 2)", expected: 4, found: 3)) {
      try RankingMetrics(labels: labels, scores: [1, 2, 3])
    }
    for cutoffs in [[], [0, 1], [5, 5], [-1]] {
      #expect(throws: MetricError.self) { try RankingMetrics(labels: labels, scores: [1, 2, 3, 4], cutoffs: cutoffs) }
    }
    let none = try LabelMatrix(dense: [], medications: 2)
    #expect(throws: MetricError.noVisits) { try RankingMetricSet(labels: none, scores: []) }
    #expect(throws: MetricError.self) { try TopColumns.of([1, 2, 3], columns: 2, count: 1) }
    #expect(throws: MetricError.self) { try TopColumns.of([1, 2], columns: 2, count: 0) }
    #expect(throws: MetricError.self) { try TopColumns.of([1, 2], columns: 0, count: 1) }
  }

  @Test("the bootstrap draws rows: each round is the metrics of its sample")
  func bootstrap() throws {
    let labels = try LabelMatrix(dense: (0..<40 * 6).map { $0 % 5 == 0 ? 1 : 0 }, medications: 6)
    let scores = (0..<40 * 6).map { Float(($0 * 7919) % 97) }
    let ranking = try RankingMetrics(labels: labels, scores: scores, cutoffs: [1, 3])
    let bootstrap = Bootstrap(rounds: 3, fraction: 0.8, seed: 9)
    let result = try bootstrap.evaluate(ranking)
    #expect(result.rounds.count == 3)
    for (round, set) in result.rounds.enumerated() {
      let draws = bootstrap.draws(round: round, from: 40)
      #expect(set.rows == 32)
      let mean = draws.reduce(0.0) { $0 + Double(ranking.hits[$1 * 2 + 1]) / 3 } / 32
      #expect(abs((set[3]?.precision ?? -1) - mean) < 1e-12)
    }
    let spread = try #require(result["p3"])
    #expect(spread == Spread(result.rounds.compactMap { $0["p3"] }))
    #expect(spread.std > 0)
    #expect(result["p9"] == nil)
    #expect(throws: MetricError.self) { try Bootstrap(rounds: 0).evaluate(ranking) }
    #expect(throws: MetricError.self) { try Bootstrap(fraction: 11).evaluate(ranking) }
    #expect(throws: MetricError.noVisits) { try bootstrap.evaluate(RankingMetrics(values: [], cutoffs: [1])) }
  }
}

private enum HerbGolden {
  static let path = (ProcessInfo.processInfo.environment["THERIAC_GOLDEN"] ?? "../shared/golden") + "/herb_metrics.h5"
  static let isAvailable = FileManager.default.fileExists(atPath: path)
}

/// Made with numpy in float64; ours differ by the order of additions, hence 1e-12. The reference adds 1e-13 to P + R.
@Suite(.enabled(if: HerbGolden.isAvailable, "needs golden/herb_metrics.h5 (THERIAC_GOLDEN)"))
struct RankingGoldenTests {
  @Test("rankings and metrics agree", arguments: ["empty", "informed", "random", "short", "ties"])
  func golden(group: String) throws {
    let file = try HDF5File.open(HerbGolden.path)
    let ranking = try file.read("\(group)/ranking", as: Int64.self).map(Int.init)
    let result = try file.read("\(group)/result", as: Double.self)
    let truth = try file.read("\(group)/truth", as: UInt8.self)
    let scores = try file.read("\(group)/scores", as: Float.self)
    let (rows, columns, best) =
      ["empty": (2, 25, 20), "informed": (50, 805, 20), "random": (50, 805, 20), "short": (3, 25, 20)][group]
      ?? (10, 30, 5)
    #expect(scores.count == rows * columns && ranking.count == rows * best)
    #expect(try TopColumns.of(scores, columns: columns, count: best).map(Int.init) == ranking)
    let cutoffs = stride(from: 0, to: result.count, by: 5).map { Int(result[$0]) }
    let labels = try LabelMatrix(dense: truth.map(Float.init), medications: columns)
    let set = try RankingMetricSet(labels: labels, scores: scores, cutoffs: cutoffs)
    #expect(set.rows == rows)
    for (index, metric) in set.metrics.enumerated() {
      let expected = result[index * 5 + 1..<index * 5 + 5]
      for (a, b) in zip([metric.precision, metric.recall, metric.f1, metric.meanF1], expected) {
        #expect(abs(a - b) <= 1e-12, "k = \(metric.k): \(a), expected \(b)")
      }
    }
  }
}
