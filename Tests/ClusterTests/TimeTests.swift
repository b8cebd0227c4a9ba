import Cluster
import Testing
import Wire

@Suite struct TimeTests {
  private func waits(_ simulation: Simulation) -> [String] {
    simulation.log.compactMap { if case .waiting(let sentence) = $0 { sentence } else { nil } }
  }

  @Test("workers that do not come are counted, and then the run fails")
  func gather() {
    var simulation = Simulation(world: 3, tasks: [1])
    simulation.greet(1)
    simulation.advance(.seconds(119))
    #expect(waits(simulation).first == "waiting for 2 of 3 workers for 10 s")
    #expect(simulation.outcome == nil)
    simulation.advance(.seconds(2))
    #expect(simulation.outcome?.error == .workersMissing(came: 1, expected: 3, seconds: 120))
  }

  @Test("a worker process that ends before it joined ends the run at once, unless it is started again")
  func earlyExit() {
    var simulation = Simulation(world: 2, tasks: [1])
    simulation.greet(1)
    simulation.handle(.childExited(pid: 44, how: "exited with code 1", willRestart: true))
    #expect(simulation.outcome == nil)
    simulation.handle(.childExited(pid: 44, how: "exited with code 1", willRestart: false))
    #expect(
      simulation.outcome?.error?.description
        == "Worker process 44 exited with code 1 before it joined (1 of 2 workers came): its own message says why.")
  }

  @Test("a long wait in a collective names who is waited for, and the limit loses the silent rank")
  func step() {
    var simulation = Simulation(world: 2, tasks: [5]) { $0.stepTimeout = .seconds(60) }
    simulation.greet(1)
    simulation.greet(2)
    simulation.workers[2]?.isMute = true
    simulation.settle()
    simulation.advance(.seconds(12))
    let rank = simulation.workers[2]?.rank ?? 9
    #expect(waits(simulation) == ["waiting for rank \(rank) (node, pid 2) in collective 1 of task 'epoch 0' for 10 s"])
    simulation.advance(.seconds(47))
    #expect(simulation.aborts == 0)
    simulation.advance(.seconds(2))
    #expect(simulation.aborts == 1)
    simulation.settle()
    #expect(simulation.outcome?.value == .finished)
  }

  @Test("a rank that does not finish its preparation is lost and the others go on")
  func prepare() {
    var simulation = Simulation(world: 2, tasks: [1])
    simulation.greet(1)
    simulation.greet(2)
    simulation.workers[2]?.inbox = []
    simulation.settle()
    simulation.advance(.seconds(590))
    let rank = 1 - Int(simulation.workers[1]?.rank ?? 0)
    #expect(waits(simulation).first == "waiting for rank \(rank) (node, pid 2) to prepare for task 'epoch 0' for 10 s")
    simulation.workers[2]?.inbox = []
    simulation.advance(.seconds(11))
    simulation.settle()
    #expect(simulation.outcome?.value == .finished)
    #expect(simulation.deliveredResults == 1)
  }

  @Test("a pause of the coordinator itself loses nobody")
  func ownPause() {
    var simulation = Simulation(world: 2, tasks: [5])
    simulation.greet(1)
    simulation.greet(2)
    simulation.settle(30)
    simulation.now += .seconds(300)
    simulation.handle(.tick)
    simulation.advance(.seconds(5))
    #expect(simulation.aborts == 0 && simulation.outcome == nil)
    simulation.advance(.seconds(11), alive: false)
    #expect(simulation.aborts > 0 || simulation.outcome?.error != nil)
  }

  @Test("progress counts as a sign of work")
  func progress() {
    var simulation = Simulation(world: 1, tasks: [5]) { $0.stepTimeout = .seconds(60) }
    simulation.greet(1)
    simulation.workers[1]?.isMute = true
    simulation.settle()
    for _ in 0..<5 {
      simulation.advance(.seconds(50))
      simulation.send(simulation.header(.progress, of: 1))
    }
    #expect(simulation.outcome == nil)
    simulation.advance(.seconds(61))
    #expect(simulation.outcome?.error != nil)
  }
}
