/// How texts are encoded.
public struct EncodingOptions: Equatable, Sendable {
  public var pooling: Pooling
  /// Longest text in tokens, specials included; `longTexts` says what becomes of longer ones.
  public var maxTokens: Int
  public var longTexts: LongTexts
  /// Batches computed at the same time. The numbers do not depend on it, bit for bit.
  public var threads: Int
  /// Tokens computed together. Larger is faster up to the processor's cache; the last bits depend on it.
  public var batchTokens: Int
  public var precision: EncoderPrecision

  public init(
    pooling: Pooling = .mean, maxTokens: Int = 512, longTexts: LongTexts = .truncate, threads: Int = 1,
    batchTokens: Int = 1024, precision: EncoderPrecision = .float32
  ) {
    self.pooling = pooling
    self.maxTokens = maxTokens
    self.longTexts = longTexts
    self.threads = threads
    self.batchTokens = batchTokens
    self.precision = precision
  }
}

/// How far an encoding is; reported after every batch.
public struct EncodingProgress: Equatable, Sendable {
  public let textsDone, texts: Int
  public let tokensDone, tokens: Int
  public let seconds: Double

  package init(textsDone: Int, texts: Int, tokensDone: Int, tokens: Int, seconds: Double) {
    self.textsDone = textsDone
    self.texts = texts
    self.tokensDone = tokensDone
    self.tokens = tokens
    self.seconds = seconds
  }

  public var tokensPerSecond: Double { seconds > 0 ? Double(tokensDone) / seconds : 0 }
  /// Estimate from the tokens so far.
  public var secondsLeft: Double {
    tokensPerSecond > 0 ? Double(tokens - tokensDone) / tokensPerSecond : 0
  }
}
