import Foundation
import Reports
import Testing

@Suite(.serialized) struct SweepCommandTests {
  let workspace: Workspace
  init() throws { workspace = try Workspace.shared.get() }

  @Test("a sweep runs real trials, and running it again runs none")
  func sweep() throws {
    let base = workspace.run("base.yaml")
    try "protocol: official\nepochs: 1\nd_k: 16\nd_s: 8\ngin_layers: 2\n".write(
      toFile: base, atomically: true, encoding: .utf8)
    let file = workspace.run("sweep.yaml")
    try """
    name: small
    config: \(base)
    design: one-at-a-time
    axes: { batch: [8, 16], lr: [1.0e-3, 1.0e-2], alpha: [0.5, 0.95] }
    center: { batch: 8, lr: 1.0e-3, alpha: 0.95 }
    """.write(toFile: file, atomically: true, encoding: .utf8)
    let out = workspace.run("sweep")
    let command =
      ["sweep", "run", "--config", file, "--out", out, "--workers", "2"]
      + ["cohort=\(workspace.cohort)", "embeddings=\(workspace.embeddings)"].flatMap { ["--set", $0] }
    let first = try Program.run(command)
    try #require(first.code == 0, "\(first.errors)")
    let trials = try CSVTable(String(contentsOfFile: out + "/trials.csv", encoding: .utf8), file: "trials.csv")
    #expect(trials.rows.count == 4)
    #expect(Set(try trials.texts("state")) == ["done"])
    #expect(try trials.numbers("valid_jaccard").allSatisfy { ($0 ?? -1) >= 0 })
    let sensitivity = try CSVTable(
      String(contentsOfFile: out + "/sensitivity.csv", encoding: .utf8), file: "sensitivity.csv")
    #expect(Set(try sensitivity.texts("parameter")) == ["batch", "lr", "alpha"])

    let second = try Program.run(command)
    #expect(second.code == 0 && second.errors.contains("4 done, 0 to run"), "\(second.errors)")
    #expect(try Program.run(["sweep", "status", out]).code == 0)
  }

  @Test("a sweep over a setting that does not exist is refused before anything runs")
  func unknownSetting() throws {
    let base = workspace.run("base2.yaml")
    try "epochs: 1\n".write(toFile: base, atomically: true, encoding: .utf8)
    let file = workspace.run("wrong.yaml")
    try "name: wrong\nconfig: \(base)\naxes: { bach: [1, 2] }\n".write(toFile: file, atomically: true, encoding: .utf8)
    let result = try Program.run(
      [
        "sweep", "run", "--config", file, "--out", workspace.run("wrong"), "--set", "cohort=\(workspace.cohort)",
        "--set",
        "embeddings=\(workspace.embeddings)",
      ])
    #expect(result.code == 1 && result.errors.contains("bach"), "\(result.errors)")
  }
}
