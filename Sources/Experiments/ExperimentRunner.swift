import Baselines
import Foundation
import HDF5
import Metrics
import Records
import Runs
import Training

/// An experiment cannot be done as asked.
public enum ExperimentError: Error, CustomStringConvertible {
  case unknown(String)
  case otherModel(experiment: String, model: String)
  case otherSettings(String)
  case notRanked(String)
  case damaged(String)
  /// A stop was asked for, and when: "while mlp was trained". A baseline begins anew next time.
  case interrupted(String)

  public var description: String {
    switch self {
    case .unknown(let name):
      "there is no experiment \(name); known are \(Experiment.all.map(\.name).joined(separator: ", "))"
    case .otherModel(let experiment, let model):
      "\(experiment) trains fmchs, but the configuration is of \(model); give one with model: fmchs"
    case .otherSettings(let path):
      "\(path) was made with other settings or another cohort than this experiment asks for; give another --out"
    case .notRanked(let path): "\(path) has no metrics of ranked herbs; is its model fmchs?"
    case .interrupted(let when): "interrupted \(when); go on with the same command"
    case .damaged(let path): "\(path) cannot be read; remove it, and it is made anew"
    }
  }
}

/// Does what is missing of an experiment: runs in OUT/runs, baselines in OUT/baselines, then the table.
public struct ExperimentRunner {
  public let experiment: Experiment
  public let config: RunConfig
  public let seeds: [Int]
  public let out: String
  /// Trains a run in a directory, or goes on with it; returns when it is finished.
  public let train: (RunConfig, RunDirectory, _ resume: Bool) throws -> Void
  /// Whether to stop: asked before every row and seed, and between the epochs of a baseline. `train` asks by itself.
  public let isStopped: () -> Bool
  /// Told what is done next.
  public let note: (String) -> Void

  /// - Parameter config: the configuration that the rows change
  public init(
    _ experiment: Experiment, config: RunConfig, seeds: [Int], out: String,
    train: @escaping (RunConfig, RunDirectory, Bool) throws -> Void,
    isStopped: @escaping () -> Bool, note: @escaping (String) -> Void
  ) {
    self.experiment = experiment
    self.config = config
    self.seeds = seeds
    self.out = out
    self.train = train
    self.isStopped = isStopped
    self.note = note
  }

  public func run() throws -> ExperimentResults {
    guard config.model == .fmchs else {
      throw ExperimentError.otherModel(experiment: experiment.name, model: config.model.rawValue)
    }
    let data = try RunData(config) { try checkStop("while the features were made") }
    var results = ExperimentResults(experiment, origin: origin(data))
    let herbs = try data.herbData()
    for (index, row) in experiment.rows.enumerated() {
      switch row.kind {
      case .published: continue
      case .baseline(let name):
        let isCounted = ["popularity", "conditional-mean", "naive-bayes"].contains(name)
        for seed in isCounted ? [seeds[0]] : seeds {
          try checkStop("before \(name), seed \(seed)")
          let outcome = try baseline(name, seed: seed, data, herbs)
          results.add(row: index, seed: seed, test: outcome.test, validation: outcome.validation)
        }
      case .run(let settings):
        for seed in seeds {
          try checkStop("before \(row.label), seed \(seed)")
          let (test, validation) = try run(row.label, settings, seed: seed, data)
          results.add(row: index, seed: seed, test: test, validation: validation)
        }
      }
      try results.write(to: out)
    }
    return results
  }

  private func checkStop(_ when: String) throws {
    if isStopped() { throw ExperimentError.interrupted(when) }
  }

  private func origin(_ data: RunData) -> [String] {
    let defaults = RunConfig(config.model)
    let paths: Set<String> = ["cohort", "embeddings", "molecule_vectors", "seed", "threads"]
    let changed = RunSetting.all(of: config.model).filter {
      !paths.contains($0.key) && $0.value(in: config) != $0.value(in: defaults)
    }.map { "\($0.key)=\($0.value(in: config))" }
    let rows = experiment.rows.compactMap { row -> String? in
      guard case .run(let settings) = row.kind, !settings.isEmpty else { return nil }
      return "\(row.label): \(settings.joined(separator: " "))"
    }
    return [
      "Cohort \(data.cohort.name), split \(data.cohort.splitRule), content \(data.cohort.contentHash). Settings of the runs: "
        + (changed.isEmpty ? "the defaults" : changed.joined(separator: " "))
        + (rows.isEmpty ? "." : "; \(rows.joined(separator: "; ")).")
        + " Baselines have settings of their own."
    ] + (data.caution.map { ["Warning: \($0)."] } ?? [])
  }

  // MARK: Runs

  private func run(
    _ label: String, _ settings: [String], seed: Int, _ data: RunData
  ) throws -> (test: RankingMetricSet, validation: RankingMetricSet) {
    let slug = label.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "-" }.reduce(into: "") { $0.append($1) }
    let directory = RunDirectory("\(out)/runs/\(slug)-seed\(seed)")
    let wanted = try RunConfig(
      yaml: config.yaml, source: "the experiment's configuration", overrides: settings + ["seed=\(seed)"])
    if directory.exists {
      guard try directory.savedConfig() == wanted else { throw ExperimentError.otherSettings(directory.path) }
    }
    if !directory.isFinished {
      note("\(label), seed \(seed)")
      try train(wanted, directory, directory.exists)
    }
    guard let bytes = FileManager.default.contents(atPath: directory.summary),
      let summary = try? JSONDecoder().decode(RunSummary.self, from: bytes)
    else { throw ExperimentError.damaged(directory.summary) }
    guard summary.cohort == data.cohort.contentHash else { throw ExperimentError.otherSettings(directory.path) }
    guard case .ranking(let validation) = summary.metrics, case .ranking(let test)? = summary.test else {
      throw ExperimentError.notRanked(directory.summary)
    }
    return (test, validation)
  }

  // MARK: Baselines

  /// What is kept of a baseline.
  private struct Outcome: Codable {
    var cohort: String
    var bestEpoch: Int?
    var secondsPerEpoch: Double
    var test, validation: RankingMetricSet
  }

  private func baseline(_ name: String, seed: Int, _ data: RunData, _ herbs: HerbData) throws -> Outcome {
    let path = "\(out)/baselines/\(name)-seed\(seed).json"
    if let bytes = FileManager.default.contents(atPath: path) {
      guard let outcome = try? JSONDecoder().decode(Outcome.self, from: bytes) else {
        throw ExperimentError.damaged(path)
      }
      guard outcome.cohort == data.cohort.contentHash else { throw ExperimentError.otherSettings(path) }
      return outcome
    }
    note("\(name), seed \(seed)")
    let fit = try HerbBaselines.named(name).fit(herbs, seed: UInt64(seed)) { epoch in
      try checkStop("while \(name) was trained")
      guard epoch.isBest || epoch.epoch.isMultiple(of: 10) else { return }
      let f1 = String(format: "%.4f", epoch.validation[10]?.f1 ?? .nan)
      note("\(name), seed \(seed), epoch \(epoch.epoch): validation F1@10 \(f1)" + (epoch.isBest ? " (best)" : ""))
    }
    let outcome = Outcome(
      cohort: data.cohort.contentHash, bestEpoch: fit.bestEpoch, secondsPerEpoch: fit.secondsPerEpoch,
      test: try RankingMetricSet(labels: data.labels(ofVisits: herbs.test), scores: fit.test),
      validation: try RankingMetricSet(labels: data.labels(ofVisits: herbs.validation), scores: fit.validation))
    try FileManager.default.createDirectory(atPath: "\(out)/baselines", withIntermediateDirectories: true)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try AtomicFile.bytes(at: path, Array(try encoder.encode(outcome)))
    return outcome
  }
}
