import ArgumentParser
import Foundation
import Records
import Reports
import Runs
import Sweeps
import TextEncoder
import Training

struct Sweep: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train many variants of a run and collect their results.",
    subcommands: [
      SweepRun.self, SweepStatusCommand.self, SweepPause.self, SweepResume.self, SweepStop.self, SweepExport.self,
    ])
}

struct SweepRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run what is missing of a sweep.",
    discussion: """
      A trial is a run directory of its own, named by the hash of its settings and data, so that running a sweep again \
      does only what is missing: give the same --set again, since other settings are other trials. Ctrl-C once ends the \
      running trials after a checkpoint; this command goes on with a stopped sweep. docs/sweeps.md has the file.
      """)

  @Option(help: "Sweep file.")
  var config: String
  @Option(name: .customLong("set"), help: "A fixed setting for all trials, over the base config: key=value. Repeat it.")
  var overrides: [String] = []
  @Option(help: "Workers on hand: workers / workers_per_trial trials run at once.")
  var workers = 1
  @Option(help: "Sweep directory; default: sweeps/NAME.")
  var out: String?
  @Flag(help: "Give trials that failed before their attempts back.")
  var retryFailed = false

  func run() async throws {
    guard (1...4_096).contains(workers) else { throw RunError.workers(workers) }
    let spec = try SweepSpec.read(config)
    for override in overrides {
      let key = String(override.prefix { $0 != "=" })
      guard !spec.axes.contains(where: { $0.name == key }), key != "seed" || spec.seeds == nil else {
        throw ValidationError("--set \(override): \(key) is varied by \(config), which would win; change it there")
      }
    }
    // What is fixed for all trials: the base file, then `set` of the sweep, then --set.
    let fixed = spec.overrides.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" } + overrides
    let base = try RunSession.config(file: spec.config, overrides: fixed)
    let known = ["valid_", "test_"].flatMap { split in base.model.summaryMetrics.map { split + $0 } }
    guard known.contains(spec.metric) else {
      throw ValidationError(
        "metric \(spec.metric) in \(config) is none of a run of \(base.model.rawValue); set metric to one of "
          + known.joined(separator: ", "))
    }
    let data = try RunData(base)
    let directory = SweepDirectory(out ?? "sweeps/\(spec.name)")
    // Trials start from the base as it is now, with the paths and --set of this call resolved.
    let baseFile = directory.path + "/base.yaml"
    let inputs = SweepInputs(
      base: SweepBase.settings(base), context: SweepBase.context(data), dataset: data.cohort.name,
      knownSettings: Set(RunSetting.all(of: base.model).map(\.key)),
      check: { settings in
        _ = try RunConfig(
          yaml: base.yaml, source: "the sweep's base",
          overrides: settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text)" })
      })
    let plan = try SweepPlan(spec, inputs: inputs)
    try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
    try base.yaml.write(toFile: baseFile, atomically: true, encoding: .utf8)

    let executable = CommandLine.executablePath
    let trials = ProcessTrialRunner { request in
      request.resume
        ? [executable, "resume", request.directory, "--workers", "\(request.workers)"]
        : [executable, "train", "--config", baseFile]
          + request.assignments.flatMap { ["--set", $0] }
          + ["--workers", "\(request.workers)", "--out", request.directory]
    }
    let runner = SweepRunner(
      plan, directory: directory, trialRunner: trials,
      options: SweepOptions(workers: workers, retryFailed: retryFailed), onEvent: { Console.note("\($0)") })
    let signals = SignalStop { runner.requestStop() }
    defer { withExtendedLifetime(signals) {} }
    let outcome = try await runner.run()
    Console.result("\(outcome.status)")
    if outcome.isStopped { throw ExitCode(RunSession.interruptedCode) }
  }
}

/// What a sweep needs to know of a run.
enum SweepBase {
  /// Settings that do not change a result: paths (their content is in the context), and how it is computed.
  private static let outside: Set<String> = [
    "cohort", "embeddings", "molecule_vectors", "threads", "checkpoint_steps", "keep_checkpoints",
  ]

  static func settings(_ config: RunConfig) -> [String: SettingValue] {
    Dictionary(
      uniqueKeysWithValues: RunSetting.all(of: config.model).filter { !outside.contains($0.key) }
        .map { ($0.key, SettingValue($0.value(in: config))) })
  }

  static func context(_ data: RunData) -> [String: String] {
    ["cohort": data.cohort.contentHash, "embeddings": data.featuresHash]
  }
}

struct SweepFolder: ParsableArguments {
  @Argument(help: "Sweep directory.")
  var path: String
  var directory: SweepDirectory { SweepDirectory(path) }
}

struct SweepStatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "status", abstract: "How far a sweep is.")
  @OptionGroup var folder: SweepFolder
  @Flag(help: "As JSON.")
  var json = false

  func run() throws {
    let status = try folder.directory.status()
    if json { try Console.json(status) } else { Console.result("\(status)") }
  }
}

struct SweepPause: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Start no further trials; running ones go on.")
  @OptionGroup var folder: SweepFolder
  func run() throws { Console.note(SweepText.seen(by: try folder.directory.pause(), what: "paused")) }
}

struct SweepResume: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Undo pause (a stopped sweep goes on with `sweep run`).")
  @OptionGroup var folder: SweepFolder
  func run() throws { Console.note(SweepText.seen(by: try folder.directory.resume(), what: "resumed")) }
}

struct SweepStop: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "End running trials after a checkpoint, and the sweep.")
  @OptionGroup var folder: SweepFolder
  func run() throws {
    guard let runner = try folder.directory.stop() else { return Console.note("no sweep is running there") }
    Console.note("process \(runner) ends its trials and stops")
  }
}

struct SweepExport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write trials.csv and sensitivity.csv again from what is on disk.")
  @OptionGroup var folder: SweepFolder
  func run() throws {
    try folder.directory.export()
    Console.result("\(folder.directory.trialsTable)\n\(folder.directory.sensitivityTable)")
  }
}

enum SweepText {
  static func seen(by runner: Int32?, what: String) -> String {
    runner.map { "\(what); process \($0) runs this sweep and will see it" } ?? "\(what); no sweep is running there now"
  }
}
