import Foundation
import HDF5

/// `log.jsonl`: one JSON object a line; and lines for people, through a closure.
public final class RunLog: @unchecked Sendable {
  public enum Level: String, Sendable { case info, warning, error }

  private let lock = NSLock()
  private let file: FileHandle?
  private let show: @Sendable (Level, String) -> Void

  /// - Parameters:
  ///   - path: appended to; created when missing.
  ///   - show: gets every message that people should see.
  public init(_ path: String, show: @escaping @Sendable (Level, String) -> Void) throws {
    _ = try OutputFile.resolved(path)
    if !FileManager.default.fileExists(atPath: path), !FileManager.default.createFile(atPath: path, contents: nil) {
      throw RunError.cannotWrite(path, reason: "it cannot be created")
    }
    file = FileHandle(forWritingAtPath: path)
    file?.seekToEndOfFile()
    self.show = show
  }

  /// - Parameter isQuiet: into the file only.
  public func write(_ level: Level, _ message: String, fields: [String: String] = [:], isQuiet: Bool = false) {
    lock.withLock {
      var object = fields
      object["time"] = Date().ISO8601Format()
      object["level"] = level.rawValue
      object["message"] = message
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      if var line = try? encoder.encode(object) {
        line.append(10)
        try? file?.write(contentsOf: line)
      }
    }
    if !isQuiet { show(level, message) }
  }
}
