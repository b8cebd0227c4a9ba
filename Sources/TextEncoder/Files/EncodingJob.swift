import HDF5

/// How far an embedding run is.
public struct EmbeddingProgress: Equatable, Sendable {
  /// Distinct texts, of which some may have been there before.
  public let textsDone, texts: Int
  /// Tokens of this session.
  public let tokensDone: Int
  public let seconds: Double
  /// Estimate from the text's bytes so far; 0 when nothing is known yet.
  public let secondsLeft: Double

  public var tokensPerSecond: Double { seconds > 0 ? Double(tokensDone) / seconds : 0 }
}

/// Distinct texts that become rows, part by part: what is to do, what is done, and where it is kept until the end.
///
/// Used from one thread at a time.
public final class EncodingJob {
  public let identity: EncoderIdentity
  let texts: [String]
  let plan: EncodingPlan
  private let partial: PartialEmbeddings
  private let weights: [Int]
  private let start = ContinuousClock.now
  private let alreadyDone: Set<Int>
  private var tokensDone = 0
  private let report: (@Sendable (EmbeddingProgress) -> Void)?

  /// - Parameter output: the file that will be made; finished parts are kept in `OUTPUT.partial`.
  /// - Throws: `unreadable`.
  init(
    _ texts: [String], _ identity: EncoderIdentity, output: String, report: (@Sendable (EmbeddingProgress) -> Void)?
  ) throws(TextEncoderError) {
    self.texts = texts
    self.identity = identity
    self.report = report
    let plan = EncodingPlan(texts)
    self.plan = plan
    weights = (0..<plan.count).map { part in plan[part].reduce(0) { $0 + texts[$1].utf8.count + 8 } }
    partial = try PartialEmbeddings(
      path: output + ".partial", key: Self.key(texts, identity), width: identity.width,
      rows: (0..<plan.count).map { plan[$0].count })
    alreadyDone = Set(partial.done.keys)
  }

  /// XXH3-128 of the encoder and all texts.
  private static func key(_ texts: [String], _ identity: EncoderIdentity) -> String {
    var line = identity.line + "\n" + TextEmbeddings.hash(of: texts)
    return line.withUTF8 { Checksum.xxh3Hex(UnsafeRawBufferPointer($0)) }
  }

  /// Texts whose rows were there when the job began.
  public var resumedTexts: Int { alreadyDone.reduce(0) { $0 + plan[$1].count } }
  /// Tokens of the rows that are there.
  var storedTokens: Int { partial.done.values.reduce(0) { $0 + $1.tokens.reduce(0) { $0 + Int($1) } } }
  /// Parts without rows, in the order of work.
  public var remaining: [Int] { (0..<plan.count).filter { partial.done[$0] == nil } }
  /// The texts of a part.
  public func texts(ofPart part: Int) -> [String] { plan[part].map { texts[$0] } }

  /// Keeps the rows of a part.
  /// - Throws: `badTokens` when they are not that part's, `unreadable`.
  public func store(_ part: Int, _ rows: EncodedTexts) throws(TextEncoderError) {
    guard (0..<plan.count).contains(part), rows.tokens.count == plan[part].count,
      rows.embeddings.count == plan[part].count * identity.width
    else { throw .badTokens(reason: "part \(part) came back with \(rows.tokens.count) rows") }
    guard partial.done[part] == nil else { return }
    try partial.append(part, rows)
    tokensDone += rows.tokens.reduce(0) { $0 + Int($1) }
    report?(Self.progress(snapshot, texts: 0, tokens: 0, of: nil))
  }

  /// Encodes all that remains, here.
  /// - Throws: what the encoder throws.
  func run(_ encoder: any SentenceEncoder) throws(TextEncoderError) {
    for part in remaining {
      let snapshot = snapshot
      let count = plan[part].count
      let weight = weights[part]
      let report = report
      let rows = try encoder.encoded(texts(ofPart: part)) { texts, tokens in
        guard texts < count else { return }  // the whole part is reported when it is kept
        report?(Self.progress(snapshot, texts: texts, tokens: tokens, of: (count, weight)))
      }
      try store(part, rows)
    }
  }

  private struct Snapshot: Sendable {
    let texts, allTexts, tokens, weight, leftWeight: Int
    let start: ContinuousClock.Instant
  }

  private var snapshot: Snapshot {
    var (texts, weight, left) = (0, 0, 0)
    for part in 0..<plan.count {
      if partial.done[part] == nil {
        left += weights[part]
      } else {
        texts += plan[part].count
        if !alreadyDone.contains(part) { weight += weights[part] }
      }
    }
    return Snapshot(
      texts: texts, allTexts: self.texts.count, tokens: tokensDone, weight: weight, leftWeight: left, start: start)
  }

  private static func progress(
    _ base: Snapshot, texts: Int, tokens: Int, of part: (texts: Int, weight: Int)?
  ) -> EmbeddingProgress {
    let seconds = (ContinuousClock.now - base.start) / .seconds(1)
    let inside = part.map { Double($0.weight) * Double(texts) / Double(max($0.texts, 1)) } ?? 0
    let done = Double(base.weight) + inside
    let left = Double(base.leftWeight) - inside
    return EmbeddingProgress(
      textsDone: base.texts + texts, texts: base.allTexts, tokensDone: base.tokens + tokens, seconds: seconds,
      secondsLeft: done > 0 ? seconds * left / done : 0)
  }

  // MARK: - The end

  /// Rows by text of the job. Call when nothing remains.
  func rows() -> EncodedRows {
    var place = [(part: Int, row: Int)](repeating: (0, 0), count: texts.count)
    for part in 0..<plan.count {
      for (row, text) in plan[part].enumerated() { place[text] = (part, row) }
    }
    return EncodedRows(parts: partial.done, place: place, width: identity.width)
  }

  /// The output is written: what was kept is removed.
  func finish() { partial.remove() }
}

/// The rows of the texts of a job, wherever their parts lie.
struct EncodedRows {
  fileprivate let parts: [Int: EncodedTexts]
  fileprivate let place: [(part: Int, row: Int)]
  let width: Int

  /// Appends the row of a text.
  func append(_ text: Int, to rows: inout [Float]) {
    let (part, row) = place[text]
    if let texts = parts[part] { rows += texts.embeddings[row * width..<(row + 1) * width] }
  }

  func isLong(_ text: Int) -> Bool { parts[place[text].part]?.isLong[place[text].row] ?? false }
  func tokens(_ text: Int) -> Int32 { parts[place[text].part]?.tokens[place[text].row] ?? 0 }
}
