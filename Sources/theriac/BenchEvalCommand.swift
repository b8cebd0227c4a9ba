import ArgumentParser
import Bench

struct BenchEvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval", abstract: "Time the scoring of visits, as validation and evaluation do it.",
    discussion: "The medications are encoded once, then all visits are scored against them.")

  @OptionGroup var shape: BenchShapeOptions
  @Option(help: "Visits to score; MIMIC-III's validation split has 2,072.")
  var visits = 2_072
  @Option(help: "How often; the median counts.")
  var rounds = 5
  @Flag(help: "As JSON.")
  var json = false

  func run() throws {
    let bench = try EvalBench(shape.options(), visits: visits, rounds: rounds, molecules: shape.benchMolecules())
    let report = try bench.run()
    Console.result(json ? try benchJSON(report) : report.text)
  }
}
