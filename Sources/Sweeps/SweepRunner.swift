import Foundation
import Synchronization

/// Settings of one call of the runner; none of them changes a result.
public struct SweepOptions: Sendable {
  /// Workers on hand; `workers / workers_per_trial` trials run at once.
  public var workers: Int
  /// Gives trials that failed in an earlier call their attempts back.
  public var retryFailed: Bool
  /// How often PAUSE and STOP are looked for.
  public var pollSeconds: Double
  /// Patience with orphans of a killed runner, from SIGTERM to SIGKILL.
  public var graceSeconds: Double

  public init(workers: Int = 1, retryFailed: Bool = false, pollSeconds: Double = 0.25, graceSeconds: Double = 60) {
    self.workers = workers
    self.retryFailed = retryFailed
    self.pollSeconds = pollSeconds
    self.graceSeconds = graceSeconds
  }
}

public struct SweepOutcome: Sendable, Equatable {
  public var status: SweepStatus
  /// Ended by `stop`, a signal or cancellation with trials left; run again to go on.
  public var isStopped: Bool
}

/// Runs what is missing of a plan. All state is on disk: kill it anywhere and run again.
public final class SweepRunner: Sendable {
  let plan: SweepPlan
  let directory: SweepDirectory
  let trialRunner: any TrialRunner
  let options: SweepOptions
  let onEvent: @Sendable (SweepEvent) -> Void
  private let stopRequested = Mutex(false)

  public init(
    _ plan: SweepPlan, directory: SweepDirectory, trialRunner: any TrialRunner, options: SweepOptions = SweepOptions(),
    onEvent: @escaping @Sendable (SweepEvent) -> Void = { _ in }
  ) {
    self.plan = plan
    self.directory = directory
    self.trialRunner = trialRunner
    self.options = options
    self.onEvent = onEvent
  }

  /// Ends running trials gracefully and returns from `run`; from any thread, any number of times.
  public func requestStop() { stopRequested.withLock { $0 = true } }

  var isStopRequested: Bool { stopRequested.withLock { $0 } }

  /// Runs until every trial is done or failed, or until it is stopped.
  /// - Throws: `SweepError`: `tooManyWorkersPerTrial`, `locked`, `otherSweep`, `tooManyFailures`, `unknownMetric`,
  ///   or a file error. Whatever it throws, running trials have been ended and the sweep can be run again.
  public func run() async throws(SweepError) -> SweepOutcome {
    let perTrial = plan.spec.workersPerTrial
    guard perTrial <= options.workers else {
      throw .tooManyWorkersPerTrial(workersPerTrial: perTrial, workers: options.workers)
    }
    let concurrency = options.workers / perTrial
    try AtomicText.makeDirectory(directory.trials)
    let lock = try SweepLock(directory.lock, directory: directory.path, concurrency: concurrency)
    defer { withExtendedLifetime(lock) {} }
    let store = try await SweepReconciler(self).prepare()
    let session = SweepSession(self, store: store, concurrency: concurrency)
    await withTaskCancellationHandler {
      await loop(session)
    } onCancel: {
      requestStop()
    }
    return try session.close()
  }

  private enum Message: Sendable {
    case tick
    case ended(id: String, outcome: TrialOutcome, seconds: Double)
  }

  private func loop(_ session: SweepSession) async {
    let store = session.store
    await withTaskGroup(of: Message.self) { group in
      group.addTask { await self.tick() }
      while true {
        session.observe()
        for request in session.requestsToStart() {
          group.addTask { await self.start(request, store) }
        }
        if session.isFinished { break }
        switch await group.next() {
        case .ended(let id, let outcome, let seconds): session.finish(id, outcome, seconds: seconds)
        case .tick, nil: group.addTask { await self.tick() }
        }
      }
    }
  }

  private func start(_ request: TrialRequest, _ store: TrialStore) async -> Message {
    let begin = ContinuousClock.now
    let outcome = await trialRunner.run(request) { pid in
      // Without the pid in its record an orphan would not be found; the trial itself is unharmed.
      try? store.update(request.id) { $0.process = ProcessIdentity(pid: pid) }
    }
    let took = begin.duration(to: .now).components
    return .ended(
      id: request.id, outcome: outcome, seconds: Double(took.seconds) + Double(took.attoseconds) * 1e-18)
  }

  /// Detached, so that a cancelled `run` still waits for its trials at this pace.
  private func tick() async -> Message {
    let seconds = options.pollSeconds
    await Task.detached { try? await Task.sleep(for: .seconds(seconds)) }.value
    return .tick
  }
}
