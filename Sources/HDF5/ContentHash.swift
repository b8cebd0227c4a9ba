internal import CHDF5
import Glibc

/// A name for what a file holds, independent of how HDF5 laid it out: XXH3-128 in 32 hexadecimal digits.
///
/// Hashed, for every dataset in the byte order of its path: the path, its type ("float32", "int64", "strings" ...), the
/// number of axes and their lengths (8 bytes each), then the values in row-major order: numbers as stored, strings as
/// length (8 bytes) and UTF-8. After the datasets, for each root attribute named in `attributes`, in the order given:
/// its name, type and value. Datasets under a group that is left out do not count. Texts end in a zero byte; numbers are little-endian. Other attributes and empty groups do
/// not count. Layout, chunking and compression do not matter.
public enum ContentHash {
  /// - Parameters:
  ///   - attributes: names of root attributes that count as content; each must exist
  ///   - groups: absolute paths of groups whose datasets do not count ("/report")
  /// - Throws: `badChecksum`, `readFailed`, `wrongType` (types other than numbers and strings), `missing`
  public static func of(
    _ file: HDF5File, attributes: [String] = [], leavingOut groups: [String] = []
  ) throws(HDF5Error) -> String {
    HDF5Library.enter()
    defer { HDF5Library.leave() }
    try file.finishStreams()
    guard let hash = StreamingHash() else { throw .tooLarge("the hash state", file: file.path, bytes: "576") }
    for path in try file.datasetPaths() where !groups.contains(where: { path.hasPrefix($0 + "/") }) {
      try file.withDataset(path) { stored throws(HDF5Error) in try add(stored, of: file, to: hash) }
    }
    for name in attributes {
      guard let value = try file.attribute(name) else {
        throw .missing("attribute \(name)", file: file.path, hint: ", which its content hash covers")
      }
      hash.add("@" + name)
      switch value {
      case .string(let text):
        hash.add("string")
        hash.add(text.utf8.count)
        hash.add(text)
      case .int(let number):
        hash.add("int")
        hash.add(Int(number))
      case .double(let number):
        hash.add("double")
        hash.add(Int(bitPattern: UInt(number.bitPattern)))
      }
    }
    return hash.hex
  }

  /// Values are read and hashed in blocks of about this many bytes.
  private static let blockBytes = 4 << 20

  private static func add(_ stored: OpenDataset, of file: HDF5File, to hash: StreamingHash) throws(HDF5Error) {
    hash.add(stored.name)
    hash.add(stored.type.description)
    hash.add(stored.shape.count)
    for length in stored.shape { hash.add(length) }
    if stored.count == 0 { return }
    let size = H5Tget_size(stored.typeID)
    let isText: Bool
    switch stored.type {
    case .float, .integer: isText = false
    case .string: isText = true
    case .other(let found):
      throw .wrongType(stored.name, file: file.path, expected: "numbers or strings (to be hashed)", found: found)
    }
    let spacing = isText ? 64 : size
    var buffer = [UInt8](repeating: 0, count: isText ? 0 : min(max(blockBytes, size), stored.count * size))
    var first = 0
    for block in blocks(of: stored.shape, limit: max(1, blockBytes / spacing)) {
      let isScalar = stored.shape.isEmpty
      let spaces: OpenDataset.Selection? =
        isScalar ? nil : try stored.select(start: block.start, lengths: block.lengths, in: file)
      defer { spaces?.close() }
      let memory = spaces?.memory ?? CHDF5_whole_space()
      let fileSpace = spaces?.file ?? CHDF5_whole_space()
      let count = spaces?.count ?? 1
      if isText {
        for text in try file.readStrings(stored, memory: memory, file: fileSpace, count: count, first: first) {
          hash.add(text.utf8.count)
          var text = text
          text.withUTF8 { hash.add(UnsafeRawBufferPointer($0)) }
        }
      } else {
        // Read as the type of the file: the stored bytes, unconverted.
        guard H5Dread(stored.id, stored.typeID, memory, fileSpace, CHDF5_default_properties(), &buffer) >= 0 else {
          throw file.readFailure(stored, as: stored.type.description)
        }
        buffer.withUnsafeBytes { hash.add(UnsafeRawBufferPointer(rebasing: $0[..<(count * size)])) }
      }
      first += count
    }
  }

  struct Block: Equatable {
    var start, lengths: [Int]
  }

  /// Cuts a shape into blocks of at most `limit` elements that follow one another in row-major order: whole trailing
  /// axes, a range of one axis, single indices of the axes before it.
  static func blocks(of shape: [Int], limit: Int) -> [Block] {
    if shape.isEmpty { return [Block(start: [], lengths: [])] }
    if shape.contains(0) { return [] }
    var axis = shape.count - 1
    var inner = 1
    while axis > 0, inner * shape[axis] <= limit {
      inner *= shape[axis]
      axis -= 1
    }
    let step = max(1, limit / inner)
    var blocks: [Block] = []
    var index = [Int](repeating: 0, count: axis)
    while true {
      for from in stride(from: 0, to: shape[axis], by: step) {
        let tail = shape[(axis + 1)...]
        blocks.append(
          Block(
            start: index + [from] + tail.map { _ in 0 },
            lengths: index.map { _ in 1 } + [min(step, shape[axis] - from)] + tail))
      }
      guard let carry = index.indices.last(where: { index[$0] + 1 < shape[$0] }) else { return blocks }
      index[carry] += 1
      for later in (carry + 1)..<axis { index[later] = 0 }
    }
  }
}
