import Cluster
import TextEncoder

/// The coordinator's side of an embedding run: one task, whose parts come back one by one.
///
/// Parts go to ranks in rounds: in round r rank k has the r-th of every world-th remaining part. Long texts come first,
/// so that the parts of a round take about equally long. What came back before a worker was lost is kept; the others
/// share what is left.
final class EmbeddingCoordinator: CoordinatorProgram {
  private let encoding: EncodingJob
  private let message: EmbeddingJobMessage
  /// What was left when the attempt began: all ranks of an attempt get their shares of the same list.
  private var left: [Int]
  private var isDone = false

  init(_ encoding: EncodingJob, recipe: EncoderRecipe) {
    self.encoding = encoding
    message = EmbeddingJobMessage(recipe: recipe, identity: encoding.identity)
    left = encoding.remaining
  }

  func job() throws -> [UInt8] { try message.bytes }
  func state() throws -> [UInt8]? { nil }

  func next() throws -> ClusterTask? {
    isDone || left.isEmpty ? nil : ClusterTask([], label: "embedding \(left.count) parts")
  }

  func shard(rank: Int, world: Int, emit: ([UInt8]) throws -> Void) throws {
    let rounds = (left.count + world - 1) / world
    for number in stride(from: rank, to: left.count, by: world) {
      let part = EmbeddingShard.Part(number: left[number], texts: encoding.texts(ofPart: left[number]))
      try emit(EmbeddingShard(rounds: rounds, parts: [part]).bytes)
    }
    if rank >= left.count { try emit(EmbeddingShard(rounds: rounds, parts: []).bytes) }
  }

  func progress(_ bytes: UnsafeRawBufferPointer, from rank: Int, of task: ClusterTask) throws {
    let part = try EmbeddedPart(bytes)
    try encoding.store(part.part, part.rows)
  }

  func attemptAborted(_ task: ClusterTask, reason: String) { left = encoding.remaining }

  func completed(_ task: ClusterTask, results: [[UInt8]], stopped: Bool) throws {
    isDone = true
    guard stopped || encoding.remaining.isEmpty else {
      throw RunError.unreadableMessage("\(encoding.remaining.count) parts of the texts did not come back")
    }
  }
}
