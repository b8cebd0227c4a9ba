internal import CHDF5
import Glibc

extension HDF5File {
  /// Whether a group or dataset exists (false for a closed file).
  public func exists(_ path: String) -> Bool {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    guard let id = try? id() else { return false }
    return exists(Self.components(path), in: id)
  }

  /// Names of the groups and datasets directly in a group, sorted by their bytes.
  /// - Throws: `missing`, `wrongType` when the path is a dataset
  public func children(of group: String) throws(HDF5Error) -> [String] {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    return try withObject(group) { id, isGroup throws(HDF5Error) in
      guard isGroup else {
        throw .wrongType(Self.absolute(group), file: path, expected: "a group", found: "a dataset")
      }
      var names = CHDF5_names()
      defer { free(names.bytes) }
      guard CHDF5_link_names(id, &names) >= 0 else { throw damage("the names in \(Self.absolute(group))") }
      return Self.names(names)
    }
  }

  /// Paths of all datasets, from the root down, sorted by their bytes.
  public func datasetPaths() throws(HDF5Error) -> [String] {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    var found: [String] = []
    try collectDatasets(under: "/", depth: 0, into: &found)
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private func collectDatasets(under group: String, depth: Int, into found: inout [String]) throws(HDF5Error) {
    // A link may point back to a group above it.
    guard depth < 32 else { throw .damaged(path, reason: "groups nested deeper than 32 levels at \(group)") }
    for name in try children(of: group) {
      let child = group == "/" ? "/" + name : group + "/" + name
      if try withObject(child, { _, isGroup in isGroup }) {
        try collectDatasets(under: child, depth: depth + 1, into: &found)
      } else {
        found.append(child)
      }
    }
  }

  // MARK: For the other files of this module (called with the lock held)

  static func components(_ path: String) -> [Substring] { path.split(separator: "/") }

  static func absolute(_ path: String) -> String { "/" + components(path).joined(separator: "/") }

  static func names(_ names: CHDF5_names) -> [String] {
    UnsafeRawBufferPointer(start: names.bytes, count: names.length).split(separator: 0)
      .map { String(decoding: $0, as: UTF8.self) }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  func exists(_ components: [Substring], in id: hid_t) -> Bool {
    var prefix = ""
    for component in components {
      prefix += "/" + component
      guard H5Lexists(id, prefix, CHDF5_default_properties()) > 0 else { return false }
    }
    return true
  }

  /// Opens a group or dataset, the root included, for the length of `body`.
  func withObject<R>(
    _ object: String, _ body: (_ id: hid_t, _ isGroup: Bool) throws(HDF5Error) -> R
  ) throws(HDF5Error) -> R {
    let file = try id()
    let name = Self.absolute(object)
    let components = Self.components(object)
    guard exists(components, in: file) else { throw missing(components, in: file) }
    let id = H5Oopen(file, name, CHDF5_default_properties())
    guard id >= 0 else { throw damage(name) }
    defer { H5Oclose(id) }
    switch H5Iget_type(id) {
    case H5I_GROUP: return try body(id, true)
    case H5I_DATASET: return try body(id, false)
    default: throw .wrongType(name, file: path, expected: "a group or dataset", found: "a named type")
    }
  }

  /// Makes the groups above a dataset and checks that nothing has its name yet; returns the absolute path.
  func prepare(_ dataset: String) throws(HDF5Error) -> String {
    let file = try writableID()
    let components = Self.components(dataset)
    let name = Self.absolute(dataset)
    guard !components.isEmpty else { throw .writeFailed("a dataset without a name", file: path, reason: "empty path") }
    if exists(components, in: file) { throw .alreadyExists(name, file: path) }
    var prefix = ""
    for component in components.dropLast() {
      prefix += "/" + component
      if H5Lexists(file, prefix, CHDF5_default_properties()) > 0 { continue }
      let creation = try Self.list(CHDF5_group_create_class(), path)
      defer { H5Pclose(creation) }
      H5Pset_obj_track_times(creation, false)
      let group = H5Gcreate2(file, prefix, CHDF5_default_properties(), creation, CHDF5_default_properties())
      guard group >= 0 else { throw .writeFailed("group \(prefix)", file: path, reason: HDF5Library.reason()) }
      H5Gclose(group)
    }
    return name
  }

  /// The error for something that should open but does not.
  func damage(_ what: String) -> HDF5Error { .damaged(path, reason: "\(what): \(HDF5Library.reason())") }

  /// Says what is missing, and what stands in the nearest existing group instead.
  private func missing(_ components: [Substring], in file: hid_t) -> HDF5Error {
    let name = "/" + components.joined(separator: "/")
    var parent = components.dropLast()
    while !parent.isEmpty, !exists(Array(parent), in: file) { parent = parent.dropLast() }
    let group = "/" + parent.joined(separator: "/")
    guard let present = try? children(of: group) else {
      return .missing(name, file: path, hint: " (\(group) is a dataset, not a group)")
    }
    let shown = present.prefix(12).joined(separator: ", ") + (present.count > 12 ? ", ..." : "")
    return .missing(name, file: path, hint: present.isEmpty ? "; \(group) is empty" : "; \(group) has \(shown)")
  }
}
