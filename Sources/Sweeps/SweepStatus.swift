import Foundation

/// Where a sweep stands.
public struct SweepStatus: Codable, Sendable, Equatable, CustomStringConvertible {
  public struct Running: Codable, Sendable, Equatable {
    public var id: String
    public var settings: [String: String]
    public var seconds: Double
  }

  /// The best setting so far: mean over the seeds that are done.
  public struct Best: Codable, Sendable, Equatable {
    public var settings: [String: String]
    public var metric: String
    public var mean: Double
    public var std: Double?
    public var n: Int
  }

  public var name: String
  /// Trials of the sweep file whose records can be read; the four counts add up to it.
  public var total: Int
  public var pending: Int
  public var running: Int
  public var done: Int
  public var failed: Int
  /// Trials with a damaged record: `sweep run` does them again.
  public var damaged: Int
  /// Trials of earlier versions of the sweep file, kept.
  public var notInSpec: Int
  public var runningTrials: [Running]
  public var runnerPID: Int32?
  public var isPaused: Bool
  public var isStopping: Bool
  /// Wall seconds to the end; nil without a runner or before the first trial is done.
  public var etaSeconds: Double?
  public var best: Best?

  enum CodingKeys: String, CodingKey {
    case name, total, pending, running, done, failed, damaged, best
    case notInSpec = "not_in_spec"
    case runningTrials = "running_trials"
    case runnerPID = "runner_pid"
    case isPaused = "paused"
    case isStopping = "stopping"
    case etaSeconds = "eta_seconds"
  }

  init(spec: SweepSpec, store: TrialStore, holder: SweepLock.Holder?, isPaused: Bool, isStopping: Bool, now: Double) {
    let all = store.records
    let records = all.filter(\.inSpec)
    // Without a runner nothing is running: what a dead runner left is to be resumed.
    let isRunning: (TrialRecord) -> Bool = { holder != nil && $0.state == .running }
    name = spec.name
    total = records.count
    done = records.count { $0.state == .done }
    failed = records.count { $0.state == .failed }
    running = records.count(where: isRunning)
    pending = total - done - failed - running
    notInSpec = all.count - total
    damaged = store.damagedCount
    runnerPID = holder?.process.pid
    self.isPaused = isPaused
    self.isStopping = isStopping && holder != nil
    runningTrials = records.filter(isRunning).map { record in
      Running(id: record.id, settings: record.settings, seconds: max(0, now - (record.startedAt ?? now)))
    }
    let times = records.filter { $0.state == .done }.map(\.seconds)
    if let holder, !times.isEmpty {
      let mean = times.reduce(0, +) / Double(times.count)
      let work = Double(pending) * mean + runningTrials.reduce(0) { $0 + max(0, mean - $1.seconds) }
      etaSeconds = work / Double(max(1, min(holder.concurrency, max(1, pending + running))))
    }
    best = Sensitivity.best(spec, store)
  }

  public var description: String {
    var lines = ["\(name): \(done) of \(total) trials done, \(running) running, \(pending) pending, \(failed) failed"]
    if damaged > 0 { lines[0] += ", \(damaged) with a damaged record besides" }
    if notInSpec > 0 { lines[0] += "; \(notInSpec) kept that the sweep file no longer asks for" }
    if let runnerPID {
      lines.append("runner: pid \(runnerPID)" + (isStopping ? ", stopping" : isPaused ? ", paused" : ""))
    } else {
      lines.append("runner: none" + (isPaused ? "; paused" : ""))
    }
    for trial in runningTrials {
      let settings = trial.settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
      lines.append("running: \(trial.id)  \(settings)  \(Elapsed.text(trial.seconds))")
    }
    if let etaSeconds { lines.append("about \(Elapsed.text(etaSeconds)) to go") }
    if let best { lines.append("best: \(best)") }
    return lines.joined(separator: "\n")
  }
}

extension SweepStatus.Best: CustomStringConvertible {
  public var description: String {
    let values = settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    let spread = std.map { String(format: " ± %.4f", $0) } ?? ""
    return metric + String(format: " %.4f", mean) + spread + " (n = \(n)) at " + values
  }
}

enum Elapsed {
  /// "42 s", "3 min 05 s", "2 h 10 min"
  static func text(_ seconds: Double) -> String {
    let whole = Int(min(max(0, seconds.rounded()), 1e9))
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return String(format: "%d min %02d s", whole / 60, whole % 60) }
    return String(format: "%d h %02d min", whole / 3600, whole / 60 % 60)
  }
}
