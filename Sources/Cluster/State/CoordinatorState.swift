import Wire

/// When something happened; the state machine never asks a clock itself.
package typealias Instant = ContinuousClock.Instant

/// A worker process: the random number it drew when it started.
package typealias WorkerID = UInt64

/// Decides what a coordinator does: no socket, clock, file or log inside. The driver feeds events and acts.
///
/// Phases: gathering → planning → (assembling) → running → completing → planning …; → ended from anywhere.
///
/// Why survivors of a loss agree: the result of a collective goes to all ranks of the attempt or to none, in one action,
/// and every worker gets its messages in the order they were sent. An abort is sent after the last result, so every
/// survivor consumes exactly the same results before it meets the abort in its next wait.
package struct CoordinatorState {
  package struct Settings: Sendable {
    package var runID: UInt64
    package var incarnation: UInt64
    package var host: String
    package var version: String
    package var world: Int
    package var minWorkers: Int
    package var gatherTimeout: Duration
    package var prepareTimeout: Duration
    package var heartbeatInterval: Duration
    package var heartbeatTimeout: Duration
    package var stepTimeout: Duration?
    package var stopTimeout: Duration
    package var waitNotice: Duration

    package init(_ options: CoordinatorOptions, incarnation: UInt64, host: String) {
      runID = options.runID
      self.incarnation = incarnation
      self.host = host
      version = options.version
      world = options.world
      minWorkers = options.minWorkers
      gatherTimeout = options.gatherTimeout
      prepareTimeout = options.prepareTimeout
      heartbeatInterval = options.heartbeatInterval
      heartbeatTimeout = options.heartbeatTimeout
      stepTimeout = options.stepTimeout
      stopTimeout = options.stopTimeout
      waitNotice = options.waitNotice
    }
  }

  enum Phase { case gathering, planning, awaitingState, assembling, running, completing, ended }

  let settings: Settings
  var phase = Phase.gathering
  var phaseBegan: Instant
  var noticed: Instant
  var lastTick: Instant

  var members: [WorkerID: Member] = [:]
  var arrivals: [WorkerID] = []  // members in order of arrival
  var lost: [WorkerID: LostWorker] = [:]
  var lastLoss = ""
  var ranks: [WorkerID] = []  // the attempt's workers, by rank

  var current = AttemptID(task: 0, attempt: 0)
  var task: ClusterTask?
  var taskBegan = false  // some attempt of this task ran: newcomers must wait
  var mustAssemble = true
  var meeting = Meeting()

  var stopReason: String?
  var stopDeadline: Instant?
  package private(set) var refusals: [RefusalReason: Int] = [:]
  var actions: [CoordinatorAction] = []

  package init(_ settings: Settings, at now: Instant) {
    self.settings = settings
    phaseBegan = now
    noticed = now
    lastTick = now
  }

  package mutating func handle(_ event: CoordinatorEvent, at now: Instant) -> [CoordinatorAction] {
    if phase == .ended {
      if case .frame(_, .held(let held)) = event { return [.discard(held)] }
      return []
    }
    switch event {
    case .frame(let header, let payload): receive(header, payload, at: now)
    case .badFrame(let sender, let error): receiveBad(sender, error)
    case .unreachable(let id, let why): suspect(id, why, at: now)
    case .childExited(let pid, let how, let willRestart): childExited(pid, how, willRestart, at: now)
    case .stopRequested(let reason): requestStop(reason, at: now)
    case .programNext(let next): planned(next, at: now)
    case .programState(let exists): if phase == .awaitingState { distribute(hasState: exists, at: now) }
    case .programCompleted: completed(at: now)
    case .programFailed(let reason): fail(.programFailed(who: "The coordinator's program", reason: reason))
    case .tick: tick(at: now)
    }
    defer { actions.removeAll() }
    return actions
  }

  /// Whether chunks of this attempt's shards still have a receiver.
  package func wantsShard(_ attempt: AttemptID, for id: WorkerID) -> Bool {
    phase == .assembling && attempt == current && members[id]?.rank != nil
  }

  mutating func enter(_ phase: Phase, at now: Instant) {
    self.phase = phase
    phaseBegan = now
    noticed = now
  }

  /// Counts a frame that is not used; the first of a reason and every tenfold are logged.
  mutating func refuse(_ reason: RefusalReason, _ payload: FramePayload, _ detail: @autoclosure () -> String) {
    let count = refusals[reason, default: 0] + 1
    refusals[reason] = count
    if case .held(let held) = payload { actions.append(.discard(held)) }
    if count == 1 || (count % 10 == 0 && "\(count)".dropFirst().allSatisfy { $0 == "0" }) {
      actions.append(.log(.refusedFrame(reason: reason, detail: detail(), count: count)))
    }
  }

  func header(_ kind: MessageKind, sequence: UInt64 = 0, detail: UInt64 = 0, flags: FrameFlags = []) -> FrameHeader {
    FrameHeader(
      kind, runID: settings.runID, incarnation: settings.incarnation, task: current.task, attempt: current.attempt,
      sequence: sequence, detail: detail, flags: stopReason == nil ? flags : flags.union(.stop))
  }

  mutating func send(_ kind: MessageKind, _ payload: OutPayload = .none, to id: WorkerID) {
    actions.append(.send(header(kind), payload, to: id))
  }

  mutating func end(_ outcome: RunOutcome) {
    let end: RunEnd =
      switch outcome {
      case .finished: RunEnd(.finished, reason: "")
      case .interrupted(let reason): RunEnd(.interrupted, reason: reason)
      }
    finish(end, .success(outcome))
  }

  mutating func fail(_ error: ClusterError) {
    finish(RunEnd(.failed, reason: error.description), .failure(error))
  }

  private mutating func finish(_ end: RunEnd, _ result: Result<RunOutcome, ClusterError>) {
    guard phase != .ended else { return }
    for id in arrivals { send(.finish, .bytes(end.bytes), to: id) }
    for held in meeting.takeAll() { actions.append(.discard(held)) }
    phase = .ended
    actions.append(.end(result))
  }
}

/// A task and the how-manieth try.
package struct AttemptID: Hashable, Sendable {
  package var task: UInt64
  package var attempt: UInt32
}
