internal import CHDF5

/// An open dataset and what its header says. Lives inside `HDF5File.withDataset`.
struct OpenDataset {
  let id: hid_t
  let typeID: hid_t
  let name: String
  let type: StoredType
  let shape: [Int]
  let count: Int

  init(_ id: hid_t, name: String, in file: HDF5File) throws(HDF5Error) {
    let space = H5Dget_space(id)
    guard space >= 0 else { throw file.damage(name) }
    defer { H5Sclose(space) }
    let rank = H5Sget_simple_extent_ndims(space)
    guard rank >= 0 else { throw file.damage(name) }
    var lengths = [hsize_t](repeating: 0, count: Int(rank))
    guard H5Sget_simple_extent_dims(space, &lengths, nil) >= 0 else { throw file.damage(name) }
    let shape = lengths.map { Int(clamping: $0) }
    let isEmpty = H5Sget_simple_extent_type(space) == H5S_NULL
    guard let count = isEmpty ? 0 : HDF5File.count(shape) else {
      throw .tooLarge(name, file: file.path, bytes: "2⁶³ or more")
    }
    let typeID = H5Dget_type(id)
    guard typeID >= 0 else { throw file.damage(name) }
    if let claimed = Self.absurdSize(id, typeID: typeID, count: count) {
      H5Tclose(typeID)
      throw .tooLarge(name, file: file.path, bytes: claimed)
    }
    self.id = id
    self.typeID = typeID
    self.name = name
    self.type = StoredType(typeID)
    self.shape = shape
    self.count = count
  }

  /// Bytes that a dataset claims beyond what its storage can hold: a header of damaged or hostile files says any number
  /// of rows, and reading would fill memory with zeros that no one wrote. Deflate packs at most 1032 to 1.
  private static func absurdSize(_ id: hid_t, typeID: hid_t, count: Int) -> String? {
    let bytes = count.multipliedReportingOverflow(by: max(1, Int(clamping: H5Tget_size(typeID))))
    if !bytes.overflow, bytes.partialValue <= 64 << 20 { return nil }
    let most = Int(clamping: H5Dget_storage_size(id)).multipliedReportingOverflow(by: 1_032)
    if !bytes.overflow, most.overflow || bytes.partialValue <= most.partialValue { return nil }
    return bytes.overflow ? "2⁶³ or more" : "\(bytes.partialValue)"
  }

  /// Data spaces that select some rows in the file and the same number of values in memory.
  struct Selection {
    let memory, file: hid_t
    let count: Int

    func close() {
      H5Sclose(memory)
      H5Sclose(file)
    }
  }

  func select(rows: Range<Int>, in file: HDF5File) throws(HDF5Error) -> Selection {
    guard let total = shape.first else {
      throw .wrongShape(name, file: file.path, expected: "at least one axis to read rows of", found: "[]")
    }
    guard rows.lowerBound >= 0, rows.upperBound <= total else {
      throw .rowsOutside(rows, count: total, dataset: name, file: file.path)
    }
    var start = [Int](repeating: 0, count: shape.count)
    start[0] = rows.lowerBound
    return try select(start: start, lengths: [rows.count] + shape.dropFirst(), in: file)
  }

  /// A block of the dataset; the caller has checked that it lies inside.
  func select(start: [Int], lengths: [Int], in file: HDF5File) throws(HDF5Error) -> Selection {
    let count = lengths.reduce(1, *)
    // Of the same shape: HDF5 walks selections of different ranks element by element, ten times slower.
    let memory = H5Screate_simple(Int32(lengths.count), lengths.map { hsize_t($0) }, nil)
    let fileSpace = H5Dget_space(id)
    let selection = Selection(memory: memory, file: fileSpace, count: count)
    let status = H5Sselect_hyperslab(
      fileSpace, H5S_SELECT_SET, start.map { hsize_t($0) }, nil, lengths.map { hsize_t($0) }, nil)
    guard memory >= 0, status >= 0 else {
      let error = file.damage(name)
      selection.close()
      throw error
    }
    return selection
  }
}
