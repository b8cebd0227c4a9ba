import Foundation

/// Small text files that a reader never sees half of: temporary file in the same directory, fsync, rename.
enum AtomicText {
  static func write(_ text: String, to path: String) throws(SweepError) {
    let temporary = "\(path).tmp-\(getpid())"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure("write", path) }
    var text = text
    let written = text.withUTF8 { bytes -> Bool in
      var offset = 0
      while offset < bytes.count {
        let count = Foundation.write(descriptor, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { return false }
        offset += count
      }
      return fsync(descriptor) == 0
    }
    let error = written ? nil : failure("write", path)
    close(descriptor)
    guard error == nil, rename(temporary, path) == 0 else {
      let error = error ?? failure("write", path)
      unlink(temporary)
      throw error
    }
  }

  static func makeDirectory(_ path: String) throws(SweepError) {
    do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
      throw .file(operation: "make the directory", path: path, reason: reason(error))
    }
  }

  /// nil when there is no such file, or something that is no file: opening a pipe would wait for its writer.
  static func read(_ path: String) -> Data? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return FileManager.default.contents(atPath: path)
  }

  static func remove(_ path: String) throws(SweepError) {
    if unlink(path) != 0, errno != ENOENT { throw failure("remove", path) }
  }

  static func failure(_ operation: String, _ path: String) -> SweepError {
    .file(operation: operation, path: path, reason: String(cString: strerror(errno)))
  }

  private static func reason(_ error: any Error) -> String {
    let cocoa = error as NSError
    let cause = (cocoa.userInfo[NSUnderlyingErrorKey] as? NSError) ?? cocoa
    return cause.domain == NSPOSIXErrorDomain ? String(cString: strerror(Int32(cause.code))) : "\(cause)"
  }
}

enum JSONText {
  static func encode(_ value: some Encodable, to path: String) throws(SweepError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do { return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n" } catch {
      throw .file(operation: "encode", path: path, reason: "\(error)")
    }
  }
}
