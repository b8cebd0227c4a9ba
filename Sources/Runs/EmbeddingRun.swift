import Cluster
import TextEncoder

/// Spreads an encoding over worker processes.
public struct EmbeddingRun: Sendable {
  public enum Failure: Error, Equatable, CustomStringConvertible {
    /// What was done is kept; the same command goes on.
    case interrupted(String)

    public var description: String {
      switch self {
      case .interrupted(let reason): "interrupted (\(reason)); the same command goes on where it was"
      }
    }
  }

  private let options: LaunchOptions
  private let recipe: EncoderRecipe
  private let log: @Sendable (String) -> Void
  /// Called with the means to stop the run, and the addresses that workers connect to.
  private let started: @Sendable (_ requestStop: @escaping @Sendable (String) -> Void, [String]) -> Void

  public init(
    _ recipe: EncoderRecipe, options: LaunchOptions, log: @escaping @Sendable (String) -> Void,
    started: @escaping @Sendable (_ requestStop: @escaping @Sendable (String) -> Void, [String]) -> Void
  ) throws {
    guard (1...RunError.mostWorkers).contains(options.workers) else { throw RunError.workers(options.workers) }
    self.recipe = recipe
    self.options = options
    self.log = log
    self.started = started
  }

  /// Encodes what remains of the job.
  /// - Throws: `interrupted`; `ClusterError`.
  public func work(_ job: EncodingJob) throws {
    if job.remaining.isEmpty { return }
    var cluster = CoordinatorOptions(world: options.workers, version: options.version)
    cluster.insecure = options.isInsecure
    cluster.keys = options.keys
    cluster.gatherTimeout = options.gatherTimeout
    cluster.minWorkers = options.minWorkers
    cluster.waitNotice = .seconds(300)  // a part of long texts takes a minute
    let log = log
    cluster.log = { event in if event.level != .info { log("\(event)") } }
    let endpoint = options.startsWorkers ? try LocalWorkers.privateEndpoint() : nil
    defer { endpoint?.remove() }
    cluster.bind = (endpoint.map { [$0.endpoint] } ?? []) + options.bind
    let coordinator = try Coordinator(cluster, program: EmbeddingCoordinator(job, recipe: recipe))
    started({ coordinator.requestStop($0) }, coordinator.endpoints)
    var workers: LocalWorkers?
    if options.startsWorkers {
      let address = coordinator.endpoints[0]
      let local = LocalWorkers(
        executable: options.executable, count: options.workers,
        arguments: { _ in ["worker", "--connect", address] })
      try local.start(reportingTo: coordinator)
      workers = local
    }
    defer { workers?.stop() }
    switch try coordinator.run() {
    case .finished: return
    case .interrupted(let reason): throw Failure.interrupted(reason)
    }
  }
}
