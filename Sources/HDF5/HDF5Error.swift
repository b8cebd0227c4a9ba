/// What can go wrong with an HDF5 file; every case describes itself in one sentence that names the file.
public enum HDF5Error: Error, Equatable, CustomStringConvertible {
  /// The path does not exist.
  case noSuchFile(String)
  /// The path is a directory.
  case isDirectory(String)
  /// The system refused: `action` is "read" or "write".
  case noPermission(String, action: String)
  /// The file does not begin like an HDF5 file.
  case notHDF5(String)
  /// The file is HDF5 but cut short, or its structure is broken.
  case damaged(String, reason: String)
  /// The stored checksum of a dataset's bytes does not match them.
  case badChecksum(dataset: String, file: String)
  /// The whole-file content hash differs from the one stored in the file.
  case contentChanged(String, expected: String, found: String)
  case cannotCreate(String, reason: String)
  /// A system call on a file failed (`action`: "write", "rename" ...).
  case system(String, action: String, reason: String)
  /// The file was closed before this use.
  case closed(String)
  /// The file was opened for reading only.
  case readOnly(String)
  case missing(String, file: String, hint: String)
  case alreadyExists(String, file: String)
  case wrongType(String, file: String, expected: String, found: String)
  case wrongShape(String, file: String, expected: String, found: String)
  case rowsOutside(Range<Int>, count: Int, dataset: String, file: String)
  /// A value does not fit the type it is read as.
  case outOfRange(String, file: String, type: String)
  /// A string holds a zero byte (writing) or is not UTF-8 (reading).
  case badString(String, file: String, index: Int, reason: String)
  case tooLarge(String, file: String, bytes: String)
  case readFailed(String, file: String, reason: String)
  case writeFailed(String, file: String, reason: String)
  case cannotMap(String, file: String, reason: String)
  /// `found` is nil when the file has no `theriac_kind` at all.
  case wrongKind(String, expected: String, found: String?)
  case wrongSchema(String, kind: String, expected: ClosedRange<Int>, found: Int)

  public var description: String {
    switch self {
    case .noSuchFile(let path): "\(path) does not exist; check the path"
    case .isDirectory(let path): "\(path) is a directory, not an HDF5 file; pass the path of a file"
    case .noPermission(let path, let action): "no permission to \(action) \(path); check its owner and mode"
    case .notHDF5(let path): "\(path) is not an HDF5 file (it does not begin with HDF5's signature); check the path"
    case .damaged(let path, let reason):
      "\(path) is cut short or damaged (\(reason)); copy it again or make it anew"
    case .badChecksum(let dataset, let file):
      "the checksum of \(dataset) in \(file) does not match its data: the file is damaged; "
        + "copy it again or make it anew"
    case .contentChanged(let path, let expected, let found):
      "the content of \(path) does not match its content_hash (stored \(expected), found \(found)): "
        + "the file is damaged or was edited; copy it again or make it anew"
    case .cannotCreate(let path, let reason): "cannot create \(path): \(reason)"
    case .system(let path, let action, let reason): "cannot \(action) \(path): \(reason)"
    case .closed(let path): "\(path) was used after it had been closed"
    case .readOnly(let path): "\(path) is open for reading only and cannot be written"
    case .missing(let object, let file, let hint): "\(file) has no \(object)\(hint)"
    case .alreadyExists(let object, let file): "\(file) already has \(object); write each dataset once"
    case .wrongType(let object, let file, let expected, let found):
      "\(object) in \(file) holds \(found); expected \(expected)"
    case .wrongShape(let object, let file, let expected, let found):
      "\(object) in \(file) has shape \(found); expected \(expected)"
    case .rowsOutside(let rows, let count, let dataset, let file):
      "rows \(rows.lowerBound)..<\(rows.upperBound) of \(dataset) in \(file) do not exist; it has \(count) rows"
    case .outOfRange(let object, let file, let type):
      "\(object) in \(file) holds a value that does not fit \(type)"
    case .badString(let object, let file, let index, let reason):
      "string \(index) of \(object) in \(file) \(reason)"
    case .tooLarge(let object, let file, let bytes):
      "\(object) in \(file) claims \(bytes) bytes, more than the file or this machine's memory can hold; "
        + "the file is damaged or must be read by rows"
    case .readFailed(let object, let file, let reason): "cannot read \(object) in \(file): \(reason)"
    case .writeFailed(let object, let file, let reason): "cannot write \(object) in \(file): \(reason)"
    case .cannotMap(let dataset, let file, let reason): "cannot map \(dataset) in \(file) into memory: \(reason)"
    case .wrongKind(let path, let expected, let found):
      Self.wrongKindSentence(path, expected: expected, found: found)
    case .wrongSchema(let path, let kind, let expected, let found):
      "\(path) is a \(kind) file of schema \(found); this version reads "
        + (expected.count == 1
          ? "schema \(expected.lowerBound)" : "schemas \(expected.lowerBound) to \(expected.upperBound)")
        + (found > expected.upperBound ? "; use a newer theriac" : "; make the file anew with this version")
    }
  }

  private static func wrongKindSentence(_ path: String, expected: String, found: String?) -> String {
    let origin =
      switch expected {
      case "cohort": "'theriac import' or 'theriac synth' makes one"
      case "embeddings": "'theriac embed' makes one"
      case "vocabulary_embeddings": "'theriac embed --vocabulary' makes one"
      case "checkpoint": "'theriac train' makes them in runs/NAME/checkpoints"
      default: "check the path"
      }
    guard let found else {
      return "\(path) is an HDF5 file but not one of Theriac's (it has no attribute theriac_kind); "
        + "pass \(article(expected)) file (\(origin))"
    }
    return "\(path) is \(article(found)) file, not \(article(expected)) file; "
      + "pass \(article(expected)) file (\(origin))"
  }

  private static func article(_ noun: String) -> String {
    noun.first.map { "aeiou".contains($0) } == true ? "an \(noun)" : "a \(noun)"
  }
}
