import ArgumentParser
import Foundation
import Metrics
import Records
import Reports
import Runs
import Training

/// A split as a word of the command line.
enum SplitName: String, CaseIterable, ExpressibleByArgument {
  case test, validation, train

  var split: Split {
    switch self {
    case .test: .test
    case .validation: .validation
    case .train: .train
    }
  }
}

struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Evaluate a run's best weights on a split, beside simple rules.",
    discussion: """
      NLA-MMR: Jaccard, F1 and PRAUC are per visit and then averaged as the run's settings say (the other way is printed \
      too); the DDI rate is pooled over all predicted pairs. --bootstrap samples 80 % of the patients with replacement, as \
      the authors do: its spread says nothing about the variance of training.

      FMCHS: precision, recall and F1 of the k best herbs; F1@k is made of the two means. Several runs are evaluated as \
      one model, the mean of their probabilities.
      """)

  @Argument(help: "Run directory; several of FMCHS are averaged.")
  var directories: [String]
  @Option(name: .customLong("split"), help: "Split to evaluate.")
  var splitName = SplitName.test
  @Option(help: "Rounds of the bootstrap over patients; 0: none.")
  var bootstrap = 0
  @Option(help: "Seed of the bootstrap.")
  var bootstrapSeed: UInt64 = 42
  @Option(name: .customLong("set"), help: "A setting over the saved ones, e.g. cohort=FILE. Repeat it.")
  var overrides: [String] = []
  @Flag(help: "As JSON.")
  var json = false

  func validate() throws {
    guard !directories.isEmpty else { throw ValidationError("Missing expected argument '<directories> ...'") }
    guard (0...1_000_000).contains(bootstrap) else {
      throw ValidationError("--bootstrap \(bootstrap): give 0 to 1000000 rounds")
    }
  }

  private var split: Split { splitName.split }

  func run() throws {
    let runs = try RunSession.finished(directories, overrides: overrides)
    if runs[0].data.config.model == .fmchs { return try rank(runs) }
    guard directories.count == 1 else {
      throw ValidationError("several runs are evaluated as one for model fmchs only; give one run of nla-mmr")
    }
    let run = runs[0]
    let evaluation = try run.evaluation(of: split)
    let baselines = try BaselineResults(data: run.data, visits: run.data.visits(in: split))
    let rounds = bootstrap > 0 ? try evaluation.bootstrap(rounds: bootstrap, seed: bootstrapSeed) : nil
    if json {
      try Console.json(
        EvaluationJSON(
          split: split.name, epoch: run.checkpoint.epoch, metricBatch: run.data.config.metricBatch,
          evaluation: evaluation, baselines: baselines, bootstrap: rounds, warning: run.data.caution),
        snakeCase: false)
    } else {
      Console.result(
        try EvaluationText.table(
          run: run, split: split, evaluation: evaluation, baselines: baselines, bootstrap: rounds))
    }
  }

  private func rank(_ runs: [FinishedRun]) throws {
    let ensemble = try Ensemble(runs)
    let clock = ContinuousClock()
    let started = clock.now
    let ranking = try ensemble.ranking(of: split)
    let seconds = NumberText.significant((clock.now - started) / .seconds(1), 3)
    Console.note("scored and ranked \(NumberText.count(ranking.rows)) prescriptions in \(seconds) s")
    let report = RankingReport(
      split: split.name, epoch: runs.count == 1 ? runs[0].checkpoint.epoch : nil, runs: runs.count,
      metrics: try RankingMetricSet(ranking),
      bootstrap: bootstrap > 0 ? try Bootstrap(rounds: bootstrap, seed: bootstrapSeed).evaluate(ranking) : nil,
      baselines: try runs[0].data.countedBaselines(split), warning: runs.compactMap { $0.data.caution }.first)
    if json { try Console.json(report, snakeCase: false) } else { Console.result(try report.text()) }
  }
}

/// `evaluate --json`: the metrics at top level, then what they are compared with.
struct EvaluationJSON: Encodable {
  let split: String
  let epoch: Int
  let metricBatch: Int
  let evaluation: Evaluation
  let baselines: BaselineResults
  let bootstrap: BootstrapResult?
  /// Set when no language model made the embeddings.
  let warning: String?

  private enum Key: String, CodingKey {
    case warning, split, epoch, jaccard, f1, prauc, ddi, medications, precision, recall, visits, baselines, bootstrap,
      frequency
    case batchMean = "batch_mean"
    case visitMean = "visit_mean"
    case repeatLast = "repeat_last"
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encodeIfPresent(warning, forKey: .warning)
    try container.encode(split, forKey: .split)
    try container.encode(epoch, forKey: .epoch)
    let metrics = evaluation.metrics
    try container.encode(metrics.jaccard, forKey: .jaccard)
    try container.encode(metrics.f1, forKey: .f1)
    try container.encode(metrics.prauc, forKey: .prauc)
    try container.encode(metrics.ddi, forKey: .ddi)
    try container.encode(metrics.medications, forKey: .medications)
    try container.encode(metrics.precision, forKey: .precision)
    try container.encode(metrics.recall, forKey: .recall)
    try container.encode(metrics.visits, forKey: .visits)
    try container.encode(evaluation.metrics(averaging: .batchMean(metricBatch)), forKey: .batchMean)
    try container.encode(evaluation.metrics(averaging: .visitMean), forKey: .visitMean)
    var rules = container.nestedContainer(keyedBy: Key.self, forKey: .baselines)
    try rules.encode(baselines.frequency, forKey: .frequency)
    try rules.encode(baselines.repeatLast, forKey: .repeatLast)
    if let bootstrap {
      let spreads = Dictionary(uniqueKeysWithValues: Metric.allCases.map { ($0.rawValue, bootstrap[$0]) })
      try container.encode(spreads, forKey: .bootstrap)
    }
  }
}
