import Baselines
import Foundation
import Metrics
import Testing

@Suite struct CountBaselineTests {
  /// Three herbs, two symptoms. Training rows: ({0}, {0, 1}), ({0}, {0}), ({0, 1}, {2}), ({}, {0}).
  let data: HerbData

  init() throws {
    data = try HerbData(
      symptoms: SetRows([[0], [0], [1, 0], [], [0], [0, 1], [], [1]], bound: 2, of: "symptoms"),
      herbs: SetRows([[1, 0], [0], [2], [0], [0], [1], [2], [2]], bound: 3, of: "herbs"),
      train: [0, 1, 2, 3], validation: [4], test: [5, 6, 7])
  }

  /// q = (3/4, 1/4, 1/4); n = (3, 1); C = ((2, 1, 1), (0, 0, 1)).
  private func conditional(_ symptom: Int, _ herb: Int, _ a: Double) -> Double {
    let q = [0.75, 0.25, 0.25]
    let c = [[2.0, 1, 1], [0, 0, 1]]
    return (c[symptom][herb] + a * q[herb]) / ([3.0, 1][symptom] + a)
  }

  @Test("popularity gives every row the shares of the training rows")
  func popularity() throws {
    let fit = try PopularityBaseline().fit(data, seed: 0) { _ in }
    #expect(fit.validation == [0.75, 0.25, 0.25])
    #expect(fit.test == [0.75, 0.25, 0.25, 0.75, 0.25, 0.25, 0.75, 0.25, 0.25])
    #expect(fit.bestEpoch == nil && fit.epochs.isEmpty && fit.secondsPerEpoch == 0 && fit.parameters == 3)
  }

  @Test("the conditional mean averages P(h | s); a row without symptoms gets the shares")
  func conditionalMean() throws {
    for a in [1.0, 5] {
      let fit = try ConditionalMeanBaseline(smoothing: a).fit(data, seed: 0) { _ in }
      for herb in 0..<3 {
        #expect(fit.validation[herb] == Float(conditional(0, herb, a)))
        #expect(abs(fit.test[herb] - Float((conditional(0, herb, a) + conditional(1, herb, a)) / 2)) < 1e-7)
        #expect(fit.test[3 + herb] == [0.75, 0.25, 0.25][herb])
        #expect(fit.test[6 + herb] == Float(conditional(1, herb, a)))
      }
    }
  }

  @Test("naive Bayes adds the log ratios of the symptoms to the prior")
  func naiveBayes() throws {
    let (fit, e) = (try NaiveBayesBaseline(smoothing: 2).fit(data, seed: 0) { _ in }, 1e-9)
    for (herb, q) in [0.75, 0.25, 0.25].enumerated() {
      let ratios = (0..<2).map { log(conditional($0, herb, 2) / (q + e) + e) }
      #expect(abs(fit.validation[herb] - Float(log(q + e) + ratios[0])) < 1e-6)
      #expect(abs(fit.test[herb] - Float(log(q + e) + ratios[0] + ratios[1])) < 1e-6)
      #expect(abs(fit.test[3 + herb] - Float(log(q + e))) < 1e-6)
    }
  }

  @Test("a smoothing that means nothing is refused", arguments: [0, -1, Double.nan, .infinity])
  func smoothing(value: Double) {
    #expect(throws: BaselineError.self) { try ConditionalMeanBaseline(smoothing: value).fit(data, seed: 0) { _ in } }
    #expect(throws: BaselineError.self) { try NaiveBayesBaseline(smoothing: value).fit(data, seed: 0) { _ in } }
  }

  @Test("sets are sorted, named once, and checked")
  func sets() throws {
    let sets = try SetRows(offsets: [0, 3, 3, 5], items: [2, 0, 2, 1, 1], bound: 3, of: "herbs")
    #expect(sets.count == 3 && sets[0] == [0, 2] && sets[1].isEmpty && sets[2] == [1])
    #expect(throws: BaselineError.badSets("row 1 names number 3 of the herbs, but there are 3 (0..<3)")) {
      try SetRows([[0], [3, 1]], bound: 3, of: "herbs")
    }
    #expect(throws: BaselineError.self) { try SetRows([[-1]], bound: 3, of: "herbs") }
    #expect(throws: BaselineError.self) { try SetRows([[Int.max]], bound: 3, of: "herbs") }
    #expect(throws: BaselineError.self) { try SetRows([[0]], bound: 0, of: "herbs") }
    for offsets in [[], [1, 2], [0, 1], [0, 2, 1, 2]] {
      #expect(throws: BaselineError.self) { try SetRows(offsets: offsets, items: [0, 1], bound: 2, of: "herbs") }
    }
  }

  @Test("splits and properties that cannot be are refused in one sentence")
  func refused() throws {
    let (s, h) = (data.symptoms, data.herbs)
    func error(
      _ train: [Int], _ validation: [Int], _ test: [Int], properties: [Float] = []
    ) -> String? {
      do throws(BaselineError) {
        _ = try HerbData(
          symptoms: s, herbs: h, properties: properties, train: train, validation: validation, test: test)
        return nil
      } catch { return error.description }
    }
    #expect(error([0, 1], [2], []) == nil)
    #expect(error([0, 1], [8], [])?.contains("names row 8, but there are 8") == true)
    #expect(error([0, 1], [2], [1])?.contains("row 1 is named twice") == true)
    #expect(error([0], [1], [])?.contains("at least 2 training rows") == true)
    #expect(error([0, 1], [], [2])?.contains("1 validation row") == true)
    #expect(
      error([0, 1], [2], [], properties: [1, 2])?.contains("2 properties do not divide into rows of 3 herbs") == true)
    #expect(error([0, 1], [2], [], properties: [1, 2, .nan])?.contains("not a number") == true)
    #expect(throws: BaselineError.self) {
      try HerbData(
        symptoms: SetRows([[0]], bound: 1, of: "symptoms"), herbs: h, train: [0, 1], validation: [2], test: [])
    }
  }

  @Test("every name makes a baseline that knows the name; others are refused with the list")
  func names() throws {
    #expect(
      HerbBaselines.names == [
        "popularity", "conditional-mean", "naive-bayes", "logistic-regression", "mlp", "kdhr", "kdhr-all-rows",
        "presrecst", "presrecst-with-validation",
      ])
    for name in HerbBaselines.names {
      let baseline = try HerbBaselines.named(name)
      #expect(name.hasPrefix(type(of: baseline).name))
      #expect(!baseline.summary.isEmpty && !baseline.summary.contains("\n"))
    }
    #expect(try HerbBaselines.named("kdhr-all-rows").summary.contains("test rows"))
    #expect(try HerbBaselines.named("presrecst-with-validation").summary.contains("validation rows"))
    do throws(BaselineError) {
      _ = try HerbBaselines.named("knn")
      Issue.record("knn is no baseline")
    } catch { #expect(error.description.contains("\"knn\"") && error.description.contains("naive-bayes")) }
  }
}

/// The whole table of the reference, test rows 27012..33764; P, R, F1 at 5, 10, 20 in four digits.
@Suite(.enabled(if: TCMPD.isAvailable, "needs data/tcm-pd (THERIAC_SHARED)"))
struct RealCountBaselineTests {
  @Test(
    "the numbers on TCM-PD",
    arguments: [
      ("popularity", [1842, 1188, 1444, 1383, 1754, 1546, 1044, 2703, 1506]),
      ("conditional-mean", [2394, 1651, 1954, 1949, 2652, 2247, 1451, 3925, 2118]),
      ("naive-bayes", [2402, 1675, 1974, 1959, 2677, 2262, 1470, 3989, 2149]),
    ])
  func numbers(name: String, expected: [Int]) throws {
    let data = try TCMPD.load()
    #expect(data.symptoms.count == 33765 && data.symptomCount == 390 && data.herbCount == 805)
    let fit = try HerbBaselines.named(name).fit(data, seed: 0) { _ in }
    let set = try RankingMetricSet(labels: data.labels(data.test), scores: fit.test)
    #expect(set.rows == 6753)
    let digits = set.metrics.flatMap { [$0.precision, $0.recall, $0.f1] }.map { Int(($0 * 10_000).rounded()) }
    #expect(digits == expected)
  }
}
