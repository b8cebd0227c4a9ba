import Foundation

/// What `tools/official_to_json` writes into `official.json`: the processed files of the NLA-MMR and SafeDrug
/// repositories without their pickles.
struct OfficialFile: Decodable {
  struct Source: Decodable {
    let name, file, sha256: String
    let rows: Int
  }

  struct Embeddings: Decodable {
    let width, visits, medications: Int
    let texts: [String]
    /// The folder of the .pt files: bio_pt.
    let plm: String
  }

  let version: Int
  let name: String
  /// The kinds of a visit's lists, in their order.
  let kinds: [CodeKind]
  let vocabularies: [String: [String]]
  /// Patients → visits → one list per kind → numbers in the vocabulary.
  let records: [[[[Int32]]]]
  let molecules: [String: [String]]?
  let interactions: [[Int32]]?
  let embeddings: Embeddings?
  let sources: [Source]
  let notes: [String]

  private enum CodingKeys: String, CodingKey {
    case version = "theriac_official"
    case name, kinds, vocabularies, records, molecules, interactions, embeddings, sources, notes
  }

  static let fileName = "official.json"
  private static let known = 1

  /// - Throws: `badConversion` when there is no such file or it contradicts itself.
  static func read(_ root: String) throws(RecordsError) -> OfficialFile {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: root, isDirectory: &isFolder), isFolder.boolValue else {
      throw .missingFolder(root)
    }
    let path = (root as NSString).appendingPathComponent(fileName)
    guard FileManager.default.fileExists(atPath: path) else {
      throw .badConversion(
        root, reason: "it has no \(fileName); make it with tools/official_to_json --raw FOLDER --out \(root)")
    }
    let (bytes, _) = try ByteSource.contents(path)
    let file: OfficialFile
    do { file = try JSONDecoder().decode(OfficialFile.self, from: Data(bytes)) } catch let error as DecodingError {
      throw .badConversion(path, reason: "it is not what tools/official_to_json writes (\(Self.place(error)))")
    } catch {
      throw .badConversion(path, reason: "it is no JSON; convert the files again")
    }
    guard file.version == known else {
      throw .badConversion(
        path, reason: "its version is \(file.version) and this program reads \(known); convert the files again")
    }
    if let fault = file.fault { throw .badConversion(path, reason: fault) }
    return file
  }

  private static func place(_ error: DecodingError) -> String {
    let context: DecodingError.Context
    switch error {
    case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found): context = found
    case .keyNotFound(let key, _): return "it has no \(key.stringValue)"
    @unknown default: return "unknown"
    }
    let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined().dropFirst()
    return path.isEmpty ? "it is no JSON object" : "at \(path)"
  }

  /// Nil, or what contradicts.
  private var fault: String? {
    guard kinds.contains(.medication), Set(kinds).count == kinds.count else {
      return "its kinds are \(kinds.map(\.rawValue).joined(separator: ", ")); medication is needed, each once"
    }
    if let kind = kinds.first(where: { vocabularies[$0.rawValue] == nil }) {
      return "it has no vocabulary of \(kind.plural)"
    }
    if records.isEmpty { return "it has no patient" }
    for (number, patient) in records.enumerated() {
      if patient.isEmpty { return "patient \(number) has no visit" }
      for visit in patient where visit.count != kinds.count {
        return "a visit of patient \(number) has \(visit.count) lists for \(kinds.count) kinds"
      }
    }
    let medications = vocabularies[CodeKind.medication.rawValue]?.count ?? 0
    if let pair = interactions?.first(where: { $0.count != 2 || $0.contains { $0 < 0 || Int($0) >= medications } }) {
      return "the interaction \(pair) is not between two of the \(medications) medications"
    }
    return nil
  }
}

/// The embeddings that a conversion holds, as raw little-endian float32.
public struct OfficialEmbeddings: Sendable {
  /// `[visits, 5, width]`: diagnosis, procedure, symptom, medication, joined.
  public let visitsPath: String
  /// `[medications, width]`.
  public let medicationsPath: String
  public let visits, medications, width: Int
  /// The folder that the files came from: bio_pt.
  public let plm: String
  /// SHA-256 over all .pt files.
  public let sourceHash: String

  static let texts = ["diagnosis", "procedure", "symptom", "medication", "joined"]

  /// Nil when the conversion was made without embeddings.
  /// - Throws: `badConversion` when a file is missing or has another size than it should.
  public init?(root: String) throws(RecordsError) {
    let file = try OfficialFile.read(root)
    guard let found = file.embeddings else { return nil }
    let count = file.records.reduce(0) { $0 + $1.count }
    let medicationCount = file.vocabularies[CodeKind.medication.rawValue]?.count ?? 0
    guard found.width > 0, found.visits == count, found.medications == medicationCount, found.texts == Self.texts else {
      throw .badConversion(root, reason: "its embeddings do not fit its records; convert the files again")
    }
    visitsPath = (root as NSString).appendingPathComponent("visits.f32")
    medicationsPath = (root as NSString).appendingPathComponent("medications.f32")
    (visits, medications, width, plm) = (found.visits, found.medications, found.width, found.plm)
    sourceHash = file.sources.filter { $0.name.hasSuffix("embeddings") }.map(\.sha256).joined(separator: "+")
    for (path, numbers) in [(visitsPath, visits * 5 * width), (medicationsPath, medications * width)] {
      let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? nil
      guard size == numbers * 4 else {
        throw .badConversion(
          path, reason: "it has \(size.map { "\($0)" } ?? "no") bytes, expected \(numbers * 4); convert the files again"
        )
      }
    }
  }

  /// `[medications, width]`, row-major.
  public func readMedications() throws(RecordsError) -> [Float] {
    try Self.read(medicationsPath, from: 0, count: medications * width)
  }

  /// `[count, 5, width]` of a range of visits.
  public func readVisits(_ range: Range<Int>) throws(RecordsError) -> [Float] {
    try Self.read(visitsPath, from: range.lowerBound * 5 * width, count: range.count * 5 * width)
  }

  private static func read(_ path: String, from first: Int, count: Int) throws(RecordsError) -> [Float] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path, reason: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var values = [Float](repeating: 0, count: count)
    let done = values.withUnsafeMutableBytes { bytes -> Int in
      var done = 0
      while done < bytes.count, let base = bytes.baseAddress {
        let read = pread(descriptor, base + done, bytes.count - done, off_t(first * 4 + done))
        if read < 0, errno == EINTR { continue }
        if read <= 0 { break }
        done += read
      }
      return done
    }
    guard done == count * 4 else { throw .unreadable(path, reason: "it ends before float32 number \(first + count)") }
    return values
  }
}
