/// The three root attributes by which a file of Theriac describes itself: `theriac_kind` ("cohort", "embeddings",
/// "checkpoint" ...), `schema_version` and `content_hash`. When root attributes belong to the content, `hashed_attributes`
/// names them (separated by commas), and when groups do not, `unhashed_groups` names those, so that any reader can verify
/// any kind of file. What is not hashed is still under the stamp (`FileStamp`), which covers all bytes.
public enum KindedFile {
  static let kindName = "theriac_kind"
  static let schemaName = "schema_version"
  static let hashName = "content_hash"
  static let hashedName = "hashed_attributes"
  static let unhashedName = "unhashed_groups"

  /// Writes the attributes when all data are in; the last thing before closing.
  /// - Parameters:
  ///   - attributes: root attributes that count as content, already set (see `ContentHash`)
  ///   - groups: absolute paths of groups that do not count
  /// - Returns: the content hash
  @discardableResult
  public static func seal(
    _ file: HDF5File, kind: String, schemaVersion: Int, hashing attributes: [String] = [],
    leavingOut groups: [String] = []
  ) throws(HDF5Error) -> String {
    let hash = try ContentHash.of(file, attributes: attributes, leavingOut: groups)
    try file.setAttribute(kindName, .string(kind))
    try file.setAttribute(schemaName, .int(Int64(schemaVersion)))
    try file.setAttribute(hashName, .string(hash))
    if !attributes.isEmpty { try file.setAttribute(hashedName, .string(attributes.joined(separator: ","))) }
    if !groups.isEmpty { try file.setAttribute(unhashedName, .string(groups.joined(separator: ","))) }
    return hash
  }

  /// Opens a file for reading and checks its kind and schema; the content is checked by `verify`.
  /// - Throws: `wrongKind`, `wrongSchema`, and what `HDF5File.open` throws
  public static func open(
    _ path: String, kind: String, schemaVersions: ClosedRange<Int>
  ) throws(HDF5Error) -> HDF5File {
    let file = try HDF5File.open(path)
    let found = try Self.kind(of: file)
    guard found == kind else { throw .wrongKind(path, expected: kind, found: found) }
    guard case .int(let version)? = try file.attribute(schemaName) else {
      throw .missing("attribute \(schemaName)", file: path, hint: "; make the file anew")
    }
    guard schemaVersions.contains(Int(version)) else {
      throw .wrongSchema(path, kind: kind, expected: schemaVersions, found: Int(version))
    }
    return file
  }

  /// The file's `theriac_kind`; nil for HDF5 files that are not Theriac's.
  public static func kind(of file: HDF5File) throws(HDF5Error) -> String? {
    try file.attribute(kindName)?.stringValue
  }

  /// The stored content hash.
  public static func contentHash(of file: HDF5File) throws(HDF5Error) -> String {
    guard let hash = try file.attribute(hashName)?.stringValue else {
      throw .missing("attribute \(hashName)", file: file.path, hint: "; make the file anew")
    }
    return hash
  }

  /// Reads everything once and compares with the stored content hash, which it returns.
  /// - Throws: `contentChanged`, and what reading throws
  @discardableResult
  public static func verify(_ file: HDF5File) throws(HDF5Error) -> String {
    let expected = try contentHash(of: file)
    let found = try ContentHash.of(file, attributes: names(hashedName, file), leavingOut: names(unhashedName, file))
    guard found == expected else { throw .contentChanged(file.path, expected: expected, found: found) }
    return expected
  }

  private static func names(_ attribute: String, _ file: HDF5File) throws(HDF5Error) -> [String] {
    try file.attribute(attribute)?.stringValue?.split(separator: ",").map(String.init) ?? []
  }

  /// Writes a whole file: atomic, sealed, re-opened and verified before it takes its name.
  /// - Returns: the content hash
  @discardableResult
  public static func write(
    at path: String, kind: String, schemaVersion: Int, hashing attributes: [String] = [],
    _ body: (HDF5File) throws -> Void
  ) throws -> String {
    var hash = ""
    try AtomicFile.hdf5(at: path) { file in
      try body(file)
      hash = try seal(file, kind: kind, schemaVersion: schemaVersion, hashing: attributes)
    } verify: { file in
      try verify(file)
    }
    return hash
  }
}
