import Glibc

/// The place of a file that is to be written: where its name leads, and whether a file may stand there.
public enum OutputFile {
  /// Links that are followed before they count as a circle, as Linux does.
  private static let links = 40

  /// The path itself, or what it leads to when it is a symbolic link, be the target there already or not: a link is kept
  /// and its target replaced.
  /// - Throws: `isDirectory` for a folder; `cannotCreate` for a device, pipe or socket, an empty name, or links in a circle.
  public static func resolved(_ path: String) throws(HDF5Error) -> String {
    guard !path.isEmpty else { throw .cannotCreate("\"\"", reason: "the name is empty; give a file") }
    var place = path
    for _ in 0...links {
      var status = stat()
      guard lstat(place, &status) == 0 else { return place }
      switch status.st_mode & S_IFMT {
      case S_IFREG: return place
      case S_IFDIR: throw .isDirectory(path)
      case S_IFLNK: place = try target(of: place)
      case S_IFCHR, S_IFBLK: throw .cannotCreate(path, reason: "it is a device, not a file; give a file")
      case S_IFIFO: throw .cannotCreate(path, reason: "it is a pipe, not a file; give a file")
      default: throw .cannotCreate(path, reason: "it is a socket, not a file; give a file")
      }
    }
    throw .cannotCreate(path, reason: "its symbolic links lead in a circle; give a file")
  }

  private static func target(of link: String) throws(HDF5Error) -> String {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(link, &bytes, bytes.count)
    guard count > 0 else { throw .system(link, action: "follow", reason: systemReason()) }
    let target = String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return target.hasPrefix("/") ? target : "\(FileSystem.parent(of: link))/\(target)"
  }

  /// Whether a path is a symbolic link, wherever it leads.
  public static func isLink(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// The folder that holds a path: "." for a bare name.
  public static func folder(of path: String) -> String { FileSystem.parent(of: path) }

  /// Which file a path leads to, the same for all its names; nil when there is none.
  public static func identity(_ path: String) -> FileIdentity? {
    var status = stat()
    return stat(path, &status) == 0 ? FileIdentity(device: UInt64(status.st_dev), number: UInt64(status.st_ino)) : nil
  }

  /// Do two paths name one place, whether or not a file is there?
  public static func isSame(_ left: String, _ right: String) -> Bool {
    if let left = identity(left), let right = identity(right) { return left == right }
    guard let left = try? resolved(left), let right = try? resolved(right),
      let first = identity(folder(of: left)), let second = identity(folder(of: right))
    else { return false }
    return first == second && left.split(separator: "/").last == right.split(separator: "/").last
  }
}

/// A file by the numbers of the file system.
public struct FileIdentity: Hashable, Sendable {
  let device, number: UInt64
}
