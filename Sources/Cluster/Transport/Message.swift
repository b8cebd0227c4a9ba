internal import CZeroMQ
import Wire

/// One part of a ZeroMQ message. Copies share their bytes.
final class Message {
  fileprivate(set) var raw: UnsafeMutablePointer<zmq_msg_t>

  /// Empty; to receive into.
  init() {
    raw = .allocate(capacity: 1)
    zmq_msg_init(raw)
  }

  init(byteCount: Int) throws(ClusterError) {
    raw = .allocate(capacity: 1)
    guard zmq_msg_init_size(raw, byteCount) == 0 else {
      raw.deallocate()
      throw ZeroMQ.error("zmq_msg_init_size")
    }
  }

  /// Header, payload and their checksum in one part.
  convenience init(_ header: FrameHeader, payload: UnsafeRawBufferPointer) throws(ClusterError) {
    var header = header
    header.payloadLength = UInt64(payload.count)
    try self.init(byteCount: FrameHeader.byteCount + payload.count)
    withMutableBytes { bytes in
      UnsafeMutableRawBufferPointer(rebasing: bytes[FrameHeader.byteCount...]).copyMemory(from: payload)
      if let base = bytes.baseAddress { header.encode(to: base, payload: payload) }
    }
  }

  convenience init(_ header: FrameHeader, payload: [UInt8] = []) throws(ClusterError) {
    let built: Result<Message, ClusterError> = payload.withUnsafeBytes { bytes in
      do throws(ClusterError) { return .success(try Message(header, payload: bytes)) } catch { return .failure(error) }
    }
    self.init(taking: try built.get())
  }

  /// Moves the bytes of another message here.
  convenience init(taking other: Message) {
    self.init()
    zmq_msg_move(raw, other.raw)
  }

  /// Another handle on the same bytes.
  func sharedCopy() -> Message {
    let copy = Message()
    zmq_msg_copy(copy.raw, raw)
    return copy
  }

  deinit {
    zmq_msg_close(raw)
    raw.deallocate()
  }

  /// The bytes, during the call. (Pointers never leave a message: it may end after its last use, not at a scope's end.)
  func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try body(UnsafeRawBufferPointer(start: zmq_msg_data(raw), count: zmq_msg_size(raw)))
  }

  func withMutableBytes<R, E: Error>(_ body: (UnsafeMutableRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try body(UnsafeMutableRawBufferPointer(start: zmq_msg_data(raw), count: zmq_msg_size(raw)))
  }

  /// The payload behind the header of a verified frame, during the call.
  func withPayload<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try withBytes { bytes throws(E) in
      try body(UnsafeRawBufferPointer(rebasing: bytes[min(FrameHeader.byteCount, bytes.count)...]))
    }
  }

  var array: [UInt8] { withBytes { Array($0) } }
  var payloadArray: [UInt8] { withPayload { Array($0) } }
  var payloadCount: Int { max(0, zmq_msg_size(raw) - FrameHeader.byteCount) }
  var hasMore: Bool { zmq_msg_more(raw) != 0 }
}
