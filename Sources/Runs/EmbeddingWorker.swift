import Cluster
import TextEncoder

/// A worker's side of an embedding run: opens the model itself, encodes its parts, sends each when it is done.
final class EmbeddingWorker: WorkerProgram {
  private var encoder: (any SentenceEncoder)?
  private var shard = EmbeddingShard(rounds: 0, parts: [])
  private var incoming = EmbeddingShard(rounds: 0, parts: [])

  /// Nothing is kept between attempts, so every rank is always at the same place.
  var committedPosition: UInt64 { 0 }

  func prepare(job bytes: UnsafeRawBufferPointer) throws {
    let message = try EmbeddingJobMessage(bytes)
    let encoder = try message.recipe.make()
    guard encoder.identity.plmHash == message.plmHash else {
      throw RunError.inputChanged(
        what: "language model", path: message.recipe.plm ?? message.plm, expected: message.plmHash,
        found: encoder.identity.plmHash)
    }
    self.encoder = encoder
  }

  func install(state: UnsafeRawBufferPointer) throws {}

  func install(shard chunk: UnsafeRawBufferPointer, rank: Int, world: Int, isFirst: Bool, isLast: Bool) throws {
    if isFirst { incoming = EmbeddingShard(rounds: 0, parts: []) }
    if !chunk.isEmpty {
      let more = try EmbeddingShard(chunk)
      incoming.rounds = more.rounds
      incoming.parts += more.parts
    }
    if isLast {
      shard = incoming
      incoming = EmbeddingShard(rounds: 0, parts: [])
    }
  }

  func run(
    task: UnsafeRawBufferPointer, collective: any Collective, progress: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> [UInt8] {
    guard let encoder else { throw RunError.unreadableMessage("a task before its job") }
    for round in 0..<shard.rounds {
      if round < shard.parts.count {
        let part = shard.parts[round]
        let rows = try encoder.encoded(part.texts, progress: nil)
        try EmbeddedPart(part: part.number, rows: rows).bytes.withUnsafeBytes(progress)
      }
      // Meets the others: here a lost worker is noticed, and a wish to stop.
      let none: [UInt8] = []
      _ = try collective.allGather(none)
      if collective.shouldStop { break }
    }
    return []
  }
}

/// What `theriac worker` is: whatever the coordinator's job says.
public final class AnyWorker: WorkerProgram {
  private var program: (any WorkerProgram)?

  public init() {}

  public var committedPosition: UInt64 { program?.committedPosition ?? 0 }

  public func prepare(job bytes: UnsafeRawBufferPointer) throws {
    let program: any WorkerProgram = EmbeddingJobMessage.isOne(bytes) ? EmbeddingWorker() : TrainingWorker()
    self.program = program
    try program.prepare(job: bytes)
  }

  public func install(state bytes: UnsafeRawBufferPointer) throws { try ready().install(state: bytes) }

  public func install(
    shard chunk: UnsafeRawBufferPointer, rank: Int, world: Int, isFirst: Bool, isLast: Bool
  ) throws {
    try ready().install(shard: chunk, rank: rank, world: world, isFirst: isFirst, isLast: isLast)
  }

  public func run(
    task: UnsafeRawBufferPointer, collective: any Collective, progress: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> [UInt8] {
    try ready().run(task: task, collective: collective, progress: progress)
  }

  private func ready() throws -> any WorkerProgram {
    guard let program else { throw RunError.unreadableMessage("a message before the job") }
    return program
  }
}
