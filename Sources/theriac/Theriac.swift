import ArgumentParser

@main
struct Theriac: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "theriac",
    abstract: "Trains models that recommend combinations of medicines, on one machine or many.",
    discussion: """
      From raw records to a trained, compared, reproducible model:
      import (or synth) -> embed -> train -> evaluate -> sweep.

      Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 failed, 64 wrong usage, \
      69 coordinator lost, 75 interrupted after a checkpoint (start again with `theriac resume`), 76 worker refused.
      """,
    version: Version.current,
    groupedSubcommands: [
      CommandGroup(name: "Data", subcommands: [Import.self, Synth.self, Describe.self, Embed.self, Inspect.self]),
      CommandGroup(
        name: "Runs",
        subcommands: [
          Train.self, Resume.self, Evaluate.self, Recommend.self, Export.self, Sweep.self, ExperimentCommand.self,
        ]),
      CommandGroup(
        name: "Cluster", subcommands: [CoordinatorCommand.self, WorkerCommand.self, Keys.self]),
      CommandGroup(name: "Measuring", subcommands: [BenchCommand.self]),
    ])
}

enum Version {
  /// Workers and coordinators of different versions refuse each other.
  static let current = "0.1.0"
}
