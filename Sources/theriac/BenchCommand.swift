import ArgumentParser
import Bench
import Training

/// Measures this machine. A new kind of benchmark is a file Bench…Command.swift and a line in `subcommands`.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure training steps, evaluation, single operations and encoding on this machine.",
    discussion: """
      On generated visits, and molecules of MIMIC-III's counts unless --molecules names a file. Nothing is written. \
      docs/performance.md explains the numbers; tools/bench_against_pytorch and tools/bench_embed_against_pytorch set \
      them beside PyTorch's.
      """,
    subcommands: [BenchStepCommand.self, BenchEvalCommand.self, BenchOpsCommand.self, BenchEmbedCommand.self])
}

/// The shape of what is measured.
struct BenchShapeOptions: ParsableArguments {
  @Option(help: "Threads inside the process, or inside each worker.")
  var threads = 1
  @Option(help: "Visits of a step.")
  var batch = 8
  @Option(help: "Arithmetic of the matrix products: \(Precision.allCases.map(\.rawValue).joined(separator: ", ")).")
  var precision = Precision.float32.rawValue
  @Option(help: "File of molecules, {\"CODE\": [\"SMILES\", …], …}; default: generated ones.")
  var molecules: String?
  @Option(help: "Width of the text embeddings.")
  var dEnc = 768
  @Option(help: "Width of the joint space.")
  var dK = 256
  @Option(help: "Width of the molecule encoder.")
  var dS = 64
  @Option(help: "Layers of the molecule encoder.")
  var layers = 5
  @Option(help: "Earlier visits that a visit sees.")
  var history = 2
  @Option(help: "Seed of the weights and of the visits.")
  var seed = 42

  func options() throws -> BenchOptions {
    var options = BenchOptions()
    (options.threads, options.batch, options.seed) = (threads, batch, seed)
    (options.dEnc, options.dK, options.dS) = (dEnc, dK, dS)
    (options.layers, options.history) = (layers, history)
    guard let precision = Precision(rawValue: precision) else {
      throw BenchError.option(
        name: "precision", value: "\"\(precision)\"",
        expected: Precision.allCases.map(\.rawValue).joined(separator: " | "))
    }
    options.precision = precision
    return options
  }

  func benchMolecules() throws -> BenchMolecules {
    if let molecules { return try BenchMolecules(file: molecules) }
    return try BenchMolecules.generated()
  }
}
