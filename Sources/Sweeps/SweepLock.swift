import Foundation

/// The lock that one runner holds on a sweep directory: flock on `lock`, released by the system when the process ends.
final class SweepLock: Sendable {
  struct Holder: Codable, Sendable {
    var process: ProcessIdentity
    /// Trials that run at once.
    var concurrency: Int
  }

  private let descriptor: Int32

  /// - Throws: `SweepError.locked` with the holder's pid.
  init(_ path: String, directory: String, concurrency: Int) throws(SweepError) {
    // Close-on-exec: a trial that outlives its runner must not keep the sweep locked.
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw AtomicText.failure("open", path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let error = errno == EWOULDBLOCK ? nil : AtomicText.failure("lock", path)
      close(descriptor)
      throw error ?? .locked(directory: directory, pid: Self.read(path)?.process.pid ?? 0)
    }
    self.descriptor = descriptor
    guard let process = ProcessIdentity(pid: getpid()) else {
      throw .file(operation: "read", path: "/proc/self/stat", reason: "it has no process start time")
    }
    let text = try JSONText.encode(Holder(process: process, concurrency: concurrency), to: path)
    // In place: the lock belongs to this very file.
    ftruncate(descriptor, 0)
    let bytes = Array(text.utf8)
    guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else { throw AtomicText.failure("write", path) }
  }

  deinit {
    ftruncate(descriptor, 0)
    // Closing is not enough: a child between fork and exec has a copy, and the lock lives as long as any copy.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Who holds it now; nil when nobody on this machine does.
  static func holder(_ path: String) -> Holder? { read(path).flatMap { $0.process.isAlive ? $0 : nil } }

  private static func read(_ path: String) -> Holder? {
    AtomicText.read(path).flatMap { try? JSONDecoder().decode(Holder.self, from: $0) }
  }
}
