import Checkpoints
import Foundation
import HDF5
import Reports
import Runs
import Training

/// What a run directory holds and whether it can be used.
struct RunReport {
  /// For people, one fact a line.
  private(set) var lines: [String] = []
  private(set) var isUsable = true
  private let directory: RunDirectory
  /// Who writes there now; files come one after the other then.
  private let holder: String?
  /// The newest sound checkpoint and the best weights.
  private var newest: Checkpoint?
  private var best: Checkpoint?
  private var summary: RunSummary?
  private var checkpointCount = 0

  init(_ directory: RunDirectory) {
    self.directory = directory
    holder = directory.holder
    // What is found while reading stands below what the run is.
    var (checkpointLines, bestFault) = ([String](), String?.none)
    do { checkpointLines = try readCheckpoints() } catch { checkpointLines = [broken("\(error)")] }
    let bestState = InputFile.state(directory.best)
    do {
      if bestState != .absent { best = try CheckpointFile.read(directory.best) }
    } catch {
      if case .unusable(let reason) = bestState { bestFault = reason } else { bestFault = "\(error)" }
    }
    let (found, configFault) = settings()
    guard let config = found else {
      let state = holder.map { "in use by \($0)" } ?? (newest == nil ? "nothing was trained yet" : "stopped")
      lines = ["run directory \(directory.path): \(state)"]
      fault("config.yaml: \(configFault ?? "missing")")
      lines += checkpointLines
      return
    }
    let model = config.model
    let table = MetricsTable(directory.metrics, of: model, epochs: .max)
    let done = table.rows.last?.epoch ?? newest?.epoch ?? best?.epoch ?? 0
    let summaryFault = readSummary(model)
    lines = ["run directory \(directory.path): \(model.rawValue), \(state(config, done))", Self.text(config)]
    if let configFault { fault("config.yaml: \(configFault)") }
    for (name, path) in [
      ("cohort", config.cohort), ("embeddings", config.embeddings), ("molecule vectors", config.fmchs.moleculeVectors),
    ] where !path.isEmpty {
      let isThere = FileManager.default.fileExists(atPath: path)
      lines.append("\(name): \(path)\(isThere ? "" : " (not there any more)")")
    }
    lines.append("epochs: \(done) of \(config.epochs) done")
    let isSettled = done > 0 && (holder == nil || done > 1)
    if let reason = table.fault {
      fault("metrics.csv: \(reason)")
    } else if isSettled, table.rows.isEmpty {
      fault("metrics.csv: missing or without rows, though \(Self.epochs(done)) done")
    }
    if let bestFault {
      fault("best.h5: \(bestFault)")
    } else if let best {
      weights(best, table.rows.first { $0.epoch == best.epoch }, model)
    } else if isSettled {
      fault("best.h5: missing, though \(Self.epochs(done)) done")
    }
    if let summaryFault { fault("summary.json: \(summaryFault)") }
    if let summary, let test = summary.test {
      let isOld = best.map { $0.epoch != summary.bestEpoch } ?? false
      let name = isOld ? "test, of the weights of epoch \(summary.bestEpoch) before it went on" : "test"
      lines.append("\(name): \(RunText.metrics(test.columns, of: model))")
    }
    if model == .fmchs, let reason = HerbFeatureFile.fault(directory.features) {
      lines.append("features.h5: not used, since \(reason); its features are made anew")
    }
    lines += checkpointLines
    if checkpointLines.isEmpty {
      if isSettled {
        fault("checkpoints: none, though \(Self.epochs(done)) done; the run cannot go on")
      } else {
        lines.append("checkpoints: none")
      }
    }
    if case .unusable(let reason) = InputFile.state(directory.path + "/lock") { fault("lock: \(reason)") }
  }

  private static func epochs(_ count: Int) -> String { count == 1 ? "1 epoch is" : "\(count) epochs are" }

  // MARK: Reading

  /// The settings, and what is wrong with `config.yaml`; then those that the weights were trained with.
  private func settings() -> (RunConfig?, fault: String?) {
    let trained = (newest ?? best).flatMap { try? RunConfig(yaml: $0.configYAML, source: "a checkpoint") }
    if InputFile.state(directory.config) == .absent { return (trained, "missing") }
    do {
      let config = try directory.savedConfig()
      if config.cohort.isEmpty { return (trained, "empty or foreign: it names no cohort, as that of every run does") }
      if let trained, trained.model != config.model {
        return (
          trained, "it is of \(config.model.rawValue), but the weights here are of \(trained.model.rawValue)"
        )
      }
      return (config, nil)
    } catch {
      return (trained, "\(error)")
    }
  }

  private mutating func readSummary(_ model: ModelFamily) -> String? {
    do {
      guard let found = try directory.savedSummary() else { return nil }
      let family: ModelFamily =
        switch found.metrics {
        case .medications: .nlaMMR
        case .ranking: .fmchs
        }
      guard family == model else { return "it is of a run of \(family.rawValue)" }
      summary = found
      return nil
    } catch {
      return error is HDF5Error ? "\(error)" : "damaged; it is not the JSON of a run's summary"
    }
  }

  /// How many there are, and the damaged ones down to the newest that is sound: a run goes on from it.
  private mutating func readCheckpoints() throws -> [String] {
    let entries = try CheckpointDirectory(directory.checkpoints).entries()
    checkpointCount = entries.count
    guard let first = entries.first else { return [] }
    let name = first.path.split(separator: "/").last.map(String.init) ?? first.path
    var found = ["checkpoints: \(entries.count), the newest \(name)"]
    for entry in entries where newest == nil {
      do { newest = try CheckpointFile.read(entry.path) } catch { found.append(broken("\(error)")) }
    }
    return found
  }

  // MARK: Lines

  private func state(_ config: RunConfig, _ done: Int) -> String {
    if let holder { return "in use by \(holder)" }
    let isStalled = config.patience > 0 && (newest?.stalled ?? 0) >= config.patience
    let isNew = summary.map { $0.epochs >= done } ?? true
    if directory.isFinished, isNew, done >= config.epochs || isStalled { return "finished" }
    let next = newest == nil ? "" : "; theriac resume \(directory.path) goes on"
    if done > 0 { return "stopped after epoch \(done) of \(config.epochs)\(next)" }
    return checkpointCount > 0 ? "stopped in its first epoch\(next)" : "nothing was trained yet"
  }

  private static func text(_ config: RunConfig) -> String {
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

  private mutating func weights(_ best: Checkpoint, _ row: EpochRow?, _ model: ModelFamily) {
    let metrics = row.map { ": validation \(RunText.metrics($0.metrics, of: model))" }
    let count = best.parameters.reduce(0) { $0 + $1.values.count }
    lines.append("best epoch: \(best.epoch)\(metrics ?? "")")
    lines.append("best.h5: sound, \(NumberText.count(count)) weights")
  }

  private mutating func fault(_ line: String) { lines.append(broken(line)) }

  /// A line that makes the run no use.
  private mutating func broken(_ line: String) -> String {
    isUsable = false
    return line
  }
}
