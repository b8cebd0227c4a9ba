import Checkpoints
import Foundation
import HDF5
import Training

/// `runs/NAME/`: everything that a run leaves behind (docs/file-formats.md).
public struct RunDirectory: Sendable {
  public let path: String

  public init(_ path: String) { self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path }

  public var config: String { path + "/config.yaml" }
  public var metrics: String { path + "/metrics.csv" }
  public var log: String { path + "/log.jsonl" }
  public var summary: String { path + "/summary.json" }
  public var checkpoints: String { path + "/checkpoints" }
  public var best: String { path + "/best.h5" }
  /// What FMCHS's features need long for (`HerbFeatureFile`).
  public var features: String { path + "/features.h5" }

  /// Files by the name that they have in the directory, but for checkpoints and the lock.
  private static let files = ["config.yaml", "metrics.csv", "log.jsonl", "features.h5", "best.h5", "summary.json"]

  /// Makes the directory for a new run and takes it: nobody else's files are touched.
  /// - Throws: `RunError.exists` when a run is there, `inUse` when one is just beginning there, `foreign` when files of
  ///   the same names are there that no run made.
  public func create(_ config: RunConfig) throws -> RunLock {
    // Where there is no lock, no run has been.
    let there = Self.files.filter { InputFile.state("\(path)/\($0)") != .absent }
    if let file = there.first, InputFile.state(lockFile) == .absent { throw RunError.foreign(path, file: file) }
    if exists, holder == nil { throw RunError.exists(path) }
    // A run writes HDF5 files whole, with a checksum.
    if let file = there.first(where: { $0.hasSuffix(".h5") && !HDF5File.hasStamp("\(path)/\($0)") }) {
      throw RunError.foreign(path, file: file)
    }
    do {
      try FileManager.default.createDirectory(atPath: checkpoints, withIntermediateDirectories: true)
    } catch { throw RunError.cannotWrite(path, reason: error.localizedDescription) }
    let lock = try lock()
    if exists { throw RunError.exists(path) }
    try write(config)
    return lock
  }

  /// What is in the directory; nil where there is none.
  var content: Set<String>? { (try? FileManager.default.contentsOfDirectory(atPath: path)).map(Set.init) }

  /// Takes back `create`, when nothing came of the run: removes what the run wrote, and directories where nobody keeps
  /// anything.
  /// - Parameter before: `content` before `create`; all of that stays
  func discard(keeping before: Set<String>?) {
    for name in Self.files + ["lock"] where before?.contains(name) != true { unlink("\(path)/\(name)") }
    if before?.contains("checkpoints") != true { rmdir(checkpoints) }
    if before == nil { rmdir(path) }
  }

  private var lockFile: String { path + "/lock" }

  public func write(_ config: RunConfig) throws { try AtomicFile.bytes(at: self.config, Array(config.yaml.utf8)) }

  /// The settings of an existing run.
  /// - Parameter overrides: `key=value`, over what is saved.
  public func savedConfig(overrides: [String] = []) throws -> RunConfig {
    if case .unusable(let reason) = InputFile.state(config) {
      throw ConfigError.unreadable(file: config, reason: reason)
    }
    guard let bytes = try InputFile.bytes(config) else { throw RunError.notARun(path, missing: "config.yaml") }
    return try RunConfig(yaml: String(decoding: bytes, as: UTF8.self), source: config, overrides: overrides)
  }

  /// Whether it has come to its end once; one that was sent on with more epochs since may stand in the middle of them.
  public var isFinished: Bool { FileManager.default.fileExists(atPath: summary) }

  /// Whether nothing is left to do of what its settings ask: not so when it was sent on with more epochs and killed.
  public func isComplete(_ config: RunConfig) -> Bool {
    guard isFinished else { return false }
    let done = MetricsTable(metrics, of: config.model, epochs: .max).rows.last?.epoch ?? 0
    if let summary = try? savedSummary(), summary.epochs < done { return false }
    return done >= config.epochs || config.patience > 0
  }

  /// What was written when it came to its end; nil before.
  /// - Throws: when it cannot be read, or is no summary
  public func savedSummary() throws -> RunSummary? {
    try InputFile.bytes(summary).map { try JSONDecoder().decode(RunSummary.self, from: Data($0)) }
  }

  /// Whether a run has left anything to go on from here. A run that died before its first checkpoint has not.
  public var exists: Bool {
    let saved = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints)) ?? []
    return isFinished || saved.contains { $0.hasSuffix(".h5") }
  }

  /// - Throws: `RunError.alreadyFinished` when the settings ask for no more epochs than the run has.
  public func checkResumable(_ config: RunConfig) throws {
    guard isFinished else { return }
    let epochs = MetricsTable(metrics, of: config.model, epochs: .max).rows.last?.epoch
    // Stopped after its last epoch, before its new summary.
    if let epochs, let summary = try? savedSummary(), summary.epochs < epochs { return }
    guard let epochs, epochs < config.epochs else { throw RunError.alreadyFinished(path) }
  }

  /// Keeps other processes out until the returned value goes away; removes what killed ones left half written.
  public func lock() throws -> RunLock {
    let lock = try RunLock(lockFile)
    AtomicFile.removeLeftovers(of: Self.files, in: path)
    return lock
  }

  /// Who holds the lock; nil when nobody does.
  public var holder: String? { RunLock.holder(lockFile) }
}

extension RunDirectory {
  /// Why there are no best weights to use.
  func missingBest() -> RunError {
    let entries = (try? CheckpointDirectory(checkpoints).entries()) ?? []
    for entry in entries {
      guard let saved = try? CheckpointFile.read(entry.path) else { continue }
      let best = entries.first { $0.epoch == saved.bestEpoch && $0.stepInEpoch == 0 }
      if let best, (try? CheckpointFile.read(best.path)) != nil {
        return .noBest(path, checkpoint: best.path, epoch: best.epoch, isBest: true)
      }
      // Before its first validation a run has no best epoch, and loses nothing by going on.
      guard saved.bestEpoch != nil else { return .noEpoch(path) }
      return .noBest(path, checkpoint: entry.path, epoch: entry.epoch, isBest: false)
    }
    return isFinished || !entries.isEmpty ? .noWeights(path) : .noCheckpoint(path)
  }
}

/// An exclusive lock on a run directory, held by an open file: it ends with the process, however that ends.
public final class RunLock {
  private let descriptor: Int32

  init(_ path: String) throws {
    if case .unusable(let reason) = InputFile.state(path) { throw RunError.cannotWrite(path, reason: reason) }
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw RunError.cannotWrite(path, reason: String(cString: strerror(errno))) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = Self.name(descriptor)
      close(descriptor)
      throw RunError.inUse((path as NSString).deletingLastPathComponent, holder: holder)
    }
    let text = Array("process \(ProcessInfo.processInfo.processIdentifier)".utf8)
    _ = ftruncate(descriptor, 0)
    _ = pwrite(descriptor, text, text.count, 0)
  }

  deinit { close(descriptor) }

  /// What a locked file says of its holder; nil for one that nobody holds, or that cannot be looked at.
  static func holder(_ path: String) -> String? {
    guard InputFile.state(path) == .readable else { return nil }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    // Shared, so that several may look at once; it ends with this function.
    guard flock(descriptor, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK else { return nil }
    return name(descriptor)
  }

  private static func name(_ descriptor: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = pread(descriptor, &buffer, buffer.count, 0)
    let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    return text.isEmpty ? "another process" : text
  }
}
