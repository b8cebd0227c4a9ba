import Cluster
import Glibc
import Testing

@Suite(.serialized, .enabled(if: TestWorker.exists, "needs the ClusterTestWorker executable beside the tests"))
struct ProcessTests {
  private func options(_ world: Int, _ log: EventLog) -> CoordinatorOptions {
    var options = CoordinatorOptions(world: world, version: "1")
    options.log = { log.add($0) }
    return options
  }

  private func workers(_ coordinator: Coordinator, _ modes: [String], restarts: Int = 0) -> LocalWorkers {
    let endpoint = coordinator.endpoints[0]
    return LocalWorkers(
      executable: TestWorker.path, count: modes.count, arguments: { [endpoint, "1", modes[$0 - 1]] }, restarts: restarts
    )
  }

  @Test("survivors of a SIGKILL in a step go on from the committed step and reach the right sums")
  func killed() throws {
    let log = EventLog()
    let program = CountingProgram(steps: [10])
    let endpoint = try LocalWorkers.privateEndpoint()
    defer { endpoint.remove() }
    var options = options(3, log)
    options.bind = [endpoint.endpoint]
    let coordinator = try Coordinator(options, program: program)
    let children = workers(coordinator, ["die-at-4:1", "die-at-4:1", "die-at-4:1"])
    try children.start(reportingTo: coordinator)
    #expect(try coordinator.run() == .finished)
    children.stop()
    // Whoever has rank 1 dies at step 4: first of three, then of two; the last one alone does the rest.
    #expect(program.aborts.count == 2)
    #expect(program.aborts[0].contains("rank 1") && program.aborts[0].contains("signal 9"))
    #expect(program.results == [[CountingProgram.expected([3, 3, 3, 3, 1, 1, 1, 1, 1, 1])]])
  }

  @Test("a worker killed from outside while the others wait in a collective is noticed by its connection alone")
  func killedRemotely() throws {
    let log = EventLog()
    let program = CountingProgram(steps: [80])
    let coordinator = try Coordinator(options(2, log), program: program)
    // Started by another launcher: nobody reports its exit to this coordinator.
    let idle = try Coordinator(CoordinatorOptions(world: 1, version: "1"), program: CountingProgram(steps: []))
    let children = workers(coordinator, ["slow", "slow"])
    try children.start(reportingTo: idle)
    let killer = Background {
      while !log.events.contains(where: { if case .taskStarted = $0 { true } else { false } }) { usleep(10_000) }
      usleep(300_000)
      if let victim = children.processes[2] { kill(victim, SIGKILL) }
      return ContinuousClock.now
    }
    #expect(try coordinator.run() == .finished)
    children.stop()
    _ = killer.result()
    #expect(program.aborts.count == 1)
    #expect(program.aborts.first?.contains("its connection is closed") == true)
    let steps = program.results[0][0].withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
    #expect(steps == 80)
  }

  @Test("a worker that is started again comes in at the next task with the coordinator's state")
  func restarted() throws {
    let log = EventLog()
    let program = CountingProgram(steps: [10, 20])
    let coordinator = try Coordinator(options(2, log), program: program)
    program.beforeNext = { index in
      guard index == 1 else { return }
      for _ in 0..<500 where !log.events.contains(where: { if case .waitingForNextTask = $0 { true } else { false } }) {
        usleep(10_000)
      }
    }
    let children = workers(coordinator, ["die-at-4:1", "die-at-4:1"], restarts: 1)
    try children.start(reportingTo: coordinator)
    #expect(try coordinator.run() == .finished)
    children.stop()
    let worlds = [2, 2, 2, 2, 1, 1, 1, 1, 1, 1] + [Int](repeating: 2, count: 10)
    #expect(program.results[1] == Array(repeating: CountingProgram.expected(worlds), count: 2))
  }

  @Test(
    "workers end by themselves with the documented code soon after their coordinator was killed",
    arguments: ["compute", "slow"])
  func orphans(mode: String) throws {
    let endpoint = try LocalWorkers.privateEndpoint()
    defer { endpoint.remove() }
    let launcher = try Coordinator(options(1, EventLog()), program: CountingProgram(steps: []))
    let hub = LocalWorkers(
      executable: TestWorker.path, count: 1, arguments: { _ in ["coordinate", endpoint.endpoint] })
    try hub.start(reportingTo: launcher)
    // Reports of the workers' ends come to a coordinator that waits for workers in vain.
    let witness = try Coordinator(options(1, EventLog()), program: CountingProgram(steps: []))
    let children = LocalWorkers(
      executable: TestWorker.path, count: 2, arguments: { _ in [endpoint.endpoint, "1", mode] })
    try children.start(reportingTo: witness)
    usleep(700_000)
    #expect(children.processes.count == 2)
    if let victim = hub.processes[1] { kill(victim, SIGKILL) }
    let start = ContinuousClock.now
    let error = #expect(throws: ClusterError.self) { try witness.run() }
    #expect(error?.description.contains("exited with code 69") == true)
    while !children.processes.isEmpty && ContinuousClock.now - start < .seconds(10) { usleep(10_000) }
    #expect(ContinuousClock.now - start < .seconds(6))
    children.stop()
    hub.stop()
  }

  @Test("a frozen worker is lost by its silence, and is told so when it wakes")
  func frozen() throws {
    let log = EventLog()
    let program = CountingProgram(steps: [200])
    var options = options(2, log)
    options.heartbeatTimeout = .milliseconds(1500)
    options.heartbeatInterval = .milliseconds(200)
    let coordinator = try Coordinator(options, program: program)
    let witness = try Coordinator(options, program: CountingProgram(steps: []))
    let children = workers(coordinator, ["slow", "slow"])
    try children.start(reportingTo: witness)
    let freezer = Background {
      while !log.events.contains(where: { if case .taskStarted = $0 { true } else { false } }) { usleep(10_000) }
      usleep(200_000)
      if let victim = children.processes[1] {
        kill(victim, SIGSTOP)
        usleep(2_500_000)
        kill(victim, SIGCONT)
      }
      return true
    }
    #expect(try coordinator.run() == .finished)
    _ = freezer.result()
    #expect(program.aborts.first?.contains("nothing was heard of it for 1.5 s") == true)
    let error = #expect(throws: ClusterError.self) { try witness.run() }
    #expect(error?.description.contains("exited with code") == true)
    children.stop()
  }

  @Test("an executable that does not exist is named, and one that ends at once ends the run")
  func launching() throws {
    let coordinator = try Coordinator(options(1, EventLog()), program: CountingProgram(steps: [1]))
    let missing = LocalWorkers(executable: "/nowhere/theriac", count: 1, arguments: { _ in [] })
    #expect(throws: ClusterError.launch(executable: "/nowhere/theriac", reason: "No such file or directory")) {
      try missing.start(reportingTo: coordinator)
    }
    let failing = LocalWorkers(executable: TestWorker.path, count: 1, arguments: { _ in [] })
    try failing.start(reportingTo: coordinator)
    let error = #expect(throws: ClusterError.self) { try coordinator.run() }
    #expect(error?.description.contains("exited with code 64 before it joined (0 of 1 workers came)") == true)
    failing.stop()
  }
}
