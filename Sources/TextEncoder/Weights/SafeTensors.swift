/// A safetensors file, mapped into memory: 8 bytes header length (little-endian), a JSON header, the numbers.
///
/// Everything the header claims is checked against the file before a number is read: the header's length, every
/// format and shape, that the tensors lie inside the file, do not overlap and leave no hole.
/// The file must not be shortened by others while it is mapped.
public final class SafeTensors: WeightSource {
  /// One tensor: its number format as written (`F32`), its shape, and its bytes within the file.
  public struct Entry: Equatable, Sendable {
    public let format: String
    public let shape: [Int]
    public let bytes: Range<Int>
  }

  public let path: String
  public let entries: [String: Entry]
  public var files: [String] { [path] }
  public var names: [String] { entries.keys.sorted() }
  private let file: MappedFile

  /// Longest header that is believed, in bytes; BERT-base has 20 thousand.
  public static let headerLimit = 100_000_000

  private static let widths = [
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "U16": 2, "I16": 2, "F16": 2, "BF16": 2,
    "U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8,
  ]

  /// - Throws: `unreadable`, `corruptWeights` with what was claimed and what the file holds.
  public init(path: String) throws(TextEncoderError) {
    self.path = path
    file = try MappedFile(path: path)
    let size = file.count
    guard size >= 8 else {
      throw .corruptWeights(path: path, reason: "it has \(size) bytes, fewer than the 8 of the header's length")
    }
    let length = file.bytes.loadUnaligned(as: UInt64.self).littleEndian
    guard length <= UInt64(Self.headerLimit) else {
      throw .corruptWeights(
        path: path, reason: "its header claims \(length) bytes, more than the limit of \(Self.headerLimit)")
    }
    let start = 8 + Int(length)
    guard start <= size else {
      throw .corruptWeights(path: path, reason: "its header claims \(length) bytes, but the file has \(size)")
    }
    let header = UnsafeRawBufferPointer(rebasing: file.bytes[8..<start])
    guard case .success(.object(let object)) = JSONParser.parse(header) else {
      throw .corruptWeights(path: path, reason: "its header of \(length) bytes is not a JSON object")
    }
    var entries: [String: Entry] = [:]
    for member in object.members where member.key != "__metadata__" {
      let entry = try Self.entry(member.key, member.value, dataStart: start, fileSize: size, path: path)
      guard entries.updateValue(entry, forKey: member.key) == nil else {
        throw .corruptWeights(path: path, reason: "tensor \"\(member.key)\" stands twice in its header")
      }
    }
    try Self.checkLayout(entries, dataStart: start, fileSize: size, path: path)
    self.entries = entries
  }

  private static func entry(
    _ name: String, _ value: JSONValue, dataStart: Int, fileSize: Int, path: String
  ) throws(TextEncoderError) -> Entry {
    func corrupt(_ reason: String) -> TextEncoderError {
      .corruptWeights(path: path, reason: "tensor \"\(name)\" \(reason)")
    }
    guard case .object(let members) = value, case .string(let format)? = members["dtype"],
      case .array(let axes)? = members["shape"], case .array(let offsets)? = members["data_offsets"]
    else { throw corrupt("has no dtype, shape and data_offsets") }
    guard let width = widths[format] else { throw corrupt("has the unknown format \(format)") }
    var shape: [Int] = []
    var bytes = width
    for axis in axes {
      guard case .int(let length) = axis, length >= 0 else { throw corrupt("has the axis \(axis.summary)") }
      let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
      guard !overflow else { throw corrupt("has a shape too large for any file") }
      bytes = product
      shape.append(length)
    }
    guard offsets.count == 2, case .int(let begin) = offsets[0], case .int(let end) = offsets[1] else {
      throw corrupt("has data_offsets that are not two integers")
    }
    guard begin >= 0, begin <= end, end <= fileSize - dataStart else {
      throw corrupt("lies at \(begin)..<\(end), outside the \(fileSize - dataStart) bytes of data")
    }
    guard end - begin == bytes else {
      throw corrupt("needs \(bytes) bytes for \(format) \(shape), but has \(end - begin)")
    }
    return Entry(format: format, shape: shape, bytes: dataStart + begin..<dataStart + end)
  }

  private static func checkLayout(
    _ entries: [String: Entry], dataStart: Int, fileSize: Int, path: String
  ) throws(TextEncoderError) {
    let order = entries.sorted {
      ($0.value.bytes.lowerBound, $0.value.bytes.upperBound, $0.key)
        < ($1.value.bytes.lowerBound, $1.value.bytes.upperBound, $1.key)
    }
    var end = dataStart
    var previous = ""
    for (name, entry) in order {
      if entry.bytes.lowerBound < end {
        throw .corruptWeights(path: path, reason: "tensors \"\(previous)\" and \"\(name)\" overlap")
      }
      if entry.bytes.lowerBound > end {
        let hole = entry.bytes.lowerBound - end
        throw .corruptWeights(path: path, reason: "\(hole) bytes before tensor \"\(name)\" belong to no tensor")
      }
      (end, previous) = (entry.bytes.upperBound, name)
    }
    guard end == fileSize else {
      throw .corruptWeights(path: path, reason: "\(fileSize - end) bytes at its end belong to no tensor")
    }
  }

  public func shape(of name: String) -> [Int]? { entries[name]?.shape }

  /// The numbers of a tensor as float32: the file's own memory when it is aligned F32, else a converted copy.
  /// - Throws: `missingTensor`, `wrongShape`, `unsupportedNumberFormat`.
  public func floats(_ name: String, shape: [Int]) throws(TextEncoderError) -> FloatStorage {
    guard let entry = entries[name] else {
      throw .missingTensor(name: name, expected: shape, path: path, tensorsInFile: entries.count)
    }
    guard entry.shape == shape else {
      throw .wrongShape(name: name, expected: shape, found: entry.shape, path: path)
    }
    let raw = UnsafeRawBufferPointer(rebasing: file.bytes[entry.bytes])
    let format = NumberFormat(rawValue: entry.format)
    guard let floats = format?.floats(raw, count: shape.reduce(1, *), keeping: file) else {
      throw .unsupportedNumberFormat(name: name, format: entry.format, path: path)
    }
    if !floats.isMapped { file.release(entry.bytes) }
    return floats
  }
}
