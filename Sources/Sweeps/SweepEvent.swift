import Foundation

/// What happens in a running sweep; `description` is the line to print.
public enum SweepEvent: Sendable, Equatable, CustomStringConvertible {
  /// Before the first trial. `kept` trials are on disk but no longer in the sweep file.
  case planned(total: Int, done: Int, pending: Int, failed: Int, kept: Int, concurrency: Int)
  case started(id: String, settings: String, attempt: Int, resumed: Bool)
  case done(id: String, metric: String, value: Double?, seconds: Double, finished: Int, total: Int, eta: Double?)
  case retrying(id: String, attempt: Int, attempts: Int, error: String)
  case failed(id: String, attempts: Int, error: String)
  case interrupted(id: String)
  case paused
  case resumed
  case stopping(running: Int)
  /// A trial whose runner had died, and which is ended before it is resumed.
  case orphan(id: String, pid: Int32)
  /// A file of the sweep that cannot be read and is treated as absent.
  case damaged(String)

  public var description: String {
    switch self {
    case .planned(let total, let done, let pending, let failed, let kept, let concurrency):
      var text = "\(total) trials: \(done) done, \(pending) to run, \(concurrency) at a time"
      if failed > 0 { text += "; \(failed) failed before and are kept so (--retry-failed runs them again)" }
      if kept > 0 { text += "; \(kept) on disk that the sweep file no longer asks for" }
      return text
    case .started(let id, let settings, let attempt, let resumed):
      return "\(id) \(resumed ? "resumed" : "started"): \(settings)" + (attempt > 1 ? " (attempt \(attempt))" : "")
    case .done(let id, let metric, let value, let seconds, let finished, let total, let eta):
      let score = value.map { metric + String(format: " %.4f", $0) } ?? "no \(metric)"
      let left = eta.map { ", about \(Elapsed.text($0)) to go" } ?? ""
      return "\(id) done: \(score) in \(Elapsed.text(seconds)) (\(finished) of \(total)\(left))"
    case .retrying(let id, let attempt, let attempts, let error):
      return "\(id) failed, attempt \(attempt) of \(attempts): \(error)"
    case .failed(let id, let attempts, let error):
      return "\(id) failed after \(attempts) attempt(s): \(error)"
    case .interrupted(let id): return "\(id) interrupted; it can be resumed"
    case .paused: return "paused: no further trial starts until 'sweep resume'"
    case .resumed: return "resumed"
    case .stopping(let running): return "stopping: \(running) running trial(s) are asked to save their state and end"
    case .orphan(let id, let pid): return "\(id) still runs as pid \(pid) without a sweep; it is ended, then resumed"
    case .damaged(let text): return text + "; treated as absent"
    }
  }
}
