import Checkpoints
import Cluster
import Foundation
import HDF5
import Training

/// How a run's processes are started and found.
public struct LaunchOptions: Sendable {
  /// Workers that take part.
  public var workers = 1
  /// Starts that many worker processes on this machine; false: they are started by hand or by a scheduler.
  public var startsWorkers = true
  /// Addresses for workers started elsewhere.
  public var bind: [String] = []
  /// Plain TCP beyond loopback.
  public var isInsecure = false
  public var keys: ServerKeys?
  /// Time for all workers to come.
  public var gatherTimeout: Duration = .seconds(120)
  /// With fewer left the run fails.
  public var minWorkers = 1
  /// The program to start workers with, and its version.
  public var executable: String
  public var version: String

  public init(executable: String, version: String) {
    self.executable = executable
    self.version = version
  }
}

/// A training run from its directory to its summary.
public final class TrainingRun {
  public enum Outcome: Equatable, Sendable {
    case finished
    /// Stopped by a signal; a checkpoint is there.
    case interrupted(String)
  }

  private let directory: RunDirectory
  private let data: RunData
  private let options: LaunchOptions
  private let log: RunLog
  private let runLock: RunLock
  private let coordinator: Coordinator
  private let program: TrainingCoordinator
  private let workers: LocalWorkers?
  private let endpoint: PrivateEndpoint?
  private let started = ContinuousClock().now
  /// Addresses that workers connect to.
  public var endpoints: [String] { coordinator.endpoints }

  /// Opens the files, the directory and the addresses; nothing is computed yet.
  /// - Parameter resume: goes on from the newest valid checkpoint of an existing directory; else makes a new one.
  public init(
    _ config: RunConfig, directory: RunDirectory, resume: Bool, options: LaunchOptions,
    show: @escaping @Sendable (RunLog.Level, String) -> Void, report: @escaping (TrainingCoordinator.Report) -> Void
  ) throws {
    guard (1...RunError.mostWorkers).contains(options.workers) else { throw RunError.workers(options.workers) }
    // Everything that can be wrong with the inputs is found before the directory is made.
    data = try RunData(config, keptIn: resume ? directory : nil)
    _ = try data.job()
    let before = directory.content
    runLock = resume ? try directory.lock() : try directory.create(config)
    let log = try RunLog(directory.log, show: show)
    var checkpoint: Checkpoint?
    if resume {
      checkpoint = try Self.newest(in: directory, data: data, log: log)
      try directory.write(config)
    }
    if let remark = data.keepFeatures(in: directory) { log.write(.info, remark, isQuiet: !resume) }
    for note in data.notes { log.write(note.isWarning ? .warning : .info, note.text) }
    self.log = log
    self.directory = directory
    self.options = options
    program = try TrainingCoordinator(
      data: data, directory: directory, resumed: checkpoint, worldSize: options.workers, log: log, report: report)

    var cluster = CoordinatorOptions(world: options.workers, version: options.version)
    cluster.insecure = options.isInsecure
    cluster.keys = options.keys
    cluster.gatherTimeout = options.gatherTimeout
    cluster.minWorkers = options.minWorkers
    cluster.log = { event in
      let level: RunLog.Level =
        switch event.level {
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
      log.write(level, "\(event)", isQuiet: event.level == .info)
    }
    if options.startsWorkers {
      let endpoint = try LocalWorkers.privateEndpoint()
      self.endpoint = endpoint
      cluster.bind = [endpoint.endpoint] + options.bind
    } else {
      endpoint = nil
      cluster.bind = options.bind
    }
    do { coordinator = try Coordinator(cluster, program: program) } catch {
      if !resume { directory.discard(keeping: before) }
      throw error
    }
    if options.startsWorkers {
      let address = coordinator.endpoints[0]
      workers = LocalWorkers(
        executable: options.executable, count: options.workers,
        arguments: { _ in ["worker", "--connect", address] })
    } else {
      workers = nil
    }
  }

  /// Asks the run to checkpoint and end; may be called from any thread.
  public var requestStop: @Sendable (_ reason: String) -> Void {
    { [coordinator] reason in coordinator.requestStop(reason) }
  }

  /// Runs to the end, or to a stop request.
  public func run() throws -> Outcome {
    defer { endpoint?.remove() }
    let place = options.startsWorkers ? "\(options.workers) worker processes here" : "\(options.workers) workers"
    log.write(
      .info, "training with \(place)", fields: ["endpoints": coordinator.endpoints.joined(separator: " ")],
      isQuiet: true)
    try workers?.start(reportingTo: coordinator)
    defer { workers?.stop() }
    switch try coordinator.run() {
    case .interrupted(let reason):
      log.write(.info, "interrupted: \(reason)", isQuiet: true)
      return .interrupted(reason)
    case .finished:
      try summarize()
      return .finished
    }
  }

  private func summarize() throws {
    guard let best = program.best else { throw RunError.noCheckpoint(directory.path) }
    let run = try FinishedRun(directory, data: data)
    let rows = MetricsTable(directory.metrics, of: data.config.model, epochs: data.config.epochs).rows
    let seconds = (ContinuousClock().now - started) / .seconds(1)
    let summary = RunSummary(
      state: "finished", bestEpoch: best.epoch, epochs: rows.last?.epoch ?? 0,
      metrics: try run.metrics(of: .validation), test: try? run.metrics(of: .test),
      seconds: rows.reduce(0) { $0 + $1.seconds }, lastSessionSeconds: seconds, workers: options.workers,
      cohort: data.cohort.contentHash, embeddings: data.featuresHash)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    try AtomicFile.bytes(at: directory.summary, Array(try encoder.encode(summary)) + [10])
    log.write(.info, "finished; best epoch \(best.epoch)", isQuiet: true)
  }

  /// The newest valid checkpoint, if it belongs to these files.
  private static func newest(in directory: RunDirectory, data: RunData, log: RunLog) throws -> Checkpoint? {
    let found = try CheckpointDirectory(directory.checkpoints).newestValid { log.write(.warning, $0) }
    guard let (checkpoint, path) = found else {
      log.write(.info, "no checkpoint yet; starting from the first step")
      return nil
    }
    guard checkpoint.cohortHash == data.cohort.contentHash else {
      throw RunError.inputChanged(
        what: "cohort", path: data.config.cohort, expected: checkpoint.cohortHash, found: data.cohort.contentHash)
    }
    try data.requireModel(of: checkpoint, at: path)
    guard checkpoint.embeddingsHash == data.featuresHash else { throw data.changedFeatures(checkpoint) }
    let steps = try data.job().stepsPerEpoch
    let isSound =
      checkpoint.epoch >= 0 && (0..<max(1, steps)).contains(checkpoint.stepInEpoch)
      && checkpoint.optimizerStep >= 0 && checkpoint.stalled >= 0
      && checkpoint.partialLoss.count == 1 + data.config.model.lossTerms.count
    if checkpoint.stepInEpoch > 0 {
      let saved = try RunConfig(yaml: checkpoint.configYAML, source: path)
      for key in ["batch", "drop_last", "seed", "split", "split_seed"] {
        guard let setting = RunSetting.all.first(where: { $0.key == key }) else { continue }
        let (before, now) = (setting.value(in: saved), setting.value(in: data.config))
        guard before == now else { throw RunError.changedMidEpoch(key: key, before: before, now: now) }
      }
    }
    guard isSound else { throw RunError.unsoundCheckpoint(path) }
    guard checkpoint.epoch <= data.config.epochs else {
      throw RunError.tooFewEpochs(asked: data.config.epochs, done: checkpoint.epoch)
    }
    log.write(.info, "going on from \(path)")
    return checkpoint
  }
}
