import Glibc
import Synchronization

/// Files that appear whole or not at all: written under a temporary name in the same directory (`NAME.tmp-PID-N`),
/// flushed to the disk, then renamed over `NAME`. On any error the temporary file is removed and `NAME` is as before.
/// Where `NAME` is a symbolic link, all this happens at its target; devices, pipes and sockets are refused.
public enum AtomicFile {
  /// Writes an HDF5 file; `verify` sees it re-opened for reading, before the rename.
  /// - Throws: what the closures throw, and `HDF5Error` (a full disk, no such directory, no permission ...)
  public static func hdf5(
    at path: String, write: (HDF5File) throws -> Void, verify: (HDF5File) throws -> Void
  ) throws {
    try replace(path) { temporary in
      let file = try HDF5File.create(temporary)
      do {
        try write(file)
        try file.close()
      } catch {
        try? file.close()
        throw error
      }
      try FileSystem.sync(temporary)
      let written = try HDF5File.open(temporary)
      try verify(written)
      try written.close()
    }
  }

  /// Writes bytes.
  public static func bytes(at path: String, _ data: [UInt8]) throws {
    try replace(path) { temporary in
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw HDF5Error.cannotCreate(temporary, reason: systemReason()) }
      defer { close(descriptor) }
      try data.withUnsafeBytes { bytes in
        var rest = bytes[...]
        while !rest.isEmpty {
          let written = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
          if written < 0 && errno == EINTR { continue }
          guard written > 0 else { throw HDF5Error.system(temporary, action: "write", reason: systemReason()) }
          rest = rest.dropFirst(written)
        }
      }
      guard fsync(descriptor) == 0 else {
        throw HDF5Error.system(temporary, action: "flush", reason: systemReason())
      }
    }
  }

  /// Whether a file name is one of a temporary file, left behind by a process that was killed.
  public static func isTemporary(_ name: String) -> Bool { name.contains(".tmp-") }

  /// Removes what processes that are dead now left behind while they wrote files of these names into a folder; what a
  /// living process is writing stays.
  public static func removeLeftovers(of files: [String], in folder: String) {
    guard let entries = opendir(folder) else { return }
    defer { closedir(entries) }
    var names: [String] = []
    while let entry = readdir(entries) {
      names.append(
        withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    for name in names {
      guard let file = files.first(where: { name.hasPrefix($0 + ".tmp-") }) else { continue }
      let numbers = name.dropFirst(file.count + ".tmp-".count).split(separator: "-", omittingEmptySubsequences: false)
      guard numbers.count == 2, let process = pid_t(numbers[0]), process > 0, Int(numbers[1]) != nil,
        kill(process, 0) != 0, errno == ESRCH
      else { continue }
      unlink("\(folder)/\(name)")
    }
  }

  private static let counter = Atomic<Int>(0)

  private static func replace(_ name: String, _ make: (_ temporary: String) throws -> Void) throws {
    let path = try OutputFile.resolved(name)
    let parent = FileSystem.parent(of: path)
    guard FileSystem.isDirectory(parent) else {
      throw HDF5Error.cannotCreate(path, reason: "there is no directory \(parent)")
    }
    guard access(parent, W_OK) == 0 else { throw HDF5Error.cannotCreate(path, reason: systemReason()) }
    let number = counter.add(1, ordering: .relaxed).newValue
    let temporary = "\(path).tmp-\(getpid())-\(number)"
    do {
      try make(temporary)
      guard rename(temporary, path) == 0 else {
        throw HDF5Error.system(temporary, action: "rename", reason: systemReason())
      }
    } catch {
      unlink(temporary)
      throw error
    }
    try FileSystem.sync(parent)
  }
}
