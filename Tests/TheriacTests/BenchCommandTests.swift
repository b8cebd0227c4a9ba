import Foundation
import Testing

@Suite struct BenchCommandTests {
  static let small = ["--batch", "4", "--d-enc", "32", "--d-k", "16", "--d-s", "16", "--layers", "2"]

  /// Steps long enough that several reports of a tenth of a second fall into 60 of them.
  static let larger = ["--batch", "8", "--d-enc", "256", "--d-k", "128", "--d-s", "64", "--layers", "5"]

  static func json(_ arguments: [String], _ shape: [String] = small) throws -> [String: Any] {
    let result = try Program.run(["bench"] + arguments + shape + ["--json"])
    #expect(result.code == 0, "\(result.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }

  @Test("bench step --json prints step_ms and the parts")
  func step() throws {
    let values = try Self.json(["step", "--threads", "1", "--steps", "5"])
    for key in ["step_ms", "gin_fwd_ms", "rest_fwd_ms", "rest_bwd_ms", "gin_bwd_ms", "adam_ms"] {
      #expect((values[key] as? Double ?? 0) > 0, "\(key)")
    }
    #expect(values["pool_allocations_after_first"] as? Int == 0)
    #expect(values["graph_nodes_after_first"] as? Int == 0)
    #expect(values["batch"] as? Int == 4 && values["d_enc"] as? Int == 32)
  }

  @Test("bench step --workers 2 times whole steps of two worker processes")
  func workers() throws {
    let values = try Self.json(["step", "--workers", "2", "--steps", "60"], Self.larger)
    #expect(values["workers"] as? Int == 2)
    #expect((values["step_ms"] as? Double ?? 0) > 0)
    #expect((values["peak_memory_mib"] as? Double ?? 0) > 0)
    #expect(values["gin_fwd_ms"] == nil)
  }

  @Test("bench eval and bench ops print theirs")
  func others() throws {
    #expect((try Self.json(["eval", "--visits", "100", "--rounds", "1"])["seconds"] as? Double ?? 0) > 0)
    let rows = try Self.json(["ops", "--filter", "margin"])["rows"] as? [[String: Any]] ?? []
    #expect(rows.compactMap { $0["name"] as? String } == ["margin", "margin gradient"])
    let fused = try Self.json(["ops", "--filter", "bias"])["rows"] as? [[String: Any]] ?? []
    #expect(
      fused.compactMap { $0["name"] as? String } == ["bias + gelu + dropout", "bias + gelu + dropout gradient"])
  }

  @Test(
    "a wrong option is refused in one sentence",
    arguments: [
      (["step", "--steps", "0"], "--steps is 0; expected an integer in 1...1000000"),
      (["step", "--workers=-1"], "--workers -1: give 0 or more"),
      (["step", "--workers", "2", "--roofline"], "--roofline is for one process; leave --workers out"),
      (["step", "--precision", "half"], "--precision is \"half\"; expected float32"),
      (["step", "--molecules", "/no/such.json"], "/no/such.json is not a file of molecules: it does not exist"),
      (["eval", "--visits", "0"], "--visits is 0; expected an integer in 1...10000000"),
      (["ops", "--filter", "zzz"], "--filter is \"zzz\"; expected a part of one of: tile product 1, "),
    ])
  func refused(arguments: [String], sentence: String) throws {
    try Self.expectRefusal(arguments, sentence)
  }

  static func expectRefusal(_ arguments: [String], _ sentence: String) throws {
    let result = try Program.run(["bench"] + arguments)
    #expect(result.code != 0)
    #expect(result.errors.contains(sentence), "\(result.errors)")
    #expect(result.output.isEmpty)
    // One line; the parser adds where help is to its own.
    let lines = result.errors.split(separator: "\n")
    #expect(lines.count == 1 || (lines.count <= 4 && result.errors.contains("--help")), "\(result.errors)")
  }

  static let weights = "GiB are free here; give a smaller --d-enc, --d-k, --d-s or --layers"

  @Test(
    "absurd sizes are refused in one sentence, before memory is asked for",
    arguments: [
      (["step", "--d-s", "16384", "--layers", "100"], weights),
      (["step", "--d-s", "16384", "--layers", "100", "--workers", "256"], weights),
      (["eval", "--d-s", "16384", "--layers", "100", "--visits", "1"], weights),
      (["ops", "--d-s", "16384", "--layers", "100"], weights),
      (
        ["embed", "--layers", "100", "--width", "8192", "--heads", "1", "--inner", "65536"],
        "--layers, --width or --inner"
      ),
      (["step", "--d-enc", "16384", "--batch", "65536"], "--d-enc is 16384; expected at most 4 GiB of embeddings; "),
      (["eval", "--visits", "10000000"], "--d-enc is 768; expected at most 4 GiB of embeddings; "),
      (["step", "--d-enc", "16385"], "--d-enc is 16385; expected an integer in 1...16384"),
      (["step", "--d-k", "0"], "--d-k is 0; expected an integer in 1...16384"),
      (["step", "--d-s=-1"], "--d-s is -1; expected an integer in 1...16384"),
      (["step", "--history", "65"], "--history is 65; expected an integer in 1...64"),
      (["step", "--batch", "\(Int.max)"], "--batch is \(Int.max); expected an integer in 1...65536"),
      (["step", "--steps", "\(Int.max)"], "--steps is \(Int.max); expected an integer in 1...1000000"),
      (["step", "--workers", "\(Int.max)"], "--workers is \(Int.max); expected an integer in 1...256"),
      (["step", "--layers", "\(Int.max)"], "--layers is \(Int.max); expected an integer in 1...100"),
      (["step", "--seed=-1"], "--seed is -1; expected an integer in 0..."),
      (["step", "--steps", "99999999999999999999"], "99999999999999999999"),
      (["ops", "--threads", "1025"], "--threads is 1025; expected an integer in 1...1024"),
      (["eval", "--threads", "0"], "--threads is 0; expected an integer in 1...1024"),
      (["eval", "--rounds", "\(Int.max)"], "--rounds is \(Int.max); expected an integer in 1...10000"),
      (["eval", "--visits", "\(Int.max)"], "--visits is \(Int.max); expected an integer in 1...10000000"),
      (["embed", "--threads", "257", "--layers", "1"], "--threads is 257; expected an integer in 1...256"),
      (["embed", "--texts", "1000001", "--layers", "1"], "--texts is 1000001; expected an integer in 1...1000000"),
      (["embed", "--rounds", "0", "--layers", "1"], "--rounds is 0; expected an integer in 1...10000"),
      (["embed", "--vocabulary", "\(Int.max)"], "--vocabulary is \(Int.max); expected an integer in 16...1000000"),
      (["embed", "--width", "\(Int.max)"], "--width is \(Int.max); expected an integer in 8...8192"),
      (["embed", "--plm", "/no/such/folder"], "/no/such/folder"),
    ])
  func absurd(arguments: [String], sentence: String) throws {
    try Self.expectRefusal(arguments, sentence)
  }

  @Test("a bad file of molecules is refused in one sentence")
  func badMolecules() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-molecules-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files: [(text: String, reason: String)] = [
      ("", "it is not a JSON object of lists of texts"), ("[1, 2]", "it is not a JSON object of lists of texts"),
      ("{\"A\": \"C\"}", "it is not a JSON object of lists of texts"),
      (String(repeating: "[", count: 100_000), "it is not a JSON object of lists of texts"),
      ("{}", "it names no molecule"), ("{\"A\": []}", "it names no molecule"),
      ("{\"A\": [\"no such molecule\"]}", "it has fewer than two atoms"),
      ("{\"A\": [\"C\"]}", "it has fewer than two atoms"),
    ]
    for (number, (text, reason)) in files.enumerated() {
      let file = folder.appendingPathComponent("\(number).json").path
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
      try Self.expectRefusal(["step", "--molecules", file], "\(file) is not a file of molecules: \(reason)")
    }
    for place in [folder.path, "/dev/zero"] {
      try Self.expectRefusal(
        ["ops", "--molecules", place], "\(place) is not a file of molecules: it is a folder or a device")
    }
  }
}
