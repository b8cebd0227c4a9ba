import ArgumentParser
import Bench

struct BenchOpsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ops", abstract: "Time the kernels of a step one by one, beside what the machine can do.",
    discussion: """
      Every kernel runs in a loop of its own at the step's shapes. The roofline is measured in the same process: a large \
      matrix product, and streams over memory of several sizes.
      """)

  @OptionGroup var shape: BenchShapeOptions
  @Option(help: "Only operations whose name contains this.")
  var filter = ""
  @Flag(help: "As JSON.")
  var json = false

  func run() throws {
    let report = try OpsBench(shape.options(), filter: filter, molecules: shape.benchMolecules()).run()
    Console.result(json ? try benchJSON(report) : try report.text())
  }
}
