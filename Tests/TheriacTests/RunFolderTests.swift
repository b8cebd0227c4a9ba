import Foundation
import Testing

/// Whose files a run touches.
@Suite(.serialized) struct RunFolderTests {
  let workspace: HerbWorkspace
  private let files = FileManager.default

  init() throws { workspace = try HerbWorkspace.shared.get() }

  private func write(_ path: String, _ text: String = "mine") throws {
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  @Test("a scheduler's coordinator has nothing to do for a run at its end, and goes on with one that was sent further")
  func complete() throws {
    #expect(try Program.run(workspace.training("complete", ["epochs=1"])).code == 0)
    let run = workspace.run("complete")
    let command = ["coordinator", "--resume", "--workers", "1", "--out", run]
    let ended = try Program.run(command)
    #expect(ended.code == 0 && ended.errors.contains("is finished; nothing to do"), "\(ended.errors)")
    // What `resume --set epochs=3` leaves when it is killed before its first epoch ends.
    let config = try String(contentsOfFile: run + "/config.yaml", encoding: .utf8)
    #expect(config.contains("epochs: 1\n") && config.contains("patience: 0\n"), "\(config)")
    try write(run + "/config.yaml", config.replacingOccurrences(of: "epochs: 1\n", with: "epochs: 3\n"))
    let further = try Program.Child(command)
    #expect(Processes.wait { further.errors.contains("waiting for") || !further.process.isRunning })
    #expect(further.process.isRunning && !further.errors.contains("nothing to do"), "\(further.errors)")
    kill(further.pid, SIGKILL)
    _ = further.result()
  }

  @Test("every file of a run's that no run made keeps a new run out, a link to nothing and one beside a lock too")
  func foreign() throws {
    for name in ["config.yaml", "metrics.csv", "log.jsonl", "features.h5", "best.h5", "summary.json"] {
      let run = workspace.run("foreign-\(name)")
      try files.createDirectory(atPath: run, withIntermediateDirectories: true)
      try write("\(run)/\(name)")
      let refused = try Program.run(workspace.training("foreign-\(name)"))
      #expect(
        refused.code == 1 && refused.sentence.contains("\(run) holds a \(name) that no run of Theriac made"),
        "\(refused.errors)")
      #expect(try String(contentsOfFile: "\(run)/\(name)", encoding: .utf8) == "mine")
      #expect(try files.contentsOfDirectory(atPath: run) == [name])
    }
    let linked = workspace.run("foreign-link")
    try files.createDirectory(atPath: linked, withIntermediateDirectories: true)
    try files.createSymbolicLink(atPath: linked + "/features.h5", withDestinationPath: linked + "/target")
    #expect(try Program.run(workspace.training("foreign-link")).sentence.contains("holds a features.h5"))
    #expect(!files.fileExists(atPath: linked + "/target"))
    let locked = workspace.run("foreign-locked")
    try files.createDirectory(atPath: locked + "/checkpoints", withIntermediateDirectories: true)
    try write(locked + "/lock", "process 1")
    try write(locked + "/best.h5")
    #expect(try Program.run(workspace.training("foreign-locked")).sentence.contains("holds a best.h5"))
    #expect(try String(contentsOfFile: locked + "/best.h5", encoding: .utf8) == "mine")
  }

  @Test("a start that fails takes back what it wrote and nothing else")
  func takenBack() throws {
    let run = workspace.run("taken-back")
    try files.createDirectory(atPath: run + "/checkpoints", withIntermediateDirectories: true)
    try workspace.train("taken-from", ["epochs=1"])
    // Of a start that died before: its lock and its features. And a file of the user's.
    try files.copyItem(atPath: workspace.run("taken-from") + "/features.h5", toPath: run + "/features.h5")
    try write(run + "/lock", "process 1")
    try write(run + "/notes.txt")
    let before = try files.contentsOfDirectory(atPath: run).sorted()
    let failed = try Program.run(
      ["coordinator", "--out", run, "--workers", "1", "--bind", "tcp://192.0.2.1:1", "--insecure"]
        + workspace.settings())
    #expect(failed.code == 1, "\(failed.errors)")
    #expect(try files.contentsOfDirectory(atPath: run).sorted() == before)
    let other = workspace.run("taken-back-whole")
    #expect(
      try Program.run(
        ["coordinator", "--out", other, "--workers", "1", "--bind", "tcp://192.0.2.1:1", "--insecure"]
          + workspace.settings()
      ).code == 1)
    #expect(!files.fileExists(atPath: other))
  }

  @Test("features.h5 that is a link is read through, but never written through")
  func links() throws {
    try workspace.train("link-made", ["epochs=1"])
    let run = workspace.run("link-made")
    let path = run + "/features.h5"
    let plain = try Program.run(["evaluate", run, "--json"])
    let target = workspace.run("link-target.h5")
    try files.moveItem(atPath: path, toPath: target)
    try files.createSymbolicLink(atPath: path, withDestinationPath: target)
    let linked = try Program.run(["evaluate", run, "--json"])
    #expect(linked.output == plain.output && !linked.errors.contains("features.h5"), "\(linked.errors)")
    try write(target)
    for (reason, isThere) in [
      ("it does not end in Theriac's checksum", true), ("it is a link that leads nowhere", false),
    ] {
      if !isThere { try files.removeItem(atPath: target) }
      let found = try Program.run(["evaluate", run, "--json"])
      #expect(found.output == plain.output)
      #expect(found.errors.contains("\(path) is not used: \(reason); its features were made anew"), "\(found.errors)")
      #expect((try? String(contentsOfFile: target, encoding: .utf8)) == (isThere ? "mine" : nil))
      #expect(try files.destinationOfSymbolicLink(atPath: path) == target)
    }
  }

  @Test("features.h5 that is a directory or may not be read: why it is made anew")
  func unreadable() throws {
    try workspace.train("unreadable", ["epochs=1"])
    let run = workspace.run("unreadable")
    let path = run + "/features.h5"
    if geteuid() != 0 {
      chmod(path, 0)
      let closed = try Program.run(["evaluate", run])
      #expect(closed.errors.contains("is not used: there is no permission to read it"), "\(closed.errors)")
    }
    try files.removeItem(atPath: path)
    try files.createDirectory(atPath: path, withIntermediateDirectories: false)
    let folder = try Program.run(["evaluate", run])
    #expect(
      folder.code == 0
        && folder.errors.contains("\(path) is not used: it is a directory, not a file; its features were made anew"),
      "\(folder.errors)")
  }

  @Test("half-written files of dead processes go with the next process that holds the lock; those of living ones stay")
  func leftovers() throws {
    try workspace.train("leftovers", ["epochs=1"])
    let run = workspace.run("leftovers")
    let dead = try Program.Child(["--version"])
    let pid = dead.pid
    _ = dead.result()
    let living = "features.h5.tmp-\(ProcessInfo.processInfo.processIdentifier)-1"
    let kept = [living, "features.h5.tmp-x-1", "notes.tmp-\(pid)-1"]
    for name in kept + ["features.h5.tmp-\(pid)-1", "best.h5.tmp-\(pid)-22"] { try write("\(run)/\(name)") }
    #expect(try Program.run(["resume", run, "--set", "epochs=2"]).code == 0)
    #expect(try files.contentsOfDirectory(atPath: run).filter { $0.contains(".tmp-") }.sorted() == kept.sorted())
  }
}
