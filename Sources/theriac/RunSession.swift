import ArgumentParser
import Foundation
import Runs
import Synchronization
import Sweeps
import Training

/// What train, resume and coordinator have in common.
enum RunSession {
  /// "Requeue me": EX_TEMPFAIL.
  static let interruptedCode: Int32 = 75

  /// Settings of a file and overrides; data paths become absolute, so that the run can be resumed from anywhere.
  static func config(file: String?, overrides: [String]) throws -> RunConfig {
    var text = ""
    if let file {
      guard let data = FileManager.default.contents(atPath: file) else {
        throw ConfigError.unreadable(file: file, reason: "it does not exist or cannot be read")
      }
      text = String(decoding: data, as: UTF8.self)
    }
    return anchored(try RunConfig(yaml: text, source: file ?? "the settings", overrides: overrides))
  }

  /// The same settings with absolute data paths.
  static func anchored(_ config: RunConfig) -> RunConfig {
    var config = config
    config.cohort = absolute(config.cohort)
    config.embeddings = absolute(config.embeddings)
    config.fmchs.moleculeVectors = absolute(config.fmchs.moleculeVectors)
    return config
  }

  private static func absolute(_ path: String) -> String {
    path.isEmpty || path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  /// A trained run; says on stderr what had to be made for it.
  static func finished(_ directory: String, overrides: [String]) throws -> FinishedRun {
    let run = try FinishedRun(RunDirectory(directory), overrides: overrides)
    if let remark = run.remark { Console.note(remark) }
    return run
  }

  static func launchOptions() -> LaunchOptions {
    LaunchOptions(executable: CommandLine.executablePath, version: Version.current)
  }

  /// Runs to the end, or exits with code 75 after a stop signal.
  /// - Parameters:
  ///   - again: what goes on with an interrupted run, where that is not `theriac resume`
  ///   - announce: gets the line on the finished run
  static func train(
    _ config: RunConfig, directory: RunDirectory, resume: Bool, options: LaunchOptions, again: String? = nil,
    announce: (String) -> Void = Console.result
  ) throws {
    if resume { try directory.checkResumable(config) }
    let display = ProgressDisplay()
    // From here on a signal ends the run in good order, also while its files are being read.
    let stop = StopRequest()
    let signals = SignalStop {
      display.message("asked to stop: finishing the step")
      stop.ask()
    }
    defer { withExtendedLifetime(signals) {} }
    let run = try TrainingRun(
      config, directory: directory, resume: resume, options: options,
      show: { level, message in display.message(level == .info ? message : "\(level.rawValue): \(message)") },
      report: { display.show($0) })
    stop.hand(to: run.requestStop)
    if !options.startsWorkers {
      let host = ProcessInfo.processInfo.hostName
      let addresses = run.endpoints.map { $0.replacing("//0.0.0.0:", with: "//\(host):") }
      Console.note("waiting for \(options.workers) workers at \(addresses.joined(separator: ", "))")
    }
    let outcome = try run.run()
    display.end()
    switch outcome {
    case .interrupted(let reason):
      let next =
        !directory.exists
        ? "nothing was trained yet; start it again"
        : again.map { "go on with \($0)" }
          ?? (options.startsWorkers
            ? "go on with: theriac resume \(directory.path) --workers \(options.workers)"
            : "go on with the same command and --resume")
      Console.note("interrupted (\(reason)); \(next)")
      throw ExitCode(interruptedCode)
    case .finished:
      announce("\(directory.path): \(try RunText.summary(directory))")
    }
  }
}

/// A stop signal, kept until there is a run to stop.
final class StopRequest: Sendable {
  private let state = Mutex<(isAsked: Bool, action: (@Sendable (String) -> Void)?)>((false, nil))
  private static let reason = "asked to stop by a signal"

  var isAsked: Bool { state.withLock { $0.isAsked } }

  func ask() {
    let action = state.withLock { state in
      state.isAsked = true
      return state.action
    }
    action?(Self.reason)
  }

  func hand(to action: @escaping @Sendable (String) -> Void) {
    let isAsked = state.withLock { state in
      state.action = action
      return state.isAsked
    }
    if isAsked { action(Self.reason) }
  }
}

extension CommandLine {
  /// This program's file, for starting it again as a worker.
  static var executablePath: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? arguments[0]
  }
}
