import Testing
import Wire

@Suite struct MessageTests {
  private func check<M: WireMessage>(_ message: M) throws {
    let bytes = message.bytes
    #expect(try M(decoding: bytes) == message)
    for count in bytes.indices {
      #expect(throws: WireError.self, "\(M.self) cut at \(count)") { try M(decoding: Array(bytes[..<count])) }
    }
    #expect(throws: WireError.trailingBytes(part: "\(M.kind)", count: 1)) { try M(decoding: bytes + [0]) }
  }

  @Test("every message comes back, and is refused when cut anywhere or too long")
  func roundTrips() throws {
    try check(Hello(programVersion: "0.1.0", host: "knoten-7", pid: 4711, name: "Fräulein α, pid 4711"))
    try check(Refusal(.declaredLost, programVersion: "0.1.0", sentence: "it was silent."))
    try check(Assignment(rank: 2, world: 3, stateFollows: true, shardFollows: false))
    try check(TaskStart(label: "epoch 3, training", task: [1, 2, 3]))
    try check(RunEnd(.interrupted, reason: "SIGTERM"))
    try check(Sentence("rank 1 was lost."))
    try check(Sentence(""))
  }

  @Test("values outside their range are refused")
  func ranges() {
    #expect(throws: WireError.badField("rank", message: "assign", found: "3 of 3")) {
      try Assignment(decoding: Assignment(rank: 3, world: 3, stateFollows: false, shardFollows: false).bytes)
    }
    #expect(throws: WireError.badField("outcome", message: "finish", found: "9")) {
      try RunEnd(decoding: [9, 0, 0, 0, 0])
    }
    #expect(throws: WireError.badField("reason", message: "refuse", found: "0")) {
      try Refusal(decoding: [0, 0, 0, 0, 0, 0, 0, 0, 0])
    }
    var bytes = Assignment(rank: 0, world: 1, stateFollows: false, shardFollows: false).bytes
    bytes[8] = 2
    #expect(throws: WireError.badField("stateFollows", message: "assign", found: "2")) {
      try Assignment(decoding: bytes)
    }
  }

  @Test("an announced text or blob longer than what is there is refused without being allocated")
  func lengths() {
    #expect(throws: WireError.badField("text", message: "abort", found: "a text of 4294967295 bytes")) {
      try Sentence(decoding: [0xFF, 0xFF, 0xFF, 0xFF])
    }
    #expect(throws: WireError.truncated(part: "task.task", expected: Int.max, found: 0)) {
      try TaskStart(decoding: [0, 0, 0, 0] + [UInt8](repeating: 0xFF, count: 8))
    }
  }
}
