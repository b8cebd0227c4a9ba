import HDF5
import Records

/// What an embedding run did.
public struct EmbeddingReport: Equatable, Sendable {
  /// Visits × 5 + medications.
  public let texts: Int
  /// Texts that were encoded: equal ones once.
  public let distinct: Int
  /// Tokens of the distinct texts, specials included.
  public let tokens: Int
  /// Texts (of all) that were longer than the limit and lost their end.
  public let truncated: Int
  /// Texts (of all) without a word, encoded as `[CLS] [SEP]`.
  public let empty: Int
  /// Wall-clock time of the encoding alone.
  public let seconds: Double
  /// Content hash of the written file.
  public let contentHash: String

  public var tokensPerSecond: Double { seconds > 0 ? Double(tokens) / seconds : 0 }
}

/// Cohort + PLM → `embeddings.h5`.
///
/// Memory: the tokens and one embedding per distinct text; the file is written from them in blocks of visits.
public struct Embedder: Sendable {
  public let encoder: BERTEncoder

  /// - Throws: `badSetting`.
  public init(_ plm: PLMFolder, options: EncodingOptions = EncodingOptions()) throws(TextEncoderError) {
    encoder = try BERTEncoder(plm, options: options)
  }

  /// Encodes every distinct text of the cohort once and writes the file, whole or not at all.
  /// - Parameter progress: called after every batch, one call at a time, from the encoding threads.
  /// - Throws: `badCohort` (also when the cohort has no content hash: write it first), what the encoder throws, `file`.
  @discardableResult
  public func embed(
    _ cohort: Cohort, to path: String, progress: (@Sendable (EncodingProgress) -> Void)? = nil
  ) throws(TextEncoderError) -> EmbeddingReport {
    guard !cohort.contentHash.isEmpty else {
      throw .badCohort(reason: "it has no content hash; write it to a file first")
    }
    let distinct = DistinctTexts(try VisitTexts(cohort), encoder)
    let start = ContinuousClock.now
    let embeddings = try encoder.encode(distinct.lists, progress: progress)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let counts: [(String, Int)] = [
      ("texts", distinct.visitRows.count + distinct.medicationRows.count), ("distinct_texts", distinct.lists.count),
      ("tokens", distinct.lists.ids.count), ("truncated_texts", distinct.truncatedPlaces),
      ("empty_texts", distinct.emptyPlaces),
    ]
    let hash = try TextEncoderError.wrapping(path) {
      try KindedFile.write(
        at: path, kind: EmbeddingsFile.kind, schemaVersion: EmbeddingsFile.schema, hashing: EmbeddingsFile.hashed
      ) { file in
        try writeRows(file, distinct, embeddings)
        try writeAttributes(file, cohort, counts)
      }
    }
    return EmbeddingReport(
      texts: counts[0].1, distinct: counts[1].1, tokens: counts[2].1, truncated: counts[3].1, empty: counts[4].1,
      seconds: seconds, contentHash: hash)
  }

  private func writeRows(_ file: HDF5File, _ distinct: DistinctTexts, _ embeddings: [Float]) throws(HDF5Error) {
    let d = encoder.width
    let kinds = VisitTextKind.allCases.count
    let visits = distinct.visitRows.count / kinds
    let writer = try file.rowWriter(EmbeddingsFile.visitsName, shape: [visits, kinds, d], as: Float.self)
    let block = max(1, (4 << 20) / (kinds * d))
    for first in stride(from: 0, to: visits, by: block) {
      let rows = distinct.visitRows[first * kinds..<min(first + block, visits) * kinds]
      try writer.write(Self.gather(rows, embeddings, d), at: first)
    }
    try file.write(
      Self.gather(distinct.medicationRows[...], embeddings, d), shape: [distinct.medicationRows.count, d],
      to: EmbeddingsFile.medicationsName)
  }

  private static func gather(_ rows: ArraySlice<Int32>, _ embeddings: [Float], _ width: Int) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(rows.count * width)
    for row in rows { result.append(contentsOf: embeddings[Int(row) * width..<(Int(row) + 1) * width]) }
    return result
  }

  private func writeAttributes(_ file: HDF5File, _ cohort: Cohort, _ counts: [(String, Int)]) throws(HDF5Error) {
    let plm = encoder.plm
    try file.setAttribute("kinds", .string(EmbeddingsFile.kinds), on: EmbeddingsFile.visitsName)
    try file.setAttribute("plm", .string(plm.name))
    try file.setAttribute("plm_hash", .string(plm.hash))
    try file.setAttribute("pooling", .string(encoder.options.pooling.rawValue))
    try file.setAttribute("max_tokens", .int(Int64(encoder.options.maxTokens)))
    try file.setAttribute("lowercase", .int(plm.tokenizer.normalizer.lowercases ? 1 : 0))
    try file.setAttribute("cohort_hash", .string(cohort.contentHash))
    try file.setAttribute("cohort", .string(cohort.name))
    try file.setAttribute("d", .int(Int64(encoder.width)))
    for (name, count) in counts { try file.setAttribute(name, .int(Int64(count))) }
  }
}
