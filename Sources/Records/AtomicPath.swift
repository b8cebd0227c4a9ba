import Foundation
import HDF5
import Synchronization

/// Temporary names and renames for a file that is written over a longer time than one closure lasts
/// (`AtomicFile` is for the shorter ones).
enum AtomicPath {
  private static let counter = Atomic<Int>(0)

  /// A name in the same directory that `AtomicFile.isTemporary` recognises.
  static func temporary(_ path: String) -> String {
    "\(path).tmp-\(getpid())-c\(counter.add(1, ordering: .relaxed).newValue)"
  }

  /// Flushes a file or directory to the disk.
  static func sync(_ path: String) throws(RecordsError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw failure("flush", path) }
  }

  static func rename(_ temporary: String, to path: String) throws(RecordsError) {
    guard Foundation.rename(temporary, path) == 0 else { throw failure("rename", temporary) }
    let folder = (path as NSString).deletingLastPathComponent
    try sync(folder.isEmpty ? "." : folder)
  }

  private static func failure(_ action: String, _ path: String) -> RecordsError {
    .storage("cannot \(action) \(path): \(String(cString: strerror(errno)))")
  }
}

extension RecordsError {
  /// An error of this or of the storage module.
  init(_ error: any Error) {
    switch error {
    case let known as RecordsError: self = known
    case HDF5Error.noSuchFile(let path): self = .missingFile(path)
    case HDF5Error.notHDF5(let path): self = .notACohort(path, found: "no HDF5 file")
    case HDF5Error.wrongKind(let path, _, let found):
      self = .notACohort(
        path, found: found.map { "a Theriac file of the kind \($0)" } ?? "an HDF5 file of something else")
    case HDF5Error.wrongSchema(let path, _, let expected, let found):
      self = .unsupportedSchema(path, found: "\(found)", supported: expected.upperBound)
    default: self = .storage("\(error)")
    }
  }
}
