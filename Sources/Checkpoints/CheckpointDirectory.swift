import Glibc
import HDF5

/// The checkpoints of one run: `epoch-0007.h5` after seven epochs, `epoch-0007-step-000120.h5` 120 steps later.
///
/// One process writes here at a time (the run's coordinator).
public struct CheckpointDirectory: Sendable {
  public let path: String

  /// - Parameter path: the directory; made by the first `save`
  public init(_ path: String) { self.path = path }

  /// A checkpoint file and the place in training that its name gives.
  public struct Entry: Equatable, Sendable {
    public let path: String
    public let epoch, stepInEpoch: Int
  }

  /// The file name for a place in training.
  public static func name(epoch: Int, stepInEpoch: Int) -> String {
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let step = stepInEpoch == 0 ? "" : "-step-\(padded(stepInEpoch, 6))"
    return "epoch-\(padded(epoch, 4))\(step).h5"
  }

  /// Writes and verifies a checkpoint under the name of its place in training; one of that name is replaced.
  /// - Returns: its path
  @discardableResult
  public func save(_ checkpoint: Checkpoint) throws(CheckpointError) -> String {
    if mkdir(path, 0o777) != 0 && errno != EEXIST {
      throw .directory(path, action: "make directory", reason: String(cString: strerror(errno)))
    }
    let name = Self.name(epoch: checkpoint.epoch, stepInEpoch: checkpoint.stepInEpoch)
    try CheckpointFile.write(checkpoint, to: "\(path)/\(name)")
    return "\(path)/\(name)"
  }

  /// All checkpoint files, the newest place in training first; empty when the directory does not exist yet.
  public func entries() throws(CheckpointError) -> [Entry] {
    try names().compactMap { name in
      guard let place = Self.place(of: name) else { return nil }
      return Entry(path: "\(path)/\(name)", epoch: place.epoch, stepInEpoch: place.step)
    }
    .sorted { ($0.epoch, $0.stepInEpoch) > ($1.epoch, $1.stepInEpoch) }
  }

  /// Reads the newest checkpoint that is whole; nil when there are none at all.
  /// - Parameter warn: told one sentence for each damaged or half file that is passed over
  /// - Throws: `noneValid` when there are some and all are damaged (starting anew would hide that), `directory`
  public func newestValid(
    warn: (String) -> Void
  ) throws(CheckpointError) -> (checkpoint: Checkpoint, path: String)? {
    let entries = try entries()
    for (index, entry) in entries.enumerated() {
      do throws(CheckpointError) {
        return (try CheckpointFile.read(entry.path), entry.path)
      } catch {
        let next = index + 1 < entries.count ? "; trying \(entries[index + 1].path)" : ""
        warn("checkpoint skipped: \(error)\(next)")
      }
    }
    if entries.isEmpty { return nil }
    throw .noneValid(path, count: entries.count)
  }

  /// Removes all but the newest `keeping` checkpoints, and temporary files that a killed process left over an hour ago.
  ///
  /// Files that cannot be opened as checkpoints do not count as kept, so that a damaged newest one never costs the last
  /// good one.
  /// - Throws: `badKeepCount` below 1, `directory`
  public func prune(keeping: Int) throws(CheckpointError) {
    guard keeping >= 1 else { throw .badKeepCount(keeping) }
    var kept = 0
    for entry in try entries() {
      if kept == keeping {
        try remove(entry.path)
      } else if Self.opens(entry.path) {
        kept += 1
      }
    }
    for name in try names() where AtomicFile.isTemporary(name) {
      var status = stat()
      let file = "\(path)/\(name)"
      if stat(file, &status) == 0, time(nil) - status.st_mtim.tv_sec > 3600 { try remove(file) }
    }
  }

  private static func opens(_ path: String) -> Bool {
    let file = try? KindedFile.open(
      path, kind: CheckpointFile.kind, schemaVersions: 1...CheckpointFile.schemaVersion)
    return file != nil
  }

  private func remove(_ file: String) throws(CheckpointError) {
    guard unlink(file) == 0 || errno == ENOENT else {
      throw .directory(file, action: "remove", reason: String(cString: strerror(errno)))
    }
  }

  /// "epoch-0007-step-000120.h5" → (7, 120); nil for other names.
  private static func place(of name: String) -> (epoch: Int, step: Int)? {
    guard name.hasSuffix(".h5") else { return nil }
    let parts = name.dropLast(3).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2 || (parts.count == 4 && parts[2] == "step"), parts[0] == "epoch" else { return nil }
    let numbers = parts.indices.filter { $0 % 2 == 1 }.map { index in
      parts[index].utf8.allSatisfy { (48...57).contains($0) } ? Int(parts[index]) : nil
    }
    guard let epoch = numbers[0] else { return nil }
    if numbers.count == 1 { return (epoch, 0) }
    return numbers[1].map { (epoch, $0) }
  }

  private func names() throws(CheckpointError) -> [String] {
    guard let directory = opendir(path) else {
      if errno == ENOENT { return [] }
      throw .directory(path, action: "list directory", reason: String(cString: strerror(errno)))
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(
        withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return names
  }
}
