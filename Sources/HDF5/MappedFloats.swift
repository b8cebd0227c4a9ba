internal import CHDF5
import Glibc

/// A float32 dataset mapped into memory: pages are read on first use and shared between processes.
///
/// The mapping lives as long as this object, even when the file is closed, renamed or deleted. A pointer taken from it
/// must not outlive it. The file must not be cut short meanwhile (files of Theriac are replaced, never changed in
/// place).
public final class MappedFloats: @unchecked Sendable {
  public let shape: [Int]
  /// Elements per row of the leading axis.
  public let rowWidth: Int
  private let values: UnsafeBufferPointer<Float>
  private let mapping: UnsafeMutableRawPointer?
  private let mappedBytes: Int

  init(shape: [Int], values: UnsafeBufferPointer<Float>, mapping: UnsafeMutableRawPointer?, mappedBytes: Int) {
    self.shape = shape
    self.rowWidth = shape.dropFirst().reduce(1, *)
    self.values = values
    self.mapping = mapping
    self.mappedBytes = mappedBytes
  }

  deinit {
    if let mapping { munmap(mapping, mappedBytes) }
  }

  /// Number of elements.
  public var count: Int { values.count }

  /// Length of the leading axis.
  public var rows: Int { shape.first ?? 1 }

  /// One row of the leading axis, `rowWidth` elements. Valid while this object lives.
  public subscript(row: Int) -> UnsafeBufferPointer<Float> {
    precondition(row >= 0 && row < rows, "row \(row) is outside 0..<\(rows)")
    return UnsafeBufferPointer(rebasing: values[(row * rowWidth)..<((row + 1) * rowWidth)])
  }

  /// All elements in row-major order.
  public func withUnsafeBufferPointer<R>(_ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
    try withExtendedLifetime(self) { try body(values) }
  }
}

extension HDF5File {
  /// Maps a contiguous float32 dataset into memory without reading it.
  /// - Throws: `wrongType` (not little-endian float32), `cannotMap` (chunked, misaligned, refused by the system),
  ///   `damaged` (the file ends before the dataset does)
  public func map(_ dataset: String) throws(HDF5Error) -> MappedFloats {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    return try withDataset(dataset) { stored throws(HDF5Error) in
      guard stored.type == .float(bits: 32, bigEndian: false) else {
        throw .wrongType(stored.name, file: path, expected: "float32", found: stored.type.description)
      }
      if stored.count == 0 {
        return MappedFloats(shape: stored.shape, values: .init(start: nil, count: 0), mapping: nil, mappedBytes: 0)
      }
      let offset = H5Dget_offset(stored.id)
      guard offset != CHDF5_undefined_address() else {
        throw .cannotMap(stored.name, file: path, reason: "it is stored in chunks, not as one block; read it instead")
      }
      guard offset.isMultiple(of: 4) else {
        throw .cannotMap(stored.name, file: path, reason: "it begins at byte \(offset), which is not a multiple of 4")
      }
      return try mapped(stored, offset: Int(clamping: offset))
    }
  }

  private func mapped(_ stored: OpenDataset, offset: Int) throws(HDF5Error) -> MappedFloats {
    // The descriptor HDF5 itself reads through: the path may have been renamed over since.
    var handle: UnsafeMutableRawPointer?
    guard H5Fget_vfd_handle(try id(), CHDF5_default_properties(), &handle) >= 0, let handle else {
      throw .cannotMap(stored.name, file: path, reason: HDF5Library.reason())
    }
    let descriptor = handle.load(as: Int32.self)
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .cannotMap(stored.name, file: path, reason: systemReason())
    }
    let size = stored.count.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    let end = offset.addingReportingOverflow(size.partialValue)
    guard !size.overflow, !end.overflow, end.partialValue <= Int(status.st_size) else {
      throw .damaged(
        path, reason: "\(stored.name) ends at byte \(end.partialValue), the file at byte \(status.st_size)")
    }
    let page = sysconf(Int32(_SC_PAGESIZE))
    let first = offset / page * page
    let length = end.partialValue - first
    let mapping = mmap(nil, length, PROT_READ, MAP_SHARED, descriptor, first)
    guard let mapping, mapping != MAP_FAILED else {
      throw .cannotMap(stored.name, file: path, reason: systemReason())
    }
    let start = UnsafeRawPointer(mapping + (offset - first)).bindMemory(to: Float.self, capacity: stored.count)
    return MappedFloats(
      shape: stored.shape, values: UnsafeBufferPointer(start: start, count: stored.count), mapping: mapping,
      mappedBytes: length)
  }
}
