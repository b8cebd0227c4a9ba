/// Why bytes are not a frame or a message of this protocol.
public enum WireError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Fewer bytes than the part needs. `part` is "header", "payload" or a field of a message.
  case truncated(part: String, expected: Int, found: Int)
  case trailingBytes(part: String, count: Int)
  case notAFrame(magic: UInt32)
  case protocolVersion(found: UInt16, expected: UInt16)
  case unknownKind(UInt8)
  case payloadTooLong(kind: MessageKind, length: UInt64, limit: UInt64)
  case lengthMismatch(kind: MessageKind, announced: UInt64, found: UInt64)
  case checksum(kind: MessageKind, announced: UInt64, computed: UInt64)
  case badField(String, message: String, found: String)

  public var description: String {
    switch self {
    case .truncated(let part, let expected, let found):
      "A frame ends inside its \(part): \(expected) bytes are needed and \(found) are there."
    case .trailingBytes(let part, let count):
      "A frame has \(count) bytes too many after its \(part)."
    case .notAFrame(let magic):
      "A message begins with 0x\(String(magic, radix: 16)) and not with Theriac's mark"
        + " 0x\(String(FrameHeader.magic, radix: 16)): another program talks to this address."
    case .protocolVersion(let found, let expected):
      "A frame has protocol version \(found) and this program speaks version \(expected):"
        + " start the same release of Theriac everywhere."
    case .unknownKind(let kind):
      "A frame has the unknown kind \(kind)."
    case .payloadTooLong(let kind, let length, let limit):
      "A frame of kind \(kind) announces \(length) bytes and the limit is \(limit)."
    case .lengthMismatch(let kind, let announced, let found):
      "A frame of kind \(kind) announces \(announced) payload bytes and carries \(found)."
    case .checksum(let kind, let announced, let computed):
      "A frame of kind \(kind) is damaged: its checksum is \(String(announced, radix: 16))"
        + " and its bytes give \(String(computed, radix: 16))."
    case .badField(let field, let message, let found):
      "The field \(field) of message \(message) is invalid: found \(found)."
    }
  }
}
