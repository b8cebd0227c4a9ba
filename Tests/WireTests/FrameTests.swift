import Testing
import Wire

@Suite struct FrameTests {
  let header = FrameHeader(
    .contribution, runID: 7, incarnation: 0xABCD_EF01_2345_6789, task: 3, attempt: 2, rank: 1, sequence: 41,
    detail: 2, flags: [.stop, .last])
  let payload: [UInt8] = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7) }

  private func read(_ bytes: [UInt8], limit: UInt64 = 1 << 20) throws(WireError) -> (FrameHeader, [UInt8]) {
    let result: Result<(FrameHeader, [UInt8]), WireError> = bytes.withUnsafeBytes { raw in
      do throws(WireError) {
        let frame = try Frame(verifying: raw, limit: limit)
        return .success((frame.header, Array(frame.payload)))
      } catch { return .failure(error) }
    }
    return try result.get()
  }

  @Test("a frame comes back as it was written")
  func roundTrip() throws {
    let (found, bytes) = try read(Frame.bytes(header, payload: payload))
    var expected = header
    expected.payloadLength = 300
    #expect(found == expected)
    #expect(bytes == payload)
    #expect(try read(Frame.bytes(header)).1.isEmpty)
  }

  @Test("a frame cut at any byte is refused, and so is one with a byte more")
  func truncated() {
    let bytes = Frame.bytes(header, payload: payload)
    for count in 0..<bytes.count {
      #expect(throws: WireError.self) { try read(Array(bytes[..<count])) }
    }
    #expect(throws: WireError.lengthMismatch(kind: .contribution, announced: 300, found: 301)) { try read(bytes + [0]) }
  }

  @Test("a frame with any one bit turned is refused")
  func damaged() {
    let bytes = Frame.bytes(header, payload: payload)
    for index in bytes.indices {
      var damaged = bytes
      damaged[index] ^= UInt8(1 << (index % 8))
      #expect(throws: WireError.self) { try read(damaged) }
    }
  }

  @Test("another protocol version is named before anything else is trusted")
  func version() {
    let bytes = Frame.bytes(header, payload: payload, version: 9)
    #expect(throws: WireError.protocolVersion(found: 9, expected: 1)) { try read(bytes) }
    #expect(throws: WireError.protocolVersion(found: 9, expected: 1)) { try read(Array(bytes[..<6])) }
  }

  @Test("other programs, unknown kinds and too long payloads are named")
  func foreign() {
    var bytes = Frame.bytes(header, payload: payload)
    #expect(throws: WireError.payloadTooLong(kind: .contribution, length: 300, limit: 299)) {
      try read(bytes, limit: 299)
    }
    bytes[6] = 200
    #expect(throws: WireError.unknownKind(200)) { try read(bytes) }
    #expect(throws: WireError.notAFrame(magic: 0x2054_4547)) { try read(Array("GET / HTTP/1.1".utf8)) }
  }

  @Test("a huge announced length does not overflow")
  func hugeLength() {
    var bytes = Frame.bytes(header, payload: payload)
    for index in 56..<64 { bytes[index] = 0xFF }
    #expect(throws: WireError.payloadTooLong(kind: .contribution, length: .max, limit: 1 << 20)) { try read(bytes) }
    #expect(throws: WireError.lengthMismatch(kind: .contribution, announced: .max, found: 300)) {
      try read(bytes, limit: .max)
    }
  }

  @Test("every kind has a number that comes back")
  func kinds() throws {
    for kind in MessageKind.allCases {
      let (found, _) = try read(Frame.bytes(FrameHeader(kind, runID: 1, incarnation: 2)))
      #expect(found.kind == kind)
    }
  }
}
