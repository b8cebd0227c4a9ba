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

  /// Makes the directory for a new run and takes it: nobody else's files are touched.
  /// - Throws: `RunError.exists` when a run is there, `inUse` when one is just beginning there, `foreign` when files of
  ///   the same names are there that no run made.
  public func create(_ config: RunConfig) throws -> RunLock {
    let isForeign =
      !FileManager.default.fileExists(atPath: lockFile)
      && [self.config, metrics, log].contains { FileManager.default.fileExists(atPath: $0) }
    if isForeign { throw RunError.foreign(path) }
    do {
      try FileManager.default.createDirectory(atPath: checkpoints, withIntermediateDirectories: true)
    } catch { throw RunError.cannotWrite(path, reason: error.localizedDescription) }
    let lock = try lock()
    if exists { throw RunError.exists(path) }
    try write(config)
    return lock
  }

  /// Takes back `create`, when nothing came of the run. Directories go only when nobody keeps anything there.
  func discard() {
    for file in [config, metrics, log, features, lockFile] { try? FileManager.default.removeItem(atPath: file) }
    rmdir(checkpoints)
    rmdir(path)
  }

  private var lockFile: String { path + "/lock" }

  public func write(_ config: RunConfig) throws { try AtomicFile.bytes(at: self.config, Array(config.yaml.utf8)) }

  /// The settings of an existing run.
  /// - Parameter overrides: `key=value`, over what is saved.
  public func savedConfig(overrides: [String] = []) throws -> RunConfig {
    guard let data = FileManager.default.contents(atPath: config) else {
      throw RunError.notARun(path, missing: "config.yaml")
    }
    return try RunConfig(yaml: String(decoding: data, as: UTF8.self), source: config, overrides: overrides)
  }

  public var isFinished: Bool { FileManager.default.fileExists(atPath: summary) }

  /// Whether a run has left anything to go on from here. A run that died before its first checkpoint has not.
  public var exists: Bool {
    let saved = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints)) ?? []
    return isFinished || saved.contains { $0.hasSuffix(".h5") }
  }

  /// - Throws: `RunError.alreadyFinished` when the settings ask for no more epochs than the run has.
  public func checkResumable(_ config: RunConfig) throws {
    guard isFinished else { return }
    guard let epochs = MetricsTable(metrics, of: config.model, epochs: .max).rows.last?.epoch, epochs < config.epochs
    else {
      throw RunError.alreadyFinished(path)
    }
  }

  /// Keeps other processes out until the returned value goes away.
  public func lock() throws -> RunLock { try RunLock(lockFile) }

  /// Who holds the lock; nil when nobody does.
  public var holder: String? { RunLock.holder(lockFile) }
}

/// An exclusive lock on a run directory, held by an open file: it ends with the process, however that ends.
public final class RunLock {
  private let descriptor: Int32

  init(_ path: String) throws {
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
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
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
