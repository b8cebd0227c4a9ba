/// Lets the program emit at most eight chunks per worker ahead of what the worker installed.
final class ShardGate: Sendable {
  static let window = 8

  private struct State {
    var attempt: AttemptID?
    var credits: [WorkerID: Int] = [:]
  }
  private let state = Guarded(State())

  /// Shards of this attempt may be emitted; of others not any more.
  func open(_ attempt: AttemptID) {
    state.update {
      if $0.attempt != attempt { $0 = State(attempt: attempt) }
    }
  }

  func cancel() { state.update { $0 = State() } }

  func credit(_ id: WorkerID, _ attempt: AttemptID) {
    state.update {
      if $0.attempt == attempt { $0.credits[id, default: ShardGate.window] += 1 }
    }
  }

  func isOpen(_ attempt: AttemptID) -> Bool { state.update { $0.attempt == attempt } }

  /// Waits for room for one chunk.
  /// - Throws: `aborted` when the attempt is over.
  func take(_ id: WorkerID, _ attempt: AttemptID) throws(ClusterError) {
    let isOpen = state.wait { state -> Bool? in
      guard state.attempt == attempt else { return false }
      let credits = state.credits[id, default: ShardGate.window]
      if credits == 0 { return nil }
      state.credits[id] = credits - 1
      return true
    }
    guard isOpen else { throw .aborted(reason: "a worker was lost while shards were sent.") }
  }
}
