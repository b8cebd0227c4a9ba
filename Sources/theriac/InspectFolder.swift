import ArgumentParser
import Checkpoints
import Foundation
import Reports
import Runs
import Sweeps
import TextEncoder
import Training

/// `theriac inspect` of a folder: a run, a sweep, an experiment, or a language model.
enum InspectFolder {
  /// - Throws: `ExitCode.failure` after its lines for a folder that is no use; a sentence for one that is none of these.
  static func show(_ path: String) throws {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    let names = Set((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
    if names.contains("sweep.yaml") {
      return Console.result("sweep directory \(path)\n\(try SweepDirectory(path).status())")
    }
    if isRun(names) { return try show(RunReport(RunDirectory(path))) }
    if names.contains("table.md"), names.contains("results.csv") {
      return Console.result(experiment(path))
    }
    guard names.contains(where: isOfModel) else {
      throw InspectError.foreignFolder(path, content: content(names))
    }
    let report = PLMReport(path: path)
    Console.result(report.lines.joined(separator: "\n"))
    if !report.isUsable { throw ExitCode.failure }
  }

  /// A run that died at its beginning has no more than a lock.
  private static func isRun(_ names: Set<String>) -> Bool {
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

  private static func show(_ report: RunReport) throws {
    Console.result(report.lines.joined(separator: "\n"))
    if !report.isUsable { throw ExitCode.failure }
  }

  private static func experiment(_ path: String) -> String {
    let runs = (try? FileManager.default.contentsOfDirectory(atPath: path + "/runs")) ?? []
    let finished = runs.count { RunDirectory("\(path)/runs/\($0)").isFinished }
    return
      "experiment directory \(path): \(runs.count) runs, \(finished) of them finished; its table is \(path)/table.md"
  }
}

enum InspectError: Error, CustomStringConvertible {
  case foreignFolder(String, content: String)

  var description: String {
    switch self {
    case .foreignFolder(let path, let content):
      "\(path) is none of Theriac's folders: \(content); inspect takes a run (config.yaml), a sweep (sweep.yaml), an "
        + "experiment (results.csv), a language model (config.json), or a file"
    }
  }
}

/// What a run directory holds and whether it can be used.
struct RunReport {
  /// For people, one fact a line.
  private(set) var lines: [String] = []
  private(set) var isUsable = true

  /// - Throws: what reading `config.yaml` throws
  init(_ directory: RunDirectory) throws {
    let config = try directory.savedConfig()
    let model = config.model
    let rows = MetricsTable(directory.metrics, of: model, epochs: .max).rows
    let holder = directory.holder
    let state =
      if let holder { "in use by \(holder)" } else if directory.isFinished { "finished" } else if directory.exists {
        "stopped before its end; theriac resume \(directory.path) goes on"
      } else { "nothing was trained yet" }
    lines = ["run directory \(directory.path): \(model.rawValue), \(state)", Self.settings(config)]
    for (name, path) in [
      ("cohort", config.cohort), ("embeddings", config.embeddings), ("molecule vectors", config.fmchs.moleculeVectors),
    ] where !path.isEmpty {
      let isThere = FileManager.default.fileExists(atPath: path)
      lines.append("\(name): \(path)\(isThere ? "" : " (not there any more)")")
    }
    lines.append("epochs: \(rows.last?.epoch ?? 0) of \(config.epochs) done")
    weights(directory, model, rows)
    if let data = FileManager.default.contents(atPath: directory.summary) {
      if let summary = try? JSONDecoder().decode(RunSummary.self, from: data) {
        if let test = summary.test { lines.append("test: \(RunText.metrics(test.columns, of: model))") }
      } else {
        fault("summary.json: damaged; it is not the JSON of a run's summary")
      }
    }
    checkpoints(directory)
  }

  private static func settings(_ config: RunConfig) -> String {
    let isPreset = config.model == .nlaMMR
    let usual = isPreset ? RunConfig(preset: config.protocol) : RunConfig(config.model)
    let paths: Set<String> = ["cohort", "embeddings", "molecule_vectors"]
    let changed = RunSetting.all(of: config.model).filter {
      !paths.contains($0.key) && $0.value(in: config) != $0.value(in: usual)
    }
    let name = isPreset ? "protocol \(config.protocol.rawValue)" : "defaults"
    return changed.isEmpty
      ? "settings: \(name)"
      : "settings: \(name), but \(changed.map { "\($0.key) \($0.value(in: config))" }.joined(separator: ", "))"
  }

  /// The best weights and their metrics.
  private mutating func weights(_ directory: RunDirectory, _ model: ModelFamily, _ rows: [EpochRow]) {
    guard FileManager.default.fileExists(atPath: directory.best) else { return }
    do {
      let best = try CheckpointFile.read(directory.best)
      let metrics = rows.first { $0.epoch == best.epoch }.map {
        ": validation \(RunText.metrics($0.metrics, of: model))"
      }
      let count = best.parameters.reduce(0) { $0 + $1.values.count }
      lines.append("best epoch: \(best.epoch)\(metrics ?? "")")
      lines.append("best.h5: sound, \(NumberText.count(count)) weights")
    } catch {
      fault("best.h5: \(error)")
    }
  }

  /// How many there are; the newest is read, since a run goes on from it.
  private mutating func checkpoints(_ directory: RunDirectory) {
    do {
      let entries = try CheckpointDirectory(directory.checkpoints).entries()
      guard let newest = entries.first else { return lines.append("checkpoints: none") }
      let name = newest.path.split(separator: "/").last.map(String.init) ?? newest.path
      lines.append("checkpoints: \(entries.count), the newest \(name)")
      _ = try CheckpointFile.read(newest.path)
    } catch {
      fault("\(error)")
    }
  }

  private mutating func fault(_ line: String) {
    lines.append(line)
    isUsable = false
  }
}
