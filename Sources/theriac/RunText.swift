import Foundation
import Metrics
import Records
import Reports
import Runs
import Training

/// A finished run in one line.
enum RunText {
  /// The metrics of an epoch: "Jaccard 0.4590, F1 0.6191, PRAUC 0.7050, DDI 0.0712".
  static func metrics(_ values: [Double], of model: ModelFamily) -> String {
    zip(model.metricTitles, values).map { "\($0) \(NumberText.fixed($1, 4))" }.joined(separator: ", ")
  }

  static func summary(_ directory: RunDirectory) throws -> String {
    guard let data = FileManager.default.contents(atPath: directory.summary) else {
      throw RunError.notARun(directory.path, missing: "summary.json")
    }
    let summary = try JSONDecoder().decode(RunSummary.self, from: data)
    func line(_ metrics: RunMetrics) -> String {
      switch metrics {
      case .medications: Self.metrics(metrics.columns, of: .nlaMMR)
      case .ranking: Self.metrics(metrics.columns, of: .fmchs)
      }
    }
    let time = NumberText.duration(seconds: summary.seconds)
    return "best epoch \(summary.bestEpoch) of \(summary.epochs), validation \(line(summary.metrics))"
      + (summary.test.map { "; test \(line($0))" } ?? "") + "; \(time)"
  }
}

/// `theriac evaluate` for people.
enum EvaluationText {
  static func table(
    run: FinishedRun, split: Split, evaluation: Evaluation, baselines: BaselineResults, bootstrap: BootstrapResult?
  ) throws -> String {
    var table = TextTable([TextTable.Column("")] + Metric.allCases.map { TextTable.Column(title($0), .right) })
    func add(_ name: String, _ set: MetricSet) throws {
      try table.append([name] + Metric.allCases.map { NumberText.fixed(set[$0], $0 == .medications ? 2 : 4) })
    }
    try add("this run (epoch \(run.checkpoint.epoch))", evaluation.metrics)
    try add("repeat the last visit", baselines.repeatLast)
    try add("most frequent medications", baselines.frequency)
    let isBatch = run.data.config.metricAveraging == .batchMean
    let other = isBatch ? MetricAveraging.visitMean : .batchMean(run.data.config.metricBatch)
    try add("this run, \(isBatch ? "mean over visits" : "mean of batches")", evaluation.metrics(averaging: other))
    if let bootstrap {
      try table.append(
        ["this run, \(bootstrap.rounds.count) bootstraps"]
          + Metric.allCases.map { metric in
            NumberText.spread(
              mean: bootstrap[metric].mean, std: bootstrap[metric].std, digits: metric == .medications ? 2 : 4)
          })
    }
    let visits = run.data.visits(in: split)
    let label = try run.data.interactionTable().rate(of: run.data.labels(ofVisits: visits))
    let caution = run.data.caution.map { "warning: \($0)\n" } ?? ""
    return "\(caution)\(split.name) split, \(visits.count) visits; label DDI \(NumberText.fixed(label, 4))\n\n"
      + table.text()
  }

  private static func title(_ metric: Metric) -> String {
    switch metric {
    case .jaccard: "Jaccard"
    case .f1: "F1"
    case .prauc: "PRAUC"
    case .ddi: "DDI"
    case .medications: "medications"
    case .precision: "precision"
    case .recall: "recall"
    }
  }
}
