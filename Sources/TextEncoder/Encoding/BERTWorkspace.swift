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
  /// Mean and inverse deviation of every token in a LayerNorm, `[2, tokens]`.
  let moments: UnsafeMutablePointer<Float>

  /// Tokens that pass through a feed-forward block together: the block's values then stay in the cache.
  static let innerRows = 256

  private let memory: [UnsafeMutableRawPointer]

  /// - Parameters:
  ///   - tokens: most tokens of a batch.
  ///   - longest: tokens of the longest text.
  init(_ configuration: BERTConfiguration, tokens: Int, longest: Int) {
    let d = configuration.hiddenSize
    let sizes = [
      tokens * d, tokens * 3 * d, tokens * d, min(tokens, Self.innerRows) * configuration.intermediateSize,
      longest * longest, 2 * tokens,
    ]
    memory = sizes.map { .allocate(byteCount: max($0, 1) * 4, alignment: 64) }
    let floats = zip(memory, sizes).map { $0.bindMemory(to: Float.self, capacity: max($1, 1)) }
    hidden = floats[0]
    fused = floats[1]
    context = floats[2]
    inner = floats[3]
    scores = floats[4]
    moments = floats[5]
  }

  deinit { for block in memory { block.deallocate() } }
}
