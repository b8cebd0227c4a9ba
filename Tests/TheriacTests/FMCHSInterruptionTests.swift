import Foundation
import TestSupport
import Testing

/// Stop signals to real processes: in an experiment's later runs and baselines, and before there is a run.
@Suite(.serialized) struct FMCHSInterruptionTests {
  let workspace: HerbWorkspace
  init() throws { workspace = try HerbWorkspace.shared.get() }

  /// Runs a command, signals it once a condition is true, and goes on with it to the end.
  private func interrupt(_ command: [String], _ number: Int32, when condition: (String) -> Bool) throws {
    let child = try Program.Child(command)
    try #require(Processes.wait { condition(child.errors) || !child.process.isRunning }, "\(child.errors)")
    kill(child.pid, number)
    let result = child.result()
    try #require(result.code == 75, "\(result.code) \(result.errors)")
    #expect(result.sentence.hasSuffix("go on with the same command"), "\(result.errors)")
    #expect(result.output.isEmpty)
    let again = try Program.run(command)
    #expect(again.code == 0 && again.output.hasPrefix("## FMCHS"), "\(again.errors)")
  }

  @Test("SIGINT and SIGTERM in the second run of an experiment exit with 75", arguments: [SIGINT, SIGTERM])
  func secondRun(number: Int32) throws {
    let out = workspace.run("interrupted-\(number)")
    let config = try workspace.config("interrupted-\(number)", ["epochs=100"])
    let checkpoints = "\(out)/runs/without-fcrl-seed0/checkpoints"
    try interrupt(["experiment", "fmchs-fig2", "--config", config, "--out", out, "--seeds", "1"], number) { _ in
      // The first ones are removed soon.
      !((try? FileManager.default.contentsOfDirectory(atPath: checkpoints)) ?? []).isEmpty
    }
  }

  @Test("SIGTERM in a later baseline of Table 1 exits with 75")
  func baseline() throws {
    let out = workspace.run("interrupted-baseline")
    let config = try workspace.config("interrupted-baseline", ["epochs=1"])
    try interrupt(["experiment", "fmchs-table1", "--config", config, "--out", out, "--seeds", "1"], SIGTERM) {
      $0.contains("presrecst, seed 0")
    }
  }

  @Test("SIGTERM while the VAE is trained exits with 75, of train and of an experiment")
  func features() throws {
    let endless = ["vae_epochs=1000000000"]
    let config = try workspace.config("endless", endless)
    let out = workspace.run("endless-run")
    for (command, end) in [
      (workspace.training("endless-run", endless), "nothing was trained yet; start it again"),
      (["experiment", "fmchs-fig2", "--config", config, "--out", out], "go on with the same command"),
    ] {
      let child = try Program.Child(command)
      try #require(Processes.wait { Processes.catches(SIGTERM, child.pid) || !child.process.isRunning })
      // The first may come before anybody listens.
      let isOver = Processes.wait {
        kill(child.pid, SIGTERM)
        usleep(200_000)
        return !child.process.isRunning
      }
      try #require(isOver, "\(command[0])")
      let result = child.result()
      #expect(result.code == 75 && result.sentence.hasSuffix(end), "\(result.code) \(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: out))
    }
  }
}

extension Processes {
  /// Whether a process has a handler for a signal.
  static func catches(_ number: Int32, _ pid: Int32) -> Bool {
    let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("SigCgt:") }) else { return false }
    let mask = UInt64(line.dropFirst(7).trimmingCharacters(in: .whitespaces), radix: 16) ?? 0
    return mask >> UInt64(number - 1) & 1 == 1
  }
}
