import Foundation
import Synchronization

/// Runs each trial as a child process in a process group of its own, its output appended to `trial.log`.
///
/// `cancel` sends SIGTERM to the child, and SIGKILL to its group when it has not ended after the grace period.
public final class ProcessTrialRunner: TrialRunner {
  private struct Running {
    var pid: Int32?
    var isCancelled = false
  }

  private let graceSeconds: Double
  private let command: @Sendable (TrialRequest) -> [String]
  private let running = Mutex<[String: Running]>([:])

  /// - Parameters:
  ///   - graceSeconds: from SIGTERM to SIGKILL.
  ///   - command: program (a path, or a name to be found in PATH) and arguments of a trial.
  public init(graceSeconds: Double = 60, command: @escaping @Sendable (TrialRequest) -> [String]) {
    self.graceSeconds = graceSeconds
    self.command = command
  }

  public func run(_ request: TrialRequest, started: @escaping @Sendable (Int32) -> Void) async -> TrialOutcome {
    let child: ChildProcess
    do {
      child = try running.withLock { running throws(SweepError) -> ChildProcess in
        let child = try ChildProcess(command(request), environment: request.environment, log: request.logPath)
        running[request.id] = Running(pid: child.pid)
        return child
      }
    } catch { return .failed(error.description) }
    started(child.pid)
    await child.ended()
    let wasCancelled = running.withLock { running in
      running.removeValue(forKey: request.id)?.isCancelled ?? false
    }
    // Still a zombie: neither its pid nor its group can belong to anyone else yet.
    let end = child.reap()
    if end == .exited(0) { return .finished }
    if wasCancelled { return .cancelled }
    let lines = Self.lastLines(of: request.logPath)
    return .failed(end.description + (lines.isEmpty ? " without output" : ": " + lines))
  }

  public func cancel(_ id: String) {
    let pid = running.withLock { running -> Int32? in
      guard let pid = running[id]?.pid, running[id]?.isCancelled == false else { return nil }
      running[id]?.isCancelled = true
      kill(pid, SIGTERM)
      return pid
    }
    guard let pid else { return }
    Task { [self] in
      try? await Task.sleep(for: .seconds(graceSeconds))
      running.withLock { running in
        if running[id]?.pid == pid { _ = kill(-pid, SIGKILL) }
      }
    }
  }

  /// The last five lines with text in them, of the last 4 KiB.
  static func lastLines(of path: String) -> String {
    guard let file = FileHandle(forReadingAtPath: path), let size = try? file.seekToEnd() else { return "" }
    try? file.seek(toOffset: size > 4096 ? size - 4096 : 0)
    let text = String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
    let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
    return lines.filter { !$0.isEmpty }.suffix(5).joined(separator: " | ")
  }
}
