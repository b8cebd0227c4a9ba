internal import CHDF5

/// Writes rows, in any order, into a contiguous dataset whose whole size is allocated at creation.
/// Rows never written hold zeros.
public final class HDF5RowWriter<T: HDF5Scalar> {
  private let file: HDF5File
  private let stream: RowStream
  public let shape: [Int]
  /// Elements per row.
  public let rowWidth: Int

  init(file: HDF5File, stream: RowStream, shape: [Int], rowWidth: Int) {
    self.file = file
    self.stream = stream
    self.shape = shape
    self.rowWidth = rowWidth
  }

  /// Writes whole rows, the first at index `start` of the leading axis.
  /// - Throws: `wrongShape` (not whole rows), `rowsOutside`, `closed`, `writeFailed`
  public func write(_ rows: [T], at start: Int) throws(HDF5Error) {
    var failure: HDF5Error?
    rows.withUnsafeBufferPointer { buffer in
      do throws(HDF5Error) {
        try write(buffer, at: start)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  /// The same from memory that the caller owns.
  public func write(_ rows: UnsafeBufferPointer<T>, at start: Int) throws(HDF5Error) {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    guard stream.isOpen else { throw .closed(file.path) }
    guard rows.count.isMultiple(of: rowWidth) else {
      throw .wrongShape(
        stream.name, file: file.path, expected: "rows of \(rowWidth) values", found: "\(rows.count) values")
    }
    let count = rows.count / rowWidth
    guard start >= 0, count <= shape[0], start <= shape[0] - count else {
      throw .rowsOutside(
        start..<(start.addingReportingOverflow(count).overflow ? Int.max : start + count), count: shape[0],
        dataset: stream.name, file: file.path)
    }
    guard count > 0 else { return }
    let fileSpace = H5Dget_space(stream.id)
    defer { H5Sclose(fileSpace) }
    var first = shape.map { _ in hsize_t(0) }
    first[0] = hsize_t(start)
    var lengths = shape.map { hsize_t($0) }
    lengths[0] = hsize_t(count)
    let memory = H5Screate_simple(Int32(lengths.count), lengths, nil)
    defer { H5Sclose(memory) }
    guard H5Sselect_hyperslab(fileSpace, H5S_SELECT_SET, first, nil, lengths, nil) >= 0,
      H5Dwrite(stream.id, T.scalarType.memoryType, memory, fileSpace, CHDF5_default_properties(), rows.baseAddress) >= 0
    else {
      throw .writeFailed(stream.name, file: file.path, reason: HDF5Library.reason())
    }
  }
}

extension HDF5File {
  /// Makes a contiguous dataset (mappable) of a known shape, to be filled by rows.
  public func rowWriter<T: HDF5Scalar>(
    _ dataset: String, shape: [Int], as type: T.Type
  ) throws(HDF5Error) -> HDF5RowWriter<T> {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    let name = try prepare(dataset)
    guard Self.count(shape) != nil, !shape.isEmpty, let width = Self.count(Array(shape.dropFirst())), width > 0 else {
      throw .wrongShape(name, file: path, expected: "a leading axis and rows of one value or more", found: "\(shape)")
    }
    let id = try createDataset(
      name, type: T.scalarType.fileType, shape: shape, layout: .contiguous, bytes: MemoryLayout<T>.size)
    let stream = RowStream(id: id, name: name)
    register(stream)
    return HDF5RowWriter(file: self, stream: stream, shape: shape, rowWidth: width)
  }
}

/// The open dataset behind a row writer; nothing is buffered.
final class RowStream: HDF5Stream {
  let id: hid_t
  let name: String
  private(set) var isOpen = true

  init(id: hid_t, name: String) {
    self.id = id
    self.name = name
  }

  func flush() throws(HDF5Error) {}
  func abandon() { isOpen = false }
}
