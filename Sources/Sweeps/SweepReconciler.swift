import Foundation

/// Brings the directory in line with the plan before anything starts.
struct SweepReconciler {
  let runner: SweepRunner
  private var plan: SweepPlan { runner.plan }
  private var directory: SweepDirectory { runner.directory }

  init(_ runner: SweepRunner) { self.runner = runner }

  /// The caller holds the lock.
  func prepare() async throws(SweepError) -> TrialStore {
    if FileManager.default.fileExists(atPath: directory.spec) {
      let found = try SweepSpec.read(directory.spec).name
      guard found == plan.spec.name else {
        throw .otherSweep(directory: directory.path, found: found, expected: plan.spec.name)
      }
    }
    try AtomicText.write(plan.spec.yaml, to: directory.spec)
    try AtomicText.remove(directory.stopFile)
    let store = TrialStore(directory) { runner.onEvent(.damaged($0.description)) }
    try await endOrphans(store)
    for trial in plan.trials { try reconcile(trial, store) }
    let planned = Set(plan.trials.map(\.id))
    for record in store.records where !planned.contains(record.id) {
      try store.update(record.id) { $0.inSpec = false }
    }
    try SweepTables.write(plan.spec, store)
    return store
  }

  /// Trials that a killed runner left behind: ended in order, so that nobody else writes in their run directories.
  private func endOrphans(_ store: TrialStore) async throws(SweepError) {
    let running = store.records.filter { $0.state == .running }
    guard !running.isEmpty else { return }
    // The record may lack the pid: its runner can have died between starting the process and writing it down.
    let marked = ProcessIdentity.byEnvironment(TrialRequest.variable)
    for record in running {
      var processes = marked[TrialRequest.absolute(directory.trial(record.id))] ?? []
      if let process = record.process, !processes.contains(process) { processes.insert(process, at: 0) }
      processes.removeAll { !$0.isAlive }
      if let first = processes.first { runner.onEvent(.orphan(id: record.id, pid: first.pid)) }
      for process in processes { await process.end(grace: runner.options.graceSeconds) }
      try store.update(record.id) {
        $0.state = .pending
        $0.process = nil
        $0.interruptions += 1
      }
    }
  }

  private func reconcile(_ trial: PlannedTrial, _ store: TrialStore) throws(SweepError) {
    var record = store.record(trial.id) ?? TrialRecord(trial, context: plan.context)
    let current = TrialRecord(trial, context: plan.context)
    (record.point, record.settings, record.inSpec) = (current.point, current.settings, true)
    var summary: TrialSummary?
    do { summary = try TrialSummary.read(directory.summary(trial.id)) } catch {
      runner.onEvent(.damaged(error.description))
    }
    if summary != nil {
      record.state = .done
      record.error = nil
    } else if record.state == .failed, runner.options.retryFailed {
      record.state = .pending
      record.attempts = 0
    } else if record.state == .done || record.state == .failed && record.attempts <= plan.spec.maxRetries {
      // A result that has been removed, or a spec that now allows more attempts.
      record.state = .pending
    }
    try store.save(record, summary: summary)
  }
}
