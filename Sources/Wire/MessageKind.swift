/// What a frame is for. Below 32: worker → coordinator; from 32: coordinator → worker.
public enum MessageKind: UInt8, CaseIterable, Sendable {
  /// First frame of a worker. Payload `Hello`.
  case hello = 1
  /// On the heartbeat socket, every heartbeat interval. No payload.
  case ping = 2
  /// A shard chunk was installed: the coordinator may send another. `sequence` = number of the chunk.
  case chunkInstalled = 3
  /// Everything for (task, attempt) is installed. `detail` = committed position.
  case ready = 4
  /// A rank's part of collective `sequence`. `detail` = `CollectiveOperation`; payload = the caller's bytes.
  case contribution = 5
  /// The program's bytes for the coordinator's program.
  case progress = 6
  /// The task is done. `detail` = committed position; payload = the program's result.
  case taskResult = 7
  /// The worker's program failed. Payload `Sentence`.
  case failed = 8

  /// The worker belongs to the run named in the header. No payload.
  case welcome = 32
  /// The worker is not wanted. Payload `Refusal`.
  case refuse = 33
  /// On the heartbeat socket: the answer to a ping, and the coordinator's own heartbeat.
  case pulse = 34
  /// The program's description of the run.
  case job = 35
  /// New rank and world for (task, attempt). Payload `Assignment`.
  case assign = 36
  /// The program's state: weights, optimiser.
  case state = 37
  /// Part of this rank's shard; flags say first and last; `sequence` numbers them from 0.
  case shardChunk = 38
  /// Run this task. Payload `TaskStart`.
  case task = 39
  /// The outcome of collective `sequence`. `detail` = operation. A sum is the payload; a gather is the other ranks'
  /// contributions, which follow as frames of their own in rank order (an empty part at the receiver's place).
  case result = 40
  /// The attempt named in the header is over; a new assignment follows. Payload `Sentence`.
  case abort = 41
  /// The run is over. Payload `RunEnd`.
  case finish = 42
}

/// What the hub does with the contributions to one collective.
public enum CollectiveOperation: UInt64, Sendable, CustomStringConvertible {
  /// Every rank gets every rank's bytes.
  case gather = 1
  /// Every rank gets the element-wise float32 sum, added in a fixed tree of ranks.
  case sum = 2

  public var description: String {
    switch self {
    case .gather: "allGather"
    case .sum: "sum"
    }
  }
}

/// Bits beside the kind.
public struct FrameFlags: OptionSet, Equatable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The coordinator wants the task to end at the next step boundary.
  public static let stop = FrameFlags(rawValue: 1)
  public static let first = FrameFlags(rawValue: 2)
  public static let last = FrameFlags(rawValue: 4)
}
