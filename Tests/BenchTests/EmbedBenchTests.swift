import Bench
import Testing
import TextEncoder

@Suite struct EmbedBenchTests {
  private var small: EmbedBench.Shape {
    var shape = EmbedBench.Shape()
    (shape.layers, shape.width, shape.heads, shape.inner, shape.vocabulary) = (2, 32, 4, 64, 50)
    return shape
  }

  @Test("lengths are the quantiles of the distribution, with its mean")
  func lengths() {
    let lengths = EmbedBench.lengths(1_000, longest: 512)
    #expect(lengths.min() == 16 && lengths.max() == 255 && lengths == lengths.sorted())
    #expect(abs(lengths.reduce(0, +) - 95_500) < 100)  // 96, less a half for rounding down
    #expect(EmbedBench.lengths(3, longest: 20) == [20, 20, 20])
  }

  @Test("random weights of any size are encoded, and the report says what was done", arguments: [1, 2])
  func report(threads: Int) throws {
    var bench = try EmbedBench(folder: nil, shape: small)
    (bench.threads, bench.texts, bench.rounds, bench.precision) = (threads, 5, 3, .plain)
    let report = try bench.run()
    #expect(report.tokens == EmbedBench.lengths(5, longest: 512).reduce(0, +) && report.texts == 5)
    #expect(report.tokensPerSecond > 0 && report.tokensPerProcessorSecond > 0 && report.seconds > 0)
    #expect(report.precision == "bf16-plain" && report.layers == 2 && report.width == 32)
    #expect(report.text.contains("bf16-plain"))
  }

  @Test("sizes that cannot be are refused")
  func refused() throws {
    var shape = small
    shape.heads = 5
    #expect(throws: BenchError.option(name: "heads", value: "5", expected: "a divisor of the width, which is 32")) {
      try EmbedBench(folder: nil, shape: shape)
    }
    shape.layers = 0
    #expect(throws: BenchError.self) { try EmbedBench(folder: nil, shape: shape) }
    var bench = try EmbedBench(folder: nil, shape: small)
    bench.rounds = 0
    #expect(throws: BenchError.self) { try bench.run() }
  }
}
