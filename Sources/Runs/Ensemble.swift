import Metrics
import Records
import Training

/// Runs of FMCHS on one cohort that answer as one model: the mean of their probabilities.
public struct Ensemble {
  public let runs: [FinishedRun]

  /// - Throws: `TrainingError.wrongModel` when one is no run of FMCHS; `RunError.unlikeRuns` unless all are of one cohort
  public init(_ runs: [FinishedRun]) throws {
    for run in runs {
      let model = run.data.config.model
      guard model == .fmchs else { throw TrainingError.wrongModel(needed: .fmchs, found: model) }
      guard run.data.cohort.contentHash == runs[0].data.cohort.contentHash else {
        throw RunError.unlikeRuns(runs[0].directory, run.directory)
      }
    }
    self.runs = runs
  }

  /// The ranked herbs of a split against what was prescribed.
  public func ranking(of split: Split) throws -> RankingMetrics {
    let data = runs[0].data
    let visits = data.visits(in: split)
    guard !visits.isEmpty else { throw TrainingError.noVisits(split: split.name) }
    return try RankingMetrics(
      labels: data.labels(ofVisits: visits), scores: mean(try runs.map { try $0.scores(of: split) }))
  }

  /// The probability of every herb for symptom sets, `[sets, M]`.
  public func scores(ofSymptoms sets: [[Int32]]) throws -> [Float] {
    mean(try runs.map { try $0.scores(ofSymptoms: sets) })
  }

  private func mean(_ scores: [[Float]]) -> [Float] {
    guard scores.count > 1 else { return scores.first ?? [] }
    var sums = scores[0]
    for list in scores.dropFirst() { for index in sums.indices { sums[index] += list[index] } }
    for index in sums.indices { sums[index] /= Float(scores.count) }
    return sums
  }
}
