/// When a score counts as a prescription.
public struct PredictionRule: Codable, Equatable, Sendable {
  /// Scores are compared with this; for a sigmoid's output, a probability.
  public var threshold: Float
  /// `true`: score > threshold; `false`: score >= threshold.
  public var strict: Bool

  public init(threshold: Float, strict: Bool) {
    self.threshold = threshold
    self.strict = strict
  }

  /// Probability >= 0.5, as the authors' code (NLA-MMR spec 3.5).
  public static let official = PredictionRule(threshold: 0.5, strict: false)
  /// Probability > 0.5, as the paper's text.
  public static let paper = PredictionRule(threshold: 0.5, strict: true)

  @inlinable
  public func predicts(_ score: Float) -> Bool {
    strict ? score > threshold : score >= threshold
  }
}

/// How the metrics of visits become one number (NLA-MMR spec 3.7). DDI is pooled either way.
public enum MetricAveraging: Codable, Equatable, Sendable {
  /// Mean over visits.
  case visitMean
  /// Mean inside each run of `batch` consecutive visits, then the unweighted mean of those, as the authors' code:
  /// visits of a short last batch weigh more.
  case batchMean(Int)
}
