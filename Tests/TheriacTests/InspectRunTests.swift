import Foundation
import Testing

/// What `theriac inspect RUN` says of a run whose files are not as a run leaves them, and what `evaluate` does then.
@Suite(.serialized) struct InspectRunTests {
  let workspace: HerbWorkspace
  private let files = FileManager.default

  init() throws {
    workspace = try HerbWorkspace.shared.get()
    if !files.fileExists(atPath: workspace.run("looked-at") + "/summary.json") { try workspace.train("looked-at") }
  }

  private func copy(_ name: String) throws -> String {
    try files.copyItem(atPath: workspace.run("looked-at"), toPath: workspace.run(name))
    return workspace.run(name)
  }

  private func lines(_ path: String, code: Int32) throws -> [String] {
    let result = try Program.run(["inspect", path])
    #expect(result.code == code, "\(result.output) \(result.errors)")
    return result.output.split(separator: "\n").map(String.init)
  }

  @Test("a finished run that was sent on and killed is not finished; its test metrics are those of their epoch")
  func sentOn() throws {
    let run = try copy("looked-at-on")
    let child = try Program.Child(["resume", run, "--set", "epochs=100000"])
    #expect(Processes.wait { files.fileExists(atPath: run + "/checkpoints/epoch-0006.h5") })
    kill(child.pid, SIGKILL)
    _ = child.result()
    let found = try lines(run, code: 0)
    let done = try workspace.metrics("looked-at-on").count - 1
    #expect(found[0].hasSuffix(": fmchs, stopped after epoch \(done) of 100000; theriac resume \(run) goes on"))
    let first = try #require(
      workspace.object(String(contentsOfFile: run + "/summary.json", encoding: .utf8))["best_epoch"] as? Int)
    let best = try #require(found.first { $0.hasPrefix("best epoch: ") }?.split(separator: " ").dropFirst(2).first)
    let test = try #require(found.first { $0.hasPrefix("test") })
    let isSame = best == "\(first):"
    #expect(test.hasPrefix(isSame ? "test: " : "test, of the weights of epoch \(first) before it went on: "), "\(test)")
    #expect(try Program.run(["resume", run, "--set", "epochs=\(done)"]).code == 0)
    #expect(try lines(run, code: 0)[0].hasSuffix(": fmchs, finished"))
  }

  @Test("best.h5 that is gone: said by inspect, and evaluate says which checkpoint can stand for it")
  func lostBest() throws {
    let run = try copy("looked-at-lost")
    let best = run + "/best.h5"
    let answer = try Program.run(["evaluate", run]).output
    try files.removeItem(atPath: best)
    #expect(try lines(run, code: 1).contains("best.h5: missing, though 3 epochs are done"))
    let lost = try Program.run(["evaluate", run])
    let summary = try workspace.object(String(contentsOfFile: run + "/summary.json", encoding: .utf8))
    let epoch = try #require(summary["best_epoch"] as? Int)
    let checkpoint = "\(run)/checkpoints/epoch-000\(epoch).h5"
    #expect(lost.code == 1)
    #expect(
      lost.sentence.hasSuffix(
        "\(run) has no best.h5 any more; put it back, or copy \(checkpoint) to \(best): the same weights, of the best "
          + "epoch \(epoch)"), "\(lost.sentence)")
    try files.copyItem(atPath: checkpoint, toPath: best)
    #expect(try Program.run(["evaluate", run]).output == answer)

    try files.removeItem(atPath: best)
    try files.createSymbolicLink(atPath: best, withDestinationPath: run + "/nowhere.h5")
    #expect(try lines(run, code: 1).contains("best.h5: it is a link that leads nowhere"))
    try files.removeItem(atPath: run + "/checkpoints")
    let none = try lines(run, code: 1)
    #expect(none.contains("checkpoints: none, though 3 epochs are done; the run cannot go on"))
    let gone = try Program.run(["evaluate", run])
    #expect(gone.sentence.contains("its best.h5 and its checkpoints are gone or damaged"), "\(gone.errors)")
  }

  @Test("settings and tables that are empty, foreign or missing are faults; the checkpoint tells the model")
  func foreignTexts() throws {
    let run = try copy("looked-at-texts")
    func write(_ name: String, _ text: String) throws {
      try text.write(toFile: run + "/" + name, atomically: true, encoding: .utf8)
    }
    let sound = try lines(run, code: 0)
    for text in ["", "\n"] {
      try write("config.yaml", text)
      let found = try lines(run, code: 1)
      #expect(found[0] == sound[0] && found.filter { !$0.hasPrefix("config.yaml: empty or foreign") } == sound)
    }
    try write("config.yaml", "cohort: /a.h5\nembeddings: /b.h5\n")
    let other = try lines(run, code: 1)
    #expect(other[2] == "config.yaml: it is of nla-mmr, but the weights here are of fmchs")
    #expect(!other.contains { $0.contains("Jaccard") } && other.contains { $0.contains("test: P@5") })
    try files.removeItem(atPath: run + "/config.yaml")
    #expect(try lines(run, code: 1).contains("config.yaml: missing"))
    try files.copyItem(atPath: workspace.run("looked-at") + "/config.yaml", toPath: run + "/config.yaml")

    let table = try String(contentsOfFile: run + "/metrics.csv", encoding: .utf8)
    for (text, reason) in [
      ("", "it is empty"), ("a,b\n1,2\n", "it is not the table of a run of fmchs"),
      (table + "4,0.1\n", "1 of its 4 rows are damaged"),
    ] {
      try write("metrics.csv", text)
      #expect(try lines(run, code: 1).contains("metrics.csv: \(reason)"))
    }
    try files.removeItem(atPath: run + "/metrics.csv")
    #expect(try lines(run, code: 1).contains("metrics.csv: missing or without rows, though 3 epochs are done"))
    try write("metrics.csv", table)
    // Features are made anew: said, and no fault.
    try write("features.h5", "mine")
    #expect(
      try lines(run, code: 0).contains(
        "features.h5: not used, since it does not end in Theriac's checksum; its features are made anew"))
  }

  @Test("a run that was killed before its settings were written")
  func bare() throws {
    let run = workspace.run("looked-at-bare")
    try files.createDirectory(atPath: run + "/checkpoints", withIntermediateDirectories: true)
    try "".write(toFile: run + "/lock", atomically: true, encoding: .utf8)
    #expect(try lines(run, code: 1) == ["run directory \(run): nothing was trained yet", "config.yaml: missing"])
  }

  @Test("pipes in the place of files are refused in one sentence, not waited for", .timeLimit(.minutes(3)))
  func pipes() throws {
    for (name, expected) in [
      ("best.h5", "it is a pipe, not a file"), ("lock", "lock: it is a pipe, not a file"),
      ("checkpoints", "cannot list directory"), ("config.yaml", "it is a pipe, not a file"),
      ("metrics.csv", "it is a pipe, not a file"), ("summary.json", "it is a pipe, not a file"),
      ("features.h5", "features.h5: not used, since it is a pipe, not a file"),
    ] {
      let run = try copy("looked-at-pipe-\(name)")
      try files.removeItem(atPath: "\(run)/\(name)")
      try #require(mkfifo("\(run)/\(name)", 0o600) == 0)
      let isFeatures = name == "features.h5"
      let found = try lines(run, code: isFeatures ? 0 : 1)
      #expect(found.contains { $0.contains(expected) }, "\(name): \(found)")
      let evaluated = try Program.run(["evaluate", run])
      let isNeeded = ["best.h5", "config.yaml"].contains(name)
      #expect(evaluated.code == (isNeeded ? 1 : 0), "\(name): \(evaluated.errors)")
      if isNeeded || isFeatures {
        #expect(evaluated.errors.contains("it is a pipe, not a file"), "\(evaluated.errors)")
      }
    }
    let pipe = workspace.run("looked-at.fifo")
    try #require(mkfifo(pipe, 0o600) == 0)
    let file = try Program.run(["inspect", pipe])
    #expect(
      file.code == 1 && file.sentence.hasSuffix("cannot read \(pipe): it is a pipe, not a file"), "\(file.errors)")
    let model = workspace.run("looked-at-model")
    try files.createDirectory(atPath: model, withIntermediateDirectories: true)
    for name in ["config.json", "model.safetensors"] { try #require(mkfifo("\(model)/\(name)", 0o600) == 0) }
    #expect(try lines(model, code: 1)[0].contains("cannot be used: "))
  }
}
