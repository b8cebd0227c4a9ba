import Cluster
import Wire

/// A coordinator's state machine and workers without sockets: every queue is explicit and drained in a random order.
struct Simulation {
  /// A worker as its protocol sees it: a step is three collectives and then a commit.
  struct Worker {
    enum Mode: Equatable { case idle, waiting(UInt64), ended(RunEnd.Outcome), refused(Refusal), dead }
    var mode = Mode.idle
    var name = ""
    var rank: UInt32 = 0
    var world: UInt32 = 1
    var attempt: (task: UInt64, attempt: UInt32) = (0, 0)
    var shardFollows = false
    var position: UInt64 = 0
    var target: UInt64 = 0
    var sawStop: [UInt64] = []  // positions at which a result carried the stop flag
    var states = 0
    var shards = 0
    var inbox: [(FrameHeader, [UInt8])] = []
    var outbox: [FrameHeader] = []
    var isMute = false  // takes part in nothing, but its heartbeat goes on
  }

  static let runID: UInt64 = 0x1234
  var state: CoordinatorState
  var now: Instant = .now
  var workers: [WorkerID: Worker] = [:]
  var random = SplitMix(seed: 1)

  var tasks: [UInt64]  // target positions
  var nextTask = 0
  var statePosition: UInt64?  // what the coordinator's program gives newcomers
  var hasState = false
  var log: [ClusterEvent] = []
  var outcome: Result<RunOutcome, ClusterError>?
  var held: [UInt64: FrameHeader] = [:]
  var nextHeld: UInt64 = 1
  var deliveredResults = 0
  var combinations: [Combination] = []
  var progress: [Int] = []
  var aborts = 0

  init(world: Int, tasks: [UInt64], _ change: (inout CoordinatorOptions) -> Void = { _ in }) {
    var options = CoordinatorOptions(world: world, version: "1.0")
    options.runID = Self.runID
    change(&options)
    self.tasks = tasks
    state = CoordinatorState(CoordinatorState.Settings(options, incarnation: 99, host: "node"), at: now)
  }

  // MARK: Workers

  func header(_ kind: MessageKind, of id: WorkerID, sequence: UInt64 = 0, detail: UInt64 = 0, length: UInt64 = 0)
    -> FrameHeader
  {
    let worker = workers[id] ?? Worker()
    return FrameHeader(
      kind, runID: Self.runID, incarnation: id, task: worker.attempt.task, attempt: worker.attempt.attempt,
      rank: worker.rank, sequence: sequence, detail: detail, payloadLength: length)
  }

  mutating func greet(_ id: WorkerID, version: String = "1.0", runID: UInt64 = 0, pid: Int32 = 0) {
    let hello = Hello(programVersion: version, host: "node", pid: pid == 0 ? Int32(id) : pid, name: "node, pid \(id)")
    workers[id] = Worker(name: hello.name)
    var header = header(.hello, of: id)
    header.runID = runID
    send(header, hello.bytes)
  }

  mutating func send(_ header: FrameHeader, _ payload: [UInt8] = []) {
    switch header.kind {
    case .contribution, .progress, .taskResult:
      held[nextHeld] = header
      nextHeld += 1
      handle(.frame(header, .held(HeldBytes(nextHeld - 1))))
    default: handle(.frame(header, .bytes(payload)))
    }
  }

  /// One worker takes one message, or one of its frames reaches the coordinator; false when nothing moves any more.
  mutating func stir() -> Bool {
    let busy = workers.filter { ($0.value.mode != .dead) && !($0.value.inbox.isEmpty && $0.value.outbox.isEmpty) }.keys
      .sorted()
    guard !busy.isEmpty, outcome == nil else { return false }
    let id = busy[random.below(busy.count)]
    guard var worker = workers[id] else { return false }
    if !worker.outbox.isEmpty && (worker.inbox.isEmpty || random.below(2) == 0) {
      let frame = worker.outbox.removeFirst()
      workers[id] = worker
      send(frame)
    } else {
      let (frame, payload) = worker.inbox.removeFirst()
      workers[id] = worker
      take(id, frame, payload)
    }
    return true
  }

  mutating func settle(_ limit: Int = 1_000_000) {
    var count = 0
    while count < limit, stir() { count += 1 }
  }

  private mutating func reply(
    _ id: WorkerID, _ kind: MessageKind, sequence: UInt64 = 0, detail: UInt64 = 0, length: UInt64 = 0
  ) {
    let frame = header(kind, of: id, sequence: sequence, detail: detail, length: length)
    workers[id]?.outbox.append(frame)
  }

  private mutating func take(_ id: WorkerID, _ header: FrameHeader, _ payload: [UInt8]) {
    guard var worker = workers[id] else { return }
    let isCurrent = header.task == worker.attempt.task && header.attempt == worker.attempt.attempt
    switch header.kind {
    case .assign:
      guard let assignment = try? Assignment(decoding: payload) else { return }
      worker.rank = assignment.rank
      worker.world = assignment.world
      worker.attempt = (header.task, header.attempt)
      worker.shardFollows = assignment.shardFollows
      workers[id] = worker
      if !assignment.stateFollows && !assignment.shardFollows { reply(id, .ready, detail: worker.position) }
    case .state where isCurrent:
      worker.states += 1
      worker.position = statePosition ?? 0
      workers[id] = worker
      if !worker.shardFollows { reply(id, .ready, detail: worker.position) }
    case .shardChunk where isCurrent:
      worker.shards += 1
      workers[id] = worker
      reply(id, .ready, detail: worker.position)
    case .task where !worker.isMute:
      guard let start = try? TaskStart(decoding: payload) else { return }
      worker.attempt = (header.task, header.attempt)
      worker.target = UInt64(start.task[0])
      worker.mode = .idle
      workers[id] = worker
      goOn(id, after: 0)
    case .result where isCurrent && worker.mode == .waiting(header.sequence):
      if header.flags.contains(.stop) { worker.sawStop.append(worker.position) }
      if header.sequence % 3 == 0 { worker.position += 1 }
      workers[id] = worker
      goOn(id, after: header.sequence)
    case .abort where isCurrent:
      worker.mode = .idle
      workers[id] = worker
    case .finish:
      if let end = try? RunEnd(decoding: payload) { worker.mode = .ended(end.outcome) }
      workers[id] = worker
    case .refuse:
      if let refusal = try? Refusal(decoding: payload) { worker.mode = .refused(refusal) }
      workers[id] = worker
    default: break
    }
  }

  private mutating func goOn(_ id: WorkerID, after sequence: UInt64) {
    guard let worker = workers[id] else { return }
    let atBoundary = sequence % 3 == 0
    if atBoundary && (worker.position >= worker.target || !worker.sawStop.isEmpty) {
      workers[id]?.mode = .idle
      reply(id, .taskResult, detail: worker.position, length: 4)
    } else {
      workers[id]?.mode = .waiting(sequence + 1)
      if random.below(4) == 0 { reply(id, .progress) }
      let operation: CollectiveOperation = sequence % 3 == 2 ? .gather : .sum
      reply(id, .contribution, sequence: sequence + 1, detail: operation.rawValue, length: 400)
    }
  }

  // MARK: Coordinator

  mutating func handle(_ event: CoordinatorEvent) {
    for action in state.handle(event, at: now) { perform(action) }
  }

  mutating func advance(_ duration: Duration, tick: Duration = .milliseconds(100), alive: Bool = true) {
    let end = now + duration
    while now < end && outcome == nil {
      now += min(tick, end - now)
      if alive {
        for (id, worker) in workers where worker.mode != .dead && !worker.name.isEmpty { send(header(.ping, of: id)) }
      }
      handle(.tick)
    }
  }

  private mutating func perform(_ action: CoordinatorAction) {
    switch action {
    case .send(let header, let payload, let id):
      let bytes = if case .bytes(let bytes) = payload { bytes } else { [UInt8]() }
      if workers[id]?.mode == .dead { return handle(.unreachable(id, "its connection is closed")) }
      workers[id]?.inbox.append((header, bytes))
    case .combine(let combination):
      combinations.append(combination)
      for part in combination.parts { held[part.id] = nil }
      for id in combination.receivers {
        if workers[id]?.mode == .dead { handle(.unreachable(id, "its connection is closed")) }
        workers[id]?.inbox.append((combination.header, []))
      }
    case .askNext:
      defer { nextTask += 1 }
      let next = nextTask < tasks.count ? ClusterTask([UInt8(tasks[nextTask])], label: "epoch \(nextTask)") : nil
      handle(.programNext(next))
    case .askState: handle(.programState(exists: hasState))
    case .sendShard(_, _, let header, let id): workers[id]?.inbox.append((header, []))
    case .deliverResults(let results, _):
      for result in results { held[result.id] = nil }
      deliveredResults += 1
      statePosition = workers.values.map(\.position).max()
      hasState = true
      handle(.programCompleted)
    case .deliverProgress(let bytes, let rank):
      held[bytes.id] = nil
      progress.append(rank)
    case .discard(let bytes): held[bytes.id] = nil
    case .attemptAborted: aborts += 1
    case .log(let event): log.append(event)
    case .end(let result): outcome = result
    case .pulse, .credit, .cancelShards: break
    }
  }

  mutating func kill(_ id: WorkerID) {
    workers[id]?.mode = .dead
    workers[id]?.inbox = []
    workers[id]?.outbox = []
    handle(.childExited(pid: Int32(id), how: "was killed by signal 9 (Killed)", willRestart: false))
  }
}

/// A small generator with a seed.
struct SplitMix {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(bound))
  }
}

extension Result where Success == RunOutcome, Failure == ClusterError {
  var error: ClusterError? { if case .failure(let error) = self { error } else { nil } }
  var value: RunOutcome? { try? get() }
}
