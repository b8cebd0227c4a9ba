import Glibc
import Wire

/// How a worker's run ended that did not fail on its own side.
public enum WorkerOutcome: Equatable, Sendable, CustomStringConvertible {
  case finished
  case interrupted(reason: String)
  /// The coordinator gave up.
  case runFailed(reason: String)

  public var description: String {
    switch self {
    case .finished: "finished"
    case .interrupted(let reason): "interrupted: \(reason)"
    case .runFailed(let reason): "failed: \(reason)"
    }
  }
}

/// Takes part in a run until its coordinator ends it.
public final class Worker {
  private let options: WorkerOptions
  private let program: any WorkerProgram

  public init(_ options: WorkerOptions, program: any WorkerProgram) {
    self.options = options
    self.program = program
  }

  /// Connects, greets, and does what the coordinator asks for. Ends the process by `whenCoordinatorLost` when the
  /// coordinator is gone while the program computes.
  /// - Throws: `invalidOption`, `noCoordinator`, `refused`, `coordinatorLost`, `wire`, `programFailed`.
  public func run() throws(ClusterError) -> WorkerOutcome {
    try options.validate()
    let incarnation = UInt64.random(in: 1...UInt64.max)
    let context = try Context(maxMessageBytes: options.maxMessageBytes + FrameHeader.byteCount)
    defer { context.terminate() }
    let socket = try Socket(.dealer, in: context)
    defer { socket.close() }
    socket.name(RoutingID(.data, incarnation))
    if let keys = options.keys, options.endpoint.hasPrefix("tcp://") { try socket.useCurve(keys) }
    let lifeLine = try LifeLine(options, incarnation: incarnation, data: socket, in: context)
    defer {
      socket.close()  // before the context is shut down, so that what is queued still leaves
      lifeLine.end()
    }
    try socket.connect(options.endpoint)
    try lifeLine.start()
    let session = WorkerSession(options, incarnation: incarnation, socket: socket, lifeLine: lifeLine)
    do throws(ClusterError) { try greet(session) } catch {
      if case .noCoordinator = error { socket.dropUnsent() }
      throw error
    }
    return try serve(session)
  }

  private func greet(_ session: WorkerSession) throws(ClusterError) {
    let hello = Hello(
      programVersion: options.version, host: Host.name, pid: getpid(),
      name: options.name ?? "\(Host.name), pid \(getpid())")
    try session.send(.hello, payload: hello.bytes)
    let deadline = ContinuousClock.now + options.connectTimeout
    while true {
      guard let (header, parts) = try session.next(until: deadline) else {
        throw .noCoordinator(endpoint: options.endpoint, seconds: options.connectTimeout.seconds)
      }
      if header.kind == .welcome { return session.welcomed(header) }
      if let outcome = try session.ending(header, parts[0]) {
        throw .refused(sentence: "the run has already \(outcome).")
      }
    }
  }

  private func serve(_ session: WorkerSession) throws(ClusterError) -> WorkerOutcome {
    var assignment: Assignment?
    while true {
      guard let (header, parts) = try session.next() else { continue }
      let message = parts[0]
      if let outcome = try session.ending(header, message) { return outcome }
      let isCurrent = AttemptID(task: header.task, attempt: header.attempt) == session.attempt
      switch header.kind {
      case .job:
        try calling(session) { try message.withPayload { try program.prepare(job: $0) } }
      case .assign:
        let next = try session.decode(Assignment.self, message)
        assignment = next
        session.assigned(header, next)
        if !next.stateFollows && !next.shardFollows { try ready(session) }
      case .state where isCurrent:
        try calling(session) { try message.withPayload { try program.install(state: $0) } }
        if assignment?.shardFollows == false { try ready(session) }
      case .shardChunk where isCurrent:
        try calling(session) {
          try message.withPayload {
            try program.install(
              shard: $0, rank: session.rank, world: session.world,
              isFirst: header.flags.contains(.first), isLast: header.flags.contains(.last))
          }
        }
        if header.flags.contains(.last) {
          try ready(session)
        } else {
          try session.send(.chunkInstalled, sequence: header.sequence)
        }
      case .task:
        if let outcome = try run(session, header, try session.decode(TaskStart.self, message)) { return outcome }
      default: continue  // an abort of an attempt that this rank has already left, or bytes of an earlier one
      }
    }
  }

  private func ready(_ session: WorkerSession) throws(ClusterError) {
    try session.send(.ready, detail: program.committedPosition)
  }

  /// - Returns: the run's outcome, when it ended during the task.
  private func run(
    _ session: WorkerSession, _ header: FrameHeader, _ start: TaskStart
  ) throws(ClusterError) -> WorkerOutcome? {
    session.started(header)
    let lifeLine = session.lifeLine
    let collective: any Collective =
      if session.world == 1 { LocalCollective { lifeLine.isStopRequested || header.flags.contains(.stop) } } else {
        RemoteCollective(session, shouldStop: header.flags.contains(.stop))
      }
    let result: [UInt8]
    do {
      result = try start.task.withUnsafeBytes { task in
        try program.run(task: task, collective: collective) { bytes in
          try session.send(try Message(session.header(.progress), payload: bytes))
        }
      }
    } catch {
      if session.interruption == nil { throw reportFailure(session, error) }
      result = []
    }
    switch session.interruption {
    case .aborted: return nil
    case .ended(let outcome): return outcome
    case .fatal(let error): throw error
    case nil:
      try session.send(.taskResult, detail: program.committedPosition, payload: result)
      return nil
    }
  }

  private func calling(_ session: WorkerSession, _ body: () throws -> Void) throws(ClusterError) {
    do { try body() } catch { throw reportFailure(session, error) }
  }

  /// Tells the coordinator why this worker's program failed.
  private func reportFailure(_ session: WorkerSession, _ error: any Error) -> ClusterError {
    let reason = "\(error)"
    if let failure = session.lifeLine.failure { return failure }
    try? session.send(.failed, payload: Sentence(reason).bytes)
    return .programFailed(who: "This worker's program", reason: reason)
  }
}
