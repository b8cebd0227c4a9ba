import ArgumentParser
import Foundation
import Runs
import Sweeps
import TextEncoder

/// `theriac inspect` of a folder: a run, a sweep, an experiment, or a language model.
enum InspectFolder {
  /// - Throws: `ExitCode.failure` after its lines for a folder that is no use; a sentence for one that is none of these.
  static func show(_ path: String) throws {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    guard let names = (try? FileManager.default.contentsOfDirectory(atPath: path)).map(Set.init) else {
      throw InspectError.unreadable(path)
    }
    if names.contains("sweep.yaml") {
      let sweep = SweepDirectory(path)
      let (faults, gaps) = sweep.defects()
      return try show(["sweep directory \(path)", "\(try sweep.status())"] + gaps + faults, isUsable: faults.isEmpty)
    }
    if isRun(names) {
      let report = RunReport(RunDirectory(path))
      return try show(report.lines, isUsable: report.isUsable)
    }
    if let report = ExperimentReport(path, names) { return try show(report.lines, isUsable: report.isUsable) }
    guard names.contains(where: isOfModel) else {
      throw InspectError.foreignFolder(path, content: content(names))
    }
    let report = PLMReport(path: path)
    try show(report.lines, isUsable: report.isUsable)
  }

  /// A run that died at its beginning has no more than a lock.
  static func isRun(_ names: Set<String>) -> Bool {
    names.contains("config.yaml") || names.isSuperset(of: ["lock", "checkpoints"])
  }

  private static func isOfModel(_ name: String) -> Bool {
    name == "config.json" || name == "vocab.txt" || name.hasPrefix("tokenizer") || name.hasSuffix(".safetensors")
      || (name.hasPrefix("pytorch_model") && name.contains(".bin"))
  }

  private static func content(_ names: Set<String>) -> String {
    if names.isEmpty { return "it is empty" }
    let shown = names.sorted().prefix(3).joined(separator: ", ")
    return "it holds \(shown)\(names.count > 3 ? " and \(names.count - 3) more" : "")"
  }

  private static func show(_ lines: [String], isUsable: Bool) throws {
    Console.result(lines.joined(separator: "\n"))
    if !isUsable { throw ExitCode.failure }
  }
}

enum InspectError: Error, CustomStringConvertible {
  case foreignFolder(String, content: String)
  case unreadable(String)

  var description: String {
    switch self {
    case .unreadable(let path): "cannot read the folder \(path): there is no permission to list it"
    case .foreignFolder(let path, let content):
      "\(path) is none of Theriac's folders: \(content); inspect takes a run (config.yaml), a sweep (sweep.yaml), an "
        + "experiment (results.csv), a language model (config.json), or a file"
    }
  }
}
