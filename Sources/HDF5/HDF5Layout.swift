internal import CHDF5

/// How the values of a dataset lie in the file.
public enum HDF5Layout: Sendable {
  /// One block, allocated at once: fastest, and can be mapped into memory (`HDF5File.map`).
  case contiguous
  /// Chunks of about `chunk` rows (nil: of about 1 MiB), each with a Fletcher-32 checksum that every read checks.
  /// A scalar (shape `[]`) cannot be chunked and is stored contiguously.
  case checksummed(chunk: Int? = nil)
}

extension HDF5Layout {
  static let chunkBytes = 1 << 20

  /// Chunk lengths per axis: `rows` of the leading axis if given, cut down to about 1 MiB if not; never above 1 GiB.
  static func chunk(shape: [Int], rows: Int?, elementBytes: Int) -> [hsize_t] {
    var lengths = shape.map { max(1, $0) }
    if let rows, let first = lengths.first { lengths[0] = rows > 0 ? min(rows, first) : 1 }
    let limit = rows == nil ? chunkBytes : 1 << 30
    for axis in lengths.indices {
      // Bytes of one step along this axis, those before it having length 1 by now.
      let step = lengths[(axis + 1)...].reduce(elementBytes) { $0.multipliedReportingOverflow(by: $1).partialValue }
      let total = step.multipliedReportingOverflow(by: lengths[axis])
      if !total.overflow && total.partialValue <= limit { break }
      lengths[axis] = max(1, step > 0 ? limit / step : 1)
      if step <= limit { break }
    }
    return lengths.map { hsize_t($0) }
  }

  /// A dataset creation list; the caller closes it.
  func creationList(shape: [Int], elementBytes: Int, file: String) throws(HDF5Error) -> hid_t {
    let list = try HDF5File.list(CHDF5_dataset_create_class(), file)
    H5Pset_obj_track_times(list, false)
    H5Pset_attr_creation_order(list, 0)
    switch self {
    case .checksummed(let rows) where !shape.isEmpty:
      let chunk = Self.chunk(shape: shape, rows: rows, elementBytes: elementBytes)
      H5Pset_chunk(list, Int32(chunk.count), chunk)
      H5Pset_fletcher32(list)
    case .contiguous, .checksummed:
      H5Pset_layout(list, H5D_CONTIGUOUS)
      H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY)
    }
    return list
  }
}
