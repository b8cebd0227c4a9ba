import Glibc
import Wire

/// Runs a program's tasks on workers: listens, admits, prepares, hands out tasks, is the hub of the collectives.
public final class Coordinator: @unchecked Sendable {  // other threads only post to the queue
  /// The addresses as bound, with the ports that were chosen.
  public let endpoints: [String]

  private let options: CoordinatorOptions
  private let program: any CoordinatorProgram
  private let context: Context
  private let routers: [Socket]
  private let wakeUp: WakeUp
  private let queue: ProgramQueue
  private let gate = ShardGate()
  private let incarnation = WorkerID.random(in: 1...WorkerID.max)
  private let gatekeeper: Gatekeeper?
  private let counted = Guarded([RefusalReason: Int]())
  private let wasRun = Guarded(false)

  /// Binds the addresses.
  /// - Throws: `invalidOption`, `insecureAddress`, `portInUse`, `cannotBind`.
  public init(_ options: CoordinatorOptions, program: any CoordinatorProgram) throws(ClusterError) {
    try options.validate()
    self.options = options
    self.program = program
    context = try Context(maxMessageBytes: options.maxMessageBytes + FrameHeader.byteCount)
    wakeUp = try WakeUp()
    let queue = ProgramQueue(wakeUp)
    self.queue = queue
    if let keys = options.keys {
      gatekeeper = try Gatekeeper(context, allowed: keys.allowed) { queue.post(.log(.refusedKey($0))) }
    } else {
      gatekeeper = nil
    }
    do throws(ClusterError) {
      (routers, endpoints) = try Self.bind(options, in: context)
    } catch {
      gatekeeper?.close()
      context.terminate()
      throw error
    }
  }

  deinit {
    gatekeeper?.close()
    for router in routers { router.close() }
    context.terminate()
  }

  /// One router for tcp (with CURVE when there are keys) and one for ipc (never).
  private static func bind(
    _ options: CoordinatorOptions, in context: Context
  ) throws(ClusterError) -> ([Socket], [String]) {
    var routers: [String: Socket] = [:]
    var endpoints: [String] = []
    for endpoint in options.bind {
      let scheme = String(endpoint.prefix(3))
      let router: Socket
      if let existing = routers[scheme] {
        router = existing
      } else {
        router = try makeRouter(context, keys: scheme == "tcp" ? options.keys : nil)
        routers[scheme] = router
      }
      endpoints.append(try router.bind(endpoint))
    }
    return (routers.keys.sorted().compactMap { routers[$0] }, endpoints)
  }

  private static func makeRouter(_ context: Context, keys: ServerKeys?) throws(ClusterError) -> Socket {
    let router = try Socket(.router, in: context)
    router.requireReachablePeers()
    if let keys { try router.serveCurve(keys.pair) }
    return router
  }

  /// Ends the task at its next step boundary and then the run, as interrupted. From any thread, but not from a signal
  /// handler. The first reason counts.
  public func requestStop(_ reason: String) { queue.post(.event(.stopRequested(reason))) }

  /// A worker process of this machine ended. From any thread.
  /// - Parameter how: what happened to it: "was killed by signal 9".
  public func workerExited(pid: Int32, _ how: String, willRestart: Bool) {
    queue.post(.event(.childExited(pid: pid, how: how, willRestart: willRestart)))
  }

  /// Frames that were not used, by reason; complete when `run` has returned.
  public var refusals: [RefusalReason: Int] { counted.update { $0 } }

  /// Runs the program to its end. Once per coordinator; the addresses are free again afterwards.
  /// - Throws: `workersMissing`, `workerExitedEarly`, `tooFewWorkers`, `positionsDisagree`, `programsDisagree`,
  ///   `programFailed`.
  public func run() throws(ClusterError) -> RunOutcome {
    let isSecond = wasRun.update { was in
      defer { was = true }
      return was
    }
    precondition(!isSecond, "A coordinator runs once.")
    let job = try calling { try Message(FrameHeader(.job, runID: 0, incarnation: 0), payload: program.job()) }
    options.log(.listening(endpoints: endpoints))
    let settings = CoordinatorState.Settings(options, incarnation: incarnation, host: Host.name)
    nonisolated(unsafe) let hub = Hub(  // made here, then only used by its thread until that has ended
      routers: routers, wakeUp: wakeUp, queue: queue, gate: gate, options: options,
      state: CoordinatorState(settings, at: .now), job: job)
    let thread = Thread { hub.run() }
    guard thread.isRunning else { throw .zeroMQ(call: "pthread_create", reason: "no thread could be started") }
    let result = serve()
    thread.join()
    gatekeeper?.close()
    context.terminate()
    counted.update { $0 = hub.refusals }
    if case .success(let outcome) = result { options.log(.ended("the run \(outcome)")) }
    return try result.get()
  }

  /// Does what the hub thread asks for, until it says that the run has ended.
  private func serve() -> Result<RunOutcome, ClusterError> {
    var task = ClusterTask([], label: "")
    while true {
      do throws(ClusterError) {
        switch queue.nextCall() {
        case .next:
          let next = try calling { try program.next() }
          task = next ?? task
          queue.post(.event(.programNext(next)))
        case .state:
          queue.post(.state(try calling { try program.state() }))
        case .shard(let rank, let world, let header, let id):
          try sendShard(rank: rank, world: world, header, to: id)
        case .progress(let message, let rank):
          try calling { try message.withPayload { try program.progress($0, from: rank, of: task) } }
        case .results(let messages, let stopped):
          try calling {
            try program.completed(task, results: messages.map(\.payloadArray), stopped: stopped)
          }
          queue.post(.event(.programCompleted))
        case .aborted(let why):
          program.attemptAborted(task, reason: why)
        case .ended(let result):
          return result
        }
      } catch {
        let reason = if case .programFailed(_, let reason) = error { reason } else { error.description }
        queue.post(.event(.programFailed(reason)))
      }
    }
  }

  /// Emits one behind, because only the end of the program's call shows which chunk is the last.
  private func sendShard(rank: Int, world: Int, _ header: FrameHeader, to id: WorkerID) throws(ClusterError) {
    let attempt = AttemptID(task: header.task, attempt: header.attempt)
    guard gate.isOpen(attempt) else { return }
    var pending: [UInt8]?
    var sequence: UInt64 = 0
    func post(_ chunk: [UInt8], isLast: Bool) throws(ClusterError) {
      try gate.take(id, attempt)
      var header = header
      header.sequence = sequence
      header.flags = [sequence == 0 ? .first : [], isLast ? .last : []]
      queue.post(.chunk(chunk, header, id))
      sequence += 1
    }
    do {
      try program.shard(rank: rank, world: world) { chunk in
        if let pending { try post(pending, isLast: false) }
        pending = chunk
      }
      try post(pending ?? [], isLast: true)
    } catch {
      if gate.isOpen(attempt) { throw Self.programError(error) }
    }
  }

  private func calling<R>(_ body: () throws -> R) throws(ClusterError) -> R {
    do { return try body() } catch { throw Self.programError(error) }
  }

  private static func programError(_ error: any Error) -> ClusterError {
    .programFailed(who: "The coordinator's program", reason: "\(error)")
  }
}

extension RunOutcome: CustomStringConvertible {
  public var description: String {
    switch self {
    case .finished: "finished"
    case .interrupted(let reason): "was interrupted: \(reason)"
    }
  }
}
