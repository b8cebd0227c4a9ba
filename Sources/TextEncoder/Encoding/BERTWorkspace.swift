/// The buffers of one thread: made once for the largest batch, used for all.
final class BERTWorkspace {
  /// Tokens of all texts of a batch one after the other, `[tokens, d]`: ragged, without padding.
  let hidden: UnsafeMutablePointer<Float>
  /// Query, key and value of every token, `[tokens, 3 d]`.
  let fused: UnsafeMutablePointer<Float>
  /// What attention gathers, `[tokens, d]`.
  let context: UnsafeMutablePointer<Float>
  /// The feed-forward block of up to `innerRows` tokens, `[innerRows, f]`.
  let inner: UnsafeMutablePointer<Float>
  /// Attention weights of one head of one text, `[length, length]`.
  let scores: UnsafeMutablePointer<Float>
  /// With bfloat16 products: `hidden` and `inner` rounded, and scratch of the products. Else empty.
  let roundedHidden, roundedInner: UnsafeMutablePointer<UInt16>
  let productScratch: UnsafeMutableRawPointer

  /// Tokens that pass through a feed-forward block together: the block's values then stay in the cache.
  static let innerRows = 256

  private let memory: [UnsafeMutableRawPointer]

  /// - Parameters:
  ///   - tokens: most tokens of a batch.
  ///   - longest: tokens of the longest text.
  ///   - precision: of the products.
  init(_ configuration: BERTConfiguration, tokens: Int, longest: Int, precision: EncoderPrecision) {
    let d = configuration.hiddenSize
    let f = configuration.intermediateSize
    let block = min(tokens, Self.innerRows)
    let sizes = [tokens * d, tokens * 3 * d, tokens * d, block * f, longest * longest]
    let rounded = precision == .float32 ? [0, 0] : [tokens * d, block * f]
    let scratch = precision.scratch([(tokens, 3 * d, d), (tokens, d, d), (block, f, d), (block, d, f)])
    memory = (sizes.map { 4 * $0 } + rounded.map { 2 * $0 } + [scratch]).map {
      .allocate(byteCount: max($0, 4), alignment: 64)
    }
    let floats = zip(memory, sizes).map { $0.bindMemory(to: Float.self, capacity: max($1, 1)) }
    hidden = floats[0]
    fused = floats[1]
    context = floats[2]
    inner = floats[3]
    scores = floats[4]
    roundedHidden = memory[5].bindMemory(to: UInt16.self, capacity: max(rounded[0], 1))
    roundedInner = memory[6].bindMemory(to: UInt16.self, capacity: max(rounded[1], 1))
    productScratch = memory[7]
  }

  deinit { for block in memory { block.deallocate() } }
}
