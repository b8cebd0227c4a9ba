import HDF5

/// `embeddings.h5`: what a language model says about every visit and every medication of one cohort.
///
/// - `/visits` float32 `[V, 5, d]`, contiguous and mapped, in the order of `VisitTextKind`
/// - `/medications` float32 `[M, d]`, the full texts of the medications (E_f)
/// - `/keys/…` and `/tokens/…`: which text each row is of (`DistinctRows`); absent in old and in imported files
/// - root attributes: encoder, plm, plm_hash, lowercase, pooling, max_tokens, long_texts, window_overlap, precision,
///   cohort, cohort_hash, d, the counts of the run, and `theriac_kind`, `schema_version`, `content_hash` as in every
///   file of Theriac
public struct EmbeddingsFile: Sendable {
  static let layout = EmbeddingLayout.visits
  static let visitsName = "/visits"
  static let medicationsName = "/medications"
  static let kinds = VisitTextKind.allCases.map(\.name).joined(separator: ",")
  /// Root attributes that count as content.
  static let hashed = EncoderIdentity.attributes + ["cohort_hash", "d"]

  public let path: String
  /// `[V, 5, d]`
  public let visits: MappedFloats
  /// `[M, d]`, row-major.
  public let medications: [Float]
  /// d
  public let width: Int
  public let visitCount, medicationCount: Int
  /// The encoder and its settings.
  public let encoder: EncoderIdentity
  public let cohortHash, contentHash: String

  public var plm: String { encoder.plm }
  public var plmHash: String { encoder.plmHash }
  public var pooling: Pooling { encoder.pooling }
  public var maxTokens: Int { encoder.maxTokens }
  public var lowercases: Bool { encoder.lowercases }
  /// A sentence for every report made from embeddings that no language model made; else nil.
  public var caution: String? { encoder.caution }

  /// Files up to this size are read once on opening.
  public static let checkedBytes = 1 << 30

  /// Opens and checks the kind, the schema, the attributes and the shapes; the whole content (its hash, and that every
  /// number is finite) when `/visits` has at most `checkedBytes` or `checkingAll` says so. Of a larger file only
  /// `/medications` is checked here: the writer has verified the rest, and `checkingAll: true` does it again.
  /// - Throws: `wrongLayout` for embeddings of a vocabulary or of lines, `file`, `badEmbeddings`.
  public static func open(_ path: String, checkingAll: Bool? = nil) throws(TextEncoderError) -> EmbeddingsFile {
    try TextEncoderError.wrapping(path) {
      let file = try layout.open(path)
      let result = try EmbeddingsFile(file)
      try result.requireFinite(result.medications.withUnsafeBufferPointer(firstNotFinite), in: medicationsName)
      if checkingAll ?? (result.visits.count * MemoryLayout<Float>.size <= checkedBytes) {
        try KindedFile.verify(file)
        try result.requireFinite(result.visits.withUnsafeBufferPointer(firstNotFinite), in: visitsName)
      }
      try file.close()
      return result
    }
  }

  private init(_ file: HDF5File) throws {
    func bad(_ reason: String) -> TextEncoderError { .badEmbeddings(path: file.path, reason: reason) }
    func text(_ name: String) throws -> String {
      guard let value = try file.attribute(name)?.stringValue else { throw bad("it has no text attribute \(name)") }
      return value
    }
    func number(_ name: String) throws -> Int {
      guard let value = try file.attribute(name)?.intValue else { throw bad("it has no integer attribute \(name)") }
      return Int(value)
    }
    path = file.path
    cohortHash = try text("cohort_hash")
    contentHash = try KindedFile.contentHash(of: file)
    width = try number("d")
    encoder = try EncoderIdentity(file, width: width)
    for name in [Self.visitsName, Self.medicationsName] {
      guard file.exists(name) else { throw bad("it has no dataset \(name)") }
    }
    guard let kinds = try file.attribute("kinds", of: Self.visitsName)?.stringValue, kinds == Self.kinds else {
      throw bad("\(Self.visitsName) does not hold the kinds \(Self.kinds)")
    }
    visits = try file.map(Self.visitsName)
    let shape = try file.shape(of: Self.medicationsName)
    guard width > 0, visits.shape.count == 3, visits.shape[1...] == [VisitTextKind.allCases.count, width] else {
      throw bad("\(Self.visitsName) has shape \(visits.shape), expected [visits, 5, \(width)]")
    }
    guard shape.count == 2, shape[1] == width else {
      throw bad("\(Self.medicationsName) has shape \(shape), expected [medications, \(width)]")
    }
    medications = try file.read(Self.medicationsName, as: Float.self)
    visitCount = visits.shape[0]
    medicationCount = shape[0]
  }

  private func requireFinite(_ index: Int?, in dataset: String) throws(TextEncoderError) {
    guard let index else { return }
    throw .badEmbeddings(path: path, reason: "\(dataset) holds a number that is not finite, in row \(index / width)")
  }

  /// A copy of the embedding of one text of one visit, d numbers. For many, read `visits` row by row.
  /// - Precondition: the visit is one of the file's.
  public func visit(_ visit: Int, _ kind: VisitTextKind) -> [Float] {
    withExtendedLifetime(visits) { Array(visits[visit][kind.rawValue * width..<(kind.rawValue + 1) * width]) }
  }

  /// - Throws: `wrongCohort` naming both hashes, unless the embeddings were made from this cohort.
  public func require(cohortHash expected: String) throws(TextEncoderError) {
    guard cohortHash == expected else { throw .wrongCohort(path: path, expected: expected, found: cohortHash) }
  }
}

/// Index of the first element that is not finite. Blocks are summed times zero: NaN tells that one is in the block.
func firstNotFinite(_ values: UnsafeBufferPointer<Float>) -> Int? {
  var start = 0
  while start < values.count {
    let end = min(start + 4096, values.count)
    var lanes = SIMD16<Float>.zero
    var i = start
    while i + 16 <= end {
      for lane in 0..<16 { lanes[lane] += values[i + lane] * 0 }
      i += 16
    }
    var sum = lanes.sum()
    while i < end {
      sum += values[i] * 0
      i += 1
    }
    if sum != 0 { return (start..<end).first { !values[$0].isFinite } }
    start = end
  }
  return nil
}
