import Foundation
import Sweeps
import Testing

/// Trials in real child processes: shell scripts that behave like `theriac train`.
@Suite(.timeLimit(.minutes(2))) struct SweepProcessTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  /// $1 run directory, $2 1 when resumed. `body` runs first; then the trial finishes.
  func script(_ body: String) throws -> String {
    let path = scratch.file("trial.sh")
    let summary = summaryJSON(jaccard: 0.5)
    try write("cd \"$1\" || exit 3\necho start >> starts\n\(body)\necho '\(summary)' > summary.json\n", path)
    return path
  }

  static func shell(_ script: String, grace: Double = 10) -> ProcessTrialRunner {
    ProcessTrialRunner(graceSeconds: grace) { ["sh", script, $0.directory, $0.resume ? "1" : "0"] }
  }

  func runner(
    _ body: String, _ trials: ProcessTrialRunner, log: EventLog = EventLog(), grace: Double = 10
  ) throws -> SweepRunner {
    SweepRunner(
      try SweepPlan(spec(body), inputs: SweepInputs()), directory: scratch.sweep, trialRunner: trials,
      options: SweepOptions(workers: 2, pollSeconds: 0.05, graceSeconds: grace), onEvent: { log($0) })
  }

  @Test("trials run in child processes; a failure keeps its last lines of output and exit code")
  func childProcesses() async throws {
    let script = try script(
      "echo working; case $(cat trial.json) in *'\"lr\" : \"2\"'*) echo; echo 'cannot open x' >&2; exit 4;; esac")
    let outcome = try await runner("axes: {lr: [1, 2]}\nmax_retries: 0", Self.shell(script)).run()
    #expect(outcome.status.done == 1 && outcome.status.failed == 1)
    #expect(text(scratch.sweep.trialsTable).contains("ended with exit code 4: working | cannot open x"))
  }

  @Test("a program that is not there fails its trial with the reason")
  func missingProgram() async throws {
    let trials = ProcessTrialRunner { _ in ["/no/such/theriac"] }
    _ = try await runner("axes: {lr: [1]}\nmax_retries: 0", trials).run()
    #expect(text(scratch.sweep.trialsTable).contains("cannot start /no/such/theriac: No such file or directory"))
  }

  @Test("stop sends SIGTERM, the trial saves its state, and the next call resumes it")
  func gracefulStop() async throws {
    let script = try script(
      """
      if [ "$2" = 0 ]; then
        trap 'mkdir -p checkpoints; echo saved > checkpoints/epoch-0001.h5; exit 0' TERM
        touch ready
        while :; do sleep 0.05; done
      fi
      """)
    let first = try runner("axes: {lr: [1]}", Self.shell(script))
    let task = Task { try await first.run() }
    let id = try SweepPlan(spec("axes: {lr: [1]}"), inputs: SweepInputs()).trials[0].id
    let ready = scratch.sweep.trial(id) + "/ready"
    try await wait { FileManager.default.fileExists(atPath: ready) }
    try scratch.sweep.stop()
    let outcome = try await task.value
    #expect(outcome.isStopped && outcome.status.pending == 1)
    #expect(text(scratch.sweep.trial(id) + "/checkpoints/epoch-0001.h5") == "saved\n")
    #expect(try await runner("axes: {lr: [1]}", Self.shell(script)).run().status.done == 1)
  }

  @Test("a trial that ignores SIGTERM is killed with its children after the grace period")
  func forcedStop() async throws {
    let script = try script("trap '' TERM; sleep 300 & echo $! > child; wait; sleep 300")
    let first = try runner("axes: {lr: [1]}", Self.shell(script, grace: 0.3))
    let task = Task { try await first.run() }
    let id = try SweepPlan(spec("axes: {lr: [1]}"), inputs: SweepInputs()).trials[0].id
    let childFile = scratch.sweep.trial(id) + "/child"
    try await wait { text(childFile).hasSuffix("\n") }
    let child = try #require(Int32(text(childFile).trimmingCharacters(in: .newlines)))
    first.requestStop()
    #expect(try await task.value.isStopped)
    try await wait { ProcessIdentity(pid: child) == nil }
  }

  @Test("one Ctrl-C at the runner's process ends trials in order and everything can be resumed")
  func interrupt() async throws {
    let script = try script(
      """
      if [ "$2" = 0 ]; then
        trap 'mkdir checkpoints; echo > checkpoints/a.h5; exit 75' TERM
        kill -INT $PPID
        while :; do sleep 0.05; done
      fi
      """)
    let path = scratch.path
    await #expect(processExitsWith: .exitCode(7)) { [path = path as String, script = script as String] in
      let runner = SweepRunner(
        try SweepPlan(spec("axes: {lr: [1]}"), inputs: SweepInputs()), directory: SweepDirectory(path + "/sweep"),
        trialRunner: SweepProcessTests.shell(script), options: SweepOptions(workers: 1, pollSeconds: 0.05))
      let signals = SignalStop { runner.requestStop() }
      let outcome = try await runner.run()
      withExtendedLifetime(signals) {}
      exit(outcome.isStopped && outcome.status.pending == 1 ? 7 : 8)
    }
    #expect(try await runner("axes: {lr: [1]}", Self.shell(script)).run().status.done == 1)
  }

  @Test("a runner killed with SIGKILL loses nothing: done trials stay done, orphans are ended, the rest is run")
  func killedRunner() async throws {
    // The third trial to start kills its own runner and lives on as an orphan; the second runs beside it.
    let script = try script(
      """
      n=$(cat ../*/starts | wc -l)
      if [ "$n" = 3 ] && [ ! -e ../../../killed ]; then
        touch ../../../killed
        trap 'mkdir checkpoints; echo > checkpoints/a.h5; exit 75' TERM
        kill -9 $PPID
        while :; do sleep 0.05; done
      fi
      """)
    let body = "axes: {lr: [1, 2, 3, 4, 5]}"
    let path = scratch.path
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [path = path as String, script = script as String, body = body as String] in
      let runner = SweepRunner(
        try SweepPlan(spec(body), inputs: SweepInputs()), directory: SweepDirectory(path + "/sweep"),
        trialRunner: SweepProcessTests.shell(script), options: SweepOptions(workers: 1, pollSeconds: 0.05))
      _ = try await runner.run()
    }
    let dead = try scratch.sweep.status()
    #expect(dead.done == 2 && dead.running == 0 && dead.pending == 3 && dead.runnerPID == nil)
    #expect(table(scratch.sweep.trialsTable).count == 5, "the table is whole")

    let log = EventLog()
    let outcome = try await runner(body, Self.shell(script), log: log).run()
    #expect(outcome.status.done == 5 && outcome.status.failed == 0)
    let orphans = log.all.compactMap { if case .orphan(let id, let pid) = $0 { (id, pid) } else { nil } }
    let orphan = try #require(orphans.first)
    #expect(orphans.count == 1 && ProcessIdentity(pid: orphan.1) == nil)
    let started = log.all.compactMap { if case .started(let id, _, _, let resumed) = $0 { (id, resumed) } else { nil } }
    #expect(started.count == 3, "only what was missing ran")
    #expect(started.filter(\.1).map(\.0) == [orphan.0], "the orphan saved its state and was resumed")
  }
}
