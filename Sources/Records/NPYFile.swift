/// An array of NumPy's `.npy` format.
public struct NPYArray: Equatable, Sendable {
  /// Lengths of the axes; empty for a single number.
  public let shape: [Int]
  /// As the file has it, without the byte order: "i4", "f4", "b1".
  public let type: String
  /// The values in C order. Every type that is read is exact here.
  public let values: [Double]

  public init(shape: [Int], type: String, values: [Double]) {
    self.shape = shape
    self.type = type
    self.values = values
  }
}

/// Why a `.npy` file cannot be used.
public enum NPYFault: Error, Equatable, Sendable, CustomStringConvertible {
  case notNPY
  case unsupportedVersion(Int, Int)
  case truncated(bytes: Int, expected: Int)
  case trailing(bytes: Int)
  case badHeader(String)
  case fortranOrder
  case objects
  case bigEndian(String)
  case unsupportedType(String)
  case inexact(index: Int)
  case tooLarge([Int])

  public var description: String {
    switch self {
    case .notNPY: "it does not begin as a NumPy array (.npy) does; write it with numpy.save"
    case .unsupportedVersion(let major, let minor):
      "its format has version \(major).\(minor), where 1, 2 and 3 are known; write it again with numpy.save"
    case .truncated(let bytes, let expected):
      "it is cut off: \(bytes) bytes of \(expected) are there; copy or download it again"
    case .trailing(let bytes): "\(bytes) bytes stand behind its last value; write one array with numpy.save"
    case .badHeader(let reason): "its header cannot be read: \(reason)"
    case .fortranOrder:
      "its values stand column by column (fortran_order: True); write numpy.ascontiguousarray(array) instead"
    case .objects: "it holds Python objects, which are not read; write an array of numbers"
    case .bigEndian(let type):
      "its numbers are big-endian (\(type)); write array.astype(array.dtype.newbyteorder('<')) instead"
    case .unsupportedType(let type):
      "its type is \(type), where bool, int8 to int64, uint8 to uint64, float32 and float64 are known; "
        + "write array.astype('float32') instead"
    case .inexact(let index): "the whole number at position \(index) is beyond 2⁵³; write smaller numbers"
    case .tooLarge(let shape): "its shape \(shape) has more values than can be counted"
    }
  }
}

/// Reads arrays of numbers that `numpy.save` wrote: versions 1 to 3, C order, little-endian, plain or gzip.
/// - Source: NumPy Enhancement Proposal 1, "A simple file format for NumPy arrays".
public enum NPYFile {
  /// - Throws: `missingFile`, `unreadable`, `truncatedGzip`, `corruptGzip`; `badArray` with what is wrong.
  public static func read(_ path: String) throws(RecordsError) -> NPYArray {
    let bytes = try ByteSource.contents(path).bytes
    do { return try array(bytes) } catch { throw .badArray(path, error) }
  }

  /// The array in the bytes of a file.
  public static func array(_ bytes: [UInt8]) throws(NPYFault) -> NPYArray {
    guard isNPY(bytes) else { throw .notNPY }
    guard bytes.count >= 10 else { throw .truncated(bytes: bytes.count, expected: 10) }
    let (major, minor) = (Int(bytes[6]), Int(bytes[7]))
    guard (1...3).contains(major), minor == 0 else { throw .unsupportedVersion(major, minor) }
    let lengthBytes = major == 1 ? 2 : 4
    let headerStart = 8 + lengthBytes
    guard bytes.count >= headerStart else { throw .truncated(bytes: bytes.count, expected: headerStart) }
    let length = (0..<lengthBytes).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    let start = headerStart + length
    guard bytes.count >= start else { throw .truncated(bytes: bytes.count, expected: start) }
    let header = try NPYHeader(bytes[headerStart..<start])

    var count = 1
    for axis in header.shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: axis)
      if overflow { throw .tooLarge(header.shape) }
      count = product
    }
    let (size, overflow) = count.multipliedReportingOverflow(by: header.type.size)
    if overflow || size > Int.max - start { throw .tooLarge(header.shape) }
    guard bytes.count >= start + size else { throw .truncated(bytes: bytes.count, expected: start + size) }
    guard bytes.count == start + size else { throw .trailing(bytes: bytes.count - start - size) }
    return NPYArray(
      shape: header.shape, type: header.type.rawValue, values: try header.type.values(bytes, from: start, count))
  }

  static func isNPY(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) }
}

/// A type of numbers, named as NumPy does.
enum NPYType: String, CaseIterable {
  case bool = "b1"
  case int8 = "i1"
  case uint8 = "u1"
  case int16 = "i2"
  case uint16 = "u2"
  case int32 = "i4"
  case uint32 = "u4"
  case int64 = "i8"
  case uint64 = "u8"
  case float32 = "f4"
  case float64 = "f8"

  /// Bytes of a value.
  var size: Int {
    switch self {
    case .bool, .int8, .uint8: 1
    case .int16, .uint16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64: 8
    }
  }

  /// - Throws: `inexact` for a whole number that Double cannot hold.
  func values(_ bytes: [UInt8], from start: Int, _ count: Int) throws(NPYFault) -> [Double] {
    switch self {
    case .bool, .uint8: return bytes[start...].map { Double($0) }
    case .int8: return bytes[start...].map { Double(Int8(bitPattern: $0)) }
    case .int16: return Self.read(bytes, start, count, Int16.self).map { Double(Int16(littleEndian: $0)) }
    case .uint16: return Self.read(bytes, start, count, UInt16.self).map { Double(UInt16(littleEndian: $0)) }
    case .int32: return Self.read(bytes, start, count, Int32.self).map { Double(Int32(littleEndian: $0)) }
    case .uint32: return Self.read(bytes, start, count, UInt32.self).map { Double(UInt32(littleEndian: $0)) }
    case .int64: return try Self.exact(Self.read(bytes, start, count, Int64.self).map { Int64(littleEndian: $0) })
    case .uint64: return try Self.exact(Self.read(bytes, start, count, UInt64.self).map { UInt64(littleEndian: $0) })
    case .float32:
      return Self.read(bytes, start, count, UInt32.self).map {
        Double(Float(bitPattern: UInt32(littleEndian: $0)))
      }
    case .float64:
      return Self.read(bytes, start, count, UInt64.self).map { Double(bitPattern: UInt64(littleEndian: $0)) }
    }
  }

  private static func read<T: BitwiseCopyable>(
    _ bytes: [UInt8], _ start: Int, _ count: Int, _ type: T.Type
  ) -> [T] {
    bytes.withUnsafeBytes { raw in
      (0..<count).map { raw.loadUnaligned(fromByteOffset: start + $0 * MemoryLayout<T>.size, as: T.self) }
    }
  }

  private static func exact(_ numbers: [some BinaryInteger]) throws(NPYFault) -> [Double] {
    if let index = numbers.firstIndex(where: { $0.magnitude > 1 << 53 }) { throw .inexact(index: index) }
    return numbers.map { Double($0) }
  }
}
