import Foundation
import Sweeps
import Testing

@Suite(.timeLimit(.minutes(2))) struct SweepRunnerTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  func plan(_ body: String, _ inputs: SweepInputs = SweepInputs()) throws -> SweepPlan {
    try SweepPlan(spec(body), inputs: inputs)
  }

  func run(
    _ plan: SweepPlan, _ runner: any TrialRunner, workers: Int = 2, retryFailed: Bool = false,
    _ log: EventLog = EventLog()
  ) async throws -> SweepOutcome {
    let options = SweepOptions(workers: workers, retryFailed: retryFailed, pollSeconds: 0.02, graceSeconds: 5)
    return try await SweepRunner(
      plan, directory: scratch.sweep, trialRunner: runner, options: options, onEvent: { log($0) }
    ).run()
  }

  @Test("all trials run, each once, with base config, settings and workers; a second call runs none")
  func runsAll() async throws {
    let plan = try plan("axes: {lr: [1e-3, 2e-3]}\nseeds: [1, 2]\nset: {epochs: 5}\nworkers_per_trial: 2")
    let runner = ClosureRunner { request, _ in try finish(request) }
    let outcome = try await run(plan, runner, workers: 5)
    #expect(outcome.status.done == 4 && outcome.status.total == 4 && !outcome.isStopped)
    #expect(Set(runner.requests.map(\.id)) == Set(plan.trials.map(\.id)) && runner.requests.count == 4)
    let first = try #require(runner.requests.first)
    #expect(first.config == "base.yaml" && first.workers == 2 && !first.resume)
    #expect(first.assignments == ["epochs=5", "lr=1e-3", "seed=1"])
    #expect(first.directory == scratch.sweep.trial(first.id))

    _ = try await run(plan, runner, workers: 5)
    #expect(runner.requests.count == 4)
    #expect(try SweepSpec.read(scratch.sweep.spec) == plan.spec)
  }

  @Test("concurrency is workers / workers_per_trial", arguments: [(4, 1, 4), (5, 2, 2), (3, 3, 1)])
  func concurrency(workers: Int, perTrial: Int, atOnce: Int) async throws {
    let plan = try plan("axes: {lr: [1, 2, 3, 4, 5, 6, 7, 8]}\nworkers_per_trial: \(perTrial)")
    let runner = ClosureRunner { request, _ in
      try await Task.sleep(for: .milliseconds(60))
      return try finish(request)
    }
    _ = try await run(plan, runner, workers: workers)
    #expect(runner.mostAtOnce == atOnce)
  }

  @Test("more workers per trial than workers are refused with a sentence, and nothing is made")
  func tooManyWorkers() async throws {
    let error = await #expect(throws: SweepError.self) {
      try await run(plan("axes: {lr: [1]}\nworkers_per_trial: 4"), ClosureRunner { r, _ in try finish(r) }, workers: 2)
    }
    #expect(error == .tooManyWorkersPerTrial(workersPerTrial: 4, workers: 2))
    #expect(!FileManager.default.fileExists(atPath: scratch.sweep.path))
  }

  @Test("tables hold a row per trial, and mean and sample deviation over seeds")
  func tables() async throws {
    let body =
      "axes: {lr: [1e-3, 5e-3], batch: [2, 8]}\ndesign: one-at-a-time\ncenter: {lr: 5e-3, batch: 8}\nseeds: [1, 2, 4]"
    let plan = try plan(body + "\nset: {epochs: 5}\nfigure: fig7\ndataset: demo")
    let runner = ClosureRunner { request, _ in
      let lr = request.settings["lr"]?.number ?? 0
      let seed = request.settings["seed"]?.number ?? 0
      try write(summaryJSON(jaccard: lr * 100 + seed / 100, test: 0.25), request.directory + "/summary.json")
      return .finished
    }
    let outcome = try await run(plan, runner)
    let trials = table(scratch.sweep.trialsTable)
    #expect(trials.count == 9)
    #expect(
      text(scratch.sweep.trialsTable).hasPrefix(
        "id,lr,batch,epochs,seed,state,best_epoch,valid_jaccard,valid_f1,test_jaccard,seconds,attempts,in_spec,error\n")
    )
    let row = try #require(trials.first { $0["lr"] == "0.001" && $0["seed"] == "4" })
    #expect(row["valid_jaccard"] == "0.14" && row["state"] == "done" && row["best_epoch"] == "2" && row["batch"] == "8")
    #expect(row["seconds"] == "1.500" && row["epochs"] == "5" && row["attempts"] == "1" && row["in_spec"] == "true")

    let rows = try scratch.sweep.sensitivity()
    let jaccard = rows.filter { $0.metric == "valid_jaccard" }
    #expect(jaccard.map { $0.parameter + "=" + $0.value } == ["lr=0.001", "lr=0.005", "batch=2", "batch=8"])
    // 0.11, 0.12, 0.14: mean 0.37/3, variance ((11-37/3)² + (12-37/3)² + (14-37/3)²) · 1e-4 / 2 = 7/3 · 1e-4.
    #expect(abs(jaccard[0].mean - 0.37 / 3) < 1e-12)
    #expect(abs((jaccard[0].std ?? 0) - (7.0 / 3 * 1e-4).squareRoot()) < 1e-12)
    #expect(jaccard[0].n == 3 && jaccard[0].figure == "fig7" && jaccard[0].dataset == "demo")
    // The center is one point of both lines.
    #expect(jaccard[1].mean == jaccard[3].mean)
    #expect(rows.contains { $0.metric == "test_jaccard" && $0.mean == 0.25 && $0.std == 0 })
    #expect(
      text(scratch.sweep.sensitivityTable).hasPrefix("figure,dataset,parameter,value,metric,mean,std,n\nfig7,demo,lr,"))
    #expect(outcome.status.best?.settings["lr"] == "0.005" && outcome.status.best?.n == 3)
  }

  @Test("with one seed the deviation is empty; a grid is shown along the lines through its best point")
  func gridTable() async throws {
    let plan = try plan("axes: {lr: [1e-3, 5e-3], batch: [2, 8]}")
    let runner = ClosureRunner { request, _ in
      let isBest = request.settings["lr"] == "5e-3" && request.settings["batch"] == "2"
      try write(summaryJSON(jaccard: isBest ? 0.9 : 0.1), request.directory + "/summary.json")
      return .finished
    }
    _ = try await run(plan, runner)
    let rows = table(scratch.sweep.sensitivityTable).filter { $0["metric"] == "valid_jaccard" }
    #expect(
      rows.map { ($0["parameter"] ?? "") + ($0["value"] ?? "") + ":" + ($0["mean"] ?? "") }
        == ["lr0.001:0.1", "lr0.005:0.9", "batch2:0.9", "batch8:0.1"])
    #expect(rows.allSatisfy { $0["std"] == "" && $0["n"] == "1" })
  }

  @Test("export writes both tables again from disk")
  func export() async throws {
    _ = try await run(plan("axes: {lr: [1e-3, 5e-3]}"), ClosureRunner { r, _ in try finish(r) })
    let before = [text(scratch.sweep.trialsTable), text(scratch.sweep.sensitivityTable)]
    try FileManager.default.removeItem(atPath: scratch.sweep.trialsTable)
    try FileManager.default.removeItem(atPath: scratch.sweep.sensitivityTable)
    try scratch.sweep.export()
    #expect([text(scratch.sweep.trialsTable), text(scratch.sweep.sensitivityTable)] == before)
    #expect(throws: SweepError.notASweep(path: scratch.path)) { try SweepDirectory(scratch.path + "/").export() }
  }

  @Test("a failed trial is retried, then marked failed with its reason, and the sweep goes on")
  func retries() async throws {
    let plan = try plan("axes: {lr: [1, 2, 3]}\nmax_retries: 2")
    let log = EventLog()
    let runner = ClosureRunner { request, runner in
      let starts = runner.requests.count { $0.id == request.id }
      if request.settings["lr"] == "2" { return .failed("out of memory, \"again\"") }
      if request.settings["lr"] == "3", starts < 3 { return .finished }  // without a summary
      return try finish(request)
    }
    let outcome = try await run(plan, runner, workers: 1, log)
    #expect(outcome.status.done == 2 && outcome.status.failed == 1)
    #expect(runner.requests.count == 1 + 3 + 3)
    let failed = try #require(
      log.all.compactMap { if case .failed(_, let n, let why) = $0 { (n, why) } else { nil } }.first)
    #expect(failed == (3, "out of memory, \"again\""))
    #expect(text(scratch.sweep.trialsTable).contains(#","out of memory, ""again"""#))
    #expect(text(scratch.sweep.record(plan.trials[2].id)).contains(#""attempts" : 3"#))

    _ = try await run(plan, runner, workers: 1)
    #expect(runner.requests.count == 7, "a failed trial stays failed")
    _ = try await run(plan, runner, workers: 1, retryFailed: true)
    #expect(runner.requests.count == 10, "unless it is asked for")
  }

  @Test("over the failure budget the sweep stops and says why")
  func failureBudget() async throws {
    let plan = try plan("axes: {lr: [1, 2, 3, 4, 5, 6]}\nmax_retries: 0\nmax_failed_trials: 2")
    let runner = ClosureRunner { _, _ in .failed("no such file") }
    let error = await #expect(throws: SweepError.self) { try await run(plan, runner, workers: 1) }
    #expect(
      error == .tooManyFailures(failed: 3, limit: 2, trial: plan.trials[2].id, error: "no such file"))
    #expect(runner.requests.count == 3)
    #expect(try scratch.sweep.status().pending == 3)
  }

  @Test("a changed sweep file adds its trials and keeps the others, marked, out of the figures")
  func changedSpec() async throws {
    let runner = ClosureRunner { request, _ in try finish(request) }
    _ = try await run(plan("axes: {lr: [1e-3, 2e-3]}"), runner)
    let outcome = try await run(plan("axes: {lr: [0.002, 3e-3, 4e-3]}"), runner)
    #expect(runner.requests.count == 4)
    #expect(outcome.status.total == 3 && outcome.status.done == 3 && outcome.status.notInSpec == 1)
    let trials = table(scratch.sweep.trialsTable)
    #expect(trials.map { $0["lr"] } == ["0.002", "0.003", "0.004", "0.001"])
    #expect(trials.map { $0["in_spec"] } == ["true", "true", "true", "false"])
    #expect(!text(scratch.sweep.sensitivityTable).contains(",lr,0.001,"))
    // And back again: nothing is run twice.
    _ = try await run(plan("axes: {lr: [1e-3, 2e-3]}"), runner)
    #expect(runner.requests.count == 4)
  }

  @Test("another cohort is another sweep of trials")
  func context() async throws {
    let runner = ClosureRunner { request, _ in try finish(request) }
    _ = try await run(plan("axes: {lr: [1e-3]}", SweepInputs(context: ["cohort": "a"])), runner)
    _ = try await run(plan("axes: {lr: [1e-3]}", SweepInputs(context: ["cohort": "b"])), runner)
    #expect(runner.requests.count == 2)
  }

  @Test("a directory of another sweep is refused")
  func otherSweep() async throws {
    let runner = ClosureRunner { request, _ in try finish(request) }
    _ = try await run(plan("axes: {lr: [1e-3]}"), runner)
    let other = try SweepPlan(spec("axes: {lr: [1e-3]}", name: "t"), inputs: SweepInputs())
    await #expect(throws: SweepError.otherSweep(directory: scratch.sweep.path, found: "s", expected: "t")) {
      try await run(other, runner)
    }
  }

  @Test("a metric that the summaries do not have ends the sweep at its first result")
  func unknownMetric() async throws {
    let runner = ClosureRunner { request, _ in try finish(request) }
    let plan = try plan("axes: {lr: [1, 2, 3]}\nmetric: valid_jacard")
    let error = await #expect(throws: SweepError.self) { try await run(plan, runner, workers: 1) }
    #expect(error == .unknownMetric("valid_jacard", trial: plan.trials[0].id, known: ["valid_jaccard", "valid_f1"]))
    #expect(runner.requests.count == 1)
  }

  @Test("a run without checkpoints starts in an empty directory; with checkpoints it is resumed")
  func resumes() async throws {
    let plan = try plan("axes: {lr: [1, 2]}\nmax_retries: 1")
    let runner = ClosureRunner { request, runner in
      let checkpoints = request.directory + "/checkpoints"
      let isFirst = runner.requests.count { $0.id == request.id } == 1
      if isFirst {
        try write("x", request.directory + "/log.jsonl")
        try FileManager.default.createDirectory(atPath: checkpoints, withIntermediateDirectories: true)
        if request.settings["lr"] == "2" { try write("x", checkpoints + "/epoch-0001.h5") }
        return .failed("lost")
      }
      #expect(request.resume == (request.settings["lr"] == "2"))
      #expect(FileManager.default.fileExists(atPath: request.directory + "/log.jsonl") == request.resume)
      return try finish(request)
    }
    #expect(try await run(plan, runner).status.done == 2)
  }

  @Test("a damaged summary is said aloud and its trial is run again")
  func damagedSummary() async throws {
    let plan = try plan("axes: {lr: [1e-3]}")
    let runner = ClosureRunner { request, _ in try finish(request) }
    _ = try await run(plan, runner)
    try write(#"{"state": "finished", "metrics"#, scratch.sweep.summary(plan.trials[0].id))
    let log = EventLog()
    let outcome = try await run(plan, runner, log)
    #expect(outcome.status.done == 1 && runner.requests.count == 2)
    #expect(
      log.all.contains { $0.description.contains("summary.json is damaged: it is not the JSON of a run's summary") })
  }
}
