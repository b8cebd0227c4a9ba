import Baselines
import Foundation
import Layers
import Metrics
import Testing

@Suite struct TrainedBaselineTests {
  static let trained: [String] = ["logistic-regression", "mlp", "kdhr", "presrecst"]

  /// Symptom s brings herbs 3s, 3s + 1 and 3s + 2, and every row one herb of chance; 12 symptoms, 36 herbs. Test rows are
  /// the validation rows once more.
  /// - Parameter contradicts: validation rows have the herbs of other symptoms, so that learning makes them worse
  static func data(
    testHerbs: [[Int]]? = nil, properties: Bool = true, contradicts: Bool = false
  ) throws -> HerbData {
    var (symptoms, herbs): ([[Int]], [[Int]]) = ([], [])
    for row in 0..<360 {
      let set = Set([row % 12, row % 5 == 0 ? (row * 7) % 12 : row % 12]).sorted()
      symptoms.append(set)
      let causes = contradicts && row >= 300 ? set.map { ($0 + 5) % 12 } : set
      herbs.append(causes.flatMap { [3 * $0, 3 * $0 + 1, 3 * $0 + 2] } + [(row * 7919) % 36])
    }
    for row in 300..<360 {
      symptoms.append(symptoms[row])
      herbs.append(testHerbs?[row - 300] ?? herbs[row])
    }
    return try HerbData(
      symptoms: SetRows(symptoms, bound: 12, of: "symptoms"), herbs: SetRows(herbs, bound: 36, of: "herbs"),
      properties: properties ? (0..<36 * 4).map { $0 % 5 == 0 ? 1 : 0 } : [], train: Array(0..<300),
      validation: Array(300..<360), test: Array(360..<420))
  }

  /// The baselines with few, small and quick epochs.
  static func baseline(_ name: String, epochs: Int = 12) throws -> any HerbBaseline {
    func quick(_ recipe: TrainingRecipe, _ rate: Double) -> TrainingRecipe {
      var recipe = recipe
      recipe.learningRate = rate
      recipe.batch = 32
      recipe.epochs = epochs
      return recipe
    }
    switch name {
    case "logistic-regression":
      return LogisticRegressionBaseline(recipe: quick(LogisticRegressionBaseline.recipe, 0.05))
    case "mlp": return MLPBaseline(width: 32, recipe: quick(MLPBaseline.recipe, 0.01))
    case "kdhr", "kdhr-all-rows":
      return KDHRBaseline(
        graph: name == "kdhr" ? .training : .allRows, width: 8, hidden: 16, recipe: quick(KDHRBaseline.recipe, 0.01))
    default:
      return PresRecSTBaseline(
        trainsOnValidation: name != "presrecst", width: 16, recipe: quick(PresRecSTBaseline.recipe, 0.005))
    }
  }

  private func recall(_ data: HerbData, _ scores: [Float]) throws -> Double {
    try #require(RankingMetricSet(labels: data.labels(data.test), scores: scores, cutoffs: [5])[5]).recall
  }

  @Test("each learns more than how often herbs are prescribed", arguments: trained)
  func beatsPopularity(name: String) throws {
    let data = try Self.data()
    let fit = try Self.baseline(name).fit(data, seed: 1) { _ in }
    let popular = try recall(data, PopularityBaseline().fit(data, seed: 1) { _ in }.test)
    let learnt = try recall(data, fit.test)
    #expect(learnt > popular + 0.2, "\(learnt), popularity \(popular)")
    let losses = fit.epochs.map(\.trainingLoss)
    #expect(try #require(losses.last) < losses[0])
    #expect(fit.parameters > 0)
  }

  @Test("the same seed gives the same scores bit for bit, another seed others", arguments: trained)
  func deterministic(name: String) throws {
    let data = try Self.data()
    let baseline = try Self.baseline(name, epochs: 2)
    let fits = try [1, 1, 2].map { try baseline.fit(data, seed: $0) { _ in } }
    #expect(fits[0].validation == fits[1].validation && fits[0].test == fits[1].test)
    #expect(fits[0].test != fits[2].test)
  }

  @Test("scores are those of the best epoch, and every epoch is reported", arguments: trained)
  func bestEpoch(name: String) throws {
    let data = try Self.data(contradicts: true)
    var reported: [BaselineEpoch] = []
    var recipe = TrainingRecipe(learningRate: 0.05, batch: 32, epochs: 8)
    recipe.selection = .loss
    let baseline: any HerbBaseline =
      switch name {
      case "logistic-regression": LogisticRegressionBaseline(recipe: recipe)
      case "mlp": MLPBaseline(width: 8, recipe: recipe)
      case "kdhr": KDHRBaseline(width: 8, hidden: 8, recipe: recipe)
      default: PresRecSTBaseline(width: 8, recipe: recipe)
      }
    let fit = try baseline.fit(data, seed: 4) { reported.append($0) }
    #expect(reported == fit.epochs && reported.map(\.epoch) == Array(1...8))
    let best = try #require(fit.bestEpoch)
    #expect(best < 8, "the test needs a best epoch before the last")
    #expect(reported[best - 1].validationLoss == reported.map(\.validationLoss).min())
    #expect(reported.last { $0.isBest }?.epoch == best)
    #expect(fit.test == fit.validation)
    let set = try RankingMetricSet(labels: data.labels(data.validation), scores: fit.validation)
    #expect(set == reported[best - 1].validation)
  }

  @Test("patience ends the training, progress can end it, F1@10 can choose")
  func ending() throws {
    let data = try Self.data(contradicts: true)
    var recipe = TrainingRecipe(learningRate: 0.05, batch: 32, epochs: 50)
    recipe.selection = .loss
    recipe.patience = 3
    let fit = try LogisticRegressionBaseline(recipe: recipe).fit(data, seed: 1) { _ in }
    let best = try #require(fit.bestEpoch)
    #expect(fit.epochs.count == best + 3 && best < 47)
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try LogisticRegressionBaseline(recipe: recipe).fit(data, seed: 1) { if $0.epoch == 2 { throw Stop() } }
    }
    recipe.selection = .f1At10
    recipe.patience = nil
    recipe.epochs = 5
    let other = try LogisticRegressionBaseline(recipe: recipe).fit(data, seed: 1) { _ in }
    let values = other.epochs.map { $0.validation[10]?.f1 ?? -1 }
    #expect(try values[#require(other.bestEpoch) - 1] == values.max())
  }

  @Test("what the test rows hold changes no score, except where a baseline says so", arguments: trained)
  func leakage(name: String) throws {
    let data = try Self.data()
    let changed = try Self.data(testHerbs: Array(repeating: [0, 35], count: 60))
    let baseline = try Self.baseline(name, epochs: 2)
    let fits = try [data, changed].map { try baseline.fit($0, seed: 1) { _ in } }
    #expect(fits[0].test == fits[1].test)
  }

  @Test("graphs of all rows see the test rows; training on validation changes the training")
  func variants() throws {
    let data = try Self.data()
    let changed = try Self.data(testHerbs: Array(repeating: [0, 35], count: 60))
    let leaking = try Self.baseline("kdhr-all-rows", epochs: 2)
    #expect(try leaking.fit(data, seed: 1) { _ in }.test != leaking.fit(changed, seed: 1) { _ in }.test)
    let more = try Self.baseline("presrecst-with-validation", epochs: 2).fit(data, seed: 1) { _ in }
    #expect(try more.test != Self.baseline("presrecst", epochs: 2).fit(data, seed: 1) { _ in }.test)
    // Without properties KDHR works as well, with fewer weights.
    let plain = try Self.baseline("kdhr", epochs: 1).fit(Self.data(properties: false), seed: 1) { _ in }
    let full = try Self.baseline("kdhr", epochs: 1).fit(data, seed: 1) { _ in }
    #expect(full.parameters - plain.parameters == 4 * 16)
  }

  @Test("recipes that mean nothing are refused in a sentence; a diverging one names the cause")
  func refused() throws {
    let data = try Self.data()
    func fit(_ change: (inout TrainingRecipe) -> Void) throws {
      var recipe = LogisticRegressionBaseline.recipe
      recipe.epochs = 2
      change(&recipe)
      _ = try LogisticRegressionBaseline(recipe: recipe).fit(data, seed: 1) { _ in }
    }
    let changes: [(inout TrainingRecipe) -> Void] = [
      { $0.learningRate = 0 }, { $0.learningRate = .nan }, { $0.weightDecay = -1 }, { $0.batch = 1 },
      { $0.epochs = 0 }, { $0.patience = 0 },
    ]
    for change in changes { #expect(throws: BaselineError.self) { try fit(change) } }
    #expect(throws: MetricError.self) { try fit { $0.learningRate = 1e38 } }
    #expect(throws: BaselineError.self) { try MLPBaseline(width: 0).fit(data, seed: 1) { _ in } }
    #expect(throws: BaselineError.self) { try KDHRBaseline(hidden: 0).fit(data, seed: 1) { _ in } }
    #expect(throws: BaselineError.self) { try PresRecSTBaseline(syndromes: 0).fit(data, seed: 1) { _ in } }
    #expect(throws: (any Error).self) { try MLPBaseline(dropout: 1).fit(data, seed: 1) { _ in } }
  }

  @Test("batches cover all rows; a single row left over joins the batch before")
  func batches() {
    let recipe = TrainingRecipe(learningRate: 1, batch: 4, epochs: 1)
    #expect(recipe.batches(of: 10) == [0..<4, 4..<8, 8..<10])
    #expect(recipe.batches(of: 9) == [0..<4, 4..<9])
    #expect(recipe.batches(of: 8) == [0..<4, 4..<8])
    #expect(recipe.batches(of: 3) == [0..<3])
  }

  @Test("rows without symptoms are scored by all")
  func noSymptoms() throws {
    let data = try HerbData(
      symptoms: SetRows((0..<40).map { $0 % 4 == 3 ? [] : [$0 % 4] }, bound: 3, of: "symptoms"),
      herbs: SetRows((0..<40).map { [$0 % 4, 4] }, bound: 5, of: "herbs"), train: Array(0..<30),
      validation: Array(30..<35), test: Array(35..<40))
    for name in HerbBaselines.names where !name.contains("-with-") && !name.contains("-all-") {
      let isTrained = Self.trained.contains(name)
      let baseline = isTrained ? try Self.baseline(name, epochs: 1) : try HerbBaselines.named(name)
      let fit = try baseline.fit(data, seed: 1) { _ in }
      #expect(fit.test.count == 25 && fit.test.allSatisfy(\.isFinite), "\(name)")
    }
  }
}

@Suite(.enabled(if: TCMPD.isAvailable, "needs data/tcm-pd (THERIAC_SHARED)"))
struct RealTrainedBaselineTests {
  @Test("the graphs of TCM-PD have the reference's edges, for training rows and for all")
  func graphs() throws {
    let data = try TCMPD.load()
    let training = CooccurrenceGraph(data, rows: data.train)
    #expect(training.herbs.source.count == 6190)
    #expect(training.symptoms.source.count == 1802)
    #expect(training.mixed.source.count == 2 * 30912)
    let all = CooccurrenceGraph(data, rows: 0..<33765)
    #expect(all.herbs.source.count == 9038)
    #expect(all.symptoms.source.count == 2546)
    #expect(all.mixed.source.count == 79870)
  }

  @Test("two epochs of logistic regression are past popularity and near the counts")
  func logisticRegression() throws {
    let data = try TCMPD.load()
    var recipe = LogisticRegressionBaseline.recipe
    recipe.epochs = 2
    let fit = try LogisticRegressionBaseline(recipe: recipe).fit(data, seed: 0) { _ in }
    let set = try RankingMetricSet(labels: data.labels(data.test), scores: fit.test)
    // Popularity has 0.1842, 15 epochs 0.2438.
    let precision = try #require(set[5]).precision
    #expect(precision > 0.205, "\(precision)")
    #expect(fit.bestEpoch == 2)
  }
}
