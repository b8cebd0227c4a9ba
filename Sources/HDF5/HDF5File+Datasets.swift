internal import CHDF5
import Glibc

extension HDF5File {
  /// Writes a new dataset; groups on the way are made.
  /// - Shape: `values.count` = product of `shape`; `[]` is a scalar with one value
  /// - Throws: `wrongShape`, `alreadyExists`, `readOnly`, `writeFailed` (a full disk ...)
  public func write<T: HDF5Scalar>(
    _ values: [T], shape: [Int], to dataset: String, layout: HDF5Layout = .contiguous
  ) throws(HDF5Error) {
    var failure: HDF5Error?
    values.withUnsafeBufferPointer { buffer in
      do throws(HDF5Error) {
        try write(buffer, shape: shape, to: dataset, layout: layout)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  /// The same from memory that the caller owns.
  public func write<T: HDF5Scalar>(
    _ values: UnsafeBufferPointer<T>, shape: [Int], to dataset: String, layout: HDF5Layout = .contiguous
  ) throws(HDF5Error) {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    let name = try prepare(dataset)
    guard Self.count(shape) == values.count else {
      throw .wrongShape(name, file: path, expected: "a shape of \(values.count) values", found: "\(shape)")
    }
    let id = try createDataset(
      name, type: T.scalarType.fileType, shape: shape, layout: layout, bytes: MemoryLayout<T>.size)
    defer { H5Dclose(id) }
    guard let start = values.baseAddress, values.count > 0 else { return }
    let all = CHDF5_whole_space()
    guard H5Dwrite(id, T.scalarType.memoryType, all, all, CHDF5_default_properties(), start) >= 0 else {
      throw .writeFailed(name, file: path, reason: HDF5Library.reason())
    }
  }

  /// Reads a whole dataset in row-major order.
  ///
  /// Integers of any width are read as any integer type (a value that does not fit is an error), floats of any width as
  /// `Float` or `Double` (rounded to nearest); integers are not read as floats nor the reverse.
  /// - Throws: `missing`, `wrongType`, `outOfRange`, `badChecksum`, `tooLarge`, `readFailed`
  public func read<T: HDF5Scalar>(_ dataset: String, as type: T.Type = T.self) throws(HDF5Error) -> [T] {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    return try withDataset(dataset) { stored throws(HDF5Error) in
      try checkReadable(stored, as: T.scalarType)
      return try readValues(stored, memory: CHDF5_whole_space(), file: CHDF5_whole_space(), count: stored.count)
    }
  }

  /// Reads rows of a dataset: a range of the leading axis, so that a file larger than memory can be streamed.
  /// - Throws: as `read`, and `rowsOutside`
  public func read<T: HDF5Scalar>(
    _ dataset: String, rows: Range<Int>, as type: T.Type = T.self
  ) throws(HDF5Error) -> [T] {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    return try withDataset(dataset) { stored throws(HDF5Error) in
      try checkReadable(stored, as: T.scalarType)
      let spaces = try stored.select(rows: rows, in: self)
      defer { spaces.close() }
      return try readValues(stored, memory: spaces.memory, file: spaces.file, count: spaces.count)
    }
  }

  /// Lengths of the axes; `[]` for a scalar.
  public func shape(of dataset: String) throws(HDF5Error) -> [Int] {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    return try withDataset(dataset) { $0.shape }
  }

  /// The type of a dataset's values: "float32", "int64", "strings" ...
  public func typeName(of dataset: String) throws(HDF5Error) -> String {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    return try withDataset(dataset) { $0.type.description }
  }

  // MARK: For the other files of this module (called with the lock held)

  /// Product of the axes; nil when an axis is negative or the product does not fit.
  static func count(_ shape: [Int]) -> Int? {
    var count = 1
    for length in shape {
      let product = count.multipliedReportingOverflow(by: length)
      if length < 0 || product.overflow { return nil }
      count = product.partialValue
    }
    return count
  }

  /// Opens a dataset for the length of `body`.
  func withDataset<R>(
    _ dataset: String, _ body: (OpenDataset) throws(HDF5Error) -> R
  ) throws(HDF5Error) -> R {
    try withObject(dataset) { id, isGroup throws(HDF5Error) in
      let name = Self.absolute(dataset)
      if isGroup { throw .wrongType(name, file: path, expected: "a dataset", found: "a group") }
      let stored = try OpenDataset(id, name: name, in: self)
      defer { H5Tclose(stored.typeID) }
      return try body(stored)
    }
  }

  func createDataset(
    _ name: String, type: hid_t, shape: [Int], layout: HDF5Layout, bytes: Int
  ) throws(HDF5Error) -> hid_t {
    let list = try layout.creationList(shape: shape, elementBytes: bytes, file: path)
    defer { H5Pclose(list) }
    let id = try createDataset(name, type: type, shape: shape, list: list)
    if case .contiguous = layout, H5Tget_class(type) != H5T_STRING { noteBlock(name) }
    return id
  }

  /// - Parameter extendable: the leading axis may grow without limit
  func createDataset(
    _ name: String, type: hid_t, shape: [Int], list: hid_t, extendable: Bool = false
  ) throws(HDF5Error) -> hid_t {
    let current = shape.map { hsize_t($0) }
    var limits = current
    if extendable, !limits.isEmpty { limits[0] = CHDF5_unlimited() }
    let space = H5Screate_simple(Int32(shape.count), current, limits)
    guard space >= 0 else { throw .writeFailed(name, file: path, reason: HDF5Library.reason()) }
    defer { H5Sclose(space) }
    let id = H5Dcreate2(
      try writableID(), name, type, space, CHDF5_default_properties(), list, CHDF5_default_properties())
    guard id >= 0 else { throw .writeFailed(name, file: path, reason: HDF5Library.reason()) }
    return id
  }

  func checkReadable(_ stored: OpenDataset, as scalar: HDF5ScalarType) throws(HDF5Error) {
    guard stored.type.isReadable(as: scalar) else {
      throw .wrongType(stored.name, file: path, expected: scalar.rawValue, found: stored.type.description)
    }
  }

  /// Reads into a new array what the two data spaces select.
  func readValues<T: HDF5Scalar>(
    _ stored: OpenDataset, memory: hid_t, file: hid_t, count: Int
  ) throws(HDF5Error) -> [T] {
    try checkSize(stored, count: count, elementBytes: MemoryLayout<T>.size)
    if count == 0 { return [] }
    var status: herr_t = 0
    let transfer = try Self.list(CHDF5_transfer_class(), path)
    defer { H5Pclose(transfer) }
    if !T.scalarType.isFloat { CHDF5_refuse_out_of_range(transfer) }
    let values = [T](unsafeUninitializedCapacity: count) { buffer, initialized in
      status = H5Dread(stored.id, T.scalarType.memoryType, memory, file, transfer, buffer.baseAddress)
      initialized = status >= 0 ? count : 0
    }
    guard status >= 0 else { throw readFailure(stored, as: T.scalarType.rawValue) }
    return values
  }

  /// A header may claim any size: nothing is allocated before it is seen to be possible.
  func checkSize(_ stored: OpenDataset, count: Int, elementBytes: Int) throws(HDF5Error) {
    let bytes = count.multipliedReportingOverflow(by: elementBytes)
    if bytes.overflow || bytes.partialValue > HDF5Library.physicalMemory {
      throw .tooLarge(stored.name, file: path, bytes: bytes.overflow ? "2⁶³ or more" : "\(bytes.partialValue)")
    }
  }

  func readFailure(_ stored: OpenDataset, as type: String) -> HDF5Error {
    let reason = HDF5Library.reason()
    if reason.contains("letcher32") { return .badChecksum(dataset: stored.name, file: path) }
    if reason.contains("can't handle conversion exception") || reason.contains("onversion") {
      return .outOfRange(stored.name, file: path, type: type)
    }
    return .readFailed(stored.name, file: path, reason: reason)
  }
}
