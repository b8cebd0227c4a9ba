import Foundation
import Sweeps
import Testing

@Suite(.timeLimit(.minutes(2))) struct SweepControlTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  func runner(_ body: String, _ trials: any TrialRunner, workers: Int = 1, log: EventLog = EventLog()) throws
    -> SweepRunner
  {
    SweepRunner(
      try SweepPlan(spec(body), inputs: SweepInputs()), directory: scratch.sweep, trialRunner: trials,
      options: SweepOptions(workers: workers, pollSeconds: 0.02, graceSeconds: 1), onEvent: { log($0) })
  }

  /// A trial that only ends when it is cancelled, leaving a checkpoint.
  static func endless(_ request: TrialRequest, _ runner: ClosureRunner) async throws -> TrialOutcome {
    if request.resume { return try finish(request) }
    while !runner.isCancelled(request.id) { try await Task.sleep(for: .milliseconds(5)) }
    try FileManager.default.createDirectory(
      atPath: request.directory + "/checkpoints", withIntermediateDirectories: true)
    try write("x", request.directory + "/checkpoints/epoch-0001.h5")
    return .cancelled
  }

  @Test("paused, the running trial goes on and no other starts, until it is resumed")
  func pause() async throws {
    let sweep = scratch.sweep
    let trials = ClosureRunner { request, runner in
      if runner.requests.count == 1 { try sweep.pause() }
      return try finish(request)
    }
    let log = EventLog()
    let runner = try runner("axes: {lr: [1, 2, 3]}", trials, log: log)
    let task = Task { try await runner.run() }
    try await wait { log.all.contains(.paused) }
    try await Task.sleep(for: .milliseconds(100))
    let status = try sweep.status()
    #expect(status.done == 1 && status.pending == 2 && status.running == 0 && status.isPaused)
    #expect(status.runnerPID == getpid() && status.description.contains("paused"))
    try sweep.resume()
    #expect(try await task.value.status.done == 3)
    #expect(log.all.contains(.resumed))
  }

  @Test("stop ends running trials in order; the next call resumes them from their checkpoints")
  func stop() async throws {
    let trials = ClosureRunner(Self.endless)
    let body = "axes: {lr: [1, 2, 3]}"
    let first = try runner(body, trials, workers: 2)
    let task = Task { try await first.run() }
    try await wait { trials.requests.count == 2 }
    let running = try scratch.sweep.status()
    #expect(running.running == 2 && running.pending == 1 && running.runningTrials.count == 2)
    #expect(try scratch.sweep.stop() == getpid())
    let outcome = try await task.value
    #expect(outcome.isStopped && outcome.status.pending == 3 && outcome.status.failed == 0)
    #expect(!scratch.sweep.isStopped, "the request is used up")
    #expect(text(scratch.sweep.record(trials.requests[0].id)).contains(#""interruptions" : 1"#))
    #expect(try scratch.sweep.stop() == nil, "nobody is there to stop")

    let second = try runner(body, trials, workers: 1)
    let again = Task { try await second.run() }
    try await wait { trials.requests.count == 5 }
    #expect(trials.requests.map(\.resume) == [false, false, true, true, false])
    second.requestStop()
    let last = try await again.value
    #expect(last.status.done == 2 && last.status.pending == 1 && last.isStopped)
  }

  @Test("a cancelled task ends its trials in order, like a stop")
  func cancellation() async throws {
    let trials = ClosureRunner { request, runner in
      // A Task.sleep here would end early: the trial's task is cancelled with its parent.
      while !runner.isCancelled(request.id) {
        try await Task.detached { try await Task.sleep(for: .milliseconds(5)) }.value
      }
      return .cancelled
    }
    let runner = try runner("axes: {lr: [1, 2]}", trials)
    let task = Task { try await runner.run() }
    try await wait { trials.requests.count == 1 }
    task.cancel()
    let outcome = try await task.value
    #expect(outcome.isStopped && outcome.status.pending == 2)
  }

  @Test("a second runner on the directory is refused with the first one's pid")
  func lock() async throws {
    let trials = ClosureRunner(Self.endless)
    let first = try runner("axes: {lr: [1]}", trials)
    let task = Task { try await first.run() }
    try await wait { trials.requests.count == 1 }
    let second = try runner("axes: {lr: [1]}", trials)
    let error = await #expect(throws: SweepError.self) { try await second.run() }
    #expect(error == .locked(directory: scratch.sweep.path, pid: getpid()))
    #expect(trials.requests.count == 1)
    first.requestStop()
    _ = try await task.value
    let third = try runner("axes: {lr: [1]}", trials)
    #expect(try await third.run().status.done == 1)
  }

  @Test("the time left is what is to do at the mean time so far, shared by the trials at once")
  func eta() async throws {
    let trials = ClosureRunner { request, runner in
      guard request.settings["lr"] == "4" else {
        try await Task.sleep(for: .milliseconds(200))
        return try finish(request)
      }
      while !Task.isCancelled && !runner.isCancelled(request.id) { try? await Task.sleep(for: .milliseconds(20)) }
      return .cancelled
    }
    let runner = try runner("axes: {lr: [1, 2, 3, 4, 5, 6, 7]}", trials)
    let started = Date()
    let task = Task { try await runner.run() }
    try await wait { trials.requests.count == 4 }
    let status = try scratch.sweep.status(now: Date(timeIntervalSinceNow: 3600))
    #expect(status.done == 3 && status.pending == 3)
    // Three to come at 0.2 s each or more, but no longer than all of this took; the running one is long overdue.
    let eta = try #require(status.etaSeconds)
    let mostPerTrial = -started.timeIntervalSinceNow
    #expect(eta > 0.6 && eta < 3 * mostPerTrial, "\(eta)")
    task.cancel()
    #expect(try await task.value.isStopped)
  }

  @Test("damaged trial records are said aloud and treated as absent")
  func damagedRecord() async throws {
    let trials = ClosureRunner { request, _ in try finish(request) }
    _ = try await runner("axes: {lr: [1]}", trials).run()
    let id = trials.requests[0].id
    try write("{", scratch.sweep.record(id))
    let log = EventLog()
    let outcome = try await runner("axes: {lr: [1]}", trials, log: log).run()
    #expect(outcome.status.done == 1 && trials.requests.count == 1, "its summary is what counts")
    #expect(log.all.contains { $0.description.contains("trial.json is damaged") })
  }
}
