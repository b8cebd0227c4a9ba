package import Wire

/// Bytes that the driver keeps until an action uses or discards them.
package struct HeldBytes: Hashable, Sendable {
  package let id: UInt64
  package init(_ id: UInt64) { self.id = id }
}

/// A payload as the state machine sees it: bytes of control messages, a handle on those of the programs.
package enum FramePayload: Equatable, Sendable {
  case bytes([UInt8])
  case held(HeldBytes)
}

/// What happened.
package enum CoordinatorEvent: Sendable {
  /// A verified frame of the process named in its header.
  case frame(FrameHeader, FramePayload)
  case badFrame(sender: WorkerID?, WireError)
  /// A send failed: no connection, or a full queue.
  case unreachable(WorkerID, String)
  case childExited(pid: Int32, how: String, willRestart: Bool)
  case stopRequested(String)
  case programNext(ClusterTask?)
  case programState(exists: Bool)
  case programCompleted
  case programFailed(String)
  case tick
}

package enum OutPayload: Equatable, Sendable {
  case none
  case bytes([UInt8])
  /// The coordinator program's job, or the state it returned last; kept by the driver.
  case job
  case state
}

/// A collective whose parts are all there.
package struct Combination: Equatable, Sendable {
  package var operation: CollectiveOperation
  /// Header of the result, the same for every rank.
  package var header: FrameHeader
  /// By rank: who gets the result, and its part.
  package var receivers: [WorkerID]
  package var parts: [HeldBytes]
}

/// What to do, in this order.
package enum CoordinatorAction: Sendable {
  case send(FrameHeader, OutPayload, to: WorkerID)
  case pulse(FrameHeader, to: WorkerID)
  case combine(Combination)
  case discard(HeldBytes)
  case askNext
  case askState
  /// Have the program emit the shard and send it to the worker, in chunks with this header.
  case sendShard(rank: Int, world: Int, FrameHeader, to: WorkerID)
  /// The worker installed a chunk of this attempt.
  case credit(WorkerID, AttemptID)
  /// Shards of earlier attempts are not wanted any more.
  case cancelShards
  case deliverProgress(HeldBytes, rank: Int)
  case deliverResults([HeldBytes], stopped: Bool)
  case attemptAborted(String)
  case log(ClusterEvent)
  case end(Result<RunOutcome, ClusterError>)
}

/// How a run ended that did not fail.
public enum RunOutcome: Equatable, Sendable {
  case finished
  /// A stop was requested; the run can be resumed.
  case interrupted(reason: String)
}

/// A greeted worker.
struct Member {
  let id: WorkerID
  let hello: Hello
  var lastHeard: Instant
  var lastPulse: Instant
  /// A pulse can be sent: its heartbeat socket is connected.
  var pinged = false
  /// It will be declared lost then, after its last frames were read.
  var suspicion: (deadline: Instant, why: String)?
  /// It ran an attempt, so it holds the run's committed state.
  var isIncumbent = false
  var rank: Int?
  var installed: ShardPlace?
  /// Committed position, once everything for the current attempt is installed.
  var position: UInt64?
  /// The attempt whose progress is still accepted, and the rank it had in it.
  var reporting: (attempt: AttemptID, rank: Int)?
  var lastActivity: Instant

  var name: String { hello.name }
}

struct ShardPlace: Equatable {
  var rank: Int
  var world: Int
}

struct LostWorker {
  var name: String
  var why: String
  var wasTold = false
}

/// The collective that the ranks are in, and the results of those that are done.
struct Meeting {
  var sequence: UInt64 = 1
  var operation: (CollectiveOperation, byRank: Int)?
  var length: UInt64 = 0
  var parts: [HeldBytes?] = []
  var arrived = 0
  var results: [(bytes: HeldBytes, position: UInt64)?] = []
  var returned = 0
  var waitingSince: Instant?

  init() {}
  init(world: Int) {
    parts = Array(repeating: nil, count: world)
    results = Array(repeating: nil, count: world)
  }

  mutating func takeAll() -> [HeldBytes] {
    defer { self = Meeting() }
    return parts.compactMap(\.self) + results.compactMap { $0?.bytes }
  }
}
