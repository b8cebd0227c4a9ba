import Foundation
import Testing

/// What a trained run of FMCHS answers: evaluate, recommend, export.
@Suite(.serialized) struct FMCHSAnswerTests {
  let workspace: HerbWorkspace

  init() throws {
    workspace = try HerbWorkspace.shared.get()
    for (name, seed) in [("one", 1), ("two", 2)]
    where !FileManager.default.fileExists(atPath: workspace.run(name) + "/summary.json") {
      try workspace.train(name, ["seed=\(seed)", "epochs=8", "lr=1e-2"])
    }
  }

  private static let keys = ["P@5", "R@5", "F1@5", "P@10", "R@10", "F1@10", "P@20", "R@20", "F1@20"]

  private func evaluated(_ arguments: String...) throws -> [String: Any] {
    let result = try Program.run(["evaluate"] + arguments + ["--json"])
    try #require(result.code == 0, "\(result.errors)")
    return try workspace.object(result.output)
  }

  @Test("evaluate prints the run beside counted baselines, and as JSON under the papers' names")
  func evaluate() throws {
    let text = try Program.run(["evaluate", workspace.run("one"), "--bootstrap", "5"])
    #expect(text.code == 0, "\(text.errors)")
    #expect(text.output.hasPrefix("test split, 60 prescriptions"))
    for part in Self.keys + ["this run (epoch ", "bootstrap of 5", "popularity", "conditional-mean", "naive-bayes"] {
      #expect(text.output.contains(part), "\(part): \(text.output)")
    }
    let object = try evaluated(workspace.run("one"), "--bootstrap", "5")
    #expect(object["split"] as? String == "test" && object["rows"] as? Int == 60 && object["runs"] as? Int == 1)
    let baselines = try #require(object["baselines"] as? [String: [String: Double]])
    #expect(Set(baselines.keys) == ["popularity", "conditional_mean", "naive_bayes"])
    let spreads = try #require(object["bootstrap"] as? [String: [String: Double]])
    for key in Self.keys {
      let value = try #require(object[key] as? Double, "\(key)")
      #expect(value > 0 && value <= 1)
      for (name, set) in baselines { #expect(set[key] != nil, "\(name) \(key)") }
      let (mean, std) = (try #require(spreads[key]?["mean"]), try #require(spreads[key]?["std"]))
      // The 20 best of 20 herbs are all.
      #expect(abs(mean - value) < 6 * std + 0.05, "\(key): \(mean) ± \(std), \(value)")
      #expect((std > 0) == (key != "R@20"), "\(key): \(mean) ± \(std)")
    }
    // What was trained is better than what everybody gets.
    #expect((object["F1@5"] as? Double ?? 0) > (baselines["popularity"]?["F1@5"] ?? 1) + 0.1)
    // The same draws again.
    let again = try evaluated(workspace.run("one"), "--bootstrap", "5")["bootstrap"] as? [String: [String: Double]]
    #expect(again == spreads)

    let summary = try workspace.object(
      String(contentsOfFile: workspace.run("one") + "/summary.json", encoding: .utf8))
    let test = try #require(summary["test"] as? [String: Double])
    #expect(test["f1_10"] == object["F1@10"] as? Double)
    let training = try evaluated(workspace.run("one"), "--split", "train")
    #expect(training["rows"] as? Int == 210 && (training["baselines"] as? [String: Any])?.isEmpty == true)
  }

  @Test("several runs are one model, the mean of their probabilities")
  func ensemble() throws {
    let runs = ["one", "two"].map(workspace.run)
    let text = try Program.run(["evaluate"] + runs)
    #expect(text.code == 0 && text.output.contains("mean scores of 2 runs"), "\(text.errors)")
    let both = try evaluated(runs[0], runs[1])
    #expect(both["runs"] as? Int == 2 && both["epoch"] == nil)
    let own = try evaluated(runs[0])
    // The mean of a run and itself is the run.
    let twice = try evaluated(runs[0], runs[0])
    for key in Self.keys { #expect(own[key] as? Double == twice[key] as? Double, "\(key)") }
    #expect(twice["runs"] as? Int == 1 && both["F1@5"] as? Double != twice["F1@5"] as? Double)
    let said = try Program.run(["recommend", runs[0], runs[0] + "/../one/", "--symptoms", "头痛"])
    #expect(said.code == 0 && said.errors.contains("is given more than once; it counts once"), "\(said.errors)")

    func probabilities(_ runs: [String]) throws -> [String: Double] {
      let result = try Program.run(["recommend"] + runs + ["--symptoms", "头痛", "--top", "20", "--json"])
      let herbs = try workspace.object(result.output)["herbs"] as? [[String: Any]] ?? []
      return Dictionary(
        uniqueKeysWithValues: herbs.compactMap { herb in
          (herb["code"] as? String).flatMap { code in (herb["probability"] as? Double).map { (code, $0) } }
        })
    }
    let (a, b, mean) = (try probabilities([runs[0]]), try probabilities([runs[1]]), try probabilities(runs))
    #expect(mean.count == 20 && a != b)
    for (code, value) in mean {
      #expect(abs(value - ((a[code] ?? .nan) + (b[code] ?? .nan)) / 2) < 1e-6, "\(code)")
    }
  }

  @Test("runs of NLA-MMR, or of other cohorts, are not averaged")
  func unlikeRuns() throws {
    let other = try Workspace.shared.get()
    let name = "two-at-once"
    let trained = try Program.run(other.training(name, workers: 1, ["epochs=1"]))
    try #require(trained.code == 0, "\(trained.errors)")
    let both = try Program.run(["evaluate", other.run(name), other.run(name)])
    #expect(both.code == 64 && both.errors.contains("several runs are evaluated as one for model fmchs only"))
    let mixed = try Program.run(["evaluate", workspace.run("one"), other.run(name)])
    #expect(mixed.code == 1 && mixed.sentence.contains("needs a run of fmchs, but the model of the run is nla-mmr"))
    for command in [
      ["recommend", other.run(name), "--symptoms", "0"],
      ["export", "vectors", other.run(name), "--out", other.run("vectors.csv")],
    ] {
      let refused = try Program.run(command)
      #expect(refused.code == 1, "\(command): \(refused.errors)")
      #expect(refused.sentence.contains("needs a run of fmchs, but the model of the run is nla-mmr"))
    }
    let elsewhere = workspace.run("elsewhere.h5")
    #expect(
      try Program.run(
        ["import", "tcm-pd", "--root", workspace.path + "/tcm", "--split", "shuffled", "--out", elsewhere]).code == 0)
    try workspace.train("elsewhere", ["cohort=\(elsewhere)", "epochs=1"])
    let unlike = try Program.run(["evaluate", workspace.run("one"), workspace.run("elsewhere")])
    #expect(unlike.code == 1 && unlike.sentence.contains("different cohorts"), "\(unlike.errors)")
  }

  @Test("recommend by name, by code, from a file; the same symptoms give the same herbs")
  func recommend() throws {
    func herbs(_ arguments: String...) throws -> [String] {
      let result = try Program.run(["recommend", workspace.run("one")] + arguments + ["--json"])
      try #require(result.code == 0, "\(result.errors)")
      let list = try workspace.object(result.output)["herbs"] as? [[String: Any]] ?? []
      return list.compactMap { $0["name"] as? String }
    }
    let file = workspace.run("visit.json")
    try #"{"symptoms": ["失眠", 0], "note": "anything else"}"#.write(toFile: file, atomically: true, encoding: .utf8)
    let named = try herbs("--symptoms", "头痛，失眠", "--top", "6")
    #expect(named.count == 6)
    #expect(try herbs("--symptoms", "4, 0", "--top", "6") == named)
    #expect(try herbs("--visit", file, "--top", "6") == named)
    // 头痛 is prescribed herbs 0, 3 and 6, 失眠 herbs 0, 3 and 6 of its own row: what the generator says.
    #expect(Set(named).isSuperset(of: ["麻黄", "甘草", "黄芩"]))
    #expect(try herbs("--symptoms", "头痛", "--top", "100").count == 20)

    let text = try Program.run(["recommend", workspace.run("one"), "--symptoms", "头痛,1"])
    #expect(text.output.hasPrefix("for 头痛, 发热"), "\(text.output)")
    for column in ["herb", "code", "probability", "in training"] { #expect(text.output.contains(column)) }
    let object = try workspace.object(
      Program.run(["recommend", workspace.run("one"), "--symptoms", "10", "--json"]).output)
    let first = try #require((object["herbs"] as? [[String: Any]])?.first)
    #expect(Set(first.keys) == ["code", "name", "probability", "training_count"])
    #expect(object["symptoms"] as? [String] == ["口渴"])
  }

  @Test("with recall_weight scores are not called probabilities")
  func scores() throws {
    try workspace.train("scores", ["recall_weight=0.5", "epochs=1"])
    let asked = ["recommend", workspace.run("scores"), "--symptoms", "头痛"]
    let text = try Program.run(asked).output
    #expect(text.contains("score") && !text.contains("probability"), "\(text)")
    let object = try workspace.object(Program.run(asked + ["--json"]).output)
    let first = try #require((object["herbs"] as? [[String: Any]])?.first)
    #expect(Set(first.keys) == ["code", "name", "score", "training_count"])
  }

  @Test("what weights were trained with decides, whatever the settings are now")
  func scoresOfWeights() throws {
    func isProbability(_ arguments: [String]) throws -> Bool {
      let result = try Program.run(["recommend"] + arguments + ["--symptoms", "头痛"])
      try #require(result.code == 0, "\(result.errors)")
      #expect(result.output.contains("probability") != result.output.contains("score"), "\(result.output)")
      return result.output.contains("probability")
    }
    try workspace.train("weighed", ["recall_weight=0.5", "epochs=1"])
    let (plain, weighed) = (workspace.run("one"), workspace.run("weighed"))
    #expect(try isProbability([plain, "--set", "recall_weight=0.5"]))
    #expect(try !isProbability([weighed, "--set", "recall_weight=0"]))
    let mixed = try Program.run(["recommend", plain, weighed, "--symptoms", "头痛"])
    #expect(mixed.output.contains("score") && !mixed.output.contains("probability"), "\(mixed.output)")
    #expect(mixed.errors.contains("others were not: their mean is no probability"), "\(mixed.errors)")

    // Epochs of hardly any step find nothing better: best.h5 stays what the first settings made.
    try workspace.train("reweighed", ["epochs=8", "lr=1e-2"])
    let resumed = try Program.run(
      ["resume", workspace.run("reweighed"), "--set", "recall_weight=0.5", "--set", "epochs=9", "--set", "lr=1e-30"])
    #expect(resumed.code == 0, "\(resumed.errors)")
    #expect(resumed.errors.contains("loss settings changed: recall_weight from 0.0 to 0.5"), "\(resumed.errors)")
    let best = try workspace.object(
      String(contentsOfFile: workspace.run("reweighed") + "/summary.json", encoding: .utf8))["best_epoch"]
    #expect(try isProbability([workspace.run("reweighed")]) == ((best as? Int ?? 9) < 9))
  }

  @Test("a graph of all prescriptions is warned of where herbs are recommended")
  func leak() throws {
    try workspace.train("leak-answer", ["graph=all", "epochs=1"])
    let asked = ["recommend", workspace.run("leak-answer"), "--symptoms", "头痛"]
    #expect(try Program.run(asked).output.hasPrefix("warning: graph is all: "))
    let object = try workspace.object(Program.run(asked + ["--json"]).output)
    #expect((object["warning"] as? String)?.contains("graph is all") == true)
  }

  @Test("tables have short names, JSON whole ones; herbs without a molecule are counted where nothing fills them")
  func longNames() throws {
    let root = workspace.run("long-names")
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    for name in ["symptoms.csv", "prescript_1195.csv"] {
      try FileManager.default.copyItem(atPath: workspace.path + "/tcm/" + name, toPath: root + "/" + name)
    }
    let endings = ["", ": a herb", ". It is a herb", " " + String(repeating: "x", count: 90)]
    let names = HerbWorkspace.herbs.enumerated().map { $1 + endings[$0 % 4] }
    let rows = names.enumerated().map { "\(12 + $0),\($1)" }
    try ("id,name\n" + rows.joined(separator: "\n") + "\n").write(
      toFile: root + "/herbs.csv", atomically: true, encoding: .utf8)
    let imported = try Program.run(
      ["import", "tcm-pd", "--root", root, "--molecules", workspace.path + "/smiles.csv", "--out", root + ".h5"])
    try #require(imported.code == 0, "\(imported.errors)")
    let trained = try Program.run(workspace.training("long-names-run", ["epochs=1", "cohort=\(root).h5"]))
    try #require(trained.code == 0, "\(trained.errors)")
    #expect(trained.errors.contains("4 of 20 herbs have no molecule"), "\(trained.errors)")
    #expect(trained.errors.contains("their molecule vectors are zero"))
    let asked = ["recommend", workspace.run("long-names-run"), "--symptoms", "头痛", "--top", "20"]
    let text = try Program.run(asked).output
    #expect(text.contains("麻黄") && !text.contains("a herb") && text.contains("x…") && !text.contains(": "), "\(text)")
    #expect(text.split(separator: "\n").allSatisfy { $0.count < 110 }, "\(text)")
    let herbs = try workspace.object(Program.run(asked + ["--json"]).output)["herbs"] as? [[String: Any]] ?? []
    #expect(Set(herbs.compactMap { $0["name"] as? String }) == Set(names))
  }

  @Test("symptoms that cannot be recommended for")
  func unknownSymptoms() throws {
    func refuse(_ arguments: [String], _ parts: [String], code: Int32 = 1) throws {
      let result = try Program.run(["recommend", workspace.run("one")] + arguments)
      #expect(result.code == code, "\(arguments): \(result.code) \(result.errors)")
      for part in parts { #expect(result.errors.contains(part), "\(arguments): \(result.errors)") }
      #expect(result.output.isEmpty)
    }
    try refuse(["--symptoms", "头痛,腹疼"], ["the cohort has no symptom \"腹疼\"; the nearest are 腹痛"])
    try refuse(["--symptoms", "zzz"], ["no symptom \"zzz\"", "theriac export vectors"])
    try refuse(["--symptoms", "口渴"], ["several symptoms of the cohort are called \"口渴\"", "10, 11"])
    try refuse(["--symptoms", " , ,"], ["there is no symptom to recommend for"])
    try refuse(["--symptoms", "头痛", "--top", "0"], ["--top 0"], code: 64)
    try refuse([], ["either with --symptoms or with --visit"], code: 64)
    let file = workspace.run("bad.json")
    for text in ["[1]", "{\"symptom\": [\"头痛\"]}", "{\"symptoms\": [1.5]}"] {
      try text.write(toFile: file, atomically: true, encoding: .utf8)
      try refuse(["--visit", file], [file, "it is not an object with a list \"symptoms\" of names and codes"])
    }
    for (text, part) in [("{\"symptoms\": [\"头痛\"", "it is broken JSON"), ("", "it is empty")] {
      try text.write(toFile: file, atomically: true, encoding: .utf8)
      try refuse(["--visit", file], [file, part])
    }
    try "{\"symptoms\": []}".write(toFile: file, atomically: true, encoding: .utf8)
    try refuse(["--visit", file], ["there is no symptom to recommend for"])
    try refuse(["--visit", "/nowhere.json"], ["/nowhere.json"])
    let none = try Program.run(["recommend", workspace.path, "--symptoms", "头痛"])
    #expect(none.code == 1 && none.sentence.contains("is not a run directory"))
  }

  @Test("export vectors: a line for every symptom and herb, that follow the weights")
  func export() throws {
    let out = workspace.run("vectors.csv")
    let result = try Program.run(["export", "vectors", workspace.run("one"), "--out", out])
    #expect(result.code == 0 && result.errors.contains("wrote 12 symptoms and 20 herbs"), "\(result.errors)")
    let table = try workspace.table(out)
    #expect(table.rows.count == 32)
    #expect(try table.texts("kind") == Array(repeating: "symptom", count: 12) + Array(repeating: "herb", count: 20))
    #expect(try table.texts("code") == (0..<32).map(String.init))
    #expect(try table.texts("name") == HerbWorkspace.symptoms + HerbWorkspace.herbs)
    // 210 training prescriptions have four herbs or more each.
    #expect(try table.numbers("training").suffix(20).reduce(0) { $0 + ($1 ?? 0) } >= 840)
    #expect(try table.numbers("v0").allSatisfy { ($0 ?? .nan).isFinite })
    #expect(try table.numbers("v15").contains { abs($0 ?? 0) > 1e-3 })
    let other = workspace.run("vectors2.csv")
    #expect(try Program.run(["export", "vectors", workspace.run("two"), "--out", other]).code == 0)
    #expect(try workspace.table(other).numbers("v0") != table.numbers("v0"))
    for own in [workspace.run("one") + "/best.h5", workspace.run("one") + "/v.csv", workspace.cohort] {
      let refused = try Program.run(["export", "vectors", workspace.run("one"), "--out", own])
      #expect(refused.code != 0, "\(own)")
    }
    #expect(try Program.run(["evaluate", workspace.run("one")]).code == 0, "nothing was overwritten")
    let nowhere = try Program.run(["export", "vectors", workspace.run("one"), "--out", "/nowhere/v.csv"])
    #expect(nowhere.code != 0 && nowhere.errors.contains("/nowhere"))
    let inspected = try Program.run(["inspect", workspace.run("one") + "/best.h5"]).output
    #expect(inspected.contains("best validation F1@5 + F1@10"))
  }
}
