/// Both programs in this process: a world of one, no sockets, the same order of calls.
public final class SoloRun: Sendable {
  private let stopReason = Guarded<String?>(nil)

  public init() {}

  /// From any thread; the task sees it at its next look at `shouldStop`. The first reason counts.
  public func requestStop(_ reason: String) {
    stopReason.update { if $0 == nil { $0 = reason } }
  }

  /// - Throws: `programFailed` with what a program threw.
  public func run(
    coordinator: any CoordinatorProgram, worker: any WorkerProgram
  ) throws(ClusterError) -> RunOutcome {
    do {
      return try serve(coordinator, worker)
    } catch let error as ClusterError {
      throw error
    } catch {
      throw .programFailed(who: "The run", reason: "\(error)")
    }
  }

  private var reason: String? { stopReason.update { $0 } }

  private func serve(_ coordinator: any CoordinatorProgram, _ worker: any WorkerProgram) throws -> RunOutcome {
    try coordinator.job().withUnsafeBytes { try worker.prepare(job: $0) }
    var isPrepared = false
    while true {
      if let reason { return .interrupted(reason: reason) }
      guard let task = try coordinator.next() else { return .finished }
      if !isPrepared {
        isPrepared = true
        try coordinator.state()?.withUnsafeBytes { try worker.install(state: $0) }
        try install(coordinator, worker)
      }
      let collective = LocalCollective { self.reason != nil }
      let result = try task.bytes.withUnsafeBytes { bytes in
        try worker.run(task: bytes, collective: collective) { try coordinator.progress($0, from: 0, of: task) }
      }
      try coordinator.completed(task, results: [result], stopped: reason != nil)
    }
  }

  private func install(_ coordinator: any CoordinatorProgram, _ worker: any WorkerProgram) throws {
    var pending: [UInt8]?
    var isFirst = true
    func deliver(_ chunk: [UInt8], isLast: Bool) throws {
      try chunk.withUnsafeBytes {
        try worker.install(shard: $0, rank: 0, world: 1, isFirst: isFirst, isLast: isLast)
      }
      isFirst = false
    }
    try coordinator.shard(rank: 0, world: 1) { chunk in
      if let pending { try deliver(pending, isLast: false) }
      pending = chunk
    }
    try deliver(pending ?? [], isLast: true)
  }
}
