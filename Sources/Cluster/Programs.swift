/// What a worker process does with a run's bytes. Every method is called on the thread that called `Worker.run()`.
///
/// Order: `prepare`, [`install(state:)`], `install(shard:…)` …, `run`, `run` …; after the loss of a worker
/// `install(shard:…)` for the new world if it changed, then `run` with the same task again.
public protocol WorkerProgram: AnyObject {
  /// How far the committed state is, for example the global step. All ranks must agree before an attempt begins.
  var committedPosition: UInt64 { get }

  /// Once, first: the coordinator program's description of the run.
  func prepare(job: UnsafeRawBufferPointer) throws

  /// The coordinator program's state; only when it has one (resumed, or joined late). Replaces everything.
  func install(state: UnsafeRawBufferPointer) throws

  /// Data of (rank, world), in chunks; the first chunk replaces the earlier shard.
  func install(shard chunk: UnsafeRawBufferPointer, rank: Int, world: Int, isFirst: Bool, isLast: Bool) throws

  /// Runs a task and returns its result.
  ///
  /// When a collective throws `ClusterError.aborted`, keep the last committed step and let the error through; this is
  /// called again, with a new rank and world. Any other error fails the whole run with its description. `progress`
  /// hands bytes to the coordinator program; sent before an abort they are delivered exactly once.
  func run(
    task: UnsafeRawBufferPointer, collective: any Collective,
    progress: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> [UInt8]
}

/// One piece of work for all ranks.
public struct ClusterTask: Equatable, Sendable {
  public let bytes: [UInt8]
  /// For people: "epoch 3, training".
  public let label: String

  public init(_ bytes: [UInt8], label: String) {
    self.bytes = bytes
    self.label = label
  }
}

/// What a run consists of. Every method is called on the thread that called `Coordinator.run()`.
public protocol CoordinatorProgram: AnyObject {
  /// Once, first: what every worker prepares itself with.
  func job() throws -> [UInt8]

  /// The next task; nil when the run is finished. Not called after a stop request.
  func next() throws -> ClusterTask?

  /// The state before the task that `next()` returned last, for workers that come in; nil: initialised from the job.
  func state() throws -> [UInt8]?

  /// Emits the data of (rank, world) in chunks of a few MB; `emit` waits while eight are on their way.
  /// Let an error of `emit` through: the worker it is for is gone.
  func shard(rank: Int, world: Int, emit: ([UInt8]) throws -> Void) throws

  /// Every rank returned. `results` is in rank order; `stopped` says that a stop was requested.
  func completed(_ task: ClusterTask, results: [[UInt8]], stopped: Bool) throws

  /// Bytes that a rank sent while the task runs; valid during the call.
  func progress(_ bytes: UnsafeRawBufferPointer, from rank: Int, of task: ClusterTask) throws

  /// The task begins again (from the survivors' committed position) on the workers that are left.
  func attemptAborted(_ task: ClusterTask, reason: String)
}

extension CoordinatorProgram {
  public func attemptAborted(_ task: ClusterTask, reason: String) {}
}
