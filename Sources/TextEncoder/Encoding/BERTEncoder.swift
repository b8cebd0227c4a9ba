import Foundation
import Synchronization

/// Texts → embeddings of a BERT or RoBERTa encoder.
///
/// Texts are sorted by length and computed in ragged batches without padding. Batches are independent: several threads
/// take them one after the other, each with its own buffers, and the result is the same for any number of threads.
public struct BERTEncoder: SentenceEncoder {
  public let plm: PLMFolder
  public let options: EncodingOptions
  private let packed: PackedWeights?

  /// d, the length of an embedding.
  public var width: Int { plm.configuration.hiddenSize }

  public var identity: EncoderIdentity {
    EncoderIdentity(
      kind: plm.configuration.family == .bert ? .bert : .roberta, plm: plm.name, plmHash: plm.hash, width: width,
      pooling: options.pooling, maxTokens: options.maxTokens, lowercases: plm.tokenizer.lowercases,
      longTexts: options.longTexts, precision: options.precision.rawValue)
  }

  /// - Throws: `badSetting` when a limit is out of range: tokens 2...`maxTokens` of the model, threads 1...256,
  ///   batch tokens 1...1,000,000, overlap of windows 0...tokens − 3; and for a precision that this processor does not have.
  public init(_ plm: PLMFolder, options: EncodingOptions = EncodingOptions()) throws(TextEncoderError) {
    func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>, _ why: String) throws(TextEncoderError) {
      guard !range.contains(value) else { return }
      throw .badSetting(name: name, expected: "\(range.lowerBound)...\(range.upperBound)\(why)", found: "\(value)")
    }
    try check(
      "max_tokens", options.maxTokens, 2...plm.configuration.maxTokens, " (the positions of PLM \(plm.name))")
    if case .windows(let overlap) = options.longTexts {
      try check("max_tokens", options.maxTokens, 3...plm.configuration.maxTokens, ", of which a window needs 3")
      try check("window_overlap", overlap, 0...options.maxTokens - 3, " (shorter than a window)")
    }
    try check("threads", options.threads, 1...256, "")
    try check("batch_tokens", options.batchTokens, 1...1_000_000, "")
    try options.precision.require()
    self.plm = plm
    self.options = options
    packed =
      options.precision == .float32 ? nil : PackedWeights(plm.weights, plm.configuration, options.precision)
  }

  /// The tokens of one text, cut at `maxTokens`.
  public func tokens(_ text: String) -> TokenizedText {
    plm.tokenizer.encode(text, maxTokens: options.maxTokens)
  }

  /// Embeddings `[texts, width]`, row-major, in the order of the texts.
  /// - Throws: `matrixProduct`, `notFinite`.
  public func encode(
    _ texts: [String], progress: (@Sendable (EncodingProgress) -> Void)? = nil
  ) throws(TextEncoderError) -> [Float] {
    try encoded(texts, observer: progress).embeddings
  }

  public func encoded(
    _ texts: [String], progress: (@Sendable (_ texts: Int, _ tokens: Int) -> Void)?
  ) throws(TextEncoderError) -> EncodedTexts {
    guard let progress else { return try encoded(texts, observer: nil) }
    return try encoded(texts, observer: { progress($0.textsDone, $0.tokensDone) })
  }

  private func encoded(
    _ texts: [String], observer: (@Sendable (EncodingProgress) -> Void)?
  ) throws(TextEncoderError) -> EncodedTexts {
    var lists = TokenLists()
    var windows: [Int] = []
    var isLong: [Bool] = []
    for text in texts {
      let parts = tokenized(text)
      for part in parts { lists.append(part) }
      windows.append(parts.count)
      isLong.append(parts.count > 1 || parts[0].isTruncated)
    }
    let rows = try encode(lists, progress: observer)
    var result = EncodedTexts(embeddings: [], tokens: [], isLong: isLong)
    guard windows.contains(where: { $0 > 1 }) else {
      result.embeddings = rows
      result.tokens = (0..<lists.count).map { Int32(lists.length($0)) }
      return result
    }
    var first = 0
    for count in windows {
      let sum = (first..<first + count).reduce(into: [Float](repeating: 0, count: width)) { sum, row in
        for i in 0..<width { sum[i] += rows[row * width + i] }
      }
      result.embeddings += count == 1 ? sum : sum.map { $0 / Float(count) }
      result.tokens.append((first..<first + count).reduce(0) { $0 + Int32(lists.length($1)) })
      first += count
    }
    return result
  }

  /// The token lists of one text: one, or its windows.
  package func tokenized(_ text: String) -> [TokenizedText] {
    guard case .windows(let overlap) = options.longTexts else { return [tokens(text)] }
    let whole = plm.tokenizer.encode(text)
    if whole.ids.count <= options.maxTokens { return [whole] }
    let inner = whole.ids[1..<whole.ids.count - 1]
    let length = options.maxTokens - 2
    return LongTexts.starts(inner.count, length: length, overlap: overlap).map { start in
      let part = inner[1 + start..<1 + start + length]
      return TokenizedText(ids: [plm.tokenizer.classificationID] + part + [plm.tokenizer.separatorID])
    }
  }

  /// Embeddings `[lists.count, width]` of token lists, specials included.
  /// - Throws: `badTokens` for an empty list, one longer than the model's positions, or an id outside the vocabulary;
  ///   `matrixProduct`, `notFinite`.
  public func encode(
    _ lists: TokenLists, progress: (@Sendable (EncodingProgress) -> Void)? = nil
  ) throws(TextEncoderError) -> [Float] {
    try check(lists)
    let plan = BatchPlan(lists, budget: options.batchTokens)
    let width = width
    var failure: TextEncoderError?
    let output = [Float](unsafeUninitializedCapacity: lists.count * width) { buffer, count in
      if let base = buffer.baseAddress {
        base.initialize(repeating: 0, count: lists.count * width)
        failure = run(plan, lists, SharedRows(base: base), progress)
      }
      count = lists.count * width
    }
    if let failure { throw failure }
    return output
  }

  /// The last hidden state of one text, `[tokens, width]`.
  /// - Throws: as `encode`.
  public func lastHidden(_ ids: [Int32]) throws(TextEncoderError) -> [Float] {
    var lists = TokenLists()
    lists.append(TokenizedText(ids: ids, isTruncated: false))
    try check(lists)
    let workspace = BERTWorkspace(
      plm.configuration, tokens: ids.count, longest: ids.count, precision: options.precision)
    try BERTForward(plm.configuration, plm.weights, packed)([ids[...]], workspace)
    return Array(UnsafeBufferPointer(start: workspace.hidden, count: ids.count * width))
  }

  private func check(_ lists: TokenLists) throws(TextEncoderError) {
    let rows = Int32(plm.configuration.vocabularySize)
    for text in 0..<lists.count {
      let length = lists.length(text)
      guard 1...plm.configuration.maxTokens ~= length else {
        throw .badTokens(
          reason: "text \(text) has \(length) tokens, PLM \(plm.name) takes 1...\(plm.configuration.maxTokens)")
      }
      if let id = lists[text].first(where: { $0 < 0 || $0 >= rows }) {
        throw .badTokens(reason: "text \(text) has token id \(id), the vocabulary has 0..<\(rows)")
      }
    }
  }

  /// Where the threads write: each text's row is written by exactly one of them.
  private struct SharedRows: @unchecked Sendable {
    let base: UnsafeMutablePointer<Float>
  }

  /// Runs all batches on the options' threads; gives the first failure.
  private func run(
    _ plan: BatchPlan, _ lists: TokenLists, _ output: SharedRows,
    _ progress: (@Sendable (EncodingProgress) -> Void)?
  ) -> TextEncoderError? {
    struct State {
      var nextBatch = 0
      var textsDone = 0
      var tokensDone = 0
      var failure: TextEncoderError?
    }
    let state = Mutex(State())
    let start = ContinuousClock.now
    let forward = BERTForward(plm.configuration, plm.weights, packed)
    SingleThreadedProducts.run(threads: min(options.threads, plan.count)) {
      let workspace = BERTWorkspace(
        plm.configuration, tokens: plan.mostTokens, longest: plan.longest, precision: options.precision)
      while true {
        let batch = state.withLock { state -> Int? in
          guard state.failure == nil, state.nextBatch < plan.count else { return nil }
          state.nextBatch += 1
          return state.nextBatch - 1
        }
        guard let batch else { return }
        do throws(TextEncoderError) {
          let texts = plan[batch]
          try forward(texts.map { lists[$0] }, workspace)
          try pool(texts, lists, workspace, output.base)
          let tokens = texts.reduce(0) { $0 + lists.length($1) }
          state.withLock { state in
            state.textsDone += texts.count
            state.tokensDone += tokens
            progress?(
              EncodingProgress(
                textsDone: state.textsDone, texts: lists.count, tokensDone: state.tokensDone, tokens: lists.ids.count,
                seconds: (ContinuousClock.now - start) / .seconds(1)))
          }
        } catch {
          state.withLock { if $0.failure == nil { $0.failure = error } }
          return
        }
      }
    }
    return state.withLock { $0.failure }
  }

  /// Averages the rows of every text of a batch into its row of the output.
  private func pool(
    _ texts: ArraySlice<Int>, _ lists: TokenLists, _ workspace: BERTWorkspace, _ output: UnsafeMutablePointer<Float>
  ) throws(TextEncoderError) {
    var first = 0
    for text in texts {
      let length = lists.length(text)
      let rows = options.pooling.rows(length)
      let target = output + text * width
      let source = workspace.hidden + (first + rows.lowerBound) * width
      BERTKernels.meanRows(source, rows: rows.count, width: width, target)
      var sum: Float = 0
      for i in 0..<width { sum += target[i] * 0 }  // NaN as soon as one element is not finite
      guard sum == 0 else {
        throw .notFinite(text: plm.tokenizer.tokens(Array(lists[text].prefix(24))).joined(separator: " "))
      }
      first += length
    }
  }
}
