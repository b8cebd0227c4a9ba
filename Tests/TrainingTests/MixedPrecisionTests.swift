import TensorCore
import Testing
import Training

@Suite struct MixedPrecisionTests {
  /// Two epochs on `ranks` ranks, whose paths are given; rank by rank.
  private static func train(
    ranks: Int, paths: [BFloat16Path?] = [.plain], epochs: Int = 2, _ overrides: [String] = [],
    isAligned: Bool = false
  ) throws -> [TrainerTests.Curve] {
    try ThreadExchange.run(ranks: ranks) { exchange in
      let trainer = try Trainer(SmallJob.job(["precision=mixed"] + overrides, isAligned: isAligned))
      let path = paths[exchange.rank % paths.count]
      trainer.offeredPath = (path, path.map { "bf16 products: \($0.name)" } ?? "float32: the test says so")
      trainer.table = SmallJob.tables(width: trainer.job.inputs.textWidth, ranks: ranks)[exchange.rank]
      return try TrainerTests.run(trainer, epochs: epochs, through: exchange)
    }
  }

  @Test(
    "1, 2 and 4 ranks end in the same weights, bit for bit, on every path, as in float32",
    arguments: BFloat16Path.allCases.filter(\.isAvailable))
  func equalWeights(path: BFloat16Path) throws {
    let widths = ["d_k=64", "d_s=32"]
    let one = try Self.train(ranks: 1, paths: [path], widths, isAligned: true)[0]
    let float32 = try TrainerTests.train(ranks: 1, widths, isAligned: true)[0]
    #expect(one.state.packed != float32.state.packed, "the products are float32's")
    for ranks in [2, 4] {
      for curve in try Self.train(ranks: ranks, paths: [path], widths, isAligned: true) {
        for (a, b) in zip(one.state.parameters, curve.state.parameters) {
          #expect(a.values.map(\.bitPattern) == b.values.map(\.bitPattern), "\(ranks) ranks: \(a.name)")
        }
      }
    }
  }

  @Test("the losses are float32's to a few thousandths, and fall as far")
  func losses() throws {
    let quiet = ["gnn_dropout=0", "dropout=0", "lr=1e-3"]
    let float32 = try TrainerTests.train(ranks: 1, epochs: 30, quiet)[0].losses
    let mixed = try Self.train(ranks: 1, epochs: 30, quiet)[0].losses
    for (step, (a, b)) in zip(float32, mixed).prefix(10).enumerated() {
      #expect(abs(a - b) <= 5e-3 * abs(a), "step \(step): \(b), in float32 \(a)")
    }
    func mean(_ losses: ArraySlice<Double>) -> Double { losses.reduce(0, +) / Double(losses.count) }
    #expect(mean(mixed.suffix(8)) < 0.97 * mean(mixed.prefix(8)))
    #expect(abs(mean(mixed.suffix(8)) - mean(float32.suffix(8))) <= 0.05 * mean(float32.suffix(8)))
  }

  @Test("where one rank has no bf16, all compute what precision: float32 computes")
  func fallback() throws {
    let float32 = try TrainerTests.train(ranks: 2)[0].state
    for paths: [BFloat16Path?] in [[nil], [.plain, nil]] {
      for curve in try Self.train(ranks: 2, paths: paths) { #expect(TrainerTests.same(curve.state, float32)) }
    }
  }

  @Test("ranks of different paths take the least one")
  func mixture() throws {
    let plain = try Self.train(ranks: 2)[0].state
    for curve in try Self.train(ranks: 2, paths: [.plain, .tilesInMemory]) {
      #expect(TrainerTests.same(curve.state, plain))
    }
  }

  @Test("the agreement is said in one sentence")
  func sentences() {
    let fast: (BFloat16Path?, String) = (.avx512, "bf16 products: AVX512-BF16")
    let faster: (BFloat16Path?, String) = (.amx, "bf16 products: AMX")
    let none: (BFloat16Path?, String) = (nil, "float32: the processor has neither AMX nor AVX512-BF16")
    #expect(ProductAgreement([fast, fast]).text == "bf16 products: AVX512-BF16")
    #expect(ProductAgreement([faster, fast]).text == "bf16 products: AVX512-BF16, the best that rank 1 has")
    #expect(ProductAgreement([faster, fast]).precision == .bfloat16(.avx512))
    let fallback = ProductAgreement([fast, none])
    #expect(fallback.isFallback)
    #expect(
      fallback.text == "precision is mixed, but the products are float32 "
        + "(rank 1: the processor has neither AMX nor AVX512-BF16)")
    #expect(
      ProductAgreement([none]).text
        == "precision is mixed, but the products are float32 (the processor has neither AMX nor AVX512-BF16)")
  }

  @Test("every call of a mixed run is told what it computes with; a float32 run is told nothing")
  func told() throws {
    for (settings, expected) in [(["precision=mixed"], 2), ([], 0)] {
      let trainer = try Trainer(SmallJob.job(settings))
      trainer.offeredPath = (.plain, "bf16 products: plain loops")
      trainer.table = SmallJob.tables(width: trainer.job.inputs.textWidth, ranks: 1)[0]
      var told: [ProductAgreement] = []
      for end in [1, 2] {
        _ = try trainer.train(to: end, through: SoloExchange(), agreed: { told.append($0) }) { _ in }
      }
      #expect(told.count == expected)
      #expect(told.allSatisfy { $0.precision == .bfloat16(.plain) && !$0.isFallback })
    }
  }

  @Test("scores are float32's in a mixed run as well")
  func scores() throws {
    func scores(_ settings: [String]) throws -> [Float] {
      let trainer = try Trainer(SmallJob.job(settings))
      trainer.offeredPath = (.plain, "bf16 products: plain loops")
      trainer.table = SmallJob.tables(width: trainer.job.inputs.textWidth, ranks: 1)[0]
      return try trainer.scores(ofRows: Array(0..<trainer.table.count))
    }
    #expect(try scores(["precision=mixed"]) == scores([]))
  }

  @Test("a run resumed in the middle of an epoch goes on to the same weights, bit for bit")
  func resumes() throws {
    let whole = try Self.train(ranks: 1)[0].state
    let first = try Trainer(SmallJob.job(["precision=mixed"]))
    let second = try Trainer(SmallJob.job(["precision=mixed"]))
    for trainer in [first, second] {
      trainer.offeredPath = (.plain, "bf16 products: plain loops")
      trainer.table = SmallJob.tables(width: trainer.job.inputs.textWidth, ranks: 1)[0]
    }
    _ = try first.train(to: 4, through: SoloExchange()) { _ in }
    try second.restore(first.state)
    #expect(try TrainerTests.same(TrainerTests.run(second, epochs: 2, through: SoloExchange()).state, whole))
  }
}
