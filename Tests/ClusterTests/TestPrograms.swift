import Cluster
import Glibc

/// Adds up steps on all ranks; shards are [rank + 1].
final class CountingProgram: CoordinatorProgram {
  let steps: [UInt64]
  private var index = 0
  var results: [[[UInt8]]] = []
  var stopped: [Bool] = []
  var aborts: [String] = []
  var progress: [(rank: Int, bytes: [UInt8])] = []
  var savedState: [UInt8]?
  var shardChunks = 1
  var beforeNext: (Int) -> Void = { _ in }

  init(steps: [UInt64]) { self.steps = steps }

  func job() -> [UInt8] { [42] }
  func next() -> ClusterTask? {
    beforeNext(index)
    defer { index += 1 }
    guard index < steps.count else { return nil }
    return ClusterTask(withUnsafeBytes(of: steps[index]) { Array($0) }, label: "to \(steps[index])")
  }
  func state() -> [UInt8]? { savedState }
  func shard(rank: Int, world: Int, emit: ([UInt8]) throws -> Void) throws {
    try emit([UInt8(rank + 1)])
    for _ in 1..<max(1, shardChunks) { try emit([UInt8](repeating: 0, count: 1000)) }
  }
  func completed(_ task: ClusterTask, results: [[UInt8]], stopped: Bool) {
    self.results.append(results)
    self.stopped.append(stopped)
    savedState = results[0]
  }
  func progress(_ bytes: UnsafeRawBufferPointer, from rank: Int, of task: ClusterTask) {
    progress.append((rank, Array(bytes)))
  }
  func attemptAborted(_ task: ClusterTask, reason: String) { aborts.append(reason) }

  /// What every rank must return: Σ over steps of (step × Σ of the shards of its world).
  static func expected(_ worlds: [Int]) -> [UInt8] {
    var total: Float = 0
    for (step, world) in worlds.enumerated() { total += Float(step + 1) * Float(world * (world + 1) / 2) }
    return withUnsafeBytes(of: (UInt64(worlds.count), total)) { Array($0.prefix(12)) }
  }
}

struct Broken: Error, CustomStringConvertible {
  var description: String { "the weights are not finite." }
}

/// The worker's side of `CountingProgram`, with hooks.
final class CountingWorker: WorkerProgram {
  var committedPosition: UInt64 = 0
  var total: Float = 0
  var shard: [UInt8] = []
  var chunks = 0
  var atStep: (UInt64, any Collective, (UnsafeRawBufferPointer) throws -> Void) throws -> Void = { _, _, _ in }

  func prepare(job: UnsafeRawBufferPointer) throws { guard Array(job) == [42] else { throw Broken() } }
  func install(state: UnsafeRawBufferPointer) {
    committedPosition = state.loadUnaligned(as: UInt64.self)
    total = state.loadUnaligned(fromByteOffset: 8, as: Float.self)
  }
  func install(shard chunk: UnsafeRawBufferPointer, rank: Int, world: Int, isFirst: Bool, isLast: Bool) {
    if isFirst { (shard, chunks) = ([], 0) }
    shard += chunk
    chunks += 1
  }
  func run(
    task: UnsafeRawBufferPointer, collective: any Collective, progress: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> [UInt8] {
    let end = task.loadUnaligned(as: UInt64.self)
    while committedPosition < end && !collective.shouldStop {
      try atStep(committedPosition, collective, progress)
      var values = [Float](repeating: shard.reduce(0) { $0 + Float($1) }, count: 1000)
      try collective.sum(&values)
      total += values[999] * Float(committedPosition + 1)
      committedPosition += 1
    }
    return withUnsafeBytes(of: (committedPosition, total)) { Array($0.prefix(12)) }
  }
}

private final class ThreadBody {
  let run: () -> Void
  init(_ run: @escaping () -> Void) { self.run = run }
}

/// Runs a body on a thread of its own and keeps its result.
final class Background<Value: Sendable>: @unchecked Sendable {
  private var value: Value?
  private var handle = pthread_t()

  init(_ body: @escaping @Sendable () -> Value) {
    let box = Unmanaged.passRetained(ThreadBody { [self] in value = body() })
    pthread_create(
      &handle, nil,
      { argument in
        if let argument { Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, box.toOpaque())
  }

  func result() -> Value? {
    pthread_join(handle, nil)
    return value
  }
}

/// A worker on a thread.
func startWorker(
  _ endpoint: String, version: String = "1", _ program: CountingWorker = CountingWorker(),
  _ change: (inout WorkerOptions) -> Void = { _ in }
) -> Background<Result<WorkerOutcome, ClusterError>> {
  var options = WorkerOptions(connect: endpoint, version: version)
  options.connectTimeout = .seconds(20)
  options.heartbeatInterval = .milliseconds(200)
  options.whenCoordinatorLost = { _ in }
  change(&options)
  let fixed = options
  nonisolated(unsafe) let owned = program
  return Background {
    do throws(ClusterError) { return .success(try Worker(fixed, program: owned).run()) } catch {
      return .failure(error)
    }
  }
}

/// Events of a coordinator.
final class EventLog: @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private var list: [ClusterEvent] = []
  init() { pthread_mutex_init(lock, nil) }
  func add(_ event: ClusterEvent) {
    pthread_mutex_lock(lock)
    list.append(event)
    pthread_mutex_unlock(lock)
  }
  var events: [ClusterEvent] {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return list
  }
}

/// The helper executable beside this test bundle.
enum TestWorker {
  static let path: String = {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let exe = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let folders = [exe, CommandLine.arguments[0]].map { String($0[..<($0.lastIndex(of: "/") ?? $0.startIndex)]) }
    return folders.map { $0 + "/ClusterTestWorker" }.first { access($0, X_OK) == 0 } ?? ""
  }()
  static var exists: Bool { !path.isEmpty }
}
