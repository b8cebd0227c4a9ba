import Cluster
import Runs
import Training

/// A coordinator's program that trains some steps on worker processes and notes when rank 0 reports them.
///
/// Rank 0 reports every tenth of a second how many steps are done; the time between two reports over the steps between
/// them is one sample. Sending weights and shards, and gathering the workers, is not in it.
final class ClusterSteps: CoordinatorProgram {
  private let data: BenchData
  private var stepsLeft: Int
  private let warmUp: Int
  private var epoch = 0
  private var workers: LocalWorkers?
  private let clock = ContinuousClock()
  private var previous: (step: Int, at: ContinuousClock.Instant)?
  /// Milliseconds per step.
  private(set) var samples: [Double] = []
  /// How the workers compute their products, where there is a choice.
  private(set) var products: String?
  /// MiB, summed over the workers.
  private(set) var peakMemory: Double?

  init(_ data: BenchData, steps: Int, warmUp: Int) {
    self.data = data
    self.warmUp = warmUp
    stepsLeft = steps + warmUp
  }

  /// Starts the workers, trains, and ends them.
  func run(workers count: Int, executable: String, version: String) throws {
    let endpoint = try LocalWorkers.privateEndpoint()
    defer { endpoint.remove() }
    var options = CoordinatorOptions(world: count, version: version)
    options.bind = [endpoint.endpoint]
    let coordinator = try Coordinator(options, program: self)
    let address = coordinator.endpoints[0]
    let workers = LocalWorkers(
      executable: executable, count: count, arguments: { _ in ["worker", "--connect", address] })
    self.workers = workers
    try workers.start(reportingTo: coordinator)
    defer { workers.stop() }
    _ = try coordinator.run()
  }

  // MARK: CoordinatorProgram

  func job() throws -> [UInt8] { data.job.packed }

  func state() throws -> [UInt8]? { nil }

  func next() throws -> ClusterTask? {
    guard stepsLeft > 0 else { return nil }
    previous = nil
    let end = min(stepsLeft, data.job.stepsPerEpoch)
    return ClusterTask(RunTask.train(epoch: epoch, end: end).bytes, label: "\(end) steps")
  }

  func shard(rank: Int, world: Int, emit: ([UInt8]) throws -> Void) throws {
    let perChunk = 100
    for start in stride(from: 0, to: data.patients, by: perChunk) {
      var table = VisitTable(width: data.job.inputs.textWidth)
      data.append(rank: rank, world: world, patients: start..<min(start + perChunk, data.patients), to: &table)
      try emit(table.packed)
    }
  }

  func progress(_ bytes: UnsafeRawBufferPointer, from rank: Int, of task: ClusterTask) throws {
    let now = clock.now
    let progress = try RunProgress(bytes)
    products = progress.products?.text ?? products
    let step = progress.step
    if let previous, step > previous.step, epoch > 0 || previous.step >= warmUp {
      samples.append((now - previous.at).milliseconds / Double(step - previous.step))
    }
    previous = (step, now)
  }

  func completed(_ task: ClusterTask, results: [[UInt8]], stopped: Bool) throws {
    stepsLeft -= min(stepsLeft, data.job.stepsPerEpoch)
    epoch += 1
    let peaks = (workers?.processes.values).map { $0.compactMap { Machine.peakMemory(process: $0) } } ?? []
    if !peaks.isEmpty { peakMemory = peaks.reduce(0, +) }
  }
}
