import Checkpoints
import Foundation
import Reports
import Testing

/// Real coordinators and workers in processes of their own, killed for real.
@Suite(.serialized) struct TrainingCommandTests {
  let workspace: Workspace
  init() throws { workspace = try Workspace.shared.get() }

  private func losses(_ run: String) throws -> [Double] {
    let path = workspace.run(run) + "/metrics.csv"
    return try CSVTable(String(contentsOfFile: path, encoding: .utf8), file: path).numbers("train_loss").compactMap {
      $0
    }
  }

  private func checkpoint(_ run: String, _ epoch: Int) throws -> Checkpoint {
    try CheckpointFile.read(
      workspace.run(run) + "/checkpoints/" + CheckpointDirectory.name(epoch: epoch, stepInEpoch: 0))
  }

  private func sameWeights(_ a: Checkpoint, _ b: Checkpoint) -> Bool {
    func bits(_ checkpoint: Checkpoint) -> [[UInt32]] {
      (checkpoint.parameters.map(\.values) + checkpoint.firstMoments + checkpoint.secondMoments
        + checkpoint.buffers.map(\.values)).map { $0.map(\.bitPattern) }
    }
    return bits(a) == bits(b) && a.globalStep == b.globalStep && a.bestMetric == b.bestMetric
  }

  @Test("1, 2 and 4 worker processes follow the same loss curve to float32 rounding")
  func equalCurves() throws {
    for workers in [1, 2, 4] {
      let result = try Program.run(workspace.training("equal-\(workers)", workers: workers))
      try #require(result.code == 0, "\(result.errors)")
    }
    let one = try losses("equal-1")
    #expect(one.count == 3 && one[2] < one[0])
    for workers in [2, 4] {
      // Sums in another order differ by 1e-7 in a step; each later step amplifies what the earlier ones left.
      for (epoch, (a, b)) in zip(one, try losses("equal-\(workers)")).enumerated() {
        #expect(abs(a - b) <= (epoch == 0 ? 2e-6 : 1e-4) * a, "\(workers) workers, epoch \(epoch + 1): \(a) and \(b)")
      }
    }
  }

  @Test("two runs with the same number of workers are bit-identical")
  func bitIdentical() throws {
    for name in ["twice-a", "twice-b"] { #expect(try Program.run(workspace.training(name, workers: 2)).code == 0) }
    #expect(sameWeights(try checkpoint("twice-a", 3), try checkpoint("twice-b", 3)))
    #expect(try losses("twice-a") == losses("twice-b"))
  }

  private func waitFor(_ path: String, seconds: Double = 60) throws {
    let end = Date() + seconds
    while !FileManager.default.fileExists(atPath: path) {
      try #require(Date() < end, "\(path) did not appear")
      usleep(5_000)
    }
  }

  private func children(of pid: Int32) -> [Int32] {
    let tasks = "/proc/\(pid)/task"
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
    return threads.flatMap { thread in
      ((try? String(contentsOfFile: "\(tasks)/\(thread)/children", encoding: .utf8)) ?? "")
        .split(separator: " ").compactMap { Int32($0) }
    }
  }

  private func isAlive(_ pid: Int32) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
    return !stat.contains(") Z ")
  }

  enum Death: CaseIterable { case coordinator, everything, worker }

  @Test(
    "after kill -9 the resumed run ends in the same weights, bit for bit", arguments: [Death.coordinator, .everything])
  func killed(death: Death) throws {
    let settings = ["epochs=6", "checkpoint_steps=5"]
    let name = "killed-\(death)"
    #expect(try Program.run(workspace.training(name + "-reference", workers: 2, settings)).code == 0)

    let child = try Program.Child(workspace.training(name, workers: 2, settings))
    try waitFor(workspace.run(name) + "/checkpoints/" + CheckpointDirectory.name(epoch: 1, stepInEpoch: 5))
    let workers = children(of: child.pid)
    #expect(workers.count == 2)
    kill(child.pid, SIGKILL)
    if death == .everything { for worker in workers { kill(worker, SIGKILL) } }
    #expect(child.result().code == 128 + SIGKILL)
    // Workers whose coordinator is gone end by themselves.
    let end = Date() + 20
    while workers.contains(where: isAlive), Date() < end { usleep(50_000) }
    #expect(!workers.contains(where: isAlive))

    let resumed = try Program.run(["resume", workspace.run(name), "--workers", "2"])
    try #require(resumed.code == 0, "\(resumed.errors)")
    #expect(sameWeights(try checkpoint(name, 6), try checkpoint(name + "-reference", 6)))
    #expect(try losses(name) == losses(name + "-reference"))
  }

  @Test("SIGTERM checkpoints and exits with 75; the resumed run ends in the same weights")
  func terminated() throws {
    let settings = ["epochs=6"]
    #expect(try Program.run(workspace.training("term-reference", workers: 2, settings)).code == 0)
    let child = try Program.Child(workspace.training("term", workers: 2, settings))
    try waitFor(workspace.run("term") + "/checkpoints/" + CheckpointDirectory.name(epoch: 1, stepInEpoch: 0))
    kill(child.pid, SIGTERM)
    let result = child.result()
    try #require(result.code == 75 || result.code == 0, "\(result.errors)")
    if result.code == 75 {
      let resumed = try Program.run(["resume", workspace.run("term"), "--workers", "2"])
      try #require(resumed.code == 0, "\(resumed.errors)")
    }
    #expect(sameWeights(try checkpoint("term", 6), try checkpoint("term-reference", 6)))
  }

  @Test("when one worker is killed the other goes on, and no step is lost or counted twice")
  func lostWorker() throws {
    let settings = ["epochs=8"]
    #expect(try Program.run(workspace.training("lost-reference", workers: 2, settings)).code == 0)
    let child = try Program.Child(workspace.training("lost", workers: 2, settings))
    try waitFor(workspace.run("lost") + "/checkpoints/" + CheckpointDirectory.name(epoch: 1, stepInEpoch: 0))
    if let worker = children(of: child.pid).last { kill(worker, SIGKILL) }
    let result = child.result()
    try #require(result.code == 0, "\(result.errors)")
    let (found, expected) = (try losses("lost"), try losses("lost-reference"))
    #expect(found.count == 8)
    // A step left out or counted twice would show at 1e-2.
    for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-3 * b) }
  }

  @Test("a coordinator and workers started by hand over TCP give what train gives")
  func byHand() throws {
    #expect(try Program.run(workspace.training("hand-reference", workers: 2)).code == 0)
    let port = 20_000 + Int(ProcessInfo.processInfo.processIdentifier) % 30_000
    let coordinator = try Program.Child(
      ["coordinator", "--out", workspace.run("hand"), "--workers", "2"] + workspace.settings(),
      environment: ["MASTER_PORT": "\(port)"])
    let workers = try [
      Program.Child(["worker", "--connect", "tcp://127.0.0.1:\(port)"]),
      Program.Child(["worker"], environment: ["MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "\(port)"]),
    ]
    let result = coordinator.result()
    try #require(result.code == 0, "\(result.errors)")
    for worker in workers { #expect(worker.result().code == 0) }
    #expect(sameWeights(try checkpoint("hand", 3), try checkpoint("hand-reference", 3)))
  }

  @Test("evaluate prints the run beside the rules, and as JSON under the fixed keys")
  func evaluate() throws {
    #expect(try Program.run(workspace.training("evaluated", workers: 1)).code == 0)
    let text = try Program.run(["evaluate", workspace.run("evaluated"), "--bootstrap", "3"])
    #expect(text.code == 0, "\(text.errors)")
    for row in ["this run", "repeat the last visit", "most frequent medications", "3 bootstraps", "label DDI"] {
      #expect(text.output.contains(row))
    }
    let json = try Program.run(["evaluate", workspace.run("evaluated"), "--split", "validation", "--json"])
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    for key in ["jaccard", "f1", "prauc", "ddi", "medications", "precision", "recall"] {
      let value = try #require(object[key] as? Double, "\(key)")
      #expect(value >= 0 && value <= 112)
    }
    // The same weights on the same split: the table of the run says the same.
    let path = workspace.run("evaluated") + "/metrics.csv"
    let valid = try CSVTable(String(contentsOfFile: path, encoding: .utf8), file: path).numbers("valid_jaccard")
    let best = try #require(valid.compactMap { $0 }.max())
    #expect(abs((object["jaccard"] as? Double ?? 0) - best) < 1e-6)
  }

  @Test("a finished run is not trained over, but longer when asked")
  func finished() throws {
    let training = workspace.training("done", workers: 1, ["epochs=1"])
    #expect(try Program.run(training).code == 0)
    let again = try Program.run(training)
    #expect(again.code == 1 && again.sentence.contains("already holds a run"))
    let same = try Program.run(["resume", workspace.run("done")])
    #expect(same.code == 1 && same.sentence.contains("is finished"))
    let longer = try Program.run(["resume", workspace.run("done"), "--set", "epochs=2"])
    #expect(longer.code == 0, "\(longer.errors)")
    #expect(try losses("done").count == 2)
  }
}
