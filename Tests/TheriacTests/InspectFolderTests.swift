import Foundation
import TestSupport
import Testing

/// `theriac inspect` of folders.
@Suite(.serialized) struct InspectFolderTests {
  let workspace: HerbWorkspace
  init() throws { workspace = try HerbWorkspace.shared.get() }

  private func lines(_ path: String, code: Int32 = 0) throws -> [String] {
    let result = try Program.run(["inspect", path])
    #expect(result.code == code, "\(result.output) \(result.errors)")
    return result.output.split(separator: "\n").map(String.init)
  }

  @Test("a run: model, state, settings, epochs, best epoch with its metrics, checkpoints")
  func run() throws {
    try workspace.train("inspected-seen", ["epochs=2"])
    let path = workspace.run("inspected-seen")
    let found = try lines(path + "/")
    #expect(found[0] == "run directory \(path): fmchs, finished")
    #expect(found[1].hasPrefix("settings: defaults, but epochs 2, batch 32, seed 1, "), "\(found[1])")
    #expect(found[1].contains("d 16") && !found[1].contains("cohort") && !found[1].contains("graph"))
    #expect(found[2] == "cohort: \(workspace.cohort)")
    #expect(found[3] == "epochs: 2 of 2 done")
    let summary = try workspace.object(String(contentsOfFile: path + "/summary.json", encoding: .utf8))
    let best = try #require(summary["best_epoch"] as? Int)
    let value = try #require((summary["metrics"] as? [String: Double])?["p5"])
    #expect(found[4].hasPrefix("best epoch: \(best): validation P@5 \(String(format: "%.4f", value)), "), "\(found[4])")
    #expect(found[5].hasPrefix("best.h5: sound, "))
    #expect(found[6].hasPrefix("test: P@5 "))
    #expect(found[7] == "checkpoints: 2, the newest epoch-0002.h5")
    #expect(found.count == 8)
    // Which epoch's metrics: those of the row with that number.
    let row = try workspace.table(path + "/metrics.csv").numbers("valid_p5")[best - 1]
    #expect(abs((row ?? 0) - value) < 1e-8)
  }

  @Test("a run in use, one that was stopped, and one that never began")
  func states() throws {
    let child = try Program.Child(workspace.training("inspected-busy", ["epochs=100000"]))
    let path = workspace.run("inspected-busy")
    #expect(Processes.wait { FileManager.default.fileExists(atPath: path + "/checkpoints/epoch-0001.h5") })
    #expect(try lines(path)[0] == "run directory \(path): fmchs, in use by process \(child.pid)")
    kill(child.pid, SIGTERM)
    #expect(child.result().code == 75)
    let stopped = try lines(path)
    let done = try workspace.metrics("inspected-busy").count - 1
    #expect(stopped[0].hasSuffix("fmchs, stopped after epoch \(done) of 100000; theriac resume \(path) goes on"))
    #expect(stopped.contains { $0.hasPrefix("epochs: ") && $0.hasSuffix(" of 100000 done") })

    let bare = workspace.run("inspected-bare")
    try FileManager.default.createDirectory(atPath: bare + "/checkpoints", withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: path + "/config.yaml", toPath: bare + "/config.yaml")
    let nothing = try lines(bare)
    #expect(nothing[0].hasSuffix("fmchs, nothing was trained yet"))
    #expect(nothing.contains("epochs: 0 of 100000 done") && nothing.contains("checkpoints: none"))
  }

  @Test("what is wrong with a run is said, with exit code 1")
  func damagedRun() throws {
    try workspace.train("inspected-unsound", ["epochs=1"])
    let path = workspace.run("inspected-unsound")
    let best = path + "/best.h5"
    var bytes = try Data(contentsOf: URL(fileURLWithPath: best))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: best))
    try "{".write(toFile: path + "/summary.json", atomically: true, encoding: .utf8)
    let found = try lines(path, code: 1)
    #expect(found.contains { $0.hasPrefix("best.h5: ") && $0.contains("checksum") }, "\(found)")
    #expect(found.contains { $0.hasPrefix("summary.json: damaged") })
    #expect(found.contains("checkpoints: 1, the newest epoch-0001.h5"))
    try "model: fmchs\nnothing: 1\n".write(toFile: path + "/config.yaml", atomically: true, encoding: .utf8)
    let settings = try lines(path, code: 1)
    #expect(settings.contains { $0.hasPrefix("config.yaml: unknown setting \"nothing\"") }, "\(settings)")
    #expect(settings[0].hasPrefix("run directory \(path): fmchs, "))
  }

  @Test("a run of NLA-MMR is told by its protocol; files that have gone are marked")
  func otherModel() throws {
    let other = try Workspace.shared.get()
    let cohort = other.run("inspected.h5")
    try FileManager.default.copyItem(atPath: other.cohort, toPath: cohort)
    let trained = try Program.run(other.training("inspected", workers: 1, ["cohort=\(cohort)", "epochs=1"]))
    try #require(trained.code == 0, "\(trained.errors)")
    try FileManager.default.removeItem(atPath: cohort)
    let found = try lines(other.run("inspected"))
    #expect(found[0].hasSuffix("inspected: nla-mmr, finished"))
    #expect(found[1] == "settings: protocol official, but epochs 1, lr 0.01, d_k 16, d_s 8, gin_layers 2")
    #expect(found[2] == "cohort: \(cohort) (not there any more)")
    #expect(found[3] == "embeddings: \(other.embeddings)")
    #expect(found[5].hasPrefix("best epoch: 1: validation Jaccard 0."))
    let run = other.run("inspected")
    let lost = try Program.run(["evaluate", run])
    #expect(lost.code == 1 && lost.sentence.contains("the cohort of \(run) should be at \(cohort), but there is none"))
    let moved = ["evaluate", run, "--set", "cohort=\(other.cohort)"]
    #expect(try Program.run(moved).code == 0)
    let texts = try Program.run(moved + ["--set", "embeddings=/nowhere.h5"])
    #expect(texts.sentence.hasSuffix("at /nowhere.h5, but there is none; give its place with --set embeddings=FILE"))
  }

  @Test("a sweep: how many trials are done, and the best; an experiment: how many runs")
  func sweep() throws {
    let base = try workspace.config("inspected-base", ["epochs=1"])
    let file = workspace.run("inspected-sweep.yaml")
    try "name: two\nconfig: \(base)\nmetric: valid_f1_10\naxes: { lr: [1.0e-3, 1.0e-2] }\n".write(
      toFile: file, atomically: true, encoding: .utf8)
    let out = workspace.run("inspected-sweep")
    let made = try Program.run(["sweep", "run", "--config", file, "--out", out])
    try #require(made.code == 0, "\(made.errors)")
    let found = try lines(out)
    #expect(found[0] == "sweep directory \(out)")
    #expect(found[1] == "two: 2 of 2 trials done, 0 running, 0 pending, 0 failed")
    #expect(found.last?.hasPrefix("best: valid_f1_10 0.") == true, "\(found)")
    let trial = try #require(try FileManager.default.contentsOfDirectory(atPath: out + "/trials").first)
    #expect(try lines("\(out)/trials/\(trial)")[0].hasSuffix(": fmchs, finished"))

    let record = "\(out)/trials/\(trial)/trial.json"
    try "{".write(toFile: record, atomically: true, encoding: .utf8)
    try FileManager.default.removeItem(atPath: out + "/base.yaml")
    let unsound = try lines(out, code: 1)
    #expect(
      unsound[1] == "two: 1 of 1 trials done, 0 running, 0 pending, 0 failed, 1 with a damaged record besides")
    #expect(unsound.contains("base.yaml: not there; sweep run writes it"))
    #expect(unsound.last?.contains(record) == true, "\(unsound)")
    try FileManager.default.removeItem(atPath: out + "/trials")
    #expect(try lines(out).contains("trials: not there; no trial was begun"))
  }

  @Test("an experiment: baselines and runs that are there, what is incomplete, what is damaged")
  func experiment() throws {
    let folder = workspace.run("inspected-experiment")
    func write(_ name: String, _ text: String) throws {
      let path = folder + "/" + name
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
    let head = "experiment directory \(folder): "
    for name in ["popularity", "naive-bayes"] { try write("baselines/\(name)-seed0.json", "{\"test\": {}}") }
    try write("runs/notes.txt", "mine")
    #expect(
      try lines(folder) == [
        head + "2 baselines done, 0 runs, 0 of them finished",
        "incomplete: there is no table.md yet; the same command goes on",
        "incomplete: there is no results.csv yet; the same command goes on",
      ])
    try workspace.train("inspected-experiment/runs/fmchs-seed0", ["epochs=1"])
    try write("table.md", "## Table\n\nNot finished: FMCHS. The same command goes on.\n")
    try write("results.csv", "experiment,row,origin\n")
    #expect(
      try lines(folder) == [
        head + "2 baselines done, 1 runs, 1 of them finished",
        "incomplete: Not finished: FMCHS. The same command goes on.",
      ])
    for name in ["table.md", "results.csv", "runs/fmchs-seed0/summary.json", "baselines/naive-bayes-seed0.json"] {
      try write(name, "")
    }
    let damaged = try lines(folder, code: 1)
    #expect(damaged[0] == head + "1 baselines done, 1 runs, 0 of them finished")
    #expect(damaged.contains("table.md: empty; the same command mends it"))
    #expect(damaged.contains("results.csv: empty; the same command mends it"))
    #expect(damaged.contains("baselines/naive-bayes-seed0.json: damaged; remove it"))
    #expect(damaged.contains { $0.hasPrefix("runs/fmchs-seed0/summary.json: damaged") })
  }

  @Test("a language model in links is as large as the files they lead to")
  func links() throws {
    let plm = try TinyPLM()
    let plain = try lines(plm.folder)
    let weights = try #require(plain.first { $0.hasPrefix("weights: ") })
    let size = try FileManager.default.attributesOfItem(atPath: plm.folder + "/model.safetensors")[.size] as? Int
    #expect(weights.replacing(",", with: "").contains(" \(size ?? -1) bytes"))
    let folder = workspace.run("inspected-links")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in try FileManager.default.contentsOfDirectory(atPath: plm.folder) {
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/\(name)", withDestinationPath: "\(plm.folder)/\(name)")
    }
    #expect(try lines(folder).contains(weights))
  }

  @Test("any other folder is said to be none of these, in one sentence")
  func foreign() throws {
    let folder = workspace.run("inspected-foreign")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let empty = try Program.run(["inspect", folder])
    #expect(empty.code == 1 && empty.output.isEmpty)
    #expect(
      empty.errors.contains("\(folder) is none of Theriac's folders: it is empty; inspect takes a run (config.yaml)"))
    for name in ["d.txt", "a.txt", "c.txt", "b.txt"] {
      try "".write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
    }
    let other = try Program.run(["inspect", folder])
    #expect(other.errors.contains("it holds a.txt, b.txt, c.txt and 1 more"), "\(other.errors)")
  }
}
