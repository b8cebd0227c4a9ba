import Training

/// What all ranks do together; travels as bytes.
package enum RunTask: Equatable {
  /// Train the given epoch (from 0) up to step `end`.
  case train(epoch: Int, end: Int)
  /// Score the held visits of a split.
  case evaluate(split: UInt8)

  package var bytes: [UInt8] {
    switch self {
    case .train(let epoch, let end): [0] + Self.encode(epoch) + Self.encode(end)
    case .evaluate(let split): [1, split]
    }
  }

  package init(_ bytes: UnsafeRawBufferPointer) throws {
    switch (bytes.first, bytes.count) {
    case (0, 17): self = .train(epoch: Self.decode(bytes, at: 1), end: Self.decode(bytes, at: 9))
    case (1, 2): self = .evaluate(split: bytes[1])
    default: throw RunError.unreadableMessage("a task of \(bytes.count) bytes")
    }
  }

  private static func encode(_ value: Int) -> [UInt8] { withUnsafeBytes(of: UInt64(value).littleEndian) { Array($0) } }
  private static func decode(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int {
    Int(truncatingIfNeeded: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
  }
}
