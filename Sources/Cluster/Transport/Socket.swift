internal import CZeroMQ
import Glibc

/// A ZeroMQ socket. It stays on the thread that uses it first; `close` before the context is terminated.
final class Socket {
  enum Kind { case router, dealer, pair, reply }
  enum SendOutcome: Equatable { case sent, unreachable, queueFull }

  let raw: UnsafeMutableRawPointer
  private var isOpen = true

  init(_ kind: Kind, in context: Context) throws(ClusterError) {
    let type: Int32 =
      switch kind {
      case .router: ZMQ_ROUTER
      case .dealer: ZMQ_DEALER
      case .pair: ZMQ_PAIR
      case .reply: ZMQ_REP
      }
    guard let raw = zmq_socket(context.raw, type) else { throw ZeroMQ.error("zmq_socket") }
    self.raw = raw
    set(ZMQ_LINGER, 2000)
    set(ZMQ_SNDTIMEO, 5000)
    set(ZMQ_RCVTIMEO, 250)
    set(ZMQ_SNDHWM, 256)
    set(ZMQ_RCVHWM, 256)
    var limit = Int64(context.maxMessageBytes)
    guard zmq_setsockopt(raw, ZMQ_MAXMSGSIZE, &limit, MemoryLayout<Int64>.size) == 0 else {
      throw ZeroMQ.error("zmq_setsockopt")
    }
  }

  func close() {
    guard isOpen else { return }
    isOpen = false
    _ = zmq_close(raw)
  }

  deinit { close() }

  /// A wrong option number or value is this module's own mistake.
  func set(_ option: Int32, _ value: Int32) {
    var value = value
    let code = zmq_setsockopt(raw, option, &value, MemoryLayout<Int32>.size)
    precondition(code == 0, "zmq_setsockopt(\(option)): \(ZeroMQ.reason(zmq_errno()))")
  }

  func set(_ option: Int32, bytes: [UInt8]) {
    let code = zmq_setsockopt(raw, option, bytes, bytes.count)
    precondition(code == 0, "zmq_setsockopt(\(option)): \(ZeroMQ.reason(zmq_errno()))")
  }

  func setText(_ option: Int32, _ text: String) throws(ClusterError) {
    guard zmq_setsockopt(raw, option, text, text.utf8.count) == 0 else { throw ZeroMQ.error("zmq_setsockopt") }
  }

  /// - Returns: the endpoint as bound, with the port that was chosen.
  func bind(_ endpoint: String) throws(ClusterError) -> String {
    if endpoint.contains("[") { set(ZMQ_IPV6, 1) }
    guard zmq_bind(raw, endpoint) == 0 else {
      let code = zmq_errno()
      if code == EADDRINUSE { throw .portInUse(endpoint: endpoint) }
      throw .cannotBind(endpoint: endpoint, reason: ZeroMQ.reason(code))
    }
    var text = [CChar](repeating: 0, count: 512)
    var count = text.count
    guard zmq_getsockopt(raw, ZMQ_LAST_ENDPOINT, &text, &count) == 0 else { throw ZeroMQ.error("zmq_getsockopt") }
    return String(decoding: text.prefix(max(0, count - 1)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  func connect(_ endpoint: String) throws(ClusterError) {
    if endpoint.contains("[") { set(ZMQ_IPV6, 1) }
    guard zmq_connect(raw, endpoint) == 0 else {
      throw .cannotConnect(endpoint: endpoint, reason: ZeroMQ.reason(zmq_errno()))
    }
  }

  /// Sends one part and gives its bytes away.
  func send(_ message: Message, more: Bool = false, wait: Bool = true) throws(ClusterError) -> SendOutcome {
    let flags = (more ? ZMQ_SNDMORE : 0) | (wait ? 0 : ZMQ_DONTWAIT)
    while zmq_msg_send(message.raw, raw, flags) < 0 {
      switch zmq_errno() {
      case EINTR: continue
      case EHOSTUNREACH: return .unreachable
      case EAGAIN: return .queueFull
      default: throw ZeroMQ.error("zmq_msg_send")
      }
    }
    return .sent
  }

  /// Sends a routing id: a short part before the frame.
  func send(routingID: RoutingID) throws(ClusterError) -> SendOutcome {
    var bytes = routingID.bytes
    while true {
      let sent = withUnsafeBytes(of: &bytes) {
        zmq_send(raw, $0.baseAddress, RoutingID.byteCount, ZMQ_SNDMORE | ZMQ_DONTWAIT)
      }
      if sent >= 0 { return .sent }
      switch zmq_errno() {
      case EINTR: continue
      case EHOSTUNREACH: return .unreachable
      case EAGAIN: return .queueFull
      default: throw ZeroMQ.error("zmq_send")
      }
    }
  }

  /// Receives one part into `message`; false when none came within the socket's timeout (or at once, without `wait`).
  /// - Throws: `zeroMQ`; also when the context is being terminated.
  func receive(into message: Message, wait: Bool) throws(ClusterError) -> Bool {
    if zmq_msg_recv(message.raw, raw, wait ? 0 : ZMQ_DONTWAIT) >= 0 { return true }
    switch zmq_errno() {
    case EAGAIN, EINTR: return false
    default: throw ZeroMQ.error("zmq_msg_recv")
    }
  }

  /// All parts of one message; nil when none came.
  func receive(wait: Bool) throws(ClusterError) -> [Message]? {
    let first = Message()
    guard try receive(into: first, wait: wait) else { return nil }
    guard first.hasMore else { return [first] }
    var parts = [first]
    while parts[parts.count - 1].hasMore {
      let next = Message()
      // The parts of a message arrive together, so this never waits; an interrupted call is repeated.
      while try !receive(into: next, wait: true) {}
      parts.append(next)
    }
    return parts
  }
}

/// The name under which a ROUTER knows a worker's socket: 'D' (data) or 'H' (heartbeat) and its incarnation.
struct RoutingID: Hashable {
  enum Channel: UInt8 { case data = 0x44, heartbeat = 0x48 }
  static let byteCount = 9

  let channel: Channel
  let incarnation: UInt64

  init(_ channel: Channel, _ incarnation: UInt64) {
    self.channel = channel
    self.incarnation = incarnation
  }

  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == RoutingID.byteCount, let channel = Channel(rawValue: bytes[0]) else { return nil }
    self.init(channel, UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 1, as: UInt64.self)))
  }

  /// Nine bytes of a fixed buffer: no allocation per message.
  var bytes: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) {
    func byte(_ index: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: incarnation >> (56 - 8 * index)) }
    return (channel.rawValue, byte(0), byte(1), byte(2), byte(3), byte(4), byte(5), byte(6), byte(7))
  }

  var array: [UInt8] { withUnsafeBytes(of: bytes) { Array($0.prefix(RoutingID.byteCount)) } }
}
