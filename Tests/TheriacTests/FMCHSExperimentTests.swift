import Foundation
import Testing

/// Tables of the FMCHS paper and sweeps over its settings, on the small folder.
@Suite(.serialized) struct FMCHSExperimentTests {
  let workspace: HerbWorkspace
  init() throws { workspace = try HerbWorkspace.shared.get() }

  private func files(_ folder: String) throws -> [String: Date] {
    var dates: [String: Date] = [:]
    for case let name as String in FileManager.default.enumerator(atPath: folder) ?? .init() {
      dates[name] = try FileManager.default.attributesOfItem(atPath: folder + "/" + name)[.modificationDate] as? Date
    }
    return dates
  }

  @Test("fmchs-fig2 with two seeds: results, table; again it does nothing; other settings or data are refused")
  func figure() throws {
    let out = workspace.run("fig2")
    let config = try workspace.config("fig2", ["epochs=2"])
    let command = ["experiment", "fmchs-fig2", "--config", config, "--out", out, "--seeds", "2"]
    let first = try Program.run(command)
    try #require(first.code == 0, "\(first.errors)")
    #expect(first.output.hasPrefix("## FMCHS, Figure 2"), "\(first.output)")
    let table = try String(contentsOfFile: out + "/table.md", encoding: .utf8)
    #expect(first.output == table + "\n")
    #expect(table.contains("| | source | seeds | P@5 | P@10 | P@20 |"))
    #expect(table.contains("| with FCRL | trained here | 2 | ") && table.contains("±"))
    let results = try workspace.table(out + "/results.csv")
    // 2 rows × 2 seeds × 2 splits × 3 metrics
    #expect(results.rows.count == 24)
    #expect(Set(try results.texts("row")) == ["with FCRL", "without FCRL"])
    #expect(Set(try results.texts("metric")) == ["p5", "p10", "p20"])
    #expect(Set(try results.texts("seed")) == ["0", "1"])
    let saved = try String(contentsOfFile: out + "/runs/without-fcrl-seed1/config.yaml", encoding: .utf8)
    #expect(saved.contains("fcrl_weight: 0.0\n") && saved.contains("seed: 1\n"))
    // The numbers are those of the runs.
    let summary = try workspace.object(
      String(contentsOfFile: out + "/runs/with-fcrl-seed0/summary.json", encoding: .utf8))
    let value = try #require((summary["test"] as? [String: Double])?["p5"])
    let written = try #require(try results.numbers("value")[0])
    #expect(abs(written - value) < 1e-12, "\(written) and \(value): one went through two decimal texts")

    let before = try files(out + "/runs")
    let second = try Program.run(command)
    #expect(second.code == 0 && second.output == first.output, "\(second.errors)")
    #expect(!second.errors.contains("seed 0"), "\(second.errors)")
    #expect(try files(out + "/runs") == before)

    // One seed more is one run more for each row.
    let third = try Program.run(command.dropLast() + ["3"])
    #expect(third.code == 0 && third.output.contains("| with FCRL | trained here | 3 |"), "\(third.errors)")
    #expect(try files(out + "/runs").filter { before[$0.key] != nil } == before)

    let changed = try Program.run(command + ["--set", "d=8"])
    #expect(changed.code == 1 && changed.sentence.contains("was made with other settings"), "\(changed.errors)")
    let cohort = workspace.run("fig2.h5")
    let original = try Data(contentsOf: URL(fileURLWithPath: workspace.cohort))
    try original.write(to: URL(fileURLWithPath: cohort))
    let own = try workspace.config("fig2-own", ["epochs=1", "cohort=\(cohort)"])
    let ownCommand = ["experiment", "fmchs-fig2", "--config", own, "--out", out + "-own", "--seeds", "1"]
    #expect(try Program.run(ownCommand).code == 0)
    #expect(
      try Program.run(
        ["import", "tcm-pd", "--root", workspace.path + "/tcm", "--split", "shuffled", "--out", cohort]).code == 0)
    let replaced = try Program.run(ownCommand)
    #expect(replaced.code == 1 && replaced.sentence.contains("another cohort"), "\(replaced.errors)")
  }

  @Test("experiments that cannot be made")
  func refused() throws {
    let config = try workspace.config("refused-experiment")
    let out = workspace.run("no-experiment")
    for (arguments, code, part) in [
      (["fmchs-fig9", "--config", config], 1, "known are fmchs-table1, fmchs-table2, fmchs-fig2"),
      (["fmchs-fig2", "--config", config, "--seeds", "0"], 64, "--seeds 0"),
      (["fmchs-fig2", "--config", config, "--workers", "0"], 64, "--workers 0"),
      (["fmchs-fig2", "--config", config, "--set", "seed=3"], 64, "the seeds of an experiment"),
      (["fmchs-fig2", "--config", "/nowhere.yaml"], 1, "/nowhere.yaml"),
    ] as [([String], Int32, String)] {
      let result = try Program.run(["experiment"] + arguments + ["--out", out])
      #expect(result.code == code && result.errors.contains(part), "\(arguments): \(result.code) \(result.errors)")
    }
    let medications = workspace.run("medications.yaml")
    try "cohort: \(workspace.cohort)\n".write(toFile: medications, atomically: true, encoding: .utf8)
    let other = try Program.run(["experiment", "fmchs-fig2", "--config", medications, "--out", out])
    #expect(other.code == 1 && other.sentence.contains("the configuration is of nla-mmr"), "\(other.errors)")
    #expect(!FileManager.default.fileExists(atPath: out))
  }

  @Test("a sweep over d, judged by valid_f1_5")
  func sweep() throws {
    let base = try workspace.config("sweep-base", ["epochs=1"])
    let (file, out) = (workspace.run("sweep.yaml"), workspace.run("sweep"))
    func write(_ metric: String) throws {
      try "name: width\nconfig: \(base)\naxes: { d: [8, 16] }\n\(metric)".write(
        toFile: file, atomically: true, encoding: .utf8)
    }
    try write("metric: valid_f1_5\n")
    let command = ["sweep", "run", "--config", file, "--out", out, "--workers", "2"]
    let first = try Program.run(command)
    try #require(first.code == 0, "\(first.errors)")
    #expect(first.output.contains("best: valid_f1_5"), "\(first.output)")
    let trials = try workspace.table(out + "/trials.csv")
    #expect(Set(try trials.texts("state")) == ["done"])
    #expect(Set(try trials.texts("d")) == ["8", "16"])
    for name in ["valid_p5", "valid_f1_20", "test_r10"] {
      #expect(try trials.numbers(name).allSatisfy { (0...1).contains($0 ?? -1) }, "\(name)")
    }
    let sensitivity = try workspace.table(out + "/sensitivity.csv")
    #expect(Set(try sensitivity.texts("parameter")) == ["d"])
    #expect(try sensitivity.texts("metric").contains("valid_f1_5"))
    let second = try Program.run(command)
    #expect(second.code == 0 && second.errors.contains("2 done, 0 to run"), "\(second.errors)")

    // The default, valid_jaccard, is no metric of herbs: said before anything is trained.
    try write("")
    let wrong = try Program.run(["sweep", "run", "--config", file, "--out", out + "-wrong"])
    #expect(wrong.code != 0 && wrong.errors.contains("metric valid_jaccard"), "\(wrong.errors)")
    #expect(wrong.errors.contains("valid_f1_5"))
    #expect(!FileManager.default.fileExists(atPath: out + "-wrong"))
  }
}
