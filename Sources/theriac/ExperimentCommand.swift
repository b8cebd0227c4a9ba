import ArgumentParser
import Experiments
import Foundation
import Runs
import Sweeps
import Training

struct ExperimentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experiment", abstract: "Make a table or figure of a paper: every method, every seed.",
    discussion: """
      fmchs-table1  all methods on TCM-PD: the paper's rows as published, baselines and FMCHS trained here
      fmchs-table2  its parts: HABRM (1), MMGE (2), GELRAM (3)
      fmchs-fig2    with and without the auto-encoder's loss FCRL

      Writes OUT/table.md and OUT/results.csv, and prints the table; `tools/plots --experiment OUT` draws it. What is \
      finished is not done again: after an interruption give the same command once more.

        theriac experiment fmchs-table2 --config configs/fmchs/default.yaml --out experiments/table2
      """)

  @Argument(help: "Name of the experiment.")
  var name: String
  @Option(help: "YAML file of settings that the rows change.")
  var config: String
  @Option(name: .customLong("set"), help: "One setting, over the file's: key=value. Repeat it.")
  var overrides: [String] = []
  @Option(help: "How many seeds: 0, 1, ….")
  var seeds = 3
  @Option(help: "Worker processes of a run.")
  var workers = 1
  @Option(help: "Folder to make, or to go on with.")
  var out: String

  func validate() throws {
    guard (1...1_000).contains(seeds) else { throw ValidationError("--seeds \(seeds): give 1 to 1000") }
    guard (1...4_096).contains(workers) else { throw ValidationError("--workers \(workers): give 1 to 4096") }
    if let override = overrides.first(where: { $0.hasPrefix("seed=") }) {
      throw ValidationError("--set \(override): the seeds of an experiment are 0 to N − 1 (--seeds N)")
    }
  }

  func run() throws {
    guard let experiment = Experiment.all.first(where: { $0.name == name }) else {
      throw ExperimentError.unknown(name)
    }
    let config = try RunSession.config(file: config, overrides: overrides)
    var options = RunSession.launchOptions()
    options.workers = workers
    // One for all runs and baselines: see SignalStop.
    let stop = StopRequest()
    let signals = SignalStop { stop.ask() }
    defer { withExtendedLifetime(signals) {} }
    let runner = ExperimentRunner(
      experiment, config: config, seeds: Array(0..<seeds), out: out,
      train: {
        try RunSession.train(
          $0, directory: $1, resume: $2, options: options, again: "the same command", stop: stop,
          announce: Console.note)
      },
      isStopped: { stop.isAsked },
      note: { Console.note($0) })
    do {
      Console.result(try runner.run().markdown())
    } catch ExperimentError.interrupted(let when) {
      Console.note("\(ExperimentError.interrupted(when))")
      throw ExitCode(RunSession.interruptedCode)
    }
    Console.note("wrote \(out)/table.md and \(out)/results.csv")
  }
}
