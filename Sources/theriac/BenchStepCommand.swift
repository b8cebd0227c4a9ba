import ArgumentParser
import Bench

struct BenchStepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "step", abstract: "Time training steps: medians of the whole and of its parts.",
    discussion: """
      The real step of `theriac train` on visits in memory. With --workers N the steps run on N worker processes through \
      a coordinator; then only whole steps are timed.
      """)

  @OptionGroup var shape: BenchShapeOptions
  @Option(help: "Worker processes; 0: in this process, without a cluster.")
  var workers = 0
  @Option(help: "Steps that count; default 50, with workers 400.")
  var steps: Int?
  @Flag(help: "Also measure the machine's limits, and show the floor of every part.")
  var roofline = false
  @Flag(help: "As JSON.")
  var json = false

  func validate() throws {
    guard workers >= 0 else { throw ValidationError("--workers \(workers): give 0 or more") }
    guard workers == 0 || !roofline else { throw ValidationError("--roofline is for one process; leave --workers out") }
  }

  func run() throws {
    let options = try shape.options()
    let molecules = try shape.benchMolecules()
    let bench = try StepBench(options, steps: steps ?? (workers > 0 ? 400 : 50), molecules: molecules)
    var report =
      workers > 0
      ? try bench.run(workers: workers, executable: CommandLine.executablePath, version: Version.current)
      : try bench.run()
    if roofline { report.addRoofline(options) }
    Console.result(json ? try benchJSON(report) : try report.text())
  }
}
