import CXXHash

/// A header and its payload in one contiguous piece of memory that somebody else owns.
public struct Frame {
  public let header: FrameHeader
  public let payload: UnsafeRawBufferPointer

  /// Checks mark, version, kind, lengths and checksum, in this order, before any field is used.
  /// - Parameter limit: the longest payload accepted, in bytes.
  /// - Throws: `WireError`, each case.
  public init(verifying bytes: UnsafeRawBufferPointer, limit: UInt64) throws(WireError) {
    let header = try FrameHeader(decoding: bytes)
    guard header.payloadLength <= limit else {
      throw .payloadTooLong(kind: header.kind, length: header.payloadLength, limit: limit)
    }
    let payload = UnsafeRawBufferPointer(rebasing: bytes[FrameHeader.byteCount...])
    guard header.payloadLength == UInt64(payload.count) else {
      throw .lengthMismatch(
        kind: header.kind, announced: header.payloadLength, found: UInt64(payload.count))
    }
    guard let base = bytes.baseAddress else {
      throw .truncated(part: "header", expected: FrameHeader.byteCount, found: 0)
    }
    let announced = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 64, as: UInt64.self))
    let computed = FrameChecksum.of(header: base, payload: payload)
    guard announced == computed else {
      throw .checksum(kind: header.kind, announced: announced, computed: computed)
    }
    self.header = header
    self.payload = payload
  }

  /// A frame as an array; the header's payload length is set here.
  public static func bytes(
    _ header: FrameHeader, payload: [UInt8] = [], version: UInt16 = FrameHeader.protocolVersion
  ) -> [UInt8] {
    var header = header
    header.payloadLength = UInt64(payload.count)
    let count = FrameHeader.byteCount + payload.count
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      if let base = raw.baseAddress {
        payload.withUnsafeBytes { bytes in
          UnsafeMutableRawBufferPointer(rebasing: raw[FrameHeader.byteCount...]).copyMemory(from: bytes)
          header.encode(to: base, payload: bytes, version: version)
        }
      }
      initialized = count
    }
  }
}

/// The checksum of a frame: XXH3-64 of the payload, seeded with XXH3-64 of the header before the checksum field.
public enum FrameChecksum {
  public static func of(header: UnsafeRawPointer, payload: UnsafeRawBufferPointer) -> UInt64 {
    let seed = XXH3_64bits(header, FrameHeader.byteCount - 8)
    return payload.isEmpty ? seed : XXH3_64bits_withSeed(payload.baseAddress, payload.count, seed)
  }
}
