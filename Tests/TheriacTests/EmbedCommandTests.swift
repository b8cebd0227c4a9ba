import Foundation
import TestSupport
import Testing

/// `theriac embed` and `inspect` of model folders, run as a user runs them.
@Suite struct EmbedCommandTests {
  private let workspace: Workspace

  init() throws { workspace = try Workspace.shared.get() }

  private func output(_ name: String) -> String { workspace.path + "/embed-\(UUID().uuidString)-\(name)" }

  /// `content …` of what `theriac inspect` says.
  private func content(_ path: String) throws -> String {
    let result = try Program.run(["inspect", path])
    #expect(result.code == 0, "\(result.errors)")
    let line = try #require(result.output.split(separator: "\n").first { $0.contains("content ") })
    return String(line[try #require(line.range(of: "content ")).upperBound...])
  }

  @Test("one process, several threads and worker processes write the same file")
  func workers() throws {
    let plm = try TinyPLM()
    var contents: Set<String> = []
    for extra in [[], ["--threads", "3"], ["--workers", "2"]] {
      let out = output("w.h5")
      let result = try Program.run(
        ["embed", "--cohort", workspace.cohort, "--plm", plm.folder, "--out", out] + extra)
      #expect(result.code == 0 && result.output.contains("distinct"), "\(result.errors)")
      contents.insert(try content(out))
      #expect(!FileManager.default.fileExists(atPath: out + ".partial"))
    }
    #expect(contents.count == 1)
  }

  /// Lines enough for many parts.
  private func manyLines(_ count: Int) throws -> String {
    let path = output("lines.txt")
    let lines = (0..<count).map { line in
      (0..<30 + line % 5).map { "word\(($0 * 7 + line) % 19)" }.joined(separator: " ") + " \(line)"
    }
    try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test("killed in the middle and started again, it writes the file of an undisturbed run", arguments: [0, 2])
  func kill(workers: Int) throws {
    let plm = try TinyPLM()
    let texts = try manyLines(40_000)
    func arguments(_ out: String, _ workers: Int) -> [String] {
      ["embed", "--texts", texts, "--plm", plm.folder, "--out", out, "--workers", "\(workers)"]
    }
    let whole = output("whole.h5")
    #expect(try Program.run(arguments(whole, 0)).code == 0)
    let out = output("killed.h5")
    let child = try Program.Child(arguments(out, workers))
    // Until at least two parts are kept: a part has about 128 KiB of text and 50 KiB of rows.
    let deadline = Date().addingTimeInterval(60)
    func kept() -> Int {
      ((try? FileManager.default.attributesOfItem(atPath: out + ".partial")[.size]) as? Int) ?? 0
    }
    while kept() < 60_000, Date() < deadline, child.process.isRunning { usleep(2_000) }
    Foundation.kill(child.pid, SIGKILL)
    #expect(child.result().code == 128 + SIGKILL)
    #expect(!FileManager.default.fileExists(atPath: out) && kept() > 0)
    // Workers of the dead coordinator let go of nothing of ours: the partial file is the coordinator's.
    let resumed = try Program.run(arguments(out, workers))
    #expect(resumed.code == 0 && resumed.output.contains("from the run before"), "\(resumed.errors)\(resumed.output)")
    #expect(try content(out) == content(whole))
    let again = try Program.run(arguments(out, workers))
    #expect(again.code == 0 && again.output.contains("already there"))
  }

  @Test("hashing needs no model, and says so in the file, in a training's log and in its evaluation")
  func hashing() throws {
    let out = output("hashing.h5")
    let made = try Program.run(
      ["embed", "--cohort", workspace.cohort, "--encoder", "hashing", "--width", "32", "--out", out])
    #expect(made.code == 0 && made.errors.contains("not those of a language model"), "\(made.errors)")
    let inspected = try Program.run(["inspect", out])
    #expect(inspected.output.contains("from hashing-32, no language model"))
    #expect(inspected.output.contains("warning: the embeddings are hashed words"))
    let run = "hashed-\(UUID().uuidString)"
    let trained = try Program.run(workspace.training(run, workers: 1, ["embeddings=\(out)", "epochs=1"]))
    #expect(trained.code == 0, "\(trained.errors)")
    let log = try String(contentsOfFile: "\(workspace.path)/\(run)/log.jsonl", encoding: .utf8)
    #expect(log.contains("hashed words (hashing-32)"))
    let evaluated = try Program.run(["evaluate", "\(workspace.path)/\(run)"])
    #expect(evaluated.output.hasPrefix("warning: the embeddings are hashed words"))
    let json = try Program.run(["evaluate", "\(workspace.path)/\(run)", "--json"])
    #expect(json.output.contains("\"warning\" : \"the embeddings are hashed words"))
  }

  @Test("lines that an earlier file has are not encoded again; without AMX and AVX512-BF16 bf16 is float32, and said")
  func reuseAndPrecision() throws {
    let plm = try TinyPLM()
    let (few, more) = (try manyLines(5), try manyLines(8))
    let (first, second) = (output("first.h5"), output("second.h5"))
    #expect(try Program.run(["embed", "--texts", few, "--plm", plm.folder, "--out", first]).code == 0)
    let reused = try Program.run(
      ["embed", "--texts", more, "--plm", plm.folder, "--out", second, "--reuse", first])
    #expect(reused.output.contains("8 distinct (5 taken over from earlier files)"), "\(reused.errors)")
    let grown = try Program.run(["embed", "--texts", more, "--plm", plm.folder, "--out", first])
    #expect(grown.output.contains("(5 taken over from earlier files)"), "\(grown.errors)")
    let rough = try Program.run(
      ["embed", "--texts", more, "--plm", plm.folder, "--out", first, "--precision", "bf16", "--workers", "2"])
    #expect(rough.code == 0, "\(rough.errors)")
    let inspected = try Program.run(["inspect", first])
    if rough.errors.contains("--precision bf16 becomes float32") {
      #expect(rough.output.contains("already there") && !inspected.output.contains("bf16"))
    } else {
      #expect(inspected.output.contains("products in bf16-"))
      #expect(rough.errors.contains("made by another encoder or with other settings"))
    }
    let missing = try Program.run(
      ["embed", "--texts", few, "--plm", plm.folder, "--out", output("x.h5"), "--reuse", "/nowhere.h5"])
    #expect(missing.code != 0 && missing.errors.contains("/nowhere.h5"))
  }

  @Test("several models go into several files")
  func several() throws {
    let (first, second) = (try TinyPLM(), try TinyPLM(format: "F16"))
    let texts = try manyLines(5)
    let out = output("{plm}.h5")
    let result = try Program.run(
      ["embed", "--texts", texts, "--plm", first.folder, "--plm", second.folder, "--out", out])
    #expect(result.code == 0, "\(result.errors)")
    for plm in [first, second] {
      let name = URL(fileURLWithPath: plm.folder).lastPathComponent
      let inspected = try Program.run(["inspect", out.replacingOccurrences(of: "{plm}", with: name)])
      #expect(inspected.output.contains("embeddings of 5 texts, width 8, from \(name), BERT, pooling mean"))
    }
  }

  @Test("inspect says what a folder is, or why it cannot be used")
  func inspect() throws {
    let plm = try TinyPLM()
    let good = try Program.run(["inspect", plm.folder])
    #expect(good.code == 0 && good.output.contains(": can be used"))
    #expect(good.output.contains("BERT, 2 layers of width 8, 2 heads, feed-forward 12"))
    #expect(good.output.contains("WordPiece of 32 pieces, lower-cased, accents stripped"))
    try plm.write("pytorch_model.bin", Data("cos\nsystem\n".utf8))
    try plm.remove("model.safetensors")
    let bad = try Program.run(["inspect", plm.folder])
    #expect(bad.code != 0 && bad.output.contains("cannot be used") && bad.output.contains("no file of torch.save"))
    #expect(bad.output.contains("2 layers of width 8"))
  }

  @Test("options that do not go together, and bad texts, are refused with a sentence")
  func refusals() throws {
    let plm = try TinyPLM()
    let out = output("refused.h5")
    func refuse(_ arguments: [String], _ words: String) throws {
      let result = try Program.run(["embed", "--out", out] + arguments)
      #expect(result.code != 0 && result.errors.contains(words), "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: out))
    }
    let texts = try manyLines(3)
    try refuse(["--plm", plm.folder], "--cohort FILE or --texts FILE")
    try refuse(["--texts", texts], "--plm")
    try refuse(["--texts", texts, "--plm", plm.folder, "--encoder", "hashing"], "--encoder hashing takes --width")
    try refuse(["--texts", texts, "--plm", plm.folder, "--plm", "b"], "put {plm} into --out")
    try refuse(["--texts", texts, "--plm", plm.folder, "--window-overlap", "3"], "--long-texts windows")
    try refuse(["--texts", texts, "--plm", plm.folder, "--max-tokens", "41"], "max_tokens must be 2...40")
    try refuse(["--texts", texts, "--plm", plm.folder, "--bind", "tcp://127.0.0.1:*"], "--workers N")
    try refuse(["--texts", texts, "--encoder", "hashing", "--precision", "bf16"], "--encoder hashing takes --width")
    try refuse(["--texts", "/nowhere.txt", "--plm", plm.folder], "/nowhere.txt")
    let bad = output("bad.txt")
    try Data([0x61, 0x0A, 0xFF, 0x0A]).write(to: URL(fileURLWithPath: bad))
    try refuse(["--texts", bad, "--plm", plm.folder], "line 2 is not UTF-8")
  }
}
