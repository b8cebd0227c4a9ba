import Glibc
import Wire

/// The coordinator's sockets and its state machine, on one thread.
final class Hub {
  private let routers: [Socket]
  private let wakeUp: WakeUp
  private let queue: ProgramQueue
  private let gate: ShardGate
  private let options: CoordinatorOptions
  private let job: Message
  private var stateMessage: Message?

  private var state: CoordinatorState
  private var held: [UInt64: Message] = [:]
  private var nextHeld: UInt64 = 1
  private var routes: [WorkerID: Int] = [:]  // index of the router that a worker came through
  private var failures: [CoordinatorEvent] = []  // sends that failed while actions were performed
  private var isEnded = false
  private let identity = Message()

  init(
    routers: [Socket], wakeUp: WakeUp, queue: ProgramQueue, gate: ShardGate, options: CoordinatorOptions,
    state: CoordinatorState, job: Message
  ) {
    self.routers = routers
    self.wakeUp = wakeUp
    self.queue = queue
    self.gate = gate
    self.options = options
    self.state = state
    self.job = job
  }

  var refusals: [RefusalReason: Int] { state.refusals }

  /// Runs until the state machine ends, then closes the sockets.
  func run() {
    let poller = Poller(routers, wakeUp)
    let tickInterval = Duration.milliseconds(min(100, max(5, options.heartbeatInterval.milliseconds / 4)))
    var nextTick = ContinuousClock.now + tickInterval
    while !isEnded {
      for command in queue.takeCommands() { perform(command) }
      var received = false
      do throws(ClusterError) {
        for index in routers.indices {
          for _ in 0..<64 where !isEnded {
            guard try receive(from: index) else { break }
            received = true
          }
        }
      } catch {
        feed(.programFailed(error.description))
      }
      let now = ContinuousClock.now
      if now >= nextTick {
        nextTick = now + tickInterval
        feed(.tick)
      }
      if !received && !isEnded {
        poller.wait(milliseconds: max(1, (nextTick - now).milliseconds + 1))
        wakeUp.clear()
      }
    }
    held.removeAll()
    for router in routers { router.close() }
  }

  private func perform(_ command: HubCommand) {
    switch command {
    case .event(let event): feed(event)
    case .log(let event): options.log(event)
    case .state(let bytes):
      stateMessage = bytes.flatMap { try? Message(FrameHeader(.state, runID: 0, incarnation: 0), payload: $0) }
      feed(.programState(exists: bytes != nil))
    case .chunk(let bytes, let header, let id):
      guard state.wantsShard(AttemptID(task: header.task, attempt: header.attempt), for: id) else { return }
      if let message = make(header, bytes) { send([message], .data, to: id) }
      flushFailures()
    }
  }

  // MARK: Receiving

  private func receive(from index: Int) throws(ClusterError) -> Bool {
    guard try routers[index].receive(into: identity, wait: false) else { return false }
    let message = Message()
    guard identity.hasMore else { return true }
    while try !routers[index].receive(into: message, wait: true) {}
    let sender = identity.withBytes { RoutingID($0) }
    if message.hasMore {
      let rest = Message()
      repeat { while try !routers[index].receive(into: rest, wait: true) {} } while rest.hasMore
      feed(.badFrame(sender: sender?.incarnation, .trailingBytes(part: "frame", count: rest.array.count)))
      return true
    }
    accept(message, from: sender, index)
    return true
  }

  private func accept(_ message: Message, from sender: RoutingID?, _ index: Int) {
    let header: FrameHeader
    do throws(WireError) {
      let limit = UInt64(options.maxMessageBytes)
      header = try message.withBytes { bytes throws(WireError) in try Frame(verifying: bytes, limit: limit).header }
    } catch {
      if let sender, case .protocolVersion = error { routes[sender.incarnation] = index }
      return feed(.badFrame(sender: sender?.incarnation, error))
    }
    guard let sender, sender.incarnation == header.incarnation, (sender.channel == .heartbeat) == (header.kind == .ping)
    else {
      let found = "a \(header.kind) that names another sender than its connection"
      return feed(.badFrame(sender: nil, .badField("incarnation", message: "\(header.kind)", found: found)))
    }
    switch header.kind {
    case .contribution, .progress, .taskResult:
      let id = nextHeld
      nextHeld += 1
      held[id] = message
      feed(.frame(header, .held(HeldBytes(id))))
    default:
      if header.kind == .hello { routes[header.incarnation] = index }
      feed(.frame(header, .bytes(message.payloadArray)))
    }
  }

  private func feed(_ event: CoordinatorEvent) {
    for action in state.handle(event, at: .now) { perform(action) }
    flushFailures()
  }

  private func flushFailures() {
    while !failures.isEmpty {
      for action in state.handle(failures.removeFirst(), at: .now) { perform(action) }
    }
  }

  // MARK: Acting

  private func perform(_ action: CoordinatorAction) {
    switch action {
    case .send(let header, let payload, let id): send(header, payload, to: id)
    case .pulse(let header, let id):
      if let message = make(header, []) { send([message], .heartbeat, to: id) }
    case .combine(let combination): combine(combination)
    case .discard(let bytes): held[bytes.id] = nil
    case .askNext: queue.call(.next)
    case .askState: queue.call(.state)
    case .sendShard(let rank, let world, let header, let id):
      gate.open(AttemptID(task: header.task, attempt: header.attempt))
      queue.call(.shard(rank: rank, world: world, header, id))
    case .credit(let id, let attempt): gate.credit(id, attempt)
    case .cancelShards: gate.cancel()
    case .deliverProgress(let bytes, let rank):
      if let message = held.removeValue(forKey: bytes.id) { queue.call(.progress(message, rank: rank)) }
    case .deliverResults(let results, let stopped):
      stateMessage = nil
      queue.call(.results(results.compactMap { held.removeValue(forKey: $0.id) }, stopped: stopped))
    case .attemptAborted(let why): queue.call(.aborted(why))
    case .log(let event): options.log(event)
    case .end(let result):
      isEnded = true
      gate.cancel()
      queue.call(.ended(result))
    }
  }

  private func send(_ header: FrameHeader, _ payload: OutPayload, to id: WorkerID) {
    let message: Message? =
      switch payload {
      case .none: make(header, [])
      case .bytes(let bytes): make(header, bytes)
      case .job: reframe(job, header)
      case .state: stateMessage.flatMap { reframe($0, header) }
      }
    if let message { send([message], .data, to: id) }
  }

  /// The same payload behind another header.
  private func reframe(_ message: Message, _ header: FrameHeader) -> Message? {
    do throws(ClusterError) {
      return try message.withPayload { payload throws(ClusterError) in try Message(header, payload: payload) }
    } catch {
      failures.append(.programFailed(error.description))
      return nil
    }
  }

  private func make(_ header: FrameHeader, _ payload: [UInt8]) -> Message? {
    do throws(ClusterError) { return try Message(header, payload: payload) } catch {
      failures.append(.programFailed(error.description))
      return nil
    }
  }

  private func send(_ parts: [Message], _ channel: RoutingID.Channel, to id: WorkerID) {
    guard let index = routes[id] else { return }
    do throws(ClusterError) {
      switch try routers[index].send(routingID: RoutingID(channel, id)) {
      case .sent:
        for (position, part) in parts.enumerated() {
          _ = try routers[index].send(part, more: position < parts.count - 1, wait: true)
        }
      case .unreachable: failures.append(.unreachable(id, "its connection is closed"))
      case .queueFull: failures.append(.unreachable(id, "it does not read its messages any more"))
      }
    } catch {
      failures.append(.unreachable(id, error.description))
    }
  }

  private func combine(_ combination: Combination) {
    let parts = combination.parts.compactMap { held.removeValue(forKey: $0.id) }
    do throws(ClusterError) {
      switch combination.operation {
      case .sum:
        let sum = try RankSum.message(combination.header, parts)
        for id in combination.receivers { send([sum.sharedCopy()], .data, to: id) }
      case .gather:
        let result = try Message(combination.header)
        for (rank, id) in combination.receivers.enumerated() {
          var message = [result.sharedCopy()]
          for (other, part) in parts.enumerated() { message.append(other == rank ? Message() : part.sharedCopy()) }
          send(message, .data, to: id)
        }
      }
    } catch {
      failures.append(.programFailed(error.description))
    }
  }
}

/// The hub's arithmetic.
enum RankSum {
  /// A result frame with Σ over ranks of the parts' float32 payloads, added in a fixed tree of ranks.
  static func message(_ header: FrameHeader, _ parts: [Message]) throws(ClusterError) -> Message {
    let count = (parts.first?.payloadCount ?? 0) / 4
    var header = header
    header.payloadLength = UInt64(count * 4)
    let message = try Message(byteCount: FrameHeader.byteCount + count * 4)
    message.withMutableBytes { bytes in
      let sum = UnsafeMutableRawBufferPointer(rebasing: bytes[FrameHeader.byteCount...])
      total(parts[...], into: sum)
      if let base = bytes.baseAddress { header.encode(to: base, payload: UnsafeRawBufferPointer(sum)) }
    }
    return message
  }

  /// Neighbours first: (0 + 1) + (2 + 3). A rank that holds the work of two neighbours and has added it up itself then
  /// gives the same bits as the two.
  private static func total(_ parts: ArraySlice<Message>, into sum: UnsafeMutableRawBufferPointer) {
    guard parts.count > 1 else {
      parts.first?.withPayload { sum.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<sum.count])) }
      return
    }
    var half = 1
    while half * 2 < parts.count { half *= 2 }
    let (left, right) = (parts.prefix(half), parts.dropFirst(half))
    total(left, into: sum)
    if right.count == 1 {
      right.first?.withPayload { add($0, to: sum) }
    } else {
      withUnsafeTemporaryAllocation(byteCount: sum.count, alignment: 64) { other in
        total(right, into: other)
        add(UnsafeRawBufferPointer(other), to: sum)
      }
    }
  }

  /// sumᵢ += termᵢ; neither needs an alignment (received bytes may begin anywhere).
  static func add(_ term: UnsafeRawBufferPointer, to sum: UnsafeMutableRawBufferPointer) {
    let bytes = min(term.count, sum.count) & ~3
    let wide = MemoryLayout<SIMD8<Float>>.stride
    var offset = 0
    while offset + wide <= bytes {
      let value =
        sum.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
        + term.loadUnaligned(fromByteOffset: offset, as: SIMD8<Float>.self)
      sum.storeBytes(of: value, toByteOffset: offset, as: SIMD8<Float>.self)
      offset += wide
    }
    while offset < bytes {
      let value =
        sum.loadUnaligned(fromByteOffset: offset, as: Float.self)
        + term.loadUnaligned(fromByteOffset: offset, as: Float.self)
      sum.storeBytes(of: value, toByteOffset: offset, as: Float.self)
      offset += 4
    }
  }
}
