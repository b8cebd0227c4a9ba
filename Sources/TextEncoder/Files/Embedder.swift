import HDF5
import Records

/// What an embedding run did.
public struct EmbeddingReport: Equatable, Sendable {
  /// Visits × 5 + medications, or codes, or lines.
  public var texts: Int
  /// Distinct ones: equal texts are encoded once.
  public var distinct: Int
  /// Of these, texts that an interrupted run had encoded already.
  public var resumed: Int
  /// Of the distinct ones, texts whose rows were taken over from earlier files.
  public var reused = 0
  /// Files from which nothing could be taken, each with its reason, a sentence.
  public var notes: [String] = []
  /// Tokens of the distinct texts, specials included, windows as often as they were encoded.
  public var tokens: Int
  /// Texts (of all) that were longer than the limit: cut, or encoded in windows.
  public var long: Int
  /// Texts (of all) without a character, encoded as the two special tokens.
  public var empty: Int
  /// Tokens per second of this session.
  public var tokensPerSecond: Double
  /// Content hash of the written file.
  public var contentHash: String
}

/// Texts + encoder → file of embeddings.
///
/// Memory: one embedding per distinct text; the file is written from them in blocks of visits.
public struct Embedder: Sendable {
  public let identity: EncoderIdentity
  private let work: @Sendable (EncodingJob) throws -> Void

  /// Encodes in this process.
  public init(_ encoder: any SentenceEncoder) {
    identity = encoder.identity
    work = { job in try job.run(encoder) }
  }

  /// - Throws: `badSetting`.
  public init(_ plm: PLMFolder, options: EncodingOptions = EncodingOptions()) throws(TextEncoderError) {
    self.init(try BERTEncoder(plm, options: options))
  }

  /// Has the work done by others.
  public init(_ identity: EncoderIdentity, work: @escaping @Sendable (EncodingJob) throws -> Void) {
    self.identity = identity
    self.work = work
  }

  /// Encodes every distinct text of the cohort once and writes the file, whole or not at all. A run that was killed
  /// goes on where it was: finished parts are kept in `PATH.partial`, and the file is the same.
  /// - Parameters:
  ///   - reuse: earlier files; texts that one of them has, made by the same encoder, are taken over. Files that do not fit
  ///     are named in the report; `path` itself may be among them.
  ///   - progress: called one call at a time, from any thread.
  /// - Throws: `badCohort` (also when the cohort has no content hash: write it first), what the encoder throws, `file`.
  @discardableResult
  public func embed(
    _ cohort: Cohort, to path: String, reuse: [String] = [],
    progress: (@Sendable (EmbeddingProgress) -> Void)? = nil
  ) throws -> EmbeddingReport {
    guard !cohort.contentHash.isEmpty else {
      throw TextEncoderError.badCohort(reason: "it has no content hash; write it to a file first")
    }
    let distinct = DistinctTexts(try VisitTexts(cohort))
    return try make(distinct, path, reuse, EmbeddingsFile.layout.rawValue, EmbeddingsFile.hashed, progress) {
      file, rows in
      let kinds = VisitTextKind.allCases.count
      let visits = distinct.visitRows.count / kinds
      try rows.write(distinct.visitRows, leading: [visits, kinds], to: EmbeddingsFile.visitsName, of: file)
      try rows.write(
        distinct.otherRows, leading: [distinct.otherRows.count], to: EmbeddingsFile.medicationsName, of: file)
      try file.setAttribute("kinds", .string(EmbeddingsFile.kinds), on: EmbeddingsFile.visitsName)
      try file.setAttribute("cohort_hash", .string(cohort.contentHash))
      try file.setAttribute("cohort", .string(cohort.name))
    }
  }

  /// Encodes the texts and writes them in their order into the dataset `emb` `[texts, d]`.
  /// - Parameters:
  ///   - source: what the texts are, for people.
  ///   - reuse: as for a cohort.
  /// - Throws: what the encoder throws, `file`.
  @discardableResult
  public func embed(
    texts: [String], source: String, to path: String, reuse: [String] = [],
    progress: (@Sendable (EmbeddingProgress) -> Void)? = nil
  ) throws -> EmbeddingReport {
    let distinct = DistinctTexts(texts)
    return try make(distinct, path, reuse, TextEmbeddings.layout.rawValue, TextEmbeddings.hashed, progress) {
      file, rows in
      try rows.write(distinct.otherRows, leading: [texts.count], to: TextEmbeddings.dataset, of: file)
      try file.setAttribute("source", .string(source))
      try file.setAttribute("texts_hash", .string(TextEmbeddings.hash(of: texts)))
    }
  }

  func make(
    _ distinct: DistinctTexts, _ path: String, _ reuse: [String], _ kind: String, _ hashed: [String],
    _ progress: (@Sendable (EmbeddingProgress) -> Void)?, _ write: (HDF5File, DistinctRows) throws -> Void
  ) throws -> EmbeddingReport {
    let keys = distinct.keys
    let known = try KnownRows(reuse, of: identity, output: path)
    let new = keys.indices.filter { known[keys[$0]] == nil }
    let job = try EncodingJob(new.map { distinct.texts[$0] }, identity, output: path, report: progress)
    let start = ContinuousClock.now
    let before = job.storedTokens
    try work(job)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    guard job.remaining.isEmpty else {
      throw TextEncoderError.badTokens(reason: "\(job.remaining.count) parts of the texts were not encoded")
    }
    let rows = DistinctRows(keys: keys, known: known, new: new, encoded: job.rows())
    var report = EmbeddingReport(
      texts: distinct.places, distinct: distinct.texts.count, resumed: job.resumedTexts,
      reused: keys.count - new.count, notes: known.notes, tokens: rows.totalTokens,
      long: distinct.places(rows.isLong), empty: distinct.emptyPlaces, tokensPerSecond: 0, contentHash: "")
    report.tokensPerSecond = seconds > 0 ? Double(job.storedTokens - before) / seconds : 0
    report.contentHash = try TextEncoderError.wrapping(path) {
      try KindedFile.write(at: path, kind: kind, schemaVersion: EmbeddingLayout.schema, hashing: hashed) { file in
        try write(file, rows)
        try identity.write(to: file)
        try file.setAttribute("d", .int(Int64(identity.width)))
        for (name, count) in [
          ("texts", report.texts), ("distinct_texts", report.distinct), ("tokens", report.tokens),
          ("truncated_texts", identity.longTexts == .truncate ? report.long : 0),
          ("windowed_texts", identity.longTexts == .truncate ? 0 : report.long), ("empty_texts", report.empty),
        ] { try file.setAttribute(name, .int(Int64(count))) }
      }
    }
    job.finish()
    return report
  }
}
