internal import CHDF5
import Glibc

extension HDF5File {
  /// Writes strings as a one-axis dataset of variable-length UTF-8, which h5py reads with `.asstr()`.
  /// - Throws: `badString` when one holds a zero byte, which HDF5 strings cannot
  public func writeStrings(_ values: [String], to dataset: String) throws(HDF5Error) {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    let name = try prepare(dataset)
    let type = try Self.stringType(path)
    defer { H5Tclose(type) }
    let packed = try PackedStrings(values, dataset: name, file: path)
    let id = try createDataset(name, type: type, shape: [values.count], layout: .contiguous, bytes: 16)
    defer { H5Dclose(id) }
    if values.isEmpty { return }
    let all = CHDF5_whole_space()
    let status = packed.withPointers { H5Dwrite(id, type, all, all, CHDF5_default_properties(), $0) }
    guard status >= 0 else { throw .writeFailed(name, file: path, reason: HDF5Library.reason()) }
  }

  /// Reads strings of any shape in row-major order: variable-length or of fixed length (padding removed).
  /// - Throws: `missing`, `wrongType`, `badString` when one is not UTF-8, `readFailed`
  public func readStrings(_ dataset: String) throws(HDF5Error) -> [String] {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    return try withDataset(dataset) { stored throws(HDF5Error) in
      try readStrings(stored, memory: CHDF5_whole_space(), file: CHDF5_whole_space(), count: stored.count, first: 0)
    }
  }

  /// Reads the strings of some rows (a range of the leading axis).
  public func readStrings(_ dataset: String, rows: Range<Int>) throws(HDF5Error) -> [String] {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    return try withDataset(dataset) { stored throws(HDF5Error) in
      let spaces = try stored.select(rows: rows, in: self)
      defer { spaces.close() }
      let width = rows.isEmpty ? 1 : spaces.count / rows.count
      return try readStrings(
        stored, memory: spaces.memory, file: spaces.file, count: spaces.count, first: rows.lowerBound * width)
    }
  }

  // MARK: For the other files of this module (called with the lock held)

  /// Variable-length UTF-8; the caller closes it.
  static func stringType(_ path: String) throws(HDF5Error) -> hid_t {
    let type = H5Tcopy(CHDF5_c_string())
    guard type >= 0, H5Tset_size(type, CHDF5_variable_size()) >= 0, H5Tset_cset(type, H5T_CSET_UTF8) >= 0 else {
      throw .cannotCreate(path, reason: HDF5Library.reason())
    }
    return type
  }

  /// - Parameter first: number of the first string, for errors
  func readStrings(
    _ stored: OpenDataset, memory: hid_t, file: hid_t, count: Int, first: Int
  ) throws(HDF5Error) -> [String] {
    guard case .string(let fixedSize) = stored.type else {
      throw .wrongType(stored.name, file: path, expected: "strings", found: stored.type.description)
    }
    try checkSize(stored, count: count, elementBytes: fixedSize ?? MemoryLayout<UnsafePointer<CChar>>.size)
    if count == 0 { return [] }
    var result: [String] = []
    result.reserveCapacity(count)
    if let size = fixedSize {
      var bytes = [UInt8](repeating: 0, count: size * count)
      guard H5Dread(stored.id, stored.typeID, memory, file, CHDF5_default_properties(), &bytes) >= 0 else {
        throw readFailure(stored, as: "a string")
      }
      let isSpacePadded = H5Tget_strpad(stored.typeID) == H5T_STR_SPACEPAD
      for index in 0..<count {
        let field = bytes[(index * size)..<((index + 1) * size)]
        guard let text = String(paddedBytes: field, isSpacePadded: isSpacePadded) else {
          throw .badString(stored.name, file: path, index: first + index, reason: "is not UTF-8")
        }
        result.append(text)
      }
      return result
    }
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    let type = try Self.stringType(path)
    defer { H5Tclose(type) }
    H5Tset_cset(type, H5Tget_cset(stored.typeID))
    guard H5Dread(stored.id, type, memory, file, CHDF5_default_properties(), &pointers) >= 0 else {
      let failure = readFailure(stored, as: "a string")
      pointers.forEach { H5free_memory($0) }
      throw failure
    }
    defer { pointers.forEach { H5free_memory($0) } }
    for (index, pointer) in pointers.enumerated() {
      // A string never written has no bytes at all.
      guard let text = pointer.map({ String(validatingCString: $0) }) ?? "" else {
        throw .badString(stored.name, file: path, index: first + index, reason: "is not UTF-8")
      }
      result.append(text)
    }
    return result
  }
}

/// Strings as zero-terminated bytes in one block, the form HDF5 takes them in.
struct PackedStrings {
  private let bytes: [CChar]
  private let offsets: [Int]

  init(_ strings: [String], dataset: String, file: String) throws(HDF5Error) {
    var bytes: [CChar] = []
    var offsets: [Int] = []
    offsets.reserveCapacity(strings.count)
    bytes.reserveCapacity(strings.reduce(0) { $0 + $1.utf8.count + 1 })
    for (index, string) in strings.enumerated() {
      if string.utf8.contains(0) {
        throw .badString(dataset, file: file, index: index, reason: "holds a zero byte; remove it")
      }
      offsets.append(bytes.count)
      bytes.append(contentsOf: string.utf8.lazy.map { CChar(bitPattern: $0) })
      bytes.append(0)
    }
    self.bytes = bytes
    self.offsets = offsets
  }

  func withPointers<R>(_ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> R) -> R {
    bytes.withUnsafeBufferPointer { block in
      let pointers = offsets.map { offset in block.baseAddress.map { $0 + offset } }
      return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
    }
  }
}

extension String {
  /// A fixed-length field without its padding: zero bytes to the end, or trailing spaces.
  init?(paddedBytes field: ArraySlice<UInt8>, isSpacePadded: Bool) {
    var text = field.prefix { $0 != 0 }
    if isSpacePadded {
      while text.last == UInt8(ascii: " ") { text.removeLast() }
    }
    guard let string = String(validating: text, as: UTF8.self) else { return nil }
    self = string
  }
}
