/// Appends fields to a byte string: integers little-endian, strings and blobs after their u32 or u64 length.
public struct ByteWriter: Sendable {
  public private(set) var bytes: [UInt8] = []
  public init() {}

  public mutating func write<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
  public mutating func write(_ value: Bool) { write(UInt8(value ? 1 : 0)) }
  public mutating func write(_ text: String) {
    let utf8 = Array(text.utf8.prefix(ByteReader.longestText))
    write(UInt32(utf8.count))
    bytes.append(contentsOf: utf8)
  }
  public mutating func write(_ blob: [UInt8]) {
    write(UInt64(blob.count))
    bytes.append(contentsOf: blob)
  }
}

/// Reads the fields that `ByteWriter` wrote. Every length is checked against what is there before it is used.
public struct ByteReader {
  /// Bytes of the longest text field; longer ones are cut when written and refused when read.
  public static let longestText = 64 * 1024

  private let bytes: UnsafeRawBufferPointer
  private var offset = 0
  private let message: String

  /// - Parameter message: the name used in errors.
  public init(_ bytes: UnsafeRawBufferPointer, message: String) {
    self.bytes = bytes
    self.message = message
  }

  private mutating func take(_ count: Int, _ field: String) throws(WireError) -> UnsafeRawBufferPointer {
    guard count <= bytes.count - offset else {
      throw .truncated(part: "\(message).\(field)", expected: count, found: bytes.count - offset)
    }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }

  public mutating func integer<T: FixedWidthInteger>(_ field: String, as type: T.Type = T.self) throws(WireError) -> T {
    T(littleEndian: try take(MemoryLayout<T>.size, field).loadUnaligned(as: T.self))
  }

  public mutating func flag(_ field: String) throws(WireError) -> Bool {
    let value: UInt8 = try integer(field)
    guard value <= 1 else { throw .badField(field, message: message, found: "\(value)") }
    return value == 1
  }

  public mutating func text(_ field: String) throws(WireError) -> String {
    let count: UInt32 = try integer(field)
    guard count <= ByteReader.longestText else {
      throw .badField(field, message: message, found: "a text of \(count) bytes")
    }
    let utf8 = try take(Int(count), field)
    return String(decoding: utf8, as: UTF8.self)
  }

  public mutating func blob(_ field: String) throws(WireError) -> UnsafeRawBufferPointer {
    let count: UInt64 = try integer(field)
    guard count <= UInt64(bytes.count - offset) else {
      throw .truncated(part: "\(message).\(field)", expected: Int(clamping: count), found: bytes.count - offset)
    }
    return try take(Int(count), field)
  }

  /// Call last: what is left over means another layout.
  public func finish() throws(WireError) {
    guard offset == bytes.count else { throw .trailingBytes(part: message, count: bytes.count - offset) }
  }
}
