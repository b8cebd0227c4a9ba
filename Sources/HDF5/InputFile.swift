import Glibc

/// Whether something that is to be read is a file, asked without waiting: opening a pipe waits for its writer for ever.
public enum InputFile {
  public enum State: Equatable, Sendable {
    /// A regular file that may be read.
    case readable
    /// There is nothing of that name.
    case absent
    /// Something is there that cannot be read: "it is a pipe, not a file".
    case unusable(reason: String)
  }

  public static func state(_ path: String) -> State {
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT || errno == ENOTDIR else { return .unusable(reason: reading(errno)) }
      return lstat(path, &status) == 0 ? .unusable(reason: "it is a link that leads nowhere") : .absent
    }
    if let kind = kind(status.st_mode) { return .unusable(reason: kind) }
    return access(path, R_OK) == 0 ? .readable : .unusable(reason: reading(errno))
  }

  /// The bytes of a file; nil when there is nothing of that name.
  /// - Throws: `HDF5Error.system` for what cannot be read
  public static func bytes(_ path: String) throws(HDF5Error) -> [UInt8]? {
    switch state(path) {
    case .absent: return nil
    case .unusable(let reason): throw .system(path, action: "read", reason: reason)
    case .readable: break
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system(path, action: "read", reason: systemReason()) }
    defer { close(descriptor) }
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .system(path, action: "read", reason: systemReason()) }
      if count == 0 { return content }
      content += buffer[..<count]
    }
  }

  /// What stands in the way of reading something that is no regular file.
  static func kind(_ mode: mode_t) -> String? {
    switch mode & S_IFMT {
    case S_IFREG: nil
    case S_IFDIR: "it is a directory, not a file"
    case S_IFIFO: "it is a pipe, not a file"
    case S_IFCHR, S_IFBLK: "it is a device, not a file"
    default: "it is a socket, not a file"
    }
  }

  private static func reading(_ code: Int32) -> String {
    code == EACCES || code == EPERM ? "there is no permission to read it" : String(cString: strerror(code))
  }
}
