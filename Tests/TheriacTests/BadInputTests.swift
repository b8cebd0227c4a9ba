import Foundation
import Testing

/// What a user gets wrong: one sentence that says what, where and what to do; exit code not zero; nothing left behind.
@Suite(.serialized) struct BadInputTests {
  let workspace: Workspace
  /// Only these tests write here: other suites, at the same time, make files in the workspace.
  private let place: String

  init() throws {
    workspace = try Workspace.shared.get()
    place = workspace.run("refusals")
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
  }

  private func expectRefused(_ arguments: [String], _ parts: [String], code: Int32 = 1, out: String? = nil) throws {
    let result = try Program.run(arguments)
    #expect(result.code == code, "\(arguments.joined(separator: " ")): \(result.code) \(result.errors)")
    for part in parts { #expect(result.errors.contains(part), "\"\(part)\" is not in: \(result.errors)") }
    #expect(!result.errors.contains("Fatal error"))
    if let out {
      #expect(!FileManager.default.fileExists(atPath: out), "\(out) was left behind")
      let folder = (out as NSString).deletingLastPathComponent
      let rest = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(!rest.contains { $0.contains(".tmp") }, "a temporary file was left behind")
    }
  }

  private func train(_ settings: [String], _ parts: [String], code: Int32 = 1) throws {
    let run = place + "/run"
    try expectRefused(workspace.training("refusals/run", workers: 1, settings), parts, code: code, out: run)
  }

  @Test("settings")
  func settings() throws {
    try train(["batch=0"], ["batch", "\"0\"", "an integer"])
    try train(["alpha=1.01"], ["alpha", "[0, 1]"])
    try train(["learning_rate=1"], ["unknown setting \"learning_rate\""])
    try train(["batch=5000"], ["batch 5000 is larger than", "drop_last"])
    try train(["precision=half"], ["precision", "float32 | mixed"])
    try expectRefused(
      ["train", "--config", "/nowhere.yaml", "--out", place + "/run"], ["/nowhere.yaml"],
      out: place + "/run")
    try expectRefused(
      ["train", "--out", place + "/run"], ["cohort is missing"], out: place + "/run")
    try expectRefused(
      workspace.training("refusals/run", workers: 0), ["--workers 0"], out: place + "/run")
  }

  @Test("files: missing, of another kind, damaged, of another cohort")
  func files() throws {
    try train(["cohort=/nowhere/c.h5"], ["/nowhere/c.h5"])
    try train(["cohort=\(workspace.embeddings)"], ["embeddings", "cohort"])
    try train(["embeddings=\(workspace.cohort)"], ["cohort", "embeddings"])
    let truncated = workspace.run("truncated.h5")
    let whole = try Data(contentsOf: URL(fileURLWithPath: workspace.cohort))
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: truncated))
    try train(["cohort=\(truncated)"], [truncated])
    let other = workspace.run("other.h5")
    #expect(try Program.run(["synth", "--patients", "50", "--seed", "9", "--out", other]).code == 0)
    try train(["cohort=\(other)"], ["of cohort", "theriac embed"])
  }

  @Test("language models: a folder without vocab, no folder")
  func languageModels() throws {
    let folder = workspace.run("plm")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data("{}".utf8).write(to: URL(fileURLWithPath: folder + "/config.json"))
    let out = place + "/refused.h5"
    try expectRefused(
      ["embed", "--cohort", workspace.cohort, "--plm", folder, "--out", out], ["vocab.txt", folder], out: out)
    try expectRefused(
      ["embed", "--cohort", workspace.cohort, "--plm", "/nowhere", "--out", out], ["/nowhere"], out: out)
  }

  @Test("tables: missing, without a column, malformed, a truncated gz")
  func tables() throws {
    let root = workspace.run("tables")
    let out = place + "/refused.h5"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    func write(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(root)/\(name)"))
    }
    try write("gsn_atc_ndc_ethos.csv", "gsn,atc,ndc\n000001,A02BC01,00000000001\n")
    let command = ["import", "mimic3", "--root", root, "--maps", root, "--out", out]
    try expectRefused(command, ["PATIENTS", root], out: out)
    try write("PATIENTS.csv", "row_id,gender\n1,F\n")
    for table in ["ADMISSIONS", "DIAGNOSES_ICD", "PROCEDURES_ICD", "PRESCRIPTIONS"] {
      try write(table + ".csv", "a\n1\n")
    }
    for table in ["D_ICD_DIAGNOSES", "D_ICD_PROCEDURES"] {
      try write(table + ".csv", "icd9_code,short_title,long_title\n")
    }
    try expectRefused(command, ["subject_id", "PATIENTS.csv", "row_id, gender"], out: out)
    try write("PATIENTS.csv", "row_id,subject_id\n1,10\n")
    let gzip = Data([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 0x4c])
    try FileManager.default.removeItem(atPath: root + "/ADMISSIONS.csv")
    try gzip.write(to: URL(fileURLWithPath: root + "/ADMISSIONS.csv.gz"))
    try expectRefused(command, ["ADMISSIONS.csv.gz"], out: out)
    try expectRefused(
      ["import", "mimic3", "--root", root, "--maps", root, "--out", "/nowhere/x.h5"], ["/nowhere"], code: 64)
    try expectRefused(
      ["import", "mimic3", "--root", root, "--maps", root, "--min-visits", "0", "--out", out], ["--min-visits"],
      code: 64)
    for (rules, parts) in [
      (["--require", "diagnosis"], ["--require diagnosis", "medication"]),
      (["--require", "drugs,medication"], ["drugs is no kind of code", "procedure"]),
      (["--procedures-optional", "--require", "medication"], ["contradict"]),
      (["--no-symptoms", "--symptoms", "x.txt"], ["--no-symptoms and --symptoms contradict"]),
      (["--class-order", "list"], ["--class-order list", "--classes"]),
      (["--molecule-rule", "by-atc"], ["--drugs"]),
      (["--molecules-per-class", "2"], ["no effect without --molecule-rule by-atc"]),
      (["--max-medications", "0"], ["--max-medications 0"]), (["--split", "by-date"], ["by-time"]),
    ] {
      try expectRefused(
        ["import", "mimic3", "--root", root, "--maps", root, "--out", out] + rules, parts, code: 64, out: out)
    }
    try expectRefused(
      ["describe", workspace.cohort, "--unmapped-csv", "/nowhere/x.csv"], ["--unmapped-csv", "/nowhere"], code: 64)
    try expectRefused(["synth", "--split", "by-time", "--out", out], ["no times"], code: 64, out: out)
    try expectRefused(["import", "mimic9", "--root", root, "--out", out], ["mimic9"], code: 64, out: out)
  }

  @Test("addresses: a port in use, beyond loopback without keys, no coordinator there")
  func addresses() throws {
    let port = 20_000 + (Int(ProcessInfo.processInfo.processIdentifier) + 7) % 30_000
    let holder = try Program.Child(
      ["coordinator", "--out", workspace.run("holder"), "--workers", "1", "--bind", "tcp://127.0.0.1:\(port)"]
        + workspace.settings())
    let end = Date() + 20
    while !holder.errors.contains("waiting for"), Date() < end { usleep(20_000) }
    // A folder with somebody's own checkpoints keeps them; nothing else of the refused run stays.
    let own = workspace.run("second") + "/checkpoints"
    try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: URL(fileURLWithPath: own + "/mine.pt"))
    for name in ["second", "third"] {
      try expectRefused(
        ["coordinator", "--out", workspace.run(name), "--workers", "1", "--bind", "tcp://127.0.0.1:\(port)"]
          + workspace.settings(), ["127.0.0.1:\(port)", "in use"])
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: workspace.run("second")) == ["checkpoints"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: own) == ["mine.pt"])
    #expect(!FileManager.default.fileExists(atPath: workspace.run("third")))
    kill(holder.pid, SIGKILL)
    _ = holder.result()
    try expectRefused(
      ["coordinator", "--out", workspace.run("open"), "--workers", "1", "--bind", "tcp://0.0.0.0:\(port)"]
        + workspace.settings(), ["insecure"])
    let alone = try Program.run(["worker", "--connect", "tcp://127.0.0.1:\(port)", "--connect-timeout", "2"])
    #expect(alone.code != 0 && alone.errors.contains("127.0.0.1:\(port)"))
  }

  @Test("files that no run made are not overwritten")
  func foreignFiles() throws {
    let folder = workspace.run("own")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let config = folder + "/config.yaml"
    try "batch: 4\n".write(toFile: config, atomically: true, encoding: .utf8)
    let result = try Program.run(workspace.training("own", workers: 1))
    #expect(result.code == 1 && result.sentence.contains("that no run of Theriac made"), "\(result.errors)")
    #expect(try String(contentsOfFile: config, encoding: .utf8) == "batch: 4\n")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["config.yaml"])
  }

  @Test("a second run on a directory in use changes nothing there")
  func inUse() throws {
    let first = try Program.Child(
      ["coordinator", "--out", workspace.run("used"), "--workers", "1"] + workspace.settings(["lr=0.001"]))
    let end = Date() + 20
    while !first.errors.contains("waiting for"), Date() < end { usleep(20_000) }
    let config = workspace.run("used") + "/config.yaml"
    let before = try String(contentsOfFile: config, encoding: .utf8)
    let second = try Program.run(workspace.training("used", workers: 1, ["lr=0.777"]))
    #expect(second.code == 1 && second.sentence.contains("is in use by process \(first.pid)"), "\(second.errors)")
    #expect(try String(contentsOfFile: config, encoding: .utf8) == before)
    kill(first.pid, SIGKILL)
    _ = first.result()
  }

  @Test("the plan of an epoch in progress cannot be changed on resume")
  func changedPlan() throws {
    let child = try Program.Child(workspace.training("mid", workers: 1, ["epochs=500", "checkpoint_steps=5"]))
    let first = workspace.run("mid") + "/checkpoints"
    let end = Date() + 60
    func hasPart() -> Bool {
      let names = ((try? FileManager.default.contentsOfDirectory(atPath: first)) ?? []).filter { !$0.contains(".tmp") }
      return names.max()?.contains("-step-") == true
    }
    while !hasPart(), Date() < end { usleep(2_000) }
    kill(child.pid, SIGSTOP)
    // What is newest now stays newest: the coordinator does not run any more.
    let newestIsPart = hasPart()
    kill(child.pid, SIGKILL)
    _ = child.result()
    try #require(newestIsPart)
    let resumed = try Program.run(["resume", workspace.run("mid"), "--set", "batch=20"])
    #expect(resumed.code == 1 && resumed.sentence.contains("in the middle of an epoch"), "\(resumed.errors)")
  }

  @Test("inspect: a damaged file without the checksum of Theriac's is one sentence, whatever HDF5 does with it")
  func inspectDamaged() throws {
    let whole = Array(try Data(contentsOf: URL(fileURLWithPath: workspace.cohort)))
    let path = workspace.run("unstamped.h5")
    try Data(whole.dropLast(8)).write(to: URL(fileURLWithPath: path))
    let sound = try Program.run(["inspect", path])
    #expect(sound.code == 0 && sound.output.contains("cohort \"synthetic\""), "\(sound.errors)")
    for round in 0..<10 {
      var damaged = Array(whole.dropLast(8))
      // Spread over the file, more of them near its beginning where the structure is.
      for step in 1...40 {
        damaged[(round * 7_919 + step * step * 104_729) % (step < 20 ? 4_096 : damaged.count)] ^= 0x41
      }
      try Data(damaged).write(to: URL(fileURLWithPath: path))
      let result = try Program.run(["inspect", path])
      #expect(result.code == 1, "\(round): \(result.code) \(result.errors)")
      #expect(!result.errors.contains("Fatal error") && result.errors.contains(path), "\(result.errors)")
    }
  }

  @Test("run directories: not a run, a run in use, damaged checkpoints")
  func runs() throws {
    try expectRefused(["resume", "/nowhere"], ["/nowhere", "config.yaml"])
    try expectRefused(["evaluate", workspace.path], ["config.yaml"])
    let run = workspace.run("damaged")
    #expect(try Program.run(workspace.training("damaged", workers: 1, ["epochs=2"])).code == 0)
    let newest = URL(fileURLWithPath: run + "/checkpoints/epoch-0002.h5")
    var bytes = try Data(contentsOf: newest)
    bytes.removeLast(bytes.count / 3)
    try bytes.write(to: newest)
    let resumed = try Program.run(["resume", run, "--set", "epochs=3"])
    #expect(resumed.code == 0 && resumed.errors.contains("epoch-0002.h5"), "\(resumed.errors)")
  }
}
