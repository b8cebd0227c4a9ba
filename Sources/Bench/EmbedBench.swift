import Random
import Reports
import TextEncoder

/// What `theriac bench embed` found.
public struct EmbedReport: Encodable, Sendable {
  /// Of the median round, by the clock.
  public var seconds, tokensPerSecond: Double
  /// Tokens per second of processor time, all threads together: what other programs disturb least.
  public var tokensPerProcessorSecond: Double
  public var tokens, texts, rounds, threads: Int
  /// What was used: a name of `EncoderPrecision`.
  public var precision: String
  public var peakMemoryMib: Double?
  public var model: String
  public var parameters, layers, width: Int
  public var processor, instructionSet: String

  public var text: String {
    "\(NumberText.count(Int(tokensPerSecond))) tokens/s (\(NumberText.count(Int(tokensPerProcessorSecond))) per second "
      + "of processor time), \(threads) threads, \(precision): \(NumberText.count(texts)) texts, "
      + "\(NumberText.count(tokens)) tokens in \(NumberText.fixed(seconds, 2)) s, median of \(rounds)\n"
      + "\(model), \(layers) layers of width \(width), \(NumberText.count(parameters)) parameters; "
      + "\(processor), \(instructionSet)"
  }
}

/// Times the encoding of texts with a language model: of a folder, or of random weights of any size.
public struct EmbedBench {
  /// Sizes of a model with random weights; the defaults are BERT-base, cased.
  public struct Shape: Equatable, Sendable {
    public var layers = 12
    public var width = 768
    public var heads = 12
    public var inner = 3_072
    public var vocabulary = 28_996
    public init() {}
  }

  public var threads = 1
  public var texts = 64
  public var rounds = 1
  public var precision = EncoderPrecision.float32
  public var seed = 42
  private let plm: PLMFolder

  /// - Parameter folder: of a language model; nil: random weights of `shape`.
  /// - Throws: `BenchError.option`, and what `PLMFolder` throws.
  public init(folder: String?, shape: Shape = Shape(), seed: Int = 42) throws {
    self.seed = seed
    if let folder {
      plm = try PLMFolder(path: folder)
      return
    }
    try BenchOptions.check("layers", shape.layers, in: 1...100)
    try BenchOptions.check("width", shape.width, in: 8...8_192)
    try BenchOptions.check("heads", shape.heads, in: 1...shape.width)
    try BenchOptions.check("inner", shape.inner, in: 8...65_536)
    try BenchOptions.check("vocabulary", shape.vocabulary, in: 16...1_000_000)
    guard shape.width.isMultiple(of: shape.heads) else {
      throw BenchError.option(
        name: "heads", value: "\(shape.heads)", expected: "a divisor of the width, which is \(shape.width)")
    }
    try MemoryNeed(shape).check()
    plm = try Self.random(shape, seed: seed)
  }

  /// Weights as transformers begins with: normal with deviation 0.02, biases 0, LayerNorms 1 and 0.
  private static func random(_ shape: Shape, seed: Int) throws -> PLMFolder {
    let configuration = BERTConfiguration(
      vocabularySize: shape.vocabulary, hiddenSize: shape.width, layers: shape.layers, heads: shape.heads,
      intermediateSize: shape.inner)
    // One table of numbers for all: speed does not depend on them.
    let random = CounterRandom(seed: UInt64(bitPattern: Int64(seed)), stream: 0)
    let table = (0..<65_536).map { Float(0.02 * random.normal(UInt64($0))) }
    var offset = 0
    let weights = try BERTWeights(configuration) { name, shape in
      let count = shape.reduce(1, *)
      offset += 7_919
      let start = offset
      if name.hasSuffix("bias") || name.hasSuffix("LayerNorm.weight") {
        let value: Float = name.hasSuffix("bias") ? 0 : 1
        return FloatStorage(count: count) { _ in value }
      }
      return FloatStorage(count: count) { table[($0 &* 31 &+ $0 >> 16 &+ start) & 65_535] }
    }
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    let tokenizer = try WordPieceTokenizer(
      vocabulary: WordPieceVocabulary(tokens: special), normalizer: TextNormalizer(lowercases: false))
    return PLMFolder(name: "random weights", configuration: configuration, tokenizer: tokenizer, weights: weights)
  }

  /// Lengths of texts: the quantiles of 16 + 240 u² with u uniform (mean 96 tokens), cut at what the model takes.
  package static func lengths(_ count: Int, longest: Int) -> [Int] {
    (0..<count).map { index in
      let u = (Double(index) + 0.5) / Double(count)
      return min(Int(16 + 240 * u * u), longest)
    }
  }

  /// - Throws: `BenchError.option` for the first number that cannot be used.
  public static func check(threads: Int, texts: Int, rounds: Int) throws {
    try BenchOptions.check("threads", threads, in: 1...256)
    try BenchOptions.check("texts", texts, in: 1...1_000_000)
    try BenchOptions.check("rounds", rounds, in: 1...10_000)
  }

  public func run() throws -> EmbedReport {
    try Self.check(threads: threads, texts: texts, rounds: rounds)
    let shape = plm.configuration
    try MemoryNeed(texts: texts, width: shape.hiddenSize).check()
    let encoder = try BERTEncoder(
      plm, options: EncodingOptions(maxTokens: shape.maxTokens, threads: threads, precision: precision))
    let random = CounterRandom(seed: UInt64(bitPattern: Int64(seed)), stream: 1)
    var lists = TokenLists()
    for length in Self.lengths(texts, longest: shape.maxTokens) {
      let ids = (0..<length).map { position in
        Int32(random.bits(UInt64(lists.ids.count + position)) % UInt64(shape.vocabularySize))
      }
      lists.append(TokenizedText(ids: ids, isTruncated: false))
    }
    let clock = ContinuousClock()
    var seconds: [Double] = []
    var processor: [Double] = []
    for _ in 0..<rounds {
      let (start, used) = (clock.now, Machine.processorSeconds)
      _ = try encoder.encode(lists)
      seconds.append((clock.now - start) / .seconds(1))
      processor.append(Machine.processorSeconds - used)
    }
    let tokens = Double(lists.ids.count)
    let median = Samples(seconds).median
    return EmbedReport(
      seconds: median, tokensPerSecond: tokens / median,
      tokensPerProcessorSecond: tokens / Samples(processor).median, tokens: lists.ids.count, texts: texts,
      rounds: rounds, threads: threads, precision: encoder.identity.precision, peakMemoryMib: Machine.peakMemory(),
      model: plm.name, parameters: shape.parameters, layers: shape.layers, width: shape.hiddenSize,
      processor: Machine.processor, instructionSet: Machine.instructionSet)
  }
}
