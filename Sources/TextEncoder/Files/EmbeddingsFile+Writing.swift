import HDF5
import Records

extension EmbeddingsFile {
  /// How embeddings were made that another program computed.
  public struct Origin: Sendable {
    /// The language model's name, and what identifies its output.
    public let plm, plmHash: String
    public let pooling: Pooling
    /// 0: not known.
    public let maxTokens: Int
    public let lowercases: Bool

    public init(plm: String, plmHash: String, pooling: Pooling = .mean, maxTokens: Int = 0, lowercases: Bool = false) {
      self.plm = plm
      self.plmHash = plmHash
      self.pooling = pooling
      self.maxTokens = maxTokens
      self.lowercases = lowercases
    }
  }

  /// Writes embeddings that another program computed; the file appears whole or not at all.
  /// - Parameters:
  ///   - medications: `[M, width]`
  ///   - visits: the rows of a range of visits, `[count, 5, width]`, in the order of `VisitTextKind`
  /// - Returns: the content hash
  /// - Throws: `badCohort` when the cohort was not written yet or sizes differ, `badEmbeddings` when a number is not
  ///   finite, `file`, and what `visits` throws (as `file`).
  @discardableResult
  public static func write(
    to path: String, cohort: Cohort, origin: Origin, width: Int, medications: [Float],
    visits: (Range<Int>) throws -> [Float]
  ) throws(TextEncoderError) -> String {
    guard !cohort.contentHash.isEmpty else {
      throw .badCohort(reason: "it has no content hash; write it to a file first")
    }
    guard width > 0, medications.count == cohort.medicationCount * width else {
      throw .badCohort(
        reason: "it has \(cohort.medicationCount) medications, but the embeddings hold \(medications.count) numbers of "
          + "width \(width) for them")
    }
    func finite(_ values: [Float], _ what: String) throws {
      if let index = values.firstIndex(where: { !$0.isFinite }) {
        throw TextEncoderError.badEmbeddings(path: path, reason: "\(what) \(index / width) is not finite")
      }
    }
    let kinds = VisitTextKind.allCases.count
    return try TextEncoderError.wrapping(path) {
      try finite(medications, "the embedding of medication")
      return try KindedFile.write(
        at: path, kind: layout.rawValue, schemaVersion: EmbeddingLayout.schema, hashing: hashed
      ) { file in
        let writer = try file.rowWriter(visitsName, shape: [cohort.visitCount, kinds, width], as: Float.self)
        let block = max(1, (4 << 20) / (kinds * width))
        for first in stride(from: 0, to: cohort.visitCount, by: block) {
          let range = first..<min(first + block, cohort.visitCount)
          let rows = try visits(range)
          guard rows.count == range.count * kinds * width else {
            throw TextEncoderError.badCohort(
              reason:
                "it has \(cohort.visitCount) visits, but the embeddings of visits \(range) are \(rows.count) numbers")
          }
          try finite(rows, "the text (five to a visit) from visit \(first) on")
          try writer.write(rows, at: first)
        }
        try file.write(medications, shape: [cohort.medicationCount, width], to: medicationsName)
        try file.setAttribute("kinds", .string(self.kinds), on: visitsName)
        try EncoderIdentity(
          kind: .other, plm: origin.plm, plmHash: origin.plmHash, width: width, pooling: origin.pooling,
          maxTokens: origin.maxTokens, lowercases: origin.lowercases, longTexts: .truncate,
          precision: EncoderPrecision.float32.rawValue
        ).write(to: file)
        try file.setAttribute("cohort_hash", .string(cohort.contentHash))
        try file.setAttribute("cohort", .string(cohort.name))
        try file.setAttribute("d", .int(Int64(width)))
      }
    }
  }
}
