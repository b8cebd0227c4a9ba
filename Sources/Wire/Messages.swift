/// A payload with fields. Bytes of the programs (job, state, results ...) are not messages: nobody here reads them.
public protocol WireMessage: Equatable, Sendable {
  static var kind: MessageKind { get }
  func write(to writer: inout ByteWriter)
  init(from reader: inout ByteReader) throws(WireError)
}

extension WireMessage {
  public var bytes: [UInt8] {
    var writer = ByteWriter()
    write(to: &writer)
    return writer.bytes
  }

  /// - Throws: `truncated`, `trailingBytes`, `badField`.
  public init(decoding payload: UnsafeRawBufferPointer) throws(WireError) {
    var reader = ByteReader(payload, message: "\(Self.kind)")
    try self.init(from: &reader)
    try reader.finish()
  }

  public init(decoding payload: [UInt8]) throws(WireError) {
    let result: Result<Self, WireError> = payload.withUnsafeBytes { bytes in
      do throws(WireError) { return .success(try Self(decoding: bytes)) } catch { return .failure(error) }
    }
    self = try result.get()
  }
}

/// Worker → coordinator, first: who is there. The protocol version is in the header.
public struct Hello: WireMessage {
  public static let kind = MessageKind.hello
  /// Release of the program, which must be equal on both sides.
  public var programVersion: String
  public var host: String
  public var pid: Int32
  /// For people, in waits and losses.
  public var name: String

  public init(programVersion: String, host: String, pid: Int32, name: String) {
    self.programVersion = programVersion
    self.host = host
    self.pid = pid
    self.name = name
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    programVersion = try reader.text("programVersion")
    host = try reader.text("host")
    pid = try reader.integer("pid")
    name = try reader.text("name")
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(programVersion)
    writer.write(host)
    writer.write(pid)
    writer.write(name)
  }
}

/// Coordinator → worker: go away, and why.
public struct Refusal: WireMessage {
  public static let kind = MessageKind.refuse
  public enum Reason: UInt8, Sendable { case programVersion = 1, wrongRun = 2, declaredLost = 3, protocolError = 4 }
  public var reason: Reason
  /// The coordinator's program version, for the worker's own sentence.
  public var programVersion: String
  public var sentence: String

  public init(_ reason: Reason, programVersion: String, sentence: String) {
    self.reason = reason
    self.programVersion = programVersion
    self.sentence = sentence
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    let code: UInt8 = try reader.integer("reason")
    guard let reason = Reason(rawValue: code) else {
      throw .badField("reason", message: "refuse", found: "\(code)")
    }
    self.reason = reason
    programVersion = try reader.text("programVersion")
    sentence = try reader.text("sentence")
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(reason.rawValue)
    writer.write(programVersion)
    writer.write(sentence)
  }
}

/// Coordinator → worker: the rank and world of the attempt named in the header, and what follows before it.
public struct Assignment: WireMessage {
  public static let kind = MessageKind.assign
  public var rank: UInt32
  public var world: UInt32
  public var stateFollows: Bool
  public var shardFollows: Bool

  public init(rank: UInt32, world: UInt32, stateFollows: Bool, shardFollows: Bool) {
    self.rank = rank
    self.world = world
    self.stateFollows = stateFollows
    self.shardFollows = shardFollows
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    rank = try reader.integer("rank")
    world = try reader.integer("world")
    stateFollows = try reader.flag("stateFollows")
    shardFollows = try reader.flag("shardFollows")
    guard rank < world else { throw .badField("rank", message: "assign", found: "\(rank) of \(world)") }
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(rank)
    writer.write(world)
    writer.write(stateFollows)
    writer.write(shardFollows)
  }
}

/// Coordinator → worker: run these bytes.
public struct TaskStart: WireMessage {
  public static let kind = MessageKind.task
  public var label: String
  public var task: [UInt8]

  public init(label: String, task: [UInt8]) {
    self.label = label
    self.task = task
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    label = try reader.text("label")
    task = Array(try reader.blob("task"))
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(label)
    writer.write(task)
  }
}

/// Coordinator → worker: the run is over.
public struct RunEnd: WireMessage {
  public static let kind = MessageKind.finish
  public enum Outcome: UInt8, Sendable { case finished = 1, interrupted = 2, failed = 3 }
  public var outcome: Outcome
  public var reason: String

  public init(_ outcome: Outcome, reason: String) {
    self.outcome = outcome
    self.reason = reason
  }

  public init(from reader: inout ByteReader) throws(WireError) {
    let code: UInt8 = try reader.integer("outcome")
    guard let outcome = Outcome(rawValue: code) else {
      throw .badField("outcome", message: "finish", found: "\(code)")
    }
    self.outcome = outcome
    reason = try reader.text("reason")
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(outcome.rawValue)
    writer.write(reason)
  }
}

/// A reason for people: with `abort` (coordinator → worker) and `failed` (worker → coordinator).
public struct Sentence: WireMessage {
  public static let kind = MessageKind.abort
  public var text: String
  public init(_ text: String) { self.text = text }
  public init(from reader: inout ByteReader) throws(WireError) { text = try reader.text("text") }
  public func write(to writer: inout ByteWriter) { writer.write(text) }
}
