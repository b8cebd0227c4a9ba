import Synchronization
import Wire

/// The worker's second thread: pings the coordinator, hears its pulse, watches the data connection.
///
/// When the coordinator is gone the program's thread is told first; if it is still computing after the disconnect
/// timeout, `whenCoordinatorLost` ends the process.
final class LifeLine: @unchecked Sendable {  // sockets are used by the thread alone; the rest is atomic or guarded
  private let options: WorkerOptions
  private let incarnation: UInt64
  private let context: Context
  private let socket: Socket
  private let monitor: Socket
  private var thread: Thread?

  private let runID = Atomic<UInt64>(0)
  private let isDone = Atomic<Bool>(false)
  private let stop = Atomic<Bool>(false)
  private let lost = Guarded<ClusterError?>(nil)

  /// - Parameter data: the program's socket, not yet connected.
  init(_ options: WorkerOptions, incarnation: UInt64, data: Socket, in context: Context) throws(ClusterError) {
    self.options = options
    self.incarnation = incarnation
    self.context = context
    socket = try Socket(.dealer, in: context)
    socket.name(RoutingID(.heartbeat, incarnation))
    socket.dropUnsent()
    if let keys = options.keys, options.endpoint.hasPrefix("tcp://") { try socket.useCurve(keys) }
    let address = "inproc://theriac-monitor-\(incarnation)"
    try data.monitor(at: address)
    monitor = try Socket(.pair, in: context)
    monitor.dropUnsent()
    try monitor.connect(address)
    try socket.connect(options.endpoint)
  }

  func start() throws(ClusterError) {
    let thread = Thread { [self] in watch() }
    guard thread.isRunning else { throw .zeroMQ(call: "pthread_create", reason: "no thread could be started") }
    self.thread = thread
  }

  /// The coordinator's welcome has come: from now on there is something to lose.
  func greeted(runID: UInt64) { self.runID.store(runID, ordering: .releasing) }

  /// Whether the coordinator asked for an early end.
  var isStopRequested: Bool { stop.load(ordering: .relaxed) }

  /// Why the worker cannot go on, once that is so.
  var failure: ClusterError? { lost.update { $0 } }

  /// Ends the thread and closes its sockets. The context must have been shut down, which wakes the thread.
  func end() {
    isDone.store(true, ordering: .releasing)
    context.shutdown()
    if let thread { thread.join() } else { close() }
  }

  private func close() {
    socket.close()
    monitor.close()
  }

  private func watch() {
    defer { close() }
    let poller = Poller([socket, monitor], nil)
    let step = min(100, max(5, options.heartbeatInterval.milliseconds / 4))
    var nextPing = ContinuousClock.now
    var lastPulse: Instant?
    let message = Message()
    while !isDone.load(ordering: .acquiring) {
      poller.wait(milliseconds: step)
      if isDone.load(ordering: .acquiring) { return }
      let now = ContinuousClock.now
      let runID = self.runID.load(ordering: .acquiring)
      do throws(ClusterError) {
        while try socket.receive(into: message, wait: false) {
          lastPulse = now
          if let header = message.withBytes({ try? FrameHeader(decoding: $0) }), header.flags.contains(.stop) {
            stop.store(true, ordering: .relaxed)
          }
        }
        while let parts = try monitor.receive(wait: false) {
          let event = parts[0].withBytes { ConnectionEvent($0) }
          if let event, let error = error(for: event, greeted: runID != 0) {
            return leave(error)
          }
        }
        guard runID != 0 else { continue }
        if now >= nextPing {
          nextPing = now + options.heartbeatInterval
          let ping = try Message(FrameHeader(.ping, runID: runID, incarnation: incarnation))
          _ = try socket.send(ping, wait: false)
        }
      } catch {
        return  // the context is being terminated: the worker ends
      }
      if lastPulse == nil { lastPulse = now }
      if let lastPulse, now - lastPulse >= options.coordinatorTimeout {
        let seconds = ClusterError.text(options.coordinatorTimeout.seconds)
        return leave(.coordinatorLost(endpoint: options.endpoint, how: "nothing was heard of it for \(seconds) s"))
      }
    }
  }

  private func error(for event: ConnectionEvent, greeted: Bool) -> ClusterError? {
    switch event {
    case .disconnected:
      greeted ? .coordinatorLost(endpoint: options.endpoint, how: "its connection was closed") : nil
    case .refused:
      .refused(sentence: "this worker's public key is not in the coordinator's allow-list.")
    case .handshakeFailed:
      .refused(
        sentence: options.keys == nil
          ? "the handshake failed: the coordinator at \(options.endpoint) asks for keys."
          : "the handshake failed: the server key given is not that of \(options.endpoint), or it uses no keys.")
    }
  }

  /// Tells the program's thread; when that does not end in time, the process ends.
  private func leave(_ error: ClusterError) {
    lost.update { $0 = error }
    let deadline = ContinuousClock.now + options.disconnectTimeout
    let poller = Poller([monitor], nil)
    while ContinuousClock.now < deadline {
      if isDone.load(ordering: .acquiring) { return }
      poller.wait(milliseconds: 20)
      while let parts = try? monitor.receive(wait: false), !parts.isEmpty {}
    }
    if !isDone.load(ordering: .acquiring) { options.whenCoordinatorLost(error) }
  }
}
