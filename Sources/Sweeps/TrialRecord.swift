import Foundation
import Synchronization

public enum TrialState: String, Codable, Sendable, CaseIterable { case pending, running, done, failed }

/// What a sweep knows of a trial: `trials/ID/trial.json`.
public struct TrialRecord: Codable, Sendable, Equatable {
  public var id: String
  public var state: TrialState
  /// Starts that ended by themselves, well or badly.
  public var attempts: Int
  /// Starts that were cut off: stop, Ctrl-C, or the runner's death.
  public var interruptions: Int
  /// The running process; it outlives a runner that was killed.
  public var process: ProcessIdentity?
  /// Seconds since 1970 of the last start.
  public var startedAt: Double?
  /// Wall seconds over all starts.
  public var seconds: Double
  /// What the last failure said.
  public var error: String?
  /// Whether the sweep file asks for it; others are kept, not run, and not in `sensitivity.csv`.
  public var inSpec: Bool
  public var seed: UInt64
  /// Canonical values of the axes.
  public var point: [String: String]
  /// Everything set on top of the base config, `seed` included.
  public var settings: [String: String]
  public var context: [String: String]

  enum CodingKeys: String, CodingKey {
    case id, state, attempts, interruptions, process, seconds, error, seed, point, settings, context
    case startedAt = "started_at"
    case inSpec = "in_spec"
  }

  init(_ trial: PlannedTrial, context: [String: String]) {
    id = trial.id
    state = .pending
    attempts = 0
    interruptions = 0
    seconds = 0
    inSpec = true
    seed = trial.seed
    point = trial.point.mapValues(\.canonical)
    settings = trial.settings.mapValues(\.text)
    self.context = context
  }
}

/// The records of a sweep's trials and their summaries, on disk after every change.
final class TrialStore: Sendable {
  let directory: SweepDirectory
  private let state: Mutex<State>

  /// How many records could not be read.
  let damagedCount: Int

  private struct State {
    var records: [String: TrialRecord] = [:]
    var summaries: [String: TrialSummary] = [:]
  }

  /// Reads every `trials/*/trial.json`, and the summaries of done trials.
  /// - Parameter damaged: told of each file that cannot be read; it is treated as absent.
  init(_ directory: SweepDirectory, damaged: (SweepError) -> Void = { _ in }) {
    self.directory = directory
    var loaded = State()
    var damagedCount = 0
    func refuse(_ path: String, _ reason: String) {
      damagedCount += 1
      damaged(.damaged(path: path, reason: reason))
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.trials)) ?? []
    for name in names.sorted() {
      let path = directory.record(name)
      guard FileManager.default.fileExists(atPath: path) else { continue }
      guard let data = AtomicText.read(path) else {
        refuse(path, "it cannot be read")
        continue
      }
      guard let record = try? JSONDecoder().decode(TrialRecord.self, from: data), record.id == name else {
        refuse(path, "it is not the record of trial \(name)")
        continue
      }
      loaded.records[name] = record
      if record.state == .done { loaded.summaries[name] = try? TrialSummary.read(directory.summary(name)) }
    }
    self.damagedCount = damagedCount
    state = Mutex(loaded)
  }

  /// By id.
  var records: [TrialRecord] { state.withLock { $0.records.values.sorted { $0.id < $1.id } } }
  func record(_ id: String) -> TrialRecord? { state.withLock { $0.records[id] } }
  func summary(_ id: String) -> TrialSummary? { state.withLock { $0.summaries[id] } }

  func save(_ record: TrialRecord, summary: TrialSummary? = nil) throws(SweepError) {
    try state.withLock { state throws(SweepError) in
      try write(record)
      state.records[record.id] = record
      state.summaries[record.id] = summary
    }
  }

  func update(_ id: String, _ change: (inout TrialRecord) -> Void) throws(SweepError) {
    try state.withLock { state throws(SweepError) in
      guard var record = state.records[id] else { return }
      let before = record
      change(&record)
      guard record != before else { return }
      try write(record)
      state.records[id] = record
    }
  }

  private func write(_ record: TrialRecord) throws(SweepError) {
    try AtomicText.makeDirectory(directory.trial(record.id))
    let path = directory.record(record.id)
    try AtomicText.write(try JSONText.encode(record, to: path), to: path)
  }
}
