import Training

/// What is measured: the shape of the model and of a step. The defaults are NLA-MMR on MIMIC-III, as the authors run it.
public struct BenchOptions: Sendable {
  public var threads = 1
  public var batch = 8
  /// d_enc, d_K, d_s and the layers of the molecule encoder.
  public var dEnc = 768
  public var dK = 256
  public var dS = 64
  public var layers = 5
  /// Earlier visits that a visit sees.
  public var history = 2
  public var precision = Precision.float32
  public var seed = 42

  public init() {}

  /// The most bytes of text embeddings that a benchmark makes.
  static let mostBytes = 4 << 30

  /// - Parameter visits: how many are to be made.
  /// - Throws: `BenchError.option` for the first value outside its range.
  func check(visits: Int) throws(BenchError) {
    try Self.check("threads", threads, in: 1...1_024)
    try Self.check("batch", batch, in: 1...65_536)
    try Self.check("seed", seed, in: 0...Int.max)
    for (name, value) in [("d-enc", dEnc), ("d-k", dK), ("d-s", dS)] { try Self.check(name, value, in: 1...16_384) }
    try Self.check("layers", layers, in: 1...100)
    try Self.check("history", history, in: 1...64)
    let bytes = visits * VisitTable.Text.allCases.count * dEnc * MemoryLayout<Float>.stride
    guard bytes <= Self.mostBytes else {
      throw .option(
        name: "d-enc", value: "\(dEnc)",
        expected: "at most \(Self.mostBytes >> 30) GiB of embeddings; \(visits) visits of this width take "
          + "\(bytes >> 30)")
    }
  }

  static func check(_ name: String, _ value: Int, in range: ClosedRange<Int>) throws(BenchError) {
    guard range.contains(value) else {
      throw .option(name: name, value: "\(value)", expected: "an integer in \(range.lowerBound)...\(range.upperBound)")
    }
  }

  /// The settings of a run that makes such steps.
  var config: RunConfig {
    var config = RunConfig()
    config.threads = threads
    config.batch = batch
    config.dK = dK
    config.dS = dS
    config.ginLayers = layers
    config.maxHistory = history
    config.precision = precision
    config.seed = seed
    return config
  }
}
