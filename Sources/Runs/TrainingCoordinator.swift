import Checkpoints
import Cluster
import Foundation
import Metrics
import Records
import Training

/// The coordinator's side of a run: which task comes next, what is written when one is done.
///
/// An epoch is one or more training tasks (more when `checkpoint_steps` asks for it), then an evaluation of the
/// validation split. Weights come back with every training task, so that a checkpoint needs no task of its own.
public final class TrainingCoordinator: CoordinatorProgram {
  /// What happened, for whoever shows or stores it.
  public enum Report {
    case step(epoch: Int, step: Int, steps: Int, loss: Double)
    case epoch(EpochRow, of: ModelFamily, isBest: Bool)
  }

  private let data: RunData
  private let trainingJob: TrainingJob
  private let directory: RunDirectory
  private let checkpoints: CheckpointDirectory
  private let worldSize: Int
  private let log: RunLog
  private let report: (Report) -> Void
  private let validationVisits: [Int]
  private let clock = ContinuousClock()

  private var table: MetricsTable
  /// The newest weights, packed and unpacked; nil before the first task of a fresh run.
  private var packedState: [UInt8]?
  private var trainerState: TrainerState?
  private var pendingLoss = LossSums()
  private var mustEvaluate = false
  /// How the workers compute their products, as said in the log.
  private var products = ""
  private var epochStarted: ContinuousClock.Instant
  public private(set) var best: (metric: Double, epoch: Int)?
  public private(set) var stalled = 0

  /// - Parameter resumed: the checkpoint to go on from; nil for a fresh run.
  public init(
    data: RunData, directory: RunDirectory, resumed: Checkpoint?, worldSize: Int, log: RunLog,
    report: @escaping (Report) -> Void
  ) throws {
    self.data = data
    self.directory = directory
    self.worldSize = worldSize
    self.log = log
    self.report = report
    trainingJob = try data.job()
    checkpoints = CheckpointDirectory(directory.checkpoints)
    validationVisits = data.visits(in: .validation)
    table = MetricsTable(directory.metrics, of: data.config.model, epochs: resumed?.epoch ?? 0)
    epochStarted = clock.now
    if let resumed {
      var state = TrainerState(resumed)
      // An epoch that was stopped between its last step and its validation keeps its loss for the row to come.
      let model = data.config.model
      if state.stepInEpoch == 0, state.epoch > 0, state.partialLoss.contains(where: { $0 != 0 }),
        let loss = LossSums(stored: state.partialLoss, model, steps: trainingJob.stepsPerEpoch)
      {
        mustEvaluate = true
        pendingLoss = loss
        state.partialLoss = LossSums().stored(model)
      }
      packedState = state.packed
      trainerState = state
      if let metric = resumed.bestMetric, let epoch = resumed.bestEpoch { best = (metric, epoch) }
      stalled = resumed.stalled
    }
    try table.write()
  }

  // MARK: CoordinatorProgram

  public func job() throws -> [UInt8] { trainingJob.packed }

  public func state() throws -> [UInt8]? { packedState }

  public func next() throws -> ClusterTask? {
    let epoch = trainerState?.epoch ?? 0
    if mustEvaluate {
      return ClusterTask(
        RunTask.evaluate(split: Split.validation.rawValue).bytes, label: "epoch \(epoch), validation")
    }
    let config = data.config
    guard epoch < config.epochs, config.patience == 0 || stalled < config.patience else { return nil }
    let step = trainerState?.stepInEpoch ?? 0
    if step == 0 { epochStarted = clock.now }
    let steps = trainingJob.stepsPerEpoch
    let end = config.checkpointSteps > 0 ? min(steps, step + config.checkpointSteps) : steps
    return ClusterTask(RunTask.train(epoch: epoch, end: end).bytes, label: "epoch \(epoch + 1), training")
  }

  public func shard(rank: Int, world: Int, emit: ([UInt8]) throws -> Void) throws {
    try data.shard(rank: rank, world: world, chunk: Self.visitsPerChunk) { try emit($0.packed) }
  }

  public func completed(_ task: ClusterTask, results: [[UInt8]], stopped: Bool) throws {
    switch try task.bytes.withUnsafeBytes({ try RunTask($0) }) {
    case .train(let epoch, _):
      let result = try results[0].withUnsafeBytes { try TrainResult($0) }
      let state = try result.state.withUnsafeBytes { try TrainerState(packed: $0) }
      packedState = result.state
      trainerState = state
      pendingLoss = result.loss
      if result.hadDrifted {
        log.write(
          .warning,
          "workers had rounded differently in epoch \(epoch + 1) (unlike processors?); all took over rank 0's weights")
      }
      if state.epoch > epoch {
        mustEvaluate = true
        if stopped {
          var closed = state
          closed.partialLoss = result.loss.stored(data.config.model)
          try save(checkpoint(closed))
        }
      } else {
        try save(checkpoint(state))
      }
    case .evaluate:
      mustEvaluate = false
      try finishEpoch(results)
    }
  }

  public func progress(_ bytes: UnsafeRawBufferPointer, from rank: Int, of task: ClusterTask) throws {
    guard case .train(let epoch, _) = try task.bytes.withUnsafeBytes({ try RunTask($0) }) else { return }
    let progress = try RunProgress(bytes)
    if let (text, isFallback) = progress.products {
      if text != products { log.write(isFallback ? .warning : .info, text) }
      products = text
      return
    }
    report(
      .step(
        epoch: epoch + 1, step: progress.step, steps: trainingJob.stepsPerEpoch,
        loss: progress.loss.total / Double(max(1, progress.loss.steps))))
  }

  public func attemptAborted(_ task: ClusterTask, reason: String) {
    log.write(.warning, "\(task.label) goes on with the workers that are left: \(reason)")
  }

  // MARK: Results

  private static let visitsPerChunk = 256

  private func finishEpoch(_ results: [[UInt8]]) throws {
    guard let state = trainerState else { throw RunError.unreadableMessage("an evaluation before any training") }
    let medications = trainingJob.medicationCount
    var scores = [Float](repeating: .nan, count: validationVisits.count * medications)
    let positions = Dictionary(uniqueKeysWithValues: validationVisits.enumerated().map { (Int32($1), $0) })
    var found = 0
    for result in results {
      let part = try EvaluationResult(result, medications: medications)
      for (row, visit) in part.visits.enumerated() {
        guard let position = positions[visit] else { continue }
        found += 1
        scores.replaceSubrange(
          (position * medications)..<((position + 1) * medications),
          with: part.scores[(row * medications)..<((row + 1) * medications)])
      }
    }
    guard found == validationVisits.count else {
      throw RunError.incompleteEvaluation(expected: validationVisits.count, found: found)
    }
    let metrics = try data.metrics(ofVisits: validationVisits, scores: scores)
    let isBest = best.map { metrics.selection > $0.metric } ?? true
    if isBest { best = (metrics.selection, state.epoch) }
    stalled = isBest ? 0 : stalled + 1

    let steps = Double(max(1, pendingLoss.steps))
    let seconds = (clock.now - epochStarted) / .seconds(1)
    let row = EpochRow(
      epoch: state.epoch, losses: pendingLoss.stored(data.config.model).map { $0 / steps }, metrics: metrics.columns,
      seconds: seconds)
    try table.append(row)
    // The best weights first: should the process die in between, this epoch is done again and gives the same.
    let checkpoint = checkpoint(state)
    if isBest { try CheckpointFile.write(checkpoint, to: directory.best) }
    try save(checkpoint)
    report(.epoch(row, of: data.config.model, isBest: isBest))
  }

  private func checkpoint(_ state: TrainerState) -> Checkpoint {
    Checkpoint(
      parameters: state.parameters, firstMoments: state.firstMoments, secondMoments: state.secondMoments,
      buffers: state.buffers, optimizerStep: state.optimizerStep, epoch: state.epoch, stepInEpoch: state.stepInEpoch,
      globalStep: state.epoch * trainingJob.stepsPerEpoch + state.stepInEpoch, partialLoss: state.partialLoss,
      seed: UInt64(data.config.seed), bestMetric: best?.metric, bestEpoch: best?.epoch, stalled: stalled,
      configYAML: data.config.yaml, cohortHash: data.cohort.contentHash, embeddingsHash: data.featuresHash,
      worldSize: worldSize)
  }

  private func save(_ checkpoint: Checkpoint) throws {
    let path = try checkpoints.save(checkpoint)
    try checkpoints.prune(keeping: data.config.keepCheckpoints)
    log.write(.info, "saved \(path)", isQuiet: true)
  }
}
