import ArgumentParser
import Bench
import TextEncoder

struct BenchEmbedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed", abstract: "Time the encoding of texts with a language model.",
    discussion: """
      Texts of 16 to 256 random tokens (mean 96), in batches without padding, on a model of a folder or on random weights \
      (BERT-base unless said). tools/bench_embed_against_pytorch sets the numbers beside those of transformers.
      """)

  @Option(help: "Threads.")
  var threads = 1
  @Option(help: "Texts of a round.")
  var texts = 64
  @Option(help: "Rounds; the median counts. The first one also touches memory for the first time.")
  var rounds = 1
  @Option(help: "float32, or bf16 (float32 where the processor has neither AMX nor AVX512-BF16, which is then said).")
  var precision = PrecisionChoice.float32
  @Option(help: "Folder of a language model; default: random weights of the sizes below.")
  var plm: String?
  @Option(help: "Layers.")
  var layers = EmbedBench.Shape().layers
  @Option(help: "Width.")
  var width = EmbedBench.Shape().width
  @Option(help: "Heads of attention.")
  var heads = EmbedBench.Shape().heads
  @Option(help: "Width of the feed-forward block.")
  var inner = EmbedBench.Shape().inner
  @Option(help: "Tokens of the vocabulary.")
  var vocabulary = EmbedBench.Shape().vocabulary
  @Option(help: "Seed of the weights and tokens.")
  var seed = 42
  @Flag(help: "As JSON.")
  var json = false

  private var shape: EmbedBench.Shape {
    var shape = EmbedBench.Shape()
    (shape.layers, shape.width, shape.heads) = (layers, width, heads)
    (shape.inner, shape.vocabulary) = (inner, vocabulary)
    return shape
  }

  func validate() throws {
    guard plm == nil || shape == EmbedBench.Shape() else {
      throw ValidationError("--plm has its own sizes; leave --layers, --width, --heads, --inner and --vocabulary out")
    }
  }

  func run() throws {
    // Before weights are made or read.
    try EmbedBench.check(threads: threads, texts: texts, rounds: rounds)
    var bench = try EmbedBench(folder: plm, shape: shape, seed: seed)
    (bench.threads, bench.texts, bench.rounds) = (threads, texts, rounds)
    if precision == .bf16 {
      bench.precision = .best
      if bench.precision == .float32 { Console.note("warning: --precision bf16 becomes \(EncoderPrecision.reason)") }
    }
    let report = try bench.run()
    Console.result(json ? try benchJSON(report) : report.text)
  }
}
