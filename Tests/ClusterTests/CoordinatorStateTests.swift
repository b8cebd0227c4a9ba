import Cluster
import Testing
import Wire

@Suite struct CoordinatorStateTests {
  @Test("all tasks run on all workers, and everybody is told the end", arguments: [1, 2, 3, 500])
  func wholeRun(world: Int) {
    var simulation = Simulation(world: world, tasks: [2, 4])
    for id in 1...UInt64(world) { simulation.greet(id) }
    simulation.settle(10_000_000)
    #expect(simulation.outcome?.value == .finished)
    #expect(simulation.deliveredResults == 2)
    #expect(simulation.combinations.map(\.header.sequence) == [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6])
    #expect(simulation.combinations.allSatisfy { $0.receivers.count == world && $0.parts.count == world })
    #expect(simulation.workers.values.allSatisfy { $0.position == 4 && $0.shards == 1 && $0.states == 0 })
    #expect(simulation.workers.values.allSatisfy { $0.inbox.map(\.0.kind) == [.finish] })
    #expect(simulation.state.refusals.isEmpty)
    #expect(simulation.held.isEmpty)
    #expect(Set(simulation.workers.values.map(\.rank)).count == world)
  }

  @Test(
    "survivors of deaths at any moment agree on the committed step, in every order of events",
    arguments: 0..<300)
  func deaths(seed: Int) {
    var simulation = Simulation(world: 4, tasks: [3, 6])
    simulation.random = SplitMix(seed: UInt64(seed))
    for id in 1...4 { simulation.greet(UInt64(id)) }
    var choose = SplitMix(seed: UInt64(seed) + 1000)
    var victims: [WorkerID] = [1, 2, 3, 4]
    for _ in 0..<(1 + choose.below(3)) {
      simulation.settle(choose.below(220))
      simulation.kill(victims.remove(at: choose.below(victims.count)))
      simulation.settle(choose.below(60))  // survivors go on for a while before the loss is known
      simulation.advance(.milliseconds(400))
    }
    for _ in 0..<8 {
      simulation.settle()
      simulation.advance(.milliseconds(300))
    }
    // Positions are compared before every attempt and after every task: a disagreement would be the outcome here.
    #expect(simulation.outcome?.value == .finished, "\(String(describing: simulation.outcome?.error))")
    for id in victims { #expect(simulation.workers[id]?.position == 6) }
    #expect(simulation.held.isEmpty)
    for (reason, _) in simulation.state.refusals { #expect([.late, .unknownSender].contains(reason)) }
  }

  @Test("an abort follows the last result in every survivor's queue, and the same shard is not sent twice")
  func abortOrder() {
    var simulation = Simulation(world: 3, tasks: [3])
    for id in 1...3 { simulation.greet(UInt64(id)) }
    simulation.settle(60)
    for id in 1...3 { simulation.workers[UInt64(id)]?.outbox.removeAll { $0.kind == .progress } }
    // Bring every rank into the next collective, results still unread.
    while !simulation.workers.values.contains(where: { !$0.inbox.isEmpty && $0.inbox[0].0.kind == .result }) {
      _ = simulation.stir()
    }
    let position = simulation.workers[1]?.inbox.last?.0.sequence
    simulation.kill(3)
    simulation.advance(.milliseconds(300))
    for id in [1, 2] as [WorkerID] {
      let kinds = simulation.workers[id]?.inbox.map(\.0.kind) ?? []
      #expect(kinds.firstIndex(of: .abort).map { abort in kinds[abort...].contains(.result) } == false)
    }
    _ = position
    simulation.settle()
    #expect(simulation.outcome?.value == .finished)
    #expect(simulation.aborts == 1)
    #expect(simulation.workers[1]?.world == 2)
  }

  @Test("a rank whose place is unchanged keeps its shard when a worker of a bigger rank is replaced")
  func shardKept() {
    var simulation = Simulation(world: 2, tasks: [1, 2])
    simulation.greet(1)
    simulation.greet(2)
    while simulation.deliveredResults == 0 && simulation.workers[2]?.position == 0 { _ = simulation.stir() }
    let home = simulation.workers[1]?.rank
    simulation.greet(3)
    simulation.kill(2)
    simulation.advance(.milliseconds(300))
    simulation.settle()
    #expect(simulation.outcome?.value == .finished)
    #expect(simulation.workers[3]?.states == 1)
    #expect(simulation.workers[3]?.position == 2)
    #expect(simulation.workers[1]?.rank == home)
  }

  @Test("a late worker waits for the task boundary, gets the state and a rank")
  func lateJoiner() {
    var simulation = Simulation(world: 2, tasks: [2, 4])
    simulation.greet(1)
    simulation.greet(2)
    simulation.settle(30)
    simulation.kill(2)
    simulation.advance(.milliseconds(300))
    simulation.greet(3)
    #expect(simulation.log.contains(.waitingForNextTask(worker: "node, pid 3")))
    simulation.settle()
    #expect(simulation.outcome?.value == .finished)
    #expect(simulation.workers[3]?.states == 1)
    #expect(simulation.workers[3]?.world == 2)
    #expect(simulation.workers[3]?.position == 4)
    #expect(simulation.combinations.filter { $0.header.task == 2 }.allSatisfy { $0.receivers.count == 2 })
  }

  @Test("with fewer than the minimum left the run fails and says who was lost and why")
  func tooFew() {
    var simulation = Simulation(world: 2, tasks: [3]) { $0.minWorkers = 2 }
    simulation.greet(1)
    simulation.greet(2)
    simulation.settle(30)
    let rank = simulation.workers[2]?.rank ?? 9
    simulation.kill(2)
    simulation.advance(.milliseconds(300))
    #expect(
      simulation.outcome?.error?.description
        == "Rank \(rank) (node, pid 2) was lost: its process was killed by signal 9 (Killed); 1 of at least 2 workers"
        + " are left and the run cannot go on: resume it when workers are available.")
    simulation.workers[1]?.outbox = []
    #expect(simulation.workers[1]?.inbox.last?.0.kind == .finish)
  }

  @Test("positions that differ fail loudly")
  func positionsDiffer() {
    var simulation = Simulation(world: 2, tasks: [3])
    simulation.greet(1)
    simulation.greet(2)
    simulation.workers[2]?.position = 7
    simulation.settle()
    let message = simulation.outcome?.error?.description ?? ""
    #expect(message.contains("committed positions differ before task 'epoch 0'") && message.contains("at 7"))
  }

  @Test("a failure report wins over the report that the process ended")
  func failureFirst() {
    var simulation = Simulation(world: 2, tasks: [3])
    simulation.greet(1)
    simulation.greet(2)
    simulation.settle(30)
    simulation.handle(.childExited(pid: 2, how: "exited with code 1", willRestart: false))
    simulation.send(simulation.header(.failed, of: 2), Sentence("the loss is not finite at step 3.").bytes)
    let rank = simulation.workers[2]?.rank ?? 9
    #expect(
      simulation.outcome?.error
        == .programFailed(who: "Rank \(rank) (node, pid 2)", reason: "the loss is not finite at step 3."))
  }

  @Test("a stop reaches every rank with the same collective, and the run ends as interrupted")
  func stop() {
    var simulation = Simulation(world: 3, tasks: [50, 100])
    for id in 1...3 { simulation.greet(UInt64(id)) }
    simulation.settle(100)
    simulation.handle(.stopRequested("SIGTERM"))
    simulation.settle()
    #expect(simulation.outcome?.value == .interrupted(reason: "SIGTERM"))
    #expect(simulation.deliveredResults == 1)
    let seen = simulation.workers.values.map(\.sawStop)
    #expect(Set(seen).count == 1 && !seen[0].isEmpty)
    #expect(Set(simulation.workers.values.map(\.position)).count == 1)
  }

  @Test("a task that does not end after a stop is dropped in time")
  func stopDeadline() {
    var simulation = Simulation(world: 2, tasks: [50])
    simulation.greet(1)
    simulation.greet(2)
    simulation.settle(40)
    simulation.handle(.stopRequested("SIGTERM"))
    simulation.advance(.seconds(29))
    #expect(simulation.outcome == nil)
    simulation.advance(.seconds(2))
    #expect(simulation.outcome?.value == .interrupted(reason: "SIGTERM"))
    #expect(simulation.deliveredResults == 0)
  }
}
