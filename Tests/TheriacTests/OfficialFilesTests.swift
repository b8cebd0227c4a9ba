import Foundation
import Testing

/// Files in the layout of the NLA-MMR repository → converter → import → training, as a user does it.
@Suite(.enabled(if: OfficialFiles.hasPython, "needs python3"))
struct OfficialFilesTests {
  private func folder() throws -> String {
    let path = NSTemporaryDirectory() + "theriac-official-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  @Test("pickles and .pt files become a cohort and embeddings that train") func wholeWay() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try OfficialFiles.tool("official_fixture", [folder])
    let converted = try OfficialFiles.tool(
      "official_to_json",
      ["--raw", folder + "/raw", "--embeddings", folder + "/bio_pt", "--out", folder + "/converted"])
    #expect(converted.output.contains("30 patients, 76 visits"))
    let imported = try Program.run([
      "import", "official", "--root", folder + "/converted", "--out", folder + "/c.h5", "--embeddings",
      folder + "/e.h5",
    ])
    #expect(imported.code == 0, "\(imported.errors)")
    #expect(imported.output.contains("30 patients, 76 visits, 6 medications"))
    let described = try Program.run(["describe", folder + "/c.h5", "--json"])
    #expect(described.output.contains("\"patients\" : 30"))
    let trained = try Program.run(
      ["train", "--out", folder + "/run", "--workers", "1"]
        + [
          "cohort=\(folder)/c.h5", "embeddings=\(folder)/e.h5", "d_k=16", "d_s=8", "gin_layers=2", "epochs=2",
          "lr=1e-2",
        ].flatMap { ["--set", $0] })
    #expect(trained.code == 0, "\(trained.errors)")
    #expect(FileManager.default.fileExists(atPath: folder + "/run/summary.json"))
  }

  @Test(
    "vectors of a wider tensor, one tensor per visit, half precision: the same numbers",
    arguments: ["strided", "tensor", "half"])
  func layouts(layout: String) throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, layout) in [("a", "zip"), ("b", layout)] {
      _ = try OfficialFiles.tool("official_fixture", [folder + "/" + name, "--patients", "5", "--layout", layout])
      _ = try OfficialFiles.tool(
        "official_to_json",
        ["--raw", "\(folder)/\(name)/raw", "--embeddings", "\(folder)/\(name)/bio_pt", "--out", "\(folder)/\(name)/c"])
    }
    for file in ["visits.f32", "medications.f32"] {
      #expect(FileManager.default.contentsEqual(atPath: "\(folder)/a/c/\(file)", andPath: "\(folder)/b/c/\(file)"))
    }
  }

  @Test("a pickle that would run a command is refused by name and runs nothing") func trap() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try OfficialFiles.tool("official_fixture", [folder, "--patients", "3", "--trap"])
    let result = try OfficialFiles.run("official_to_json", ["--raw", folder + "/raw", "--out", folder + "/converted"])
    #expect(result.code == 1)
    #expect(result.errors.contains("voc_iii_sym1_mulvisit.pkl cannot be read: it asks for posix.system"))
    #expect(result.errors.split(separator: "\n").count == 1)
    #expect(!FileManager.default.fileExists(atPath: folder + "/sprung"))
    #expect(!FileManager.default.fileExists(atPath: folder + "/converted/official.json"))
  }

  @Test("missing and damaged files are named in one sentence") func badFiles() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try OfficialFiles.tool("official_fixture", [folder, "--patients", "3"])
    func refusal(_ expected: String...) throws {
      let result = try OfficialFiles.run(
        "official_to_json",
        ["--raw", folder + "/raw", "--embeddings", folder + "/bio_pt", "--out", folder + "/converted"])
      #expect(result.code == 1)
      #expect(result.errors.hasPrefix("error: ") && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
      for text in expected { #expect(result.errors.contains(text), "\(result.errors)") }
    }
    let files = FileManager.default
    try files.moveItem(atPath: folder + "/bio_pt/1.pt", toPath: folder + "/aside")
    try refusal("1.pt is missing", "the records have")
    try Data("PK".utf8).write(to: URL(fileURLWithPath: folder + "/bio_pt/1.pt"))
    try refusal("1.pt cannot be read: it is no PyTorch file")
    try Data(try Data(contentsOf: URL(fileURLWithPath: folder + "/raw/ddi_A_iii.pkl")).prefix(300))
      .write(to: URL(fileURLWithPath: folder + "/raw/ddi_A_iii.pkl"))
    try refusal("ddi_A_iii.pkl cannot be read: it is no pickle")
    try files.removeItem(atPath: folder + "/raw/records_ori_iii.pkl")
    try refusal("holds no records", "records_ori*.pkl")
  }

  @Test("small files that stand for endless values are refused at once") func bombs() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    _ = try OfficialFiles.tool("official_fixture", [folder, "--patients", "3"])
    func refusal(_ file: String, _ bytes: [UInt8], _ expected: String) throws {
      let path = "\(folder)/raw/\(file)"
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      defer { try? whole.write(to: URL(fileURLWithPath: path)) }
      try Data([0x80, 2] + bytes + [0x2E]).write(to: URL(fileURLWithPath: path))
      let result = try OfficialFiles.run(
        "official_to_json", ["--raw", folder + "/raw", "--out", folder + "/converted"])
      #expect(result.code == 1)
      #expect(result.errors.hasPrefix("error: ") && result.errors.utf8.count < 600, "\(result.errors.prefix(600))")
      #expect(result.errors.split(separator: "\n").count == 1 && result.errors.contains(expected), "\(result.errors)")
    }
    let records = "records_ori_iii.pkl"
    let vocabularies = "voc_iii_sym1_mulvisit.pkl"
    func text(_ text: String) -> [UInt8] { Array(text.utf8) }
    // ] an empty list, q NUMBER keeps it, h NUMBER takes it, ( … e adds to it, 0 drops it, \u{85} makes a tuple of one.
    try refusal(records, [0x5D, 0x72, 0, 0, 0, 0x10], "holds no patient")
    let numbers = text("]q\0(") + Array(repeating: text("K\u{1}"), count: 2_000).joined() + text("e0")
    let visit = text("]q\u{1}(h\0h\0h\0e0")
    let patient = text("]q\u{2}(") + Array(repeating: text("h\u{1}"), count: 2_000).joined() + text("e0")
    let patients = text("](") + Array(repeating: text("h\u{2}"), count: 2_000).joined() + text("e")
    try refusal(records, numbers + visit + patient + patients, "it repeats its lists by reference")
    try refusal(
      records,
      text("](](](](") + Array(repeating: 0x5D, count: 100_000)
        + Array(repeating: 0x61, count: 99_999) + text("eeee"), "does not hold three lists")
    try refusal(records, text("c__builtin__\nbytearray\nJ") + [0, 0, 0, 0x7F, 0x85, 0x52], "makes bytes of something")
    let deep = text("})") + Array(repeating: 0x85, count: 100_000)
    try refusal(vocabularies, deep + text("K\u{1}s"), "is a nested tuple")
    try refusal(
      "atc3toSMILES_iii.pkl", text("}(X") + [4, 0, 0, 0, 0xED, 0xA0, 0x80, 0x41] + text("]u"),
      "holds half of a surrogate pair")
  }
}

/// The programs of `tools/`.
enum OfficialFiles {
  static let tools = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("tools").path

  static let hasPython = (try? run("official_to_json", ["--help"]).code == 0) ?? false

  static func run(_ name: String, _ arguments: [String]) throws -> (code: Int32, output: String, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", tools + "/" + name] + arguments
    let files = ["out", "err"].map {
      URL(fileURLWithPath: NSTemporaryDirectory()).appendingPathComponent("theriac-tool-\(UUID().uuidString).\($0)")
    }
    defer { for file in files { try? FileManager.default.removeItem(at: file) } }
    for file in files { try Data().write(to: file) }
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
    return (process.terminationStatus, texts[0], texts[1])
  }

  static func tool(_ name: String, _ arguments: [String]) throws -> (code: Int32, output: String, errors: String) {
    let result = try run(name, arguments)
    #expect(result.code == 0, "\(result.errors)")
    return result
  }
}
