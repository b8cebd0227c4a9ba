import ArgumentParser
import Foundation
import HDF5

/// Inspects a file without Theriac's checksum in a process of its own: some damaged files make the HDF5 library stop the
/// process that reads them, or read for ever.
enum InspectGuard {
  private static let mark = "THERIAC_INSPECT_INSIDE"
  /// Seconds that the inner process may compute.
  private static let limit = 600

  /// This process is the inner one.
  static var isInside: Bool { ProcessInfo.processInfo.environment[mark] != nil }

  /// - Throws: the inner process's exit code; a sentence when it was stopped by a signal.
  static func run(_ path: String) throws {
    let inner = Process()
    inner.executableURL = URL(fileURLWithPath: CommandLine.executablePath)
    inner.arguments = ["inspect", path]
    inner.environment = ProcessInfo.processInfo.environment.merging([mark: "\(limit)"]) { $1 }
    try inner.run()
    inner.waitUntilExit()
    switch inner.terminationReason {
    case .uncaughtSignal:
      throw HDF5Error.damaged(
        path, reason: "the HDF5 library stopped with signal \(inner.terminationStatus) while reading it")
    default:
      if inner.terminationStatus != 0 { throw ExitCode(inner.terminationStatus) }
    }
  }

  /// Called by the inner process: limits its time, so that a read without end is stopped by the system.
  static func limitTime() {
    var time = rlimit(rlim_cur: rlim_t(limit), rlim_max: rlim_t(limit + 1))
    _ = setrlimit(__rlimit_resource_t(RLIMIT_CPU.rawValue), &time)
  }
}
