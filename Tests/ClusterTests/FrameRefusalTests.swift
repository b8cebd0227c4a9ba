import Cluster
import Testing
import Wire

@Suite struct FrameRefusalTests {
  /// Two workers, both in collective 2 of a task; rank r is worker r + 1.
  private func running() -> Simulation {
    var simulation = Simulation(world: 2, tasks: [5])
    simulation.greet(1)
    simulation.greet(2)
    while simulation.combinations.count < 1 { _ = simulation.stir() }
    for id in [1, 2] as [WorkerID] {
      simulation.workers[id]?.inbox = []
      simulation.workers[id]?.outbox = []
    }
    return simulation
  }

  private func sum(_ simulation: Simulation, _ id: WorkerID, _ sequence: UInt64, length: UInt64 = 400) -> FrameHeader {
    simulation.header(
      .contribution, of: id, sequence: sequence, detail: CollectiveOperation.sum.rawValue, length: length)
  }

  @Test("a repeated part is counted as a duplicate and changes nothing")
  func duplicate() {
    var simulation = running()
    simulation.send(sum(simulation, 1, 2))
    simulation.send(sum(simulation, 1, 2))
    simulation.send(sum(simulation, 1, 1))
    #expect(simulation.state.refusals == [.duplicate: 2])
    #expect(simulation.combinations.count == 1)
    simulation.send(sum(simulation, 2, 2))
    #expect(simulation.combinations.count == 2)
    #expect(Set(simulation.combinations[1].parts).count == 2)
  }

  @Test("parts of an earlier attempt or task are late, of the future out of order")
  func late() {
    var simulation = running()
    var frame = sum(simulation, 1, 2)
    frame.attempt = 0
    simulation.send(frame)
    frame.attempt = 2
    simulation.send(frame)
    simulation.send(sum(simulation, 1, 3))
    #expect(simulation.state.refusals == [.late: 1, .outOfOrder: 2])
    #expect(simulation.held.isEmpty)
  }

  @Test("frames of another run, of strangers, with another's rank or a coordinator's kind are refused")
  func foreign() {
    var simulation = running()
    var frame = sum(simulation, 1, 2)
    frame.runID = 5
    simulation.send(frame)
    simulation.send(sum(simulation, 77, 2))
    frame = sum(simulation, 1, 2)
    frame.rank = 1 - frame.rank
    simulation.send(frame)
    simulation.send(simulation.header(.finish, of: 1))
    simulation.send(simulation.header(.ready, of: 1))
    #expect(simulation.state.refusals == [.foreign: 1, .unknownSender: 1, .outOfOrder: 3])
    #expect(simulation.held.isEmpty)
  }

  @Test("damaged frames are counted by reason and the first is logged")
  func damaged() {
    var simulation = running()
    for _ in 0..<12 {
      simulation.handle(.badFrame(sender: 1, .checksum(kind: .contribution, announced: 1, computed: 2)))
    }
    #expect(simulation.state.refusals == [.damaged: 12])
    let counts = simulation.log.compactMap { if case .refusedFrame(_, _, let count) = $0 { count } else { nil } }
    #expect(counts == [1, 10])
  }

  @Test("a worker of another program version is told both versions; the run goes on")
  func version() {
    var simulation = Simulation(world: 1, tasks: [1])
    simulation.greet(1, version: "0.9")
    simulation.settle()
    guard case .refused(let refusal)? = simulation.workers[1]?.mode else {
      Issue.record("not refused")
      return
    }
    #expect(refusal.reason == .programVersion)
    #expect(
      refusal.sentence
        == "it is Theriac 0.9 and this coordinator is Theriac 1.0; install the same release on both sides.")
    #expect(simulation.outcome == nil)
    simulation.greet(2)
    simulation.settle()
    #expect(simulation.outcome?.value == .finished)
    #expect(simulation.state.refusals == [.programVersion: 1])
  }

  @Test("a worker of another protocol version or run is refused with the reason")
  func protocolAndRun() {
    var simulation = Simulation(world: 1, tasks: [1])
    simulation.workers[7] = Simulation.Worker(name: "old")
    simulation.handle(.badFrame(sender: 7, .protocolVersion(found: 3, expected: 1)))
    simulation.settle()
    guard case .refused(let old)? = simulation.workers[7]?.mode else {
      Issue.record("not refused")
      return
    }
    #expect(old.sentence == "it speaks protocol version 3 and this coordinator 1.")
    simulation.greet(8, runID: 0xBAD)
    simulation.settle()
    guard case .refused(let other)? = simulation.workers[8]?.mode else {
      Issue.record("not refused")
      return
    }
    #expect(other.reason == .wrongRun)
    #expect(other.sentence.contains("run bad") && other.sentence.contains("run 1234"))
    #expect(simulation.state.refusals == [.protocolVersion: 1, .foreign: 1])
  }

  @Test("a worker that was declared lost and comes back to life is told so, once")
  func declaredLost() {
    var simulation = running()
    simulation.advance(.seconds(9), alive: false)
    for _ in 0..<20 {
      simulation.now += .milliseconds(100)
      simulation.send(simulation.header(.ping, of: 1))
      simulation.handle(.tick)
    }
    #expect(simulation.log.contains(.lost(worker: "node, pid 2", why: "nothing was heard of it for 10 s")))
    simulation.send(sum(simulation, 2, 2))
    simulation.send(sum(simulation, 2, 2))
    let refusals = simulation.workers[2]?.inbox.filter { $0.0.kind == .refuse } ?? []
    #expect(refusals.count == 1)
    #expect(simulation.state.refusals[.unknownSender] == 2)
  }

  @Test("a fast restart is a new worker, not the old one")
  func restart() {
    var simulation = running()
    simulation.greet(3, pid: 2)
    #expect(simulation.log.contains(.waitingForNextTask(worker: "node, pid 3")))
    simulation.send(sum(simulation, 3, 2))
    #expect(simulation.state.refusals == [.late: 1])
    #expect(simulation.combinations.count == 1)
  }

  @Test("ranks that do not make the same call are named")
  func disagreement() {
    var simulation = running()
    simulation.send(sum(simulation, 1, 2))
    simulation.send(sum(simulation, 2, 2, length: 404))
    let message = simulation.outcome?.error?.description ?? ""
    #expect(message.contains("In collective 2 of task 'epoch 0'"))
    #expect(message.contains("sum of 100 numbers") && message.contains("sum of 101 numbers"))

    simulation = running()
    simulation.send(sum(simulation, 1, 2))
    simulation.send(simulation.header(.contribution, of: 2, sequence: 2, detail: CollectiveOperation.gather.rawValue))
    #expect(simulation.outcome?.error?.description.contains("allGather") == true)

    simulation = running()
    simulation.send(sum(simulation, 1, 2))
    simulation.send(simulation.header(.taskResult, of: 2))
    #expect(simulation.outcome?.error?.description.contains("returned after 1 collectives") == true)
  }
}
