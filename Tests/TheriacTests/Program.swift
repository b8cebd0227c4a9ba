import Foundation
import TestSupport

/// The built `theriac`, run as a user runs it.
enum Program {
  /// Beside the test bundle.
  static let path = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    .deletingLastPathComponent().appendingPathComponent("theriac").path

  struct Result {
    let code: Int32
    let output, errors: String
    /// The last line on stderr that is not empty.
    var sentence: String { errors.split(separator: "\n").last.map(String.init) ?? "" }
  }

  /// Runs to the end.
  static func run(_ arguments: [String], in directory: String? = nil, environment: [String: String] = [:]) throws
    -> Result
  {
    let child = try Child(arguments, in: directory, environment: environment)
    return child.result()
  }

  /// A running program; its output goes to files, so that nothing blocks.
  final class Child {
    let process = Process()
    private let files: [URL]

    init(_ arguments: [String], in directory: String? = nil, environment: [String: String] = [:]) throws {
      files = ["out", "err"].map {
        URL(fileURLWithPath: NSTemporaryDirectory()).appendingPathComponent("theriac-\(UUID().uuidString).\($0)")
      }
      for file in files { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
      process.executableURL = URL(fileURLWithPath: Program.path)
      process.arguments = arguments
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      if let directory { process.currentDirectoryURL = URL(fileURLWithPath: directory) }
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = try FileHandle(forWritingTo: files[0])
      process.standardError = try FileHandle(forWritingTo: files[1])
      try process.run()
    }

    var pid: Int32 { process.processIdentifier }
    var errors: String { (try? String(contentsOf: files[1], encoding: .utf8)) ?? "" }

    func result() -> Result {
      process.waitUntilExit()
      let texts = files.map { (try? String(contentsOf: $0, encoding: .utf8)) ?? "" }
      for file in files { try? FileManager.default.removeItem(at: file) }
      let wasKilled = process.terminationReason == .uncaughtSignal
      return Result(
        code: wasKilled ? 128 + process.terminationStatus : process.terminationStatus, output: texts[0],
        errors: texts[1])
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
  }
}

/// A folder with a synthetic cohort and its embeddings by a tiny BERT, made once for all tests of a process.
final class Workspace: Sendable {
  static let shared = Result { try Workspace() }
  let path: String
  var cohort: String { path + "/cohort.h5" }
  var embeddings: String { path + "/embeddings.h5" }

  private init() throws {
    path = NSTemporaryDirectory() + "theriac-tests-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let plm = try TinyPLM()
    for arguments in [
      ["synth", "--patients", "120", "--seed", "3", "--out", cohort],
      ["embed", "--cohort", cohort, "--plm", plm.folder, "--out", embeddings, "--max-tokens", "40"],
    ] {
      let result = try Program.run(arguments)
      guard result.code == 0 else { throw Failure(text: result.errors) }
    }
  }

  struct Failure: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
  }

  /// Arguments of a small training into a run directory of its own.
  func training(_ name: String, workers: Int, _ settings: [String] = []) -> [String] {
    ["train", "--out", path + "/" + name, "--workers", "\(workers)"] + self.settings(settings)
  }

  func settings(_ settings: [String] = []) -> [String] {
    ["cohort=\(cohort)", "embeddings=\(embeddings)", "d_k=16", "d_s=8", "gin_layers=2", "epochs=3", "lr=1e-2"].flatMap {
      ["--set", $0]
    }
      + settings.flatMap { ["--set", $0] }
  }

  func run(_ name: String) -> String { path + "/" + name }
}
