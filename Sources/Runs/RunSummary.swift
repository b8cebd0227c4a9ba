/// `summary.json`: written once, when a run has finished. Metrics are those of the best epoch's weights.
public struct RunSummary: Codable, Sendable {
  public var state: String
  public var bestEpoch: Int
  public var epochs: Int
  /// Of the validation split.
  public var metrics: RunMetrics
  /// Of the test split; absent when the cohort has none.
  public var test: RunMetrics?
  /// Of training and validation, over all sessions.
  public var seconds: Double
  public var lastSessionSeconds: Double
  public var workers: Int
  public var cohort: String
  public var embeddings: String

  private enum CodingKeys: String, CodingKey {
    case state, epochs, metrics, test, seconds, workers, cohort, embeddings
    case bestEpoch = "best_epoch"
    case lastSessionSeconds = "last_session_seconds"
  }
}
