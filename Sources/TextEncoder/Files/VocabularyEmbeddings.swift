import HDF5
import Records

/// What a language model says about every code of a cohort: the vectors that FMCHS takes for its symptoms and herbs.
///
/// - `/vocabulary/KIND` float32 `[codes, d]` for each of the four kinds, in the order of the cohort's vocabulary. A code's
///   text is what the vocabulary says, the code itself where that is empty.
/// - `/keys/…`, `/tokens/…`, root attributes: as in `EmbeddingsFile`
public struct VocabularyEmbeddings: Sendable {
  static let layout = EmbeddingLayout.vocabulary
  static let hashed = EmbeddingsFile.hashed

  public let path: String
  /// d
  public let width: Int
  /// The encoder and its settings.
  public let encoder: EncoderIdentity
  public let cohortHash, contentHash: String
  private let rows: [CodeKind: [Float]]

  /// The dataset of a kind.
  static func dataset(_ kind: CodeKind) -> String { "/vocabulary/\(kind.rawValue)" }

  /// `[codes, width]`, row by row, in the order of the vocabulary.
  public func vectors(of kind: CodeKind) -> [Float] { rows[kind] ?? [] }

  /// Codes of a kind.
  public func count(of kind: CodeKind) -> Int { vectors(of: kind).count / width }

  /// Opens a file and checks all of it: kind, schema, attributes, shapes, content hash, and that every number is finite.
  /// - Throws: `wrongLayout` for embeddings of visits or of lines, `badEmbeddings`, `file`
  public static func open(_ path: String) throws(TextEncoderError) -> VocabularyEmbeddings {
    try TextEncoderError.wrapping(path) {
      let file = try layout.open(path)
      defer { try? file.close() }
      return try VocabularyEmbeddings(file)
    }
  }

  private init(_ file: HDF5File) throws {
    func bad(_ reason: String) -> TextEncoderError { .badEmbeddings(path: file.path, reason: reason) }
    guard let width = try file.attribute("d")?.intValue, width > 0 else { throw bad("it has no width d") }
    guard let cohortHash = try file.attribute("cohort_hash")?.stringValue else {
      throw bad("it has no text attribute cohort_hash")
    }
    path = file.path
    self.width = Int(width)
    self.cohortHash = cohortHash
    encoder = try EncoderIdentity(file, width: Int(width))
    var rows: [CodeKind: [Float]] = [:]
    for kind in CodeKind.allCases {
      let name = Self.dataset(kind)
      guard file.exists(name) else { throw bad("it has no dataset \(name)") }
      let shape = try file.shape(of: name)
      guard shape.count == 2, shape[1] == Int(width) else {
        throw bad("\(name) has shape \(shape), expected [codes, \(width)]")
      }
      let values = try file.read(name, as: Float.self)
      if let index = values.withUnsafeBufferPointer(firstNotFinite) {
        throw bad("\(name) holds a number that is not finite, in row \(index / Int(width))")
      }
      rows[kind] = values
    }
    self.rows = rows
    contentHash = try KindedFile.verify(file)
  }

  /// Checks that the embeddings were made from this cohort.
  /// - Throws: `wrongCohort` naming both hashes; `badEmbeddings` when a vocabulary has another size
  public func require(_ cohort: Cohort) throws(TextEncoderError) {
    guard cohortHash == cohort.contentHash else {
      throw .wrongCohort(path: path, expected: cohort.contentHash, found: cohortHash)
    }
    for kind in CodeKind.allCases where count(of: kind) != cohort.vocabulary(kind).count {
      throw .badEmbeddings(
        path: path,
        reason: "it has \(count(of: kind)) \(kind.plural), but the cohort has \(cohort.vocabulary(kind).count)")
    }
  }

  /// What the language model reads for the codes of a kind.
  /// - Throws: `badCohort`
  public static func texts(_ kind: CodeKind, of cohort: Cohort) throws(TextEncoderError) -> [String] {
    let vocabulary = cohort.vocabulary(kind)
    guard vocabulary.texts.count == vocabulary.codes.count else {
      throw .badCohort(
        reason: "its \(kind) vocabulary has \(vocabulary.codes.count) codes, but \(vocabulary.texts.count) texts")
    }
    return zip(vocabulary.codes, vocabulary.texts).map { $1.isEmpty ? $0 : $1 }
  }
}

extension TextTokenizer {
  /// How many texts a model can hardly tell apart: half of their tokens or more are the unknown one, as when Chinese texts
  /// meet an English vocabulary.
  public func unreadable(_ texts: [String]) -> Int {
    let unknown = tokens([-1])
    return texts.count { text in
      let pieces = tokens(Array(encode(text).ids.dropFirst().dropLast()))
      return !pieces.isEmpty && 2 * pieces.count { $0 == unknown.first } >= pieces.count
    }
  }
}

extension Embedder {
  /// Encodes the texts of all codes of a cohort, each distinct one once, and writes the file, whole or not at all.
  /// Resuming and reuse are as for visits.
  /// - Throws: `badCohort` (also when the cohort has no content hash, or no codes), what the encoder throws, `file`
  @discardableResult
  public func embed(
    vocabularyOf cohort: Cohort, to path: String, reuse: [String] = [],
    progress: (@Sendable (EmbeddingProgress) -> Void)? = nil
  ) throws -> EmbeddingReport {
    guard !cohort.contentHash.isEmpty else {
      throw TextEncoderError.badCohort(reason: "it has no content hash; write it to a file first")
    }
    let texts = try CodeKind.allCases.map { try VocabularyEmbeddings.texts($0, of: cohort) }
    let distinct = DistinctTexts(texts.flatMap { $0 })
    guard !distinct.texts.isEmpty else { throw TextEncoderError.badCohort(reason: "its vocabularies are empty") }
    return try make(
      distinct, path, reuse, VocabularyEmbeddings.layout.rawValue, VocabularyEmbeddings.hashed, progress
    ) { file, rows in
      var first = 0
      for (kind, list) in zip(CodeKind.allCases, texts) {
        let numbers = Array(distinct.otherRows[first..<first + list.count])
        try rows.write(numbers, leading: [list.count], to: VocabularyEmbeddings.dataset(kind), of: file)
        first += list.count
      }
      try file.setAttribute("cohort_hash", .string(cohort.contentHash))
      try file.setAttribute("cohort", .string(cohort.name))
    }
  }
}
