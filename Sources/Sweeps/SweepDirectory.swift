import Foundation

/// A sweep on disk: `sweeps/NAME` with its file, trials, tables and the files that pause and stop it.
public struct SweepDirectory: Sendable, Equatable {
  public let path: String

  public init(_ path: String) { self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path }

  public var spec: String { path + "/sweep.yaml" }
  public var trials: String { path + "/trials" }
  public var trialsTable: String { path + "/trials.csv" }
  public var sensitivityTable: String { path + "/sensitivity.csv" }
  package var lock: String { path + "/lock" }
  var pauseFile: String { path + "/PAUSE" }
  var stopFile: String { path + "/STOP" }

  public func trial(_ id: String) -> String { "\(trials)/\(id)" }
  package func record(_ id: String) -> String { trial(id) + "/trial.json" }
  package func summary(_ id: String) -> String { trial(id) + "/summary.json" }

  package var isPaused: Bool { FileManager.default.fileExists(atPath: pauseFile) }
  package var isStopped: Bool { FileManager.default.fileExists(atPath: stopFile) }

  /// The saved sweep, defaults filled in.
  public func readSpec() throws(SweepError) -> SweepSpec {
    guard FileManager.default.fileExists(atPath: spec) else { throw .notASweep(path: path) }
    return try SweepSpec.read(spec)
  }

  /// Starts no further trials until `resume`; running ones go on. Returns the pid of the runner that will see it.
  @discardableResult public func pause() throws(SweepError) -> Int32? {
    _ = try readSpec()
    try AtomicText.write("", to: pauseFile)
    return SweepLock.holder(lock)?.process.pid
  }

  /// Undoes `pause`.
  @discardableResult public func resume() throws(SweepError) -> Int32? {
    _ = try readSpec()
    try AtomicText.remove(pauseFile)
    return SweepLock.holder(lock)?.process.pid
  }

  /// Asks the runner to end its trials gracefully and leave. Returns its pid; nil when no runner is there to stop.
  @discardableResult public func stop() throws(SweepError) -> Int32? {
    _ = try readSpec()
    guard let pid = SweepLock.holder(lock)?.process.pid else { return nil }
    try AtomicText.write("", to: stopFile)
    return pid
  }

  /// Writes `trials.csv` and `sensitivity.csv` from what is on disk.
  public func export() throws(SweepError) {
    let spec = try readSpec()
    try SweepTables.write(spec, TrialStore(self))
  }

  /// The rows of `sensitivity.csv`, from what is on disk.
  public func sensitivity() throws(SweepError) -> [SensitivityRow] {
    Sensitivity.rows(try readSpec(), TrialStore(self))
  }

  public func status(now: Date = Date()) throws(SweepError) -> SweepStatus {
    SweepStatus(
      spec: try readSpec(), store: TrialStore(self), holder: SweepLock.holder(lock), isPaused: isPaused,
      isStopping: isStopped, now: now.timeIntervalSince1970)
  }

  /// What is wrong in the directory, a line each, and what is not there but may be made by the next `sweep run`.
  public func defects() -> (faults: [String], gaps: [String]) {
    var faults: [String] = []
    let store = TrialStore(self) { faults.append("\($0); sweep run does this trial again") }
    for record in store.records where record.state == .done && store.summary(record.id) == nil {
      faults.append("\(summary(record.id)): missing or damaged, though the trial is done")
    }
    let gaps = [("trials", trials, "no trial was begun"), ("base.yaml", path + "/base.yaml", "sweep run writes it")]
      .filter { !FileManager.default.fileExists(atPath: $0.1) }.map { "\($0.0): not there; \($0.2)" }
    return (faults, gaps)
  }

  /// Whether a trial's run directory has a checkpoint to go on from.
  func hasCheckpoints(_ id: String) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: trial(id) + "/checkpoints")) ?? []
    return names.contains { $0.hasSuffix(".h5") }
  }

  /// Removes what an earlier start without a checkpoint left in a run directory, but for the sweep's own two files.
  func clear(_ id: String) throws(SweepError) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: trial(id))) ?? []
    for name in names where !["trial.json", "trial.log"].contains(name) {
      let file = "\(trial(id))/\(name)"
      do { try FileManager.default.removeItem(atPath: file) } catch {
        throw .file(operation: "remove", path: file, reason: error.localizedDescription)
      }
    }
  }
}
