import Checkpoints
import Foundation
import Records
import TestSupport
import Testing

/// FMCHS from prescriptions to weights: real coordinators and workers, killed for real.
@Suite(.serialized) struct FMCHSTrainingTests {
  let workspace: HerbWorkspace
  init() throws { workspace = try HerbWorkspace.shared.get() }

  @Test("1, 2 and 4 worker processes end in the same weights, moments and metrics, bit for bit")
  func anyWorkers() throws {
    for workers in [1, 2, 4] { try workspace.train("any-\(workers)", workers: workers) }
    let one = try workspace.state("any-1", epoch: 3)
    let rows = try workspace.metrics("any-1")
    let header =
      "epoch,train_loss,train_bce,train_aux_bce,train_fcrl,valid_p5,valid_r5,valid_f1_5,valid_p10,valid_r10,"
      + "valid_f1_10,valid_p20,valid_r20,valid_f1_20"
    #expect(rows[0] == header)
    #expect(rows.count == 4)
    for workers in [2, 4] {
      #expect(try workspace.state("any-\(workers)", epoch: 3) == one, "\(workers) workers")
      #expect(try workspace.metrics("any-\(workers)") == rows, "\(workers) workers")
    }
    let losses = try workspace.table(workspace.run("any-1") + "/metrics.csv").numbers("train_loss").compactMap { $0 }
    #expect(losses.count == 3 && losses[2] < losses[0], "\(losses)")
    // The numbers mean something only if they move: another seed is another run.
    try workspace.train("any-other", ["seed=2"])
    #expect(try workspace.state("any-other", epoch: 3) != one)
  }

  @Test("summary.json has the metrics of the best epoch under the names of metrics.csv")
  func summary() throws {
    try workspace.train("summary")
    let text = try String(contentsOfFile: workspace.run("summary") + "/summary.json", encoding: .utf8)
    let summary = try workspace.object(text)
    let best = try #require(summary["best_epoch"] as? Int)
    let metrics = try #require(summary["metrics"] as? [String: Double])
    let test = try #require(summary["test"] as? [String: Double])
    #expect(metrics["visits"] == 30 && test["visits"] == 60)
    let table = try workspace.table(workspace.run("summary") + "/metrics.csv")
    for name in ["p5", "r5", "f1_5", "p10", "r10", "f1_10", "p20", "r20", "f1_20"] {
      let row = try #require(try table.numbers("valid_" + name)[best - 1])
      let value = try #require(metrics[name], "\(name)")
      #expect(abs(row - value) < 1e-8, "\(name): \(row) and \(value)")
      #expect(test[name] != nil, "\(name)")
    }
    let chosen = zip(try table.numbers("valid_f1_5"), try table.numbers("valid_f1_10")).map { ($0 ?? 0) + ($1 ?? 0) }
    #expect(chosen.firstIndex(of: chosen.max() ?? 0) == best - 1)
  }

  enum Death: CaseIterable { case coordinator, everything }

  @Test("after kill -9 the resumed run ends in the same weights, bit for bit", arguments: Death.allCases)
  func killed(death: Death) throws {
    let settings = ["epochs=24", "checkpoint_steps=3"]
    let name = "killed-\(death)"
    if death == .coordinator { try workspace.train("killed-reference", workers: 2, settings) }
    let child = try Program.Child(workspace.training(name, workers: 2, settings))
    let middle = workspace.run(name) + "/checkpoints/" + CheckpointDirectory.name(epoch: 1, stepInEpoch: 3)
    try #require(Processes.wait { FileManager.default.fileExists(atPath: middle) })
    let workers = Processes.children(of: child.pid)
    #expect(workers.count == 2)
    kill(child.pid, SIGKILL)
    if death == .everything { for worker in workers { kill(worker, SIGKILL) } }
    #expect(child.result().code == 128 + SIGKILL)
    #expect(Processes.wait(seconds: 20) { !workers.contains(where: Processes.isAlive) })
    #expect(!FileManager.default.fileExists(atPath: workspace.run(name) + "/summary.json"))

    // Any number of 1, 2 and 4 workers may go on.
    let resumed = try Program.run(["resume", workspace.run(name), "--workers", death == .coordinator ? "2" : "4"])
    try #require(resumed.code == 0, "\(resumed.errors)")
    #expect(try workspace.state(name, epoch: 24) == workspace.state("killed-reference", epoch: 24))
    #expect(try workspace.metrics(name) == workspace.metrics("killed-reference"))
  }

  @Test("when one of two workers is killed, the other goes on to the same weights, bit for bit")
  func lostWorker() throws {
    let settings = ["epochs=40"]
    try workspace.train("lost-reference", workers: 1, settings)
    let child = try Program.Child(workspace.training("lost", workers: 2, settings))
    let first = workspace.run("lost") + "/checkpoints/" + CheckpointDirectory.name(epoch: 1, stepInEpoch: 0)
    try #require(Processes.wait { FileManager.default.fileExists(atPath: first) })
    let worker = try #require(Processes.children(of: child.pid).last)
    kill(worker, SIGKILL)
    let result = child.result()
    try #require(result.code == 0, "\(result.errors)")
    #expect(result.errors.contains("goes on with the workers that are left"), "\(result.errors)")
    #expect(try workspace.state("lost", epoch: 40) == workspace.state("lost-reference", epoch: 40))
    #expect(try workspace.metrics("lost") == workspace.metrics("lost-reference"))
  }

  @Test("SIGTERM checkpoints and exits with 75; the resumed run ends in the same weights")
  func terminated() throws {
    let settings = ["epochs=40"]
    try workspace.train("term-reference", workers: 1, settings)
    let child = try Program.Child(workspace.training("term", workers: 2, settings))
    let first = workspace.run("term") + "/checkpoints/" + CheckpointDirectory.name(epoch: 1, stepInEpoch: 0)
    try #require(Processes.wait { FileManager.default.fileExists(atPath: first) })
    kill(child.pid, SIGTERM)
    let result = child.result()
    try #require(result.code == 75, "\(result.code) \(result.errors)")
    #expect(result.errors.contains("theriac resume \(workspace.run("term")) --workers 2"))
    let resumed = try Program.run(["resume", workspace.run("term"), "--workers", "2"])
    try #require(resumed.code == 0, "\(resumed.errors)")
    #expect(try workspace.state("term", epoch: 40) == workspace.state("term-reference", epoch: 40))
  }

  @Test("settings of the other model, cohorts without symptoms or properties, graphs that leak")
  func refused() throws {
    let out = workspace.run("refused")
    func refuse(_ settings: [String], _ part: String) throws {
      let result = try Program.run(workspace.training("refused", settings))
      #expect(result.code == 1 && result.sentence.contains(part), "\(settings): \(result.code) \(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: out))
    }
    try refuse(
      ["alpha=0.5"],
      "setting alpha in --set is one of nla-mmr, but the model is fmchs; remove it, or set model: nla-mmr")
    try refuse(["model=nla-mmr"], "is one of fmchs, but the model is nla-mmr")
    try refuse(["d=15"], "setting encoder_heads in --set is \"2\"; expected a divisor of d, which is 15")
    try refuse(["graph_heads=3"], "setting graph_heads in --set is \"3\"; expected a divisor of d, which is 16")
    try refuse(["label_smoothing=1"], "label_smoothing")
    try refuse(["herb_texts=true"], "herb_texts needs vectors of the herbs' texts")
    try refuse(["molecule_vectors=/nowhere/v.h5"], "/nowhere/v.h5")

    var cohort = try CohortFile.read(workspace.cohort)
    cohort.vocabularies[.symptom] = Vocabulary()
    cohort.lists[.symptom] = CodeLists(offsets: Array(repeating: 0, count: cohort.visitCount + 1))
    let symptomless = workspace.run("symptomless.h5")
    try CohortFile.write(cohort, to: symptomless)
    try refuse(["cohort=\(symptomless)"], "the cohort has 0 symptoms and 20 medications, and FMCHS needs both")

    let leaking = try Program.run(workspace.training("leak", ["epochs=1", "graph=all"]))
    #expect(leaking.code == 0 && leaking.errors.contains("warning: graph is all"), "\(leaking.errors)")
  }

  @Test("nothing of validation and test rows reaches the weights; graph: all lets it")
  func leaks() throws {
    // 300 rows: 210 train, 30 validate, 60 test.
    let other = try workspace.changed(from: 210)
    for (name, settings) in [
      ("first-token", []), ("sequences", ["herb_tokens=top", "top_tokens=4"]), ("all", ["graph=all"]),
    ] {
      try workspace.train("leak-a-\(name)", settings + ["epochs=2"])
      try workspace.train("leak-b-\(name)", settings + ["epochs=2", "cohort=\(other)"])
      // The last line has the best validation metric, which may and will differ.
      let a = try workspace.state("leak-a-\(name)", epoch: 2).dropLast()
      let b = try workspace.state("leak-b-\(name)", epoch: 2).dropLast()
      let isSame = Array(a) == Array(b)
      #expect(isSame == (name != "all"), "\(name)")
    }
  }

  @Test("herbs without molecules: none at all is a warning, and without properties too a refusal")
  func withoutMolecules() throws {
    let (bare, plain) = (workspace.run("bare.h5"), workspace.run("plain"))
    try FileManager.default.createDirectory(atPath: plain, withIntermediateDirectories: true)
    for name in ["symptoms.csv", "herbs.csv", "prescript_1195.csv"] {
      try FileManager.default.copyItem(atPath: workspace.path + "/tcm/" + name, toPath: plain + "/" + name)
    }
    let properties = ["--properties", workspace.path + "/tcm/herb_20_27_oneHot.npy"]
    #expect(try Program.run(["import", "tcm-pd", "--root", plain, "--out", bare] + properties).code == 0)
    let result = try Program.run(workspace.training("bare", ["cohort=\(bare)", "epochs=1"]))
    #expect(result.code == 0, "\(result.errors)")
    #expect(result.errors.contains("warning: mmge is on, but no herb of the cohort has a molecule"), "\(result.errors)")

    let nothing = workspace.run("nothing.h5")
    #expect(try Program.run(["import", "tcm-pd", "--root", plain, "--out", nothing]).code == 0)
    let refused = try Program.run(workspace.training("nothing", ["cohort=\(nothing)"]))
    #expect(refused.code == 1 && refused.sentence.contains("no feature of the herbs is left"), "\(refused.errors)")

    // 16 of 20 have molecules, 10 of those properties: the auto-encoder fills the others, and says how well.
    let some = try Program.run(workspace.training("some", ["epochs=1"]))
    #expect(some.errors.contains("molecules: 16 of 20 herbs"), "\(some.errors)")
    #expect(some.errors.contains("VAE trained on 10 herbs fills 4 (2 of them without any property"), "\(some.errors)")
  }

  @Test("molecule vectors from a .npy file, found from anywhere; another file is refused on resume and evaluation")
  func moleculeFile() throws {
    let folder = workspace.run("vectors")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    func write(scale: Float) throws {
      let values = (0..<(16 * 8)).map { scale * Float(($0 * 37) % 11) - 3 }
      try HerbWorkspace.npy("<f4", [16, 8], values).write(to: URL(fileURLWithPath: folder + "/v.npy"))
    }
    try HerbWorkspace.smiles.joined(separator: "\n").write(
      toFile: folder + "/v.smi", atomically: true, encoding: .utf8)
    try write(scale: 1)
    let trained = try Program.run(
      workspace.training("file", ["molecule_vectors=v.npy", "epochs=1"]), in: folder)
    try #require(trained.code == 0, "\(trained.errors)")
    #expect(trained.errors.contains("v.npy, 16 molecules of width 8"), "\(trained.errors)")
    // Paths are kept absolute: the run goes on from another folder.
    let longer = try Program.run(["resume", workspace.run("file"), "--set", "epochs=2"], in: workspace.path)
    try #require(longer.code == 0, "\(longer.errors)")
    let state = try workspace.state("file", epoch: 2)
    #expect(state.contains { $0.hasPrefix("enc_h") || $0.contains("herb") }, "\(state.map { $0.prefix(20) })")

    try write(scale: 2)
    for command in [["resume", workspace.run("file"), "--set", "epochs=3"], ["evaluate", workspace.run("file")]] {
      let refused = try Program.run(command)
      #expect(refused.code == 1, "\(refused.errors)")
      for part in ["molecule_vectors", folder + "/v.npy is not the one this run was made with"] {
        #expect(refused.sentence.contains(part), "\(refused.errors)")
      }
    }
    try write(scale: 1)
    #expect(try Program.run(["evaluate", workspace.run("file")]).code == 0)
    let none = try Program.run(["resume", workspace.run("file"), "--set", "epochs=3", "--set", "molecule_vectors="])
    #expect(none.code == 1 && none.sentence.contains(workspace.cohort), "\(none.errors)")
    try FileManager.default.removeItem(atPath: folder + "/v.smi")
    let lost = try Program.run(["evaluate", workspace.run("file")])
    #expect(lost.code == 1 && lost.sentence.contains("v.smi"), "\(lost.errors)")
  }

  @Test("vectors of texts for symptoms and herbs; without them the run does not go on")
  func texts() throws {
    let plm = try TinyPLM()
    let vectors = workspace.run("texts.h5")
    let embedded = try Program.run(["embed", "--cohort", workspace.cohort, "--plm", plm.folder, "--out", vectors])
    try #require(embedded.code == 0, "\(embedded.errors)")
    try workspace.train("texts", ["embeddings=\(vectors)", "herb_texts=true", "epochs=1"])
    try workspace.train("no-texts", ["epochs=1"])
    func loss(_ name: String) throws -> Double {
      try #require(try workspace.table(workspace.run(name) + "/metrics.csv").numbers("train_loss").first ?? nil)
    }
    let (with, without) = (try loss("texts"), try loss("no-texts"))
    #expect(with != without && abs(with - without) < 0.5 * without, "\(with) and \(without)")
    let refused = try Program.run([
      "resume", workspace.run("texts"), "--set", "epochs=2", "--set", "herb_texts=false", "--set", "embeddings=",
    ])
    #expect(refused.code == 1 && refused.sentence.contains("herb_texts is false now"), "\(refused.errors)")
    for (command, key) in [("evaluate", "pool=mean"), ("evaluate", "feature_seed=9"), ("resume", "leaky_slope=0.5")] {
      let changed = try Program.run(
        [command, workspace.run("no-texts"), "--set", key] + (command == "resume" ? ["--set", "epochs=2"] : []))
      let name = String(key.prefix { $0 != "=" })
      #expect(changed.code == 1 && changed.sentence.contains("\(name) is"), "\(command) \(key): \(changed.errors)")
    }
    let visits = try Workspace.shared.get()
    let foreign = try Program.run(workspace.training("foreign", ["embeddings=\(visits.embeddings)"]))
    #expect(foreign.code == 1 && foreign.sentence.contains(visits.embeddings), "\(foreign.errors)")
  }
}
