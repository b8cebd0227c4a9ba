internal import CZeroMQ
import Glibc

/// The options of each role.
extension Socket {
  /// A router that says so when a message has no receiver, instead of dropping it.
  func requireReachablePeers() { set(ZMQ_ROUTER_MANDATORY, 1) }

  func name(_ id: RoutingID) { set(ZMQ_ROUTING_ID, bytes: id.array) }

  /// What was not sent is worthless when the socket closes.
  func dropUnsent() { set(ZMQ_LINGER, 0) }

  func receiveTimeout(milliseconds: Int) { set(ZMQ_RCVTIMEO, Int32(clamping: milliseconds)) }

  func serveCurve(_ pair: KeyPair) throws(ClusterError) {
    set(ZMQ_CURVE_SERVER, 1)
    try setText(ZMQ_CURVE_SECRETKEY, pair.secretKey)
    try setText(ZMQ_ZAP_DOMAIN, "theriac")
  }

  func useCurve(_ keys: ClientKeys) throws(ClusterError) {
    try setText(ZMQ_CURVE_SERVERKEY, keys.server)
    try setText(ZMQ_CURVE_PUBLICKEY, keys.pair.publicKey)
    try setText(ZMQ_CURVE_SECRETKEY, keys.pair.secretKey)
  }

  /// Publishes what happens to the socket's connections at an inproc address.
  func monitor(at address: String) throws(ClusterError) {
    let events =
      ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL
      | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH
    guard zmq_socket_monitor(raw, address, events) == 0 else { throw ZeroMQ.error("zmq_socket_monitor") }
  }
}

/// What a monitor reports.
enum ConnectionEvent: Equatable {
  case disconnected
  /// The peer's authentication refused this side.
  case refused
  case handshakeFailed

  /// - Parameter bytes: first part of the monitor's message: event u16, value u32.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == 6 else { return nil }
    switch Int32(bytes.loadUnaligned(as: UInt16.self)) {
    case ZMQ_EVENT_DISCONNECTED: self = .disconnected
    case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: self = .refused
    case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL, ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL: self = .handshakeFailed
    default: return nil
    }
  }
}

enum Host {
  /// This machine's name.
  static let name: String = {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown host" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }()
}
