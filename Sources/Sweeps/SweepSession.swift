import Foundation

/// The decisions of one call of `SweepRunner.run`: what starts next, and what an end means. Used by one task.
final class SweepSession {
  let store: TrialStore
  private let runner: SweepRunner
  private let concurrency: Int
  private var queue: [String]
  private var running: Set<String> = []
  private var failed: Int
  private var isPaused = false
  private var isStopping = false
  /// The first thing that ends the sweep early.
  private var failure: SweepError?

  init(_ runner: SweepRunner, store: TrialStore, concurrency: Int) {
    (self.runner, self.store, self.concurrency) = (runner, store, concurrency)
    let states = runner.plan.trials.map { ($0.id, store.record($0.id)?.state ?? .pending) }
    queue = states.filter { $0.1 == .pending }.map(\.0)
    failed = states.count { $0.1 == .failed }
    runner.onEvent(
      .planned(
        total: states.count, done: states.count { $0.1 == .done }, pending: queue.count, failed: failed,
        kept: store.records.count { !$0.inSpec }, concurrency: concurrency))
    checkBudget()
  }

  var isFinished: Bool { running.isEmpty && (queue.isEmpty || isStopping || failure != nil) }

  /// Looks at PAUSE, STOP and the stop flag.
  func observe() {
    if !isStopping, runner.isStopRequested || runner.directory.isStopped {
      isStopping = true
      runner.onEvent(.stopping(running: running.count))
    }
    // Again at every look: a trial may not have had its process yet when it was first asked.
    if isStopping { running.forEach(runner.trialRunner.cancel) }
    let pause = runner.directory.isPaused
    if pause != isPaused, !isStopping, !queue.isEmpty {
      isPaused = pause
      runner.onEvent(pause ? .paused : .resumed)
    }
  }

  func requestsToStart() -> [TrialRequest] {
    var requests: [TrialRequest] = []
    while !isPaused, !isStopping, failure == nil, running.count < concurrency, !queue.isEmpty {
      let id = queue.removeFirst()
      guard let trial = runner.plan.trials.first(where: { $0.id == id }) else { continue }
      do throws(SweepError) { requests.append(try start(trial)) } catch { fail(error) }
    }
    return requests
  }

  private func start(_ trial: PlannedTrial) throws(SweepError) -> TrialRequest {
    let resume = runner.directory.hasCheckpoints(trial.id)
    if !resume { try runner.directory.clear(trial.id) }
    try store.update(trial.id) {
      $0.state = .running
      $0.startedAt = Date().timeIntervalSince1970
    }
    running.insert(trial.id)
    let attempt = (store.record(trial.id)?.attempts ?? 0) + 1
    runner.onEvent(
      .started(id: trial.id, settings: SweepPlan.line(trial.settings), attempt: attempt, resumed: resume))
    return TrialRequest(
      id: trial.id, directory: runner.directory.trial(trial.id), config: runner.plan.spec.config,
      settings: trial.settings, workers: runner.plan.spec.workersPerTrial, resume: resume)
  }

  func finish(_ id: String, _ outcome: TrialOutcome, seconds: Double) {
    running.remove(id)
    do throws(SweepError) {
      try store.update(id) {
        $0.process = nil
        $0.seconds += seconds
      }
      var problem: String
      do throws(SweepError) {
        if let summary = try TrialSummary.read(runner.directory.summary(id)) { return try succeed(id, summary) }
        problem = "it ended without a finished summary.json"
      } catch { problem = error.description }
      switch outcome {
      case .failed(let reason): problem = reason
      case .cancelled where isStopping: return try interrupt(id)
      case .cancelled: problem = "it was interrupted from outside the sweep"
      case .finished: if isStopping { return try interrupt(id) }
      }
      try retryOrFail(id, problem)
      try SweepTables.write(runner.plan.spec, store)
    } catch { fail(error) }
  }

  private func succeed(_ id: String, _ summary: TrialSummary) throws(SweepError) {
    guard var record = store.record(id) else { return }
    record.state = .done
    record.attempts += 1
    record.error = nil
    try store.save(record, summary: summary)
    try SweepTables.write(runner.plan.spec, store)
    let metric = runner.plan.spec.metric
    let status = try runner.directory.status()
    runner.onEvent(
      .done(
        id: id, metric: metric, value: summary.metrics[metric], seconds: summary.seconds, finished: status.done,
        total: status.total, eta: status.done < status.total ? status.etaSeconds : nil))
    // A name that no trial will ever have is better told now than after the last one.
    if summary.metrics[metric] == nil, status.best == nil {
      fail(.unknownMetric(metric, trial: id, known: TrialSummary.order(summary.metrics.keys)))
    }
  }

  private func interrupt(_ id: String) throws(SweepError) {
    try store.update(id) {
      $0.state = .pending
      $0.interruptions += 1
    }
    runner.onEvent(.interrupted(id: id))
    try SweepTables.write(runner.plan.spec, store)
  }

  private func retryOrFail(_ id: String, _ problem: String) throws(SweepError) {
    let retries = runner.plan.spec.maxRetries
    try store.update(id) {
      $0.attempts += 1
      $0.error = problem
      $0.state = $0.attempts <= retries ? .pending : .failed
    }
    guard let record = store.record(id) else { return }
    if record.state == .pending {
      runner.onEvent(.retrying(id: id, attempt: record.attempts, attempts: retries + 1, error: problem))
      queue.append(id)
    } else {
      failed += 1
      runner.onEvent(.failed(id: id, attempts: record.attempts, error: problem))
      checkBudget()
    }
  }

  /// Over the budget nothing new starts; running trials finish.
  private func checkBudget() {
    let limit = runner.plan.spec.maxFailedTrials
    guard failed > limit, failure == nil else { return }
    let last = store.records.filter { $0.inSpec && $0.state == .failed }
      .max { ($0.startedAt ?? 0) < ($1.startedAt ?? 0) }
    failure = .tooManyFailures(
      failed: failed, limit: limit, trial: last?.id ?? "unknown", error: last?.error ?? "no reason is recorded")
  }

  /// Remembers the error and ends what is running.
  private func fail(_ error: SweepError) {
    failure = failure ?? error
    isStopping = true
  }

  /// After the last trial has ended.
  func close() throws(SweepError) -> SweepOutcome {
    try AtomicText.remove(runner.directory.stopFile)
    if let failure { throw failure }
    var status = try runner.directory.status()
    (status.runnerPID, status.etaSeconds) = (nil, nil)
    return SweepOutcome(status: status, isStopped: isStopping && status.pending > 0)
  }
}
