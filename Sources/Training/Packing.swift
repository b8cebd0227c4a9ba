/// Bytes that should hold one of our structures do not.
public struct PackingError: Error, Equatable, CustomStringConvertible {
  public let what: String
  public let offset: Int
  public let needed: Int
  public let available: Int

  public var description: String {
    "\(what): at byte \(offset), \(needed) bytes are needed and \(available) are left; "
      + "the sender is another version, or the message was damaged"
  }
}

/// Appends values to bytes, little-endian, with counts before lists.
struct Packer {
  private(set) var bytes: [UInt8] = []

  mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

  mutating func put<Value: BitwiseCopyable>(_ value: Value) {
    withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
  }

  mutating func put(_ text: String) { put(Array(text.utf8)) }

  mutating func put<Value: BitwiseCopyable>(_ values: [Value]) {
    values.withUnsafeBufferPointer { put($0) }
  }

  mutating func put<Value: BitwiseCopyable>(_ values: UnsafeBufferPointer<Value>) {
    put(UInt64(values.count))
    bytes.append(contentsOf: UnsafeRawBufferPointer(values))
  }

  mutating func put(_ texts: [String]) {
    put(UInt64(texts.count))
    for text in texts { put(text) }
  }
}

/// Takes back what `Packer` put, in the same order; every length is checked before use.
struct Unpacker {
  private let bytes: UnsafeRawBufferPointer
  private let what: String
  private(set) var offset = 0

  init(_ bytes: UnsafeRawBufferPointer, of what: String) {
    self.bytes = bytes
    self.what = what
  }

  var isAtEnd: Bool { offset == bytes.count }

  mutating func take<Value: BitwiseCopyable>(_: Value.Type = Value.self) throws(PackingError) -> Value {
    let raw = try slice(MemoryLayout<Value>.size)
    return raw.loadUnaligned(as: Value.self)
  }

  mutating func takeList<Value: BitwiseCopyable>(of _: Value.Type = Value.self) throws(PackingError) -> [Value] {
    let raw = try takeRawList(stride: MemoryLayout<Value>.stride)
    let count = raw.count / MemoryLayout<Value>.stride
    return [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: raw)
      initialized = count
    }
  }

  mutating func takeText() throws(PackingError) -> String {
    String(decoding: try takeRawList(stride: 1), as: UTF8.self)
  }

  mutating func takeTexts() throws(PackingError) -> [String] {
    let count = try takeCount(stride: 8)
    var texts: [String] = []
    for _ in 0..<count { texts.append(try takeText()) }
    return texts
  }

  /// A list's bytes in place, valid as long as the message is.
  mutating func takeRawList(stride: Int) throws(PackingError) -> UnsafeRawBufferPointer {
    let count = try takeCount(stride: stride)
    return try slice(count * stride)
  }

  private mutating func takeCount(stride: Int) throws(PackingError) -> Int {
    let count: UInt64 = try take()
    let available = bytes.count - offset
    guard count <= UInt64(available / stride) else {
      throw PackingError(what: what, offset: offset, needed: Int(clamping: count), available: available)
    }
    return Int(count)
  }

  private mutating func slice(_ count: Int) throws(PackingError) -> UnsafeRawBufferPointer {
    guard count <= bytes.count - offset else {
      throw PackingError(what: what, offset: offset, needed: count, available: bytes.count - offset)
    }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)])
  }
}
