import Wire

/// What ended a task before its program returned.
enum Interruption {
  case aborted(String)
  case ended(WorkerOutcome)
  case fatal(ClusterError)

  var error: ClusterError {
    switch self {
    case .aborted(let reason): .aborted(reason: reason)
    case .ended(let outcome): .aborted(reason: "the run ended: \(outcome)")
    case .fatal(let error): error
    }
  }
}

/// A worker's conversation with its coordinator, on the program's thread.
final class WorkerSession {
  let options: WorkerOptions
  let incarnation: UInt64
  let socket: Socket
  let lifeLine: LifeLine
  private(set) var runID: UInt64
  private(set) var attempt = AttemptID(task: 0, attempt: 0)
  private(set) var rank = 0
  private(set) var world = 1
  var interruption: Interruption?

  init(_ options: WorkerOptions, incarnation: UInt64, socket: Socket, lifeLine: LifeLine) {
    self.options = options
    self.incarnation = incarnation
    self.socket = socket
    self.lifeLine = lifeLine
    runID = options.runID ?? 0
  }

  func welcomed(_ header: FrameHeader) {
    runID = header.runID
    lifeLine.greeted(runID: runID)
  }

  func assigned(_ header: FrameHeader, _ assignment: Assignment) {
    attempt = AttemptID(task: header.task, attempt: header.attempt)
    rank = Int(assignment.rank)
    world = Int(assignment.world)
  }

  /// A task of the same assignment.
  func started(_ header: FrameHeader) {
    attempt = AttemptID(task: header.task, attempt: header.attempt)
    interruption = nil
  }

  func header(_ kind: MessageKind, sequence: UInt64 = 0, detail: UInt64 = 0) -> FrameHeader {
    FrameHeader(
      kind, runID: runID, incarnation: incarnation, task: attempt.task, attempt: attempt.attempt,
      rank: UInt32(rank), sequence: sequence, detail: detail)
  }

  func send(_ message: Message) throws(ClusterError) {
    // A full queue means that nothing was read for the send timeout; the life line knows whether that is the end.
    while try socket.send(message) != .sent {
      if let failure = lifeLine.failure { throw failure }
    }
  }

  func send(_ kind: MessageKind, sequence: UInt64 = 0, detail: UInt64 = 0, payload: [UInt8] = []) throws(ClusterError) {
    try send(try Message(header(kind, sequence: sequence, detail: detail), payload: payload))
  }

  /// The next message of this run; waits, but not longer than the coordinator lives.
  /// - Parameter deadline: nil is returned then.
  func next(until deadline: Instant? = nil) throws(ClusterError) -> (header: FrameHeader, parts: [Message])? {
    while true {
      if let parts = try socket.receive(wait: true) {
        let header = try verify(parts[0])
        if header.runID == runID || runID == 0 || header.kind == .refuse { return (header, parts) }
        continue
      }
      // The socket's queue is empty, so nothing that was sent before the loss is missed.
      if let failure = lifeLine.failure { throw failure }
      if let deadline, ContinuousClock.now >= deadline { return nil }
    }
  }

  func verify(_ message: Message) throws(ClusterError) -> FrameHeader {
    do throws(WireError) {
      let limit = UInt64(options.maxMessageBytes)
      return try message.withBytes { bytes throws(WireError) in try Frame(verifying: bytes, limit: limit).header }
    } catch {
      throw .wire(error)
    }
  }

  func decode<M: WireMessage>(_ type: M.Type, _ message: Message) throws(ClusterError) -> M {
    do throws(WireError) {
      return try message.withPayload { payload throws(WireError) in try M(decoding: payload) }
    } catch {
      throw .wire(error)
    }
  }

  /// Messages that end whatever the worker does. Nil: the message was something else.
  func ending(_ header: FrameHeader, _ message: Message) throws(ClusterError) -> WorkerOutcome? {
    switch header.kind {
    case .finish:
      let end = try decode(RunEnd.self, message)
      switch end.outcome {
      case .finished: return .finished
      case .interrupted: return .interrupted(reason: end.reason)
      case .failed: return .runFailed(reason: end.reason)
      }
    case .refuse:
      throw .refused(sentence: try decode(Refusal.self, message).sentence)
    default: return nil
    }
  }
}
