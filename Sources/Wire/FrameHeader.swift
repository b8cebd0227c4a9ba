/// The fixed part before every payload: 72 bytes, little-endian.
///
/// | offset | field | |
/// |---|---|---|
/// | 0 | magic u32 | the same in every protocol version, as is the next field |
/// | 4 | protocol version u16 | |
/// | 6 | kind u8, flags u8 | |
/// | 8 | run id u64 | 0 in a hello that takes any run |
/// | 16 | incarnation u64 | random per process start of the sender |
/// | 24 | task u64 | counted from 1 in a run |
/// | 32 | attempt u32, rank u32 | attempt counted from 1 in a task; sender's rank or `noRank` |
/// | 40 | sequence u64 | collective (from 1 in an attempt) or chunk (from 0) |
/// | 48 | detail u64 | see `MessageKind` |
/// | 56 | payload length u64 | |
/// | 64 | checksum u64 | XXH3-64 of the payload, seeded with XXH3-64 of bytes 0 ..< 64 |
public struct FrameHeader: Equatable, Sendable {
  public static let byteCount = 72
  public static let magic: UInt32 = 0x4349_5254  // "TRIC"
  public static let protocolVersion: UInt16 = 1
  public static let noRank = UInt32.max

  public var kind: MessageKind
  public var flags: FrameFlags
  public var runID: UInt64
  public var incarnation: UInt64
  public var task: UInt64
  public var attempt: UInt32
  public var rank: UInt32
  public var sequence: UInt64
  public var detail: UInt64
  public var payloadLength: UInt64

  public init(
    _ kind: MessageKind, runID: UInt64, incarnation: UInt64, task: UInt64 = 0, attempt: UInt32 = 0,
    rank: UInt32 = FrameHeader.noRank, sequence: UInt64 = 0, detail: UInt64 = 0, flags: FrameFlags = [],
    payloadLength: UInt64 = 0
  ) {
    self.kind = kind
    self.flags = flags
    self.runID = runID
    self.incarnation = incarnation
    self.task = task
    self.attempt = attempt
    self.rank = rank
    self.sequence = sequence
    self.detail = detail
    self.payloadLength = payloadLength
  }

  /// Writes the header with the checksum of itself and `payload` to the first 72 bytes of `frame`.
  /// - Parameter version: another protocol version, for tests of the refusal.
  public func encode(
    to frame: UnsafeMutableRawPointer, payload: UnsafeRawBufferPointer,
    version: UInt16 = FrameHeader.protocolVersion
  ) {
    precondition(payloadLength == UInt64(payload.count), "The header announces another length than its payload has.")
    func store<T: FixedWidthInteger>(_ value: T, _ offset: Int) {
      frame.storeBytes(of: value.littleEndian, toByteOffset: offset, as: T.self)
    }
    store(FrameHeader.magic, 0)
    store(version, 4)
    store(kind.rawValue, 6)
    store(flags.rawValue, 7)
    store(runID, 8)
    store(incarnation, 16)
    store(task, 24)
    store(attempt, 32)
    store(rank, 36)
    store(sequence, 40)
    store(detail, 48)
    store(payloadLength, 56)
    store(FrameChecksum.of(header: UnsafeRawPointer(frame), payload: payload), 64)
  }

  /// Reads a header; nothing after the version is looked at when mark or version differ.
  /// - Throws: `truncated`, `notAFrame`, `protocolVersion`, `unknownKind`.
  public init(decoding frame: UnsafeRawBufferPointer) throws(WireError) {
    func load<T: FixedWidthInteger>(_ type: T.Type, _ offset: Int) -> T {
      T(littleEndian: frame.loadUnaligned(fromByteOffset: offset, as: T.self))
    }
    guard frame.count >= 6 else {
      throw .truncated(part: "header", expected: FrameHeader.byteCount, found: frame.count)
    }
    let magic = load(UInt32.self, 0)
    guard magic == FrameHeader.magic else { throw .notAFrame(magic: magic) }
    let version = load(UInt16.self, 4)
    guard version == FrameHeader.protocolVersion else {
      throw .protocolVersion(found: version, expected: FrameHeader.protocolVersion)
    }
    guard frame.count >= FrameHeader.byteCount else {
      throw .truncated(part: "header", expected: FrameHeader.byteCount, found: frame.count)
    }
    guard let kind = MessageKind(rawValue: load(UInt8.self, 6)) else { throw .unknownKind(load(UInt8.self, 6)) }
    self.init(
      kind, runID: load(UInt64.self, 8), incarnation: load(UInt64.self, 16), task: load(UInt64.self, 24),
      attempt: load(UInt32.self, 32), rank: load(UInt32.self, 36), sequence: load(UInt64.self, 40),
      detail: load(UInt64.self, 48), flags: FrameFlags(rawValue: load(UInt8.self, 7)),
      payloadLength: load(UInt64.self, 56))
  }
}
