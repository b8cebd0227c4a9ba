import Foundation

/// One start of a trial.
public struct TrialRequest: Sendable, Equatable {
  public let id: String
  /// The trial's run directory. It exists and may hold `trial.json` and `trial.log`, which belong to the sweep.
  public let directory: String
  /// Path of the base run config.
  public let config: String
  /// Axes, fixed settings and `seed`, to be set on top of the base config.
  public let settings: [String: SettingValue]
  public let workers: Int
  /// The run directory has checkpoints of an interrupted start: go on from the newest.
  public let resume: Bool

  public init(
    id: String, directory: String, config: String, settings: [String: SettingValue], workers: Int, resume: Bool
  ) {
    self.id = id
    self.directory = directory
    self.config = config
    self.settings = settings
    self.workers = workers
    self.resume = resume
  }

  /// `key=value` per setting as its author wrote the value, sorted by key.
  public var assignments: [String] { settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" } }
  /// To be added to the environment of the trial's process: by it a later sweep finds an orphan of a killed runner.
  public var environment: [String: String] { [Self.variable: Self.absolute(directory)] }
  /// Where a runner puts the trial's output.
  public var logPath: String { directory + "/trial.log" }

  static let variable = "THERIAC_TRIAL"
  static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
}

public enum TrialOutcome: Sendable, Equatable {
  /// The trial ended by itself; its `summary.json` says whether it is done.
  case finished
  /// It ended because of `cancel`.
  case cancelled
  /// It failed; the text is for people (last lines of its output).
  case failed(String)
}

/// Runs a trial. Sweeps knows no training: the program's own runner starts `theriac train` in a process of its own.
public protocol TrialRunner: Sendable {
  /// Runs one trial to its end.
  /// - Parameter started: to be called with the pid once there is one, for the trial's record.
  func run(_ request: TrialRequest, started: @escaping @Sendable (Int32) -> Void) async -> TrialOutcome
  /// Asks a running trial to save its state and end; `run` then returns. Does nothing for any other id.
  func cancel(_ id: String)
}
