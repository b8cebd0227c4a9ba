import Glibc

/// An array of numbers in a file of `numpy.save`: NumPy's .npy format, versions 1 to 3, either byte order.
///
/// Arrays in Fortran's order (`a.T` saved) are given in C's order like all others. The file is read whole.
public struct NPYFile: Equatable, Sendable {
  public let path: String
  /// Lengths of the axes; `[]` for a single number.
  public let shape: [Int]
  public let type: NPYType
  /// The values as they stand in the file.
  private let bytes: [UInt8]
  private let isFortran: Bool

  /// Number of values: the product of `shape`.
  public var count: Int { shape.contains(0) ? 0 : shape.reduce(1, *) }

  /// - Throws: `unreadable`, `notNPY`, `damaged` (also when the file has more or fewer bytes than its header says),
  ///   `unsupportedType` (objects, texts, records, complex numbers ...)
  public static func read(_ path: String) throws(NPYError) -> NPYFile {
    try parse(contents(path), path: path)
  }

  /// Whether bytes begin like a .npy file.
  public static func isNPY(_ bytes: [UInt8]) -> Bool { bytes.starts(with: signature) }

  /// The array in the bytes of a file.
  /// - Parameter path: the file's name, for errors
  /// - Throws: as `read`
  public static func parse(_ file: [UInt8], path: String) throws(NPYError) -> NPYFile {
    guard isNPY(file) else { throw .notNPY(path) }
    guard file.count > 10 else { throw .damaged(path, reason: "its header ends after \(file.count) bytes") }
    let major = file[6]
    guard 1...3 ~= major else { throw .damaged(path, reason: "its format has the version \(major); 1 to 3 are known") }
    let start = major == 1 ? 10 : 12
    guard file.count >= start else { throw .damaged(path, reason: "its header ends after \(file.count) bytes") }
    let length = file[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= file.count - start else {
      throw .damaged(path, reason: "its header should have \(length) bytes, of which \(file.count - start) are there")
    }
    let header = try NPYHeader(file[start..<start + length], path: path)
    let found = file.count - start - length
    guard let expected = header.byteCount, expected == found else {
      let size = header.byteCount.map { "\($0)" } ?? "2⁶³ or more"
      throw .damaged(
        path, reason: "\(header.type) of shape \(header.shape) take \(size) bytes, but \(found) follow the header")
    }
    return NPYFile(
      path: path, shape: header.shape, type: header.type, bytes: Array(file[(start + length)...]),
      isFortran: header.isFortran && header.shape.count > 1)
  }

  /// The numbers as float32, in C's order (last axis fastest). Integers above 2²⁴ and float64 are rounded to nearest.
  public func floats() -> [Float] { ordered(type.floats(bytes, count: count)) }

  /// The numbers as integers, in C's order; truth values are 0 and 1.
  /// - Throws: `wrongType` for floats, and for an unsigned number of 2⁶³ or more
  public func integers() throws(NPYError) -> [Int64] {
    guard !type.isFloat else { throw .wrongType(path, expected: "integers or truth values", found: "\(type)") }
    guard let values = type.integers(bytes, count: count) else {
      throw .wrongType(path, expected: "integers below 2⁶³", found: "a larger one")
    }
    return ordered(values)
  }

  /// Checks for a table `[rows, columns]`; nil allows any number.
  /// - Throws: `wrongShape`
  public func requireTable(rows: Int? = nil, columns: Int? = nil) throws(NPYError) {
    guard shape.count == 2, rows == nil || shape[0] == rows, columns == nil || shape[1] == columns else {
      let expected = "[\(rows.map { "\($0)" } ?? "rows"), \(columns.map { "\($0)" } ?? "columns")]"
      throw .wrongShape(path, expected: expected, found: shape)
    }
  }

  private static let signature: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// Values from Fortran's order (first axis fastest) into C's.
  private func ordered<T>(_ values: [T]) -> [T] {
    guard isFortran, !values.isEmpty else { return values }
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in 1..<shape.count { strides[axis] = strides[axis - 1] * shape[axis - 1] }
    var place = [Int](repeating: 0, count: shape.count)
    var result: [T] = []
    result.reserveCapacity(values.count)
    for _ in values.indices {
      result.append(values[zip(place, strides).reduce(0) { $0 + $1.0 * $1.1 }])
      var axis = shape.count - 1
      while axis >= 0 {
        place[axis] += 1
        if place[axis] < shape[axis] { break }
        place[axis] = 0
        axis -= 1
      }
    }
    return result
  }

  private static func contents(_ path: String) throws(NPYError) -> [UInt8] {
    // Without O_NONBLOCK a pipe would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path, reason: status.st_mode & S_IFMT == S_IFDIR ? "it is a directory" : "it is not a file")
    }
    var reason: NPYError?
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
      while count < buffer.count {
        let got = Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { reason = failure(path) }
        if got <= 0 { break }
        count += got
      }
    }
    if let reason { throw reason }
    return bytes
  }

  private static func failure(_ path: String) -> NPYError {
    errno == ENOENT || errno == ENOTDIR
      ? .unreadable(path, reason: "there is no such file; check the path")
      : .unreadable(path, reason: String(cString: strerror(errno)))
  }
}
