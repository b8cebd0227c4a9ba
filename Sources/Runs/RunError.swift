/// A run directory cannot be used, or a run cannot go on.
public enum RunError: Error, Equatable, CustomStringConvertible {
  case exists(String)
  case foreign(String, file: String)
  case notARun(String, missing: String)
  case noCheckpoint(String)
  case noEpoch(String)
  /// `best.h5` is gone, but one of its checkpoints can stand for it.
  case noBest(String, checkpoint: String, epoch: Int, isBest: Bool)
  /// Neither `best.h5` nor any sound checkpoint is left of a run that has been trained.
  case noWeights(String)
  case alreadyFinished(String)
  case inUse(String, holder: String)
  case cannotWrite(String, reason: String)
  case unreadableMessage(String)
  case inputChanged(what: String, path: String, expected: String, found: String)
  /// A file that a run was made with is not where its settings say.
  case movedInput(key: String, what: String, path: String, run: String)
  case incompleteEvaluation(expected: Int, found: Int)
  case differentModel(run: String, reason: String)
  case workers(Int)
  case tooFewEpochs(asked: Int, done: Int)
  case changedMidEpoch(key: String, before: String, now: String)
  case unsoundCheckpoint(String)
  case changedModel(key: String, before: String, now: String)
  case unlikeRuns(String, String)

  /// Far beyond what one coordinator can serve; keeps a slip of the finger from filling a machine.
  static let mostWorkers = 4_096

  public var description: String {
    switch self {
    case .exists(let path):
      "\(path) already holds a run; continue it with `theriac resume \(path)`, or give another --out"
    case .foreign(let path, let file): "\(path) holds a \(file) that no run of Theriac made; give another --out"
    case .notARun(let path, let missing):
      "\(path) is not a run directory (no \(missing) in it); give the directory that `theriac train --out` made"
    case .noCheckpoint(let path):
      "\(path) has no usable checkpoint yet; start it again with `theriac train`"
    case .noEpoch(let path): "\(path) has come to the end of no epoch yet; go on with `theriac resume \(path)`"
    case .noBest(let path, let checkpoint, let epoch, let isBest):
      "\(path) has no best.h5 any more; put it back, or copy \(checkpoint) to \(path)/best.h5: "
        + (isBest ? "the same weights, of the best epoch \(epoch)" : "the newest weights, of epoch \(epoch)")
    case .noWeights(let path):
      "\(path) has been trained, but its best.h5 and its checkpoints are gone or damaged; put them back, or train a new run"
    case .alreadyFinished(let path):
      "the run in \(path) is finished; see \(path)/summary.json, or train longer with --set epochs=N"
    case .inUse(let path, let holder):
      "\(path) is in use by \(holder); wait for it or stop it"
    case .cannotWrite(let path, let reason): "cannot write \(path): \(reason)"
    case .unreadableMessage(let what): "the coordinator and the worker do not understand each other: \(what)"
    case .inputChanged(let what, let path, let expected, let found):
      "the \(what) \(path) is not the one this run was made with (content \(found), expected \(expected)); "
        + "put the old file back, or start a new run"
    case .movedInput(let key, let what, let path, let run):
      "the \(what) of \(run) should be at \(path), but there is none; give its place with --set \(key)=FILE"
    case .incompleteEvaluation(let expected, let found):
      "the workers scored \(found) visits where the split has \(expected); the shards do not cover the cohort"
    case .differentModel(let run, let reason): "the weights in \(run) do not fit its config.yaml: \(reason)"
    case .changedMidEpoch(let key, let before, let now):
      "\(key) is \(now) now and was \(before), but the run stopped in the middle of an epoch planned with it; "
        + "resume with \(before)"
    case .unsoundCheckpoint(let path):
      "\(path) says that it is at an epoch or step that this run does not have; remove it, and the one before is taken"
    case .changedModel(let key, let before, let now):
      "\(key) is \(now) now, but the weights were trained with \(before), and another value makes another model of them; "
        + "leave \(key) as it is, or train a new run"
    case .unlikeRuns(let first, let other):
      "\(first) and \(other) were trained on different cohorts and cannot answer as one model; "
        + "give runs on the same cohort"
    case .tooFewEpochs(let asked, let done):
      "epochs is \(asked), but the run has \(done) already; give a larger number"
    case .workers(let count): "--workers \(count): give 1 to \(Self.mostWorkers)"
    }
  }
}
