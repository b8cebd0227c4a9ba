import Checkpoints
import Foundation
import Records
import Training

/// A trained model with its data: the best weights of a run directory.
public final class FinishedRun {
  public let data: RunData
  public let directory: String
  public let checkpoint: Checkpoint
  private let trainer: Trainer
  /// Set when something was made that the run directory should have held: a line for people.
  public private(set) var remark: String?

  /// Opens `best.h5` and the files that the run was trained on.
  /// - Parameter overrides: settings over the saved ones, e.g. a moved cohort file.
  public convenience init(_ directory: RunDirectory, overrides: [String] = []) throws {
    try self.init(directory, data: RunData(directory.savedConfig(overrides: overrides), keptIn: directory))
    remark = data.keepFeatures(in: directory, replacing: overrides.isEmpty)
  }

  init(_ directory: RunDirectory, data: RunData) throws {
    guard FileManager.default.fileExists(atPath: directory.best) else { throw directory.missingBest() }
    self.data = data
    self.directory = directory.path
    checkpoint = try CheckpointFile.read(directory.best)
    guard checkpoint.cohortHash == data.cohort.contentHash else {
      throw RunError.inputChanged(
        what: "cohort", path: data.config.cohort, expected: checkpoint.cohortHash, found: data.cohort.contentHash)
    }
    try data.requireModel(of: checkpoint, at: directory.best)
    guard checkpoint.embeddingsHash == data.featuresHash else { throw data.changedFeatures(checkpoint) }
    trainer = try Trainer(data.job())
    do { try trainer.restore(TrainerState(checkpoint)) } catch TrainingError.stateMismatch(let reason) {
      throw RunError.differentModel(run: directory.path, reason: reason)
    }
  }

  /// Scores `[visits, M]` of the visits of a split, in the order of `data.visits(in:)`.
  public func scores(of split: Split) throws -> [Float] {
    let patients = data.splits.indices.filter { data.splits[$0] == split }
    var table = VisitTable(width: trainer.job.inputs.textWidth)
    table.reserve(rows: data.visits(in: split).count)
    data.append(patients: patients, to: &table)
    trainer.table = table
    return try trainer.scores(ofRows: Array(0..<table.count))
  }

  /// Probabilities `[M]` of one visit of the cohort, from it and the patient's visits before.
  public func scores(ofVisit visit: Int, patient: Int) throws -> [Float] {
    var table = VisitTable(width: trainer.job.inputs.textWidth)
    data.append(patients: CollectionOfOne(patient), to: &table)
    trainer.table = table
    return try trainer.scores(ofRows: [visit - data.cohort.visits(ofPatient: patient).lowerBound])
  }

  /// Probabilities of all herbs for symptom sets, `[sets, M]`.
  /// - Throws: `TrainingError.wrongModel` unless the model is FMCHS
  public func scores(ofSymptoms sets: [[Int32]]) throws -> [Float] { try trainer.scores(ofSymptoms: sets) }

  /// What FMCHS has learnt of symptoms `[S, d]` and herbs `[M, d]`.
  /// - Throws: `TrainingError.wrongModel` unless the model is FMCHS
  public func nodeVectors() throws -> (symptoms: [Float], herbs: [Float]) { try trainer.nodeVectors() }

  /// - Throws: `TrainingError.noVisits` when the split is empty.
  public func metrics(of split: Split) throws -> RunMetrics {
    try data.metrics(ofVisits: visits(in: split), scores: scores(of: split))
  }

  /// NLA-MMR's metrics, with what a bootstrap and the other average need.
  /// - Throws: `TrainingError.noVisits` when the split is empty.
  public func evaluation(of split: Split) throws -> Evaluation {
    try Evaluation(data: data, visits: visits(in: split), scores: scores(of: split))
  }

  private func visits(in split: Split) throws -> [Int] {
    let visits = data.visits(in: split)
    guard !visits.isEmpty else { throw TrainingError.noVisits(split: split.name) }
    return visits
  }
}
