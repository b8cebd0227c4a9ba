import Checkpoints
import Foundation
import Reports

/// A folder in the layout of TCM-PD with 300 invented prescriptions, imported once for all tests of a process.
///
/// 12 symptoms (codes 0 … 11; 10 and 11 have one name), 20 herbs (12 … 31) of which 16 have molecules. Every symptom has
/// three herbs of its own, so that there is something to learn.
final class HerbWorkspace: Sendable {
  static let shared = Result { try HerbWorkspace() }

  static let symptoms = ["头痛", "发热", "咳嗽", "胸闷", "失眠", "腹痛", "眩晕", "心悸", "水肿", "便秘", "口渴", "口渴"]
  static let herbs = [
    "麻黄", "桂枝", "杏仁", "甘草", "石膏", "知母", "黄芩", "黄连", "大黄", "芒硝", "人参", "白术", "茯苓", "当归", "川芎", "白芍", "熟地", "陈皮", "半夏",
    "生姜",
  ]
  static let smiles = [
    "CCO", "CC(=O)O", "c1ccccc1", "CCN", "OCC(O)CO", "CC(C)O", "C1CCCCC1", "Oc1ccccc1", "CC=O", "CCOC(C)=O", "NCC(=O)O",
    "c1ccncc1", "CC(C)=O", "CCCC", "OC(=O)c1ccccc1", "CNC",
  ]

  let path: String
  var cohort: String { path + "/herbs.h5" }
  func run(_ name: String) -> String { path + "/" + name }

  private init() throws {
    path = NSTemporaryDirectory() + "theriac-herbs-\(ProcessInfo.processInfo.processIdentifier)"
    let root = path + "/tcm"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    func write(_ name: String, _ lines: [String]) throws {
      try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path + "/" + name))
    }
    let first = Self.symptoms.count
    try write("tcm/symptoms.csv", ["id,name"] + Self.symptoms.enumerated().map { "\($0),\($1)" })
    try write("tcm/herbs.csv", ["id,name"] + Self.herbs.enumerated().map { "\(first + $0),\($1)" })
    try write("tcm/prescript_1195.csv", ["s,h"] + Self.prescriptions())
    try Self.npy("<i4", [20, 27], Self.properties()).write(
      to: URL(fileURLWithPath: root + "/herb_20_27_oneHot.npy"))
    try write("smiles.csv", ["herb_id,smiles"] + Self.smiles.enumerated().map { "\(first + $0),\($1)" })
    let result = try Program.run(
      ["import", "tcm-pd", "--root", root, "--molecules", path + "/smiles.csv", "--out", cohort])
    guard result.code == 0 else { throw Workspace.Failure(text: result.errors) }
  }

  private static func prescriptions() -> [String] {
    var state: UInt64 = 7
    func draw(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    return (0..<300).map { _ in
      var symptoms: Set<Int> = []
      for _ in 0...draw(3) { symptoms.insert(draw(Self.symptoms.count)) }
      var herbs = Set(symptoms.flatMap { symptom in (0..<3).map { 12 + (symptom * 5 + $0 * 3) % 20 } })
      herbs.insert(12 + draw(20))
      return "\"\(symptoms.sorted())\",\"\(herbs.sorted())\""
    }
  }

  private static func properties() -> [Int32] {
    (0..<20).flatMap { herb in (0..<27).map { (herb * 7 + $0 * $0) % 5 == 0 ? Int32(1) : 0 } }
  }

  /// The bytes of a `.npy` file.
  static func npy<Number>(_ type: String, _ shape: [Int], _ values: [Number]) -> Data {
    let axes = shape.map { "\($0), " }.joined()
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(axes)), }"
    while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    let length = UInt16(header.utf8.count)
    return Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, UInt8(length & 255), UInt8(length >> 8)]) + Data(header.utf8)
      + values.withUnsafeBufferPointer { Data(buffer: $0) }
  }

  /// A cohort of the same prescriptions, in which those from `row` on have other symptoms and herbs.
  func changed(from row: Int) throws -> String {
    let root = run("changed-\(row)")
    try FileManager.default.copyItem(atPath: path + "/tcm", toPath: root)
    let file = root + "/prescript_1195.csv"
    var lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
    for index in (row + 1)..<lines.count { lines[index] = "\"[0, 1, 2, 3, 4, 5]\",\"[31, 30, 29]\"" }
    try (lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
    let result = try Program.run(
      ["import", "tcm-pd", "--root", root, "--molecules", path + "/smiles.csv", "--out", root + ".h5"])
    guard result.code == 0 else { throw Workspace.Failure(text: result.errors) }
    return root + ".h5"
  }

  // MARK: Runs

  /// A small model; `settings` go over it.
  func settings(_ settings: [String] = []) -> [String] {
    ([
      "model=fmchs", "cohort=\(cohort)", "d=16", "encoder_hidden=16", "encoder_heads=2", "semantic_width=16",
      "molecule_width=16", "vae_epochs=20", "hh_threshold=8", "batch=32", "epochs=3", "patience=0",
      "keep_checkpoints=1000", "seed=1",
    ] + settings).flatMap { ["--set", $0] }
  }

  func training(_ name: String, workers: Int = 1, _ settings: [String] = []) -> [String] {
    ["train", "--out", run(name), "--workers", "\(workers)"] + self.settings(settings)
  }

  /// Trains to the end.
  func train(_ name: String, workers: Int = 1, _ settings: [String] = []) throws {
    let result = try Program.run(training(name, workers: workers, settings))
    guard result.code == 0 else { throw Workspace.Failure(text: result.errors) }
  }

  /// The same settings as a YAML file.
  func config(_ name: String, _ settings: [String] = []) throws -> String {
    var values: [String: String] = [:]
    for pair in self.settings(settings) where pair != "--set" {
      let parts = pair.split(separator: "=", maxSplits: 1)
      values[String(parts[0])] = String(parts[1])
    }
    let file = run(name + ".yaml")
    try values.map { "\($0): \($1)\n" }.sorted().joined().write(toFile: file, atomically: true, encoding: .utf8)
    return file
  }

  func checkpoint(_ name: String, epoch: Int) throws -> Checkpoint {
    try CheckpointFile.read(
      run(name) + "/checkpoints/" + CheckpointDirectory.name(epoch: epoch, stepInEpoch: 0))
  }

  /// Weights, moments, step and best metric, bit for bit.
  func state(_ name: String, epoch: Int) throws -> [String] {
    let checkpoint = try checkpoint(name, epoch: epoch)
    func bits(_ name: String, _ values: [Float]) -> String {
      name + " " + values.map { String($0.bitPattern, radix: 16) }.joined(separator: " ")
    }
    var lines = checkpoint.parameters.map { bits($0.name, $0.values) }
    lines += zip(checkpoint.parameters, checkpoint.firstMoments).map { bits("first " + $0.name, $1) }
    lines += zip(checkpoint.parameters, checkpoint.secondMoments).map { bits("second " + $0.name, $1) }
    return lines
      + [
        "\(checkpoint.globalStep) \(checkpoint.optimizerStep) \(checkpoint.bestMetric ?? -1) \(checkpoint.bestEpoch ?? -1)"
      ]
  }

  /// The rows of metrics.csv without the seconds, and the header.
  func metrics(_ name: String) throws -> [String] {
    try String(contentsOfFile: run(name) + "/metrics.csv", encoding: .utf8).split(separator: "\n").map { line in
      String(line[..<(line.lastIndex(of: ",") ?? line.endIndex)])
    }
  }

  func table(_ path: String) throws -> CSVTable {
    try CSVTable(String(contentsOfFile: path, encoding: .utf8), file: path)
  }

  func object(_ text: String) throws -> [String: Any] {
    guard let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
      throw Workspace.Failure(text: "no JSON object: \(text)")
    }
    return object
  }
}

/// Processes of a run that a test kills.
enum Processes {
  static func children(of pid: Int32) -> [Int32] {
    let tasks = "/proc/\(pid)/task"
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
    return threads.flatMap { thread in
      ((try? String(contentsOfFile: "\(tasks)/\(thread)/children", encoding: .utf8)) ?? "")
        .split(separator: " ").compactMap { Int32($0) }
    }
  }

  static func isAlive(_ pid: Int32) -> Bool {
    guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
    return !stat.contains(") Z ")
  }

  /// Whether the condition came true in time.
  static func wait(seconds: Double = 60, until condition: () -> Bool) -> Bool {
    let end = Date() + seconds
    while !condition() {
      if Date() > end { return false }
      usleep(2_000)
    }
    return true
  }
}
