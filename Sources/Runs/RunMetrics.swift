import Metrics
import Training

extension ModelFamily {
  /// Metrics of the validation split in `metrics.csv` (`valid_…`).
  public var validationMetrics: [String] {
    switch self {
    case .nlaMMR: ["jaccard", "f1", "prauc", "ddi"]
    case .fmchs: RankingMetricSet.names().filter { !$0.hasPrefix("mean_") }
    }
  }

  /// Metrics of a split in `summary.json`.
  public var summaryMetrics: [String] {
    switch self {
    case .nlaMMR: Metric.allCases.map(\.rawValue)
    case .fmchs: RankingMetricSet.names()
    }
  }

  /// What the best epoch is chosen by, for people.
  public var selectionTitle: String {
    switch self {
    case .nlaMMR: "Jaccard"
    case .fmchs: "F1@5 + F1@10"
    }
  }

  /// The first line of `metrics.csv`.
  var tableHeader: String {
    (["epoch", "train_loss"] + lossTerms.map { "train_" + $0 } + validationMetrics.map { "valid_" + $0 } + ["seconds"])
      .joined(separator: ",")
  }

  /// Names of the metrics for people, in the order of `validationMetrics`.
  public var metricTitles: [String] {
    switch self {
    case .nlaMMR: ["Jaccard", "F1", "PRAUC", "DDI"]
    case .fmchs: RankingMetricSet.usualCutoffs.flatMap { ["P@\($0)", "R@\($0)", "F1@\($0)"] }
    }
  }
}

/// The metrics of one evaluation, of sets of medications or of ranked herbs.
public enum RunMetrics: Equatable, Sendable {
  case medications(MetricSet)
  case ranking(RankingMetricSet)

  /// What the best epoch is chosen by: Jaccard, or F1@5 + F1@10.
  public var selection: Double {
    switch self {
    case .medications(let set): set.jaccard
    case .ranking(let set): (set[5]?.f1 ?? 0) + (set[10]?.f1 ?? 0)
    }
  }

  /// The values of `ModelFamily.validationMetrics`.
  public var columns: [Double] {
    switch self {
    case .medications(let set): [set.jaccard, set.f1, set.prauc, set.ddi]
    case .ranking(let set): ModelFamily.fmchs.validationMetrics.map { set[$0] ?? .nan }
    }
  }
}

extension RunMetrics: Codable {
  /// One flat object: `MetricSet`'s, or the names of `RankingMetricSet.names` and `visits`.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .medications(let set): try set.encode(to: encoder)
    case .ranking(let set):
      var values = Dictionary(uniqueKeysWithValues: zip(set.names, set.values))
      values["visits"] = Double(set.rows)
      try values.encode(to: encoder)
    }
  }

  public init(from decoder: any Decoder) throws {
    if let set = try? MetricSet(from: decoder) {
      self = .medications(set)
      return
    }
    let values = try [String: Double](from: decoder)
    let cutoffs = values.keys.filter { $0.hasPrefix("p") }.compactMap { Int($0.dropFirst()) }.sorted()
    self = .ranking(
      RankingMetricSet(
        rows: Int(values["visits"] ?? 0),
        metrics: cutoffs.map { k in
          RankingMetric(
            k: k, precision: values["p\(k)"] ?? .nan, recall: values["r\(k)"] ?? .nan, f1: values["f1_\(k)"] ?? .nan,
            meanF1: values["mean_f1_\(k)"] ?? .nan)
        }))
  }
}
