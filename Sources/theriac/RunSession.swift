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

  /// Trained runs, each once however often it is given.
  static func finished(_ directories: [String], overrides: [String]) throws -> [FinishedRun] {
    var places: Set<String> = []
    return try directories.compactMap { directory in
      let place = URL(fileURLWithPath: directory).standardizedFileURL.resolvingSymlinksInPath().path
      guard places.insert(place).inserted else {
        Console.note("\(directory) is given more than once; it counts once")
        return nil
      }
      return try finished(directory, overrides: overrides)
    }
  }

  static func launchOptions() -> LaunchOptions {
    LaunchOptions(executable: CommandLine.executablePath, version: Version.current)
  }

  /// Runs to the end, or exits with code 75 after a stop signal.
  /// - Parameters:
  ///   - again: what goes on with an interrupted run, where that is not `theriac resume`
  ///   - stop: where stop signals arrive, of a command that has more to do than this run; nil: only this run is stopped
  ///   - announce: gets the line on the finished run
  static func train(
    _ config: RunConfig, directory: RunDirectory, resume: Bool, options: LaunchOptions, again: String? = nil,
    stop shared: StopRequest? = nil, announce: (String) -> Void = Console.result
  ) throws {
    if resume { try directory.checkResumable(config) }
    let display = ProgressDisplay()
    // From here on a signal ends the run in good order: after a file is read, after a step of the VAE or of training.
    let stop = shared ?? StopRequest()
    let signals = shared == nil ? SignalStop { stop.ask() } : nil
    stop.announce { display.message("asked to stop: finishing the step") }
    defer {
      stop.release()
      withExtendedLifetime(signals) {}
    }
    func interrupted(_ reason: String) -> ExitCode {
      let next =
        again.map { "go on with \($0)" }
        ?? (!directory.exists
          ? "nothing was trained yet; start it again"
          : options.startsWorkers
            ? "go on with: theriac resume \(directory.path) --workers \(options.workers)"
            : "go on with the same command and --resume")
      Console.note("interrupted (\(reason)); \(next)")
      return ExitCode(interruptedCode)
    }
    let run: TrainingRun
    do {
      run = try TrainingRun(
        config, directory: directory, resume: resume, options: options, betweenSteps: stop.check,
        show: { level, message in display.message(level == .info ? message : "\(level.rawValue): \(message)") },
        report: { display.show($0) })
    } catch let stopped as StopRequest.Stopped {
      display.end()
      throw interrupted(stopped.reason)
    }
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
      throw interrupted(reason)
    case .finished:
      announce("\(directory.path): \(try RunText.summary(directory))")
    }
  }
}

/// A stop signal, kept until there is a run to stop.
final class StopRequest: Sendable {
  /// Somebody asked to stop before there was a run.
  struct Stopped: Error {
    let reason: String
  }

  private struct State {
    var isAsked = false
    var message: @Sendable () -> Void = { Console.note("asked to stop") }
    var action: (@Sendable (String) -> Void)?
  }
  private let state = Mutex(State())
  private static let reason = "asked to stop by a signal"

  var isAsked: Bool { state.withLock { $0.isAsked } }

  func ask() {
    let now = state.withLock { state in
      state.isAsked = true
      return state
    }
    now.message()
    now.action?(Self.reason)
  }

  /// - Throws: `Stopped`, once somebody has asked
  func check() throws { if isAsked { throw Stopped(reason: Self.reason) } }

  /// Says by `message` that a stop was asked for.
  func announce(by message: @escaping @Sendable () -> Void) { state.withLock { $0.message = message } }

  func hand(to action: @escaping @Sendable (String) -> Void) {
    let isAsked = state.withLock { state in
      state.action = action
      return state.isAsked
    }
    if isAsked { action(Self.reason) }
  }

  /// The run has ended: there is none to stop, until the next.
  func release() { state.withLock { $0 = State(isAsked: $0.isAsked) } }
}

extension CommandLine {
  /// This program's file, for starting it again as a worker.
  static var executablePath: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? arguments[0]
  }
}
