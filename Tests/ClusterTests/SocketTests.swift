import Cluster
import Glibc
import Testing

@Suite(.serialized) struct SocketTests {
  private func options(_ world: Int, _ change: (inout CoordinatorOptions) -> Void = { _ in }) -> CoordinatorOptions {
    var options = CoordinatorOptions(world: world, version: "1")
    options.heartbeatInterval = .milliseconds(200)
    options.heartbeatTimeout = .seconds(5)
    change(&options)
    return options
  }

  @Test("workers on threads reach the right sums over tcp", arguments: [1, 2, 4])
  func sums(world: Int) throws {
    let program = CountingProgram(steps: [3, 8])
    let coordinator = try Coordinator(options(world), program: program)
    let workers = (0..<world).map { _ in startWorker(coordinator.endpoints[0]) }
    #expect(try coordinator.run() == .finished)
    for worker in workers { #expect(worker.result() == .success(.finished)) }
    let worlds = [Int](repeating: world, count: 8)
    #expect(program.results[0] == Array(repeating: CountingProgram.expected(Array(worlds[..<3])), count: world))
    #expect(program.results[1] == Array(repeating: CountingProgram.expected(worlds), count: world))
    #expect(coordinator.refusals.isEmpty)
  }

  @Test("gathers carry any lengths, also none and 36 MB, at aligned addresses and in rank order")
  func gathers() throws {
    let coordinator = try Coordinator(options(3), program: CountingProgram(steps: [4]))
    let workers = (0..<3).map { _ in
      let program = CountingWorker()
      program.atStep = { step, collective, _ in
        let length = [0, 1, 1000, 36 << 20][Int(step)]
        let own = [UInt8](repeating: UInt8(collective.rank + 1), count: length * collective.rank)
        try own.withUnsafeBytes { bytes in
          let gathered = try collective.allGather(bytes)
          for rank in 0..<3 {
            guard gathered[rank].count == length * rank, gathered[rank].allSatisfy({ $0 == UInt8(rank + 1) }),
              UInt(bitPattern: gathered[rank].baseAddress) % 8 == 0
            else { throw Broken() }
          }
        }
        var doubles = [Double](repeating: Double(collective.rank), count: 3)
        try collective.sum(&doubles)
        guard doubles == [3, 3, 3] else { throw Broken() }
        try collective.barrier()
      }
      return startWorker(coordinator.endpoints[0], program)
    }
    #expect(try coordinator.run() == .finished)
    for worker in workers { #expect(worker.result() == .success(.finished)) }
  }

  @Test("a sum adds in rank order, whoever comes first")
  func rankOrder() throws {
    let coordinator = try Coordinator(options(3), program: CountingProgram(steps: [30]))
    let workers = (0..<3).map { _ in
      let program = CountingWorker()
      program.atStep = { step, collective, _ in
        usleep(UInt32((collective.rank + Int(step)) % 3) * 2000)
        // In float32 (1 + 1e8) - 1e8 = 0, and in another order 1.
        var values = [Float](repeating: [1, 1e8, -1e8][collective.rank], count: 1003)
        values[1002] = Float(collective.rank)
        try collective.sum(&values)
        guard values == [Float](repeating: 0, count: 1002) + [3] else { throw Broken() }
      }
      return startWorker(coordinator.endpoints[0], program)
    }
    #expect(try coordinator.run() == .finished)
    for worker in workers { #expect(worker.result() == .success(.finished)) }
  }

  @Test("shards of many chunks arrive whole and in order")
  func shards() throws {
    let program = CountingProgram(steps: [2])
    program.shardChunks = 200
    let coordinator = try Coordinator(options(2), program: program)
    let programs = [CountingWorker(), CountingWorker()]
    let workers = programs.map { startWorker(coordinator.endpoints[0], $0) }
    #expect(try coordinator.run() == .finished)
    for worker in workers { _ = worker.result() }
    #expect(programs.map(\.chunks) == [200, 200])
    #expect(programs.map(\.shard.count) == [199_001, 199_001])
  }

  @Test("a program's error on a worker fails the run with its sentence on both sides")
  func programError() throws {
    let coordinator = try Coordinator(options(2), program: CountingProgram(steps: [4]))
    let broken = CountingWorker()
    broken.atStep = { step, _, _ in if step == 2 { throw Broken() } }
    let workers = [startWorker(coordinator.endpoints[0], broken), startWorker(coordinator.endpoints[0])]
    let error = #expect(throws: ClusterError.self) { try coordinator.run() }
    #expect(error?.description.hasSuffix("failed: the weights are not finite.") == true)
    #expect(
      workers[0].result()
        == .failure(.programFailed(who: "This worker's program", reason: "the weights are not finite.")))
    guard case .success(.runFailed(let reason))? = workers[1].result() else {
      Issue.record("the other worker does not know")
      return
    }
    #expect(reason.contains("the weights are not finite."))
  }

  @Test("an error of the coordinator's program ends the run")
  func coordinatorError() throws {
    final class Failing: CoordinatorProgram {
      func job() -> [UInt8] { [42] }
      func next() throws -> ClusterTask? { throw Broken() }
      func state() -> [UInt8]? { nil }
      func shard(rank: Int, world: Int, emit: ([UInt8]) throws -> Void) {}
      func completed(_ task: ClusterTask, results: [[UInt8]], stopped: Bool) {}
      func progress(_ bytes: UnsafeRawBufferPointer, from rank: Int, of task: ClusterTask) {}
    }
    let coordinator = try Coordinator(options(1), program: Failing())
    let worker = startWorker(coordinator.endpoints[0])
    #expect(throws: ClusterError.programFailed(who: "The coordinator's program", reason: "the weights are not finite."))
    {
      try coordinator.run()
    }
    _ = worker.result()
  }

  @Test("a stop ends the task on all ranks at the same step", arguments: [1, 3])
  func stop(world: Int) throws {
    let program = CountingProgram(steps: [100_000])
    let coordinator = try Coordinator(options(world), program: program)
    let workers = (0..<world).map { _ in
      let worker = CountingWorker()
      worker.atStep = { step, collective, _ in
        if step == 5 && collective.rank == 0 { coordinator.requestStop("test") }
        usleep(1000)
      }
      return startWorker(coordinator.endpoints[0], worker)
    }
    #expect(try coordinator.run() == .interrupted(reason: "test"))
    for worker in workers { #expect(worker.result() == .success(.interrupted(reason: "test"))) }
    #expect(program.stopped == [true])
    #expect(Set(program.results[0]).count == 1)
    let steps = program.results[0][0].withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
    #expect(steps > 5 && steps < 2000)
  }

  @Test("progress reaches the coordinator's program in order")
  func progress() throws {
    let program = CountingProgram(steps: [20])
    let coordinator = try Coordinator(options(2), program: program)
    let workers = (0..<2).map { _ in
      let worker = CountingWorker()
      worker.atStep = { step, collective, progress in
        if collective.rank == 0 { try withUnsafeBytes(of: UInt8(step)) { try progress($0) } }
      }
      return startWorker(coordinator.endpoints[0], worker)
    }
    _ = try coordinator.run()
    for worker in workers { _ = worker.result() }
    #expect(program.progress.map(\.bytes) == (0..<20).map { [UInt8($0)] })
  }

  @Test("a worker of another version ends with both versions; the run goes on without it")
  func version() throws {
    let log = EventLog()
    let coordinator = try Coordinator(options(1) { $0.log = { log.add($0) } }, program: CountingProgram(steps: [2]))
    let endpoint = coordinator.endpoints[0]
    let running = Background { Result { try coordinator.run() } }
    let refused = startWorker(endpoint, version: "0.9").result()
    #expect(
      refused
        == .failure(
          .refused(
            sentence: "it is Theriac 0.9 and this coordinator is Theriac 1; install the same release on both sides.")))
    #expect(startWorker(endpoint).result() == .success(.finished))
    #expect(try running.result()?.get() == .finished)
    #expect(coordinator.refusals == [.programVersion: 1])
    #expect(log.events.contains { if case .refusedWorker = $0 { true } else { false } })
  }

  @Test("a worker that finds no coordinator says where it looked")
  func nobody() throws {
    let result = startWorker("tcp://127.0.0.1:9") { $0.connectTimeout = .milliseconds(400) }.result()
    #expect(result == .failure(.noCoordinator(endpoint: "tcp://127.0.0.1:9", seconds: 0.4)))
  }

  @Test("a solo run makes the same calls and reaches the same sums")
  func solo() throws {
    let program = CountingProgram(steps: [3, 8])
    program.shardChunks = 3
    let worker = CountingWorker()
    #expect(try SoloRun().run(coordinator: program, worker: worker) == .finished)
    #expect(program.results[1] == [CountingProgram.expected([Int](repeating: 1, count: 8))])
    #expect(worker.chunks == 3)
    let stopping = SoloRun()
    let endless = CountingWorker()
    endless.atStep = { step, _, _ in if step == 4 { stopping.requestStop("test") } }
    #expect(
      try stopping.run(coordinator: CountingProgram(steps: [100]), worker: endless) == .interrupted(reason: "test"))
    #expect(endless.committedPosition == 5)
  }
}
