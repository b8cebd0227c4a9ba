internal import CZeroMQ

/// Answers ZeroMQ's authentication requests (RFC 27) of one context: a CURVE client passes when its key is allowed.
final class Gatekeeper: @unchecked Sendable {  // the socket is used by the thread alone
  private let socket: Socket
  private let allowed: Set<String>
  private let refused: @Sendable (String) -> Void
  private let isDone = Guarded(false)
  private var thread: Thread?

  /// Must exist before a CURVE server socket of the context accepts anybody.
  init(
    _ context: Context, allowed: Set<String>, refused: @escaping @Sendable (String) -> Void
  ) throws(ClusterError) {
    socket = try Socket(.reply, in: context)
    self.allowed = allowed
    self.refused = refused
    _ = try socket.bind("inproc://zeromq.zap.01")
    socket.receiveTimeout(milliseconds: 50)
    let thread = Thread { [self] in serve() }
    guard thread.isRunning else { throw .zeroMQ(call: "pthread_create", reason: "no thread could be started") }
    self.thread = thread
  }

  func close() {
    isDone.update { $0 = true }
    thread?.join()
    thread = nil
    socket.close()
  }

  private func serve() {
    while !isDone.update({ $0 }) {
      do throws(ClusterError) {
        if let request = try socket.receive(wait: true) { try answer(request) }
      } catch {
        return  // the context is being terminated
      }
    }
  }

  /// Request: version, id, domain, address, identity, mechanism, credentials. Reply: version, id, status, text, user, metadata.
  private func answer(_ request: [Message]) throws(ClusterError) {
    func part(_ index: Int) -> [UInt8] { request.indices.contains(index) ? request[index].array : [] }
    let mechanism = String(decoding: part(5), as: UTF8.self)
    let key = part(6)
    var text = "of mechanism \(mechanism)"
    if mechanism == "CURVE", key.count == 32 {
      var encoded = [CChar](repeating: 0, count: 41)
      if zmq_z85_encode(&encoded, key, key.count) != nil {
        text = String(decoding: encoded.prefix(40).map { UInt8(bitPattern: $0) }, as: UTF8.self)
      }
    }
    let isAllowed = mechanism == "CURVE" && allowed.contains(text)
    if !isAllowed { refused(text) }
    let reply: [[UInt8]] = [
      Array("1.0".utf8), part(1), Array((isAllowed ? "200" : "400").utf8),
      Array((isAllowed ? "OK" : "key not in the allow-list").utf8), isAllowed ? Array(text.utf8) : [], [],
    ]
    for (index, bytes) in reply.enumerated() {
      let message = try Message(byteCount: bytes.count)
      message.withMutableBytes { $0.copyBytes(from: bytes) }
      _ = try socket.send(message, more: index < reply.count - 1)
    }
  }
}
