internal import CHDF5

/// Appends rows to a dataset whose leading axis grows. Whole chunks are written as they fill; the rest when the file is
/// closed, sealed or `flush()` is called.
public final class HDF5Appender<T: HDF5Scalar> {
  /// The file stays open as long as this writer is used.
  private let file: HDF5File
  private let stream: AppendStream<T>

  init(file: HDF5File, stream: AppendStream<T>) {
    self.file = file
    self.stream = stream
  }

  /// Rows appended so far, buffered ones included.
  public var rows: Int { stream.rows }

  /// Appends whole rows.
  /// - Shape: `values.count` is a multiple of the row's element count
  /// - Throws: `wrongShape`, `closed`, `writeFailed`
  public func append(_ values: [T]) throws(HDF5Error) {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    try stream.append(values)
  }

  /// Writes buffered rows to the file (as a part of a chunk: once at the end is enough).
  public func flush() throws(HDF5Error) {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    try stream.flush()
  }
}

/// Appends strings to a dataset whose leading axis grows; see `HDF5Appender`.
public final class HDF5StringAppender {
  private let file: HDF5File
  private let stream: AppendStream<String>

  init(file: HDF5File, stream: AppendStream<String>) {
    self.file = file
    self.stream = stream
  }

  /// Strings appended so far.
  public var rows: Int { stream.rows }

  /// - Throws: `badString` (a zero byte), `closed`, `writeFailed`
  public func append(_ values: [String]) throws(HDF5Error) {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    try stream.append(values)
  }

  public func flush() throws(HDF5Error) {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    try stream.flush()
  }
}

extension HDF5File {
  /// Makes an empty dataset of shape `[0] + rowShape` that grows by rows.
  /// - Parameters:
  ///   - chunkRows: rows per chunk, the unit of buffering and of the Fletcher-32 checksum (if `checksummed`)
  public func appendable<T: HDF5Scalar>(
    _ dataset: String, rowShape: [Int], chunkRows: Int, as type: T.Type, checksummed: Bool = true
  ) throws(HDF5Error) -> HDF5Appender<T> {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    let stream: AppendStream<T> = try growing(
      dataset, type: T.scalarType.fileType, rowShape: rowShape, chunkRows: chunkRows, bytes: MemoryLayout<T>.size,
      checksummed: checksummed
    ) { stream, buffer, spaces throws(HDF5Error) in
      buffer.withUnsafeBufferPointer {
        H5Dwrite(
          stream.id, T.scalarType.memoryType, spaces.memory, spaces.file, CHDF5_default_properties(), $0.baseAddress)
      }
    }
    return HDF5Appender<T>(file: self, stream: stream)
  }

  /// Makes an empty one-axis dataset of strings that grows. HDF5 keeps variable-length bytes outside of the chunks, so
  /// no Fletcher-32 checksum covers them: the file's content hash does.
  public func appendableStrings(_ dataset: String, chunkRows: Int = 4096) throws(HDF5Error) -> HDF5StringAppender {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    let type = try Self.stringType(path)
    defer { H5Tclose(type) }
    let stream: AppendStream<String> = try growing(
      dataset, type: type, rowShape: [], chunkRows: chunkRows, bytes: 16, checksummed: false
    ) { stream, buffer, spaces throws(HDF5Error) in
      let packed = try PackedStrings(buffer, dataset: stream.name, file: stream.path)
      let type = try HDF5File.stringType(stream.path)
      defer { H5Tclose(type) }
      return packed.withPointers {
        H5Dwrite(stream.id, type, spaces.memory, spaces.file, CHDF5_default_properties(), $0)
      }
    }
    return HDF5StringAppender(file: self, stream: stream)
  }

  private func growing<Element>(
    _ dataset: String, type: hid_t, rowShape: [Int], chunkRows: Int, bytes: Int, checksummed: Bool,
    write: @escaping AppendStream<Element>.Write
  ) throws(HDF5Error) -> AppendStream<Element> {
    let name = try prepare(dataset)
    guard let width = Self.count(rowShape), width > 0, chunkRows > 0 else {
      throw .wrongShape(name, file: path, expected: "rows and chunks of one value or more", found: "\(rowShape)")
    }
    let shape = [0] + rowShape
    let list = try HDF5Layout.contiguous.creationList(shape: shape, elementBytes: bytes, file: path)
    defer { H5Pclose(list) }
    let chunk = ([chunkRows] + rowShape).map { hsize_t($0) }
    H5Pset_alloc_time(list, H5D_ALLOC_TIME_INCR)
    H5Pset_layout(list, H5D_CHUNKED)
    H5Pset_chunk(list, Int32(chunk.count), chunk)
    if checksummed { H5Pset_fletcher32(list) }
    let id = try createDataset(name, type: type, shape: shape, list: list, extendable: true)
    let stream = AppendStream<Element>(
      id: id, name: name, path: path, rowShape: rowShape, width: width, chunkRows: chunkRows, write: write)
    register(stream)
    return stream
  }
}

/// The growing dataset behind an appender. The file keeps it until it is closed. Called with the lock held.
final class AppendStream<Element>: HDF5Stream {
  /// Writes a buffer through the two selected spaces; returns HDF5's status.
  typealias Write = (AppendStream, [Element], OpenDataset.Selection) throws(HDF5Error) -> herr_t

  private(set) var id: hid_t
  let name, path: String
  private let rowShape: [Int]
  private let width, chunkRows: Int
  private let write: Write
  private var isOpen = true
  private var buffer: [Element] = []
  private var written = 0

  init(
    id: hid_t, name: String, path: String, rowShape: [Int], width: Int, chunkRows: Int, write: @escaping Write
  ) {
    self.id = id
    self.name = name
    self.path = path
    self.rowShape = rowShape
    self.width = width
    self.chunkRows = chunkRows
    self.write = write
  }

  var rows: Int { written + buffer.count / width }

  func append(_ values: [Element]) throws(HDF5Error) {
    guard isOpen else { throw .closed(path) }
    guard values.count.isMultiple(of: width) else {
      throw .wrongShape(
        name, file: path, expected: "rows of shape \(rowShape) (\(width) values each)", found: "\(values.count) values")
    }
    buffer.append(contentsOf: values)
    // Only whole chunks leave early, each exactly once: a partial one would be read back and checksummed again.
    let room = chunkRows - written % chunkRows
    let waiting = buffer.count / width
    guard waiting >= room else { return }
    let leaving = room + (waiting - room) / chunkRows * chunkRows
    try put(Array(buffer[..<(leaving * width)]))
    buffer.removeFirst(leaving * width)
  }

  func flush() throws(HDF5Error) {
    guard isOpen else { throw .closed(path) }
    if buffer.isEmpty { return }
    try put(buffer)
    buffer = []
  }

  func abandon() { isOpen = false }

  private func put(_ values: [Element]) throws(HDF5Error) {
    let count = values.count / width
    let extent = ([written + count] + rowShape).map { hsize_t($0) }
    guard H5Dset_extent(id, extent) >= 0 else { throw failure() }
    let fileSpace = H5Dget_space(id)
    let start = ([written] + rowShape.map { _ in 0 }).map { hsize_t($0) }
    let lengths = ([count] + rowShape).map { hsize_t($0) }
    let spaces = OpenDataset.Selection(
      memory: H5Screate_simple(Int32(lengths.count), lengths, nil), file: fileSpace, count: values.count)
    defer { spaces.close() }
    guard H5Sselect_hyperslab(fileSpace, H5S_SELECT_SET, start, nil, lengths, nil) >= 0,
      try write(self, values, spaces) >= 0
    else { throw failure() }
    written += count
  }

  private func failure() -> HDF5Error { .writeFailed(name, file: path, reason: HDF5Library.reason()) }
}
