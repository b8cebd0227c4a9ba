import Synchronization

/// Shows how far a loop is: a bar rewritten in place on a terminal, a plain line every few seconds elsewhere.
///
///     epoch 3  ━━━━━━━━━━━━━━━──────────────  583/1166  50 %  88.2/s  6.6 s left  loss 0.412
///
/// Any thread may call it; calls take turns.
public final class ProgressLine: Sendable {
  /// Seconds between drawings: on a terminal, and otherwise.
  public struct Intervals: Sendable {
    public var terminal: Double
    public var plain: Double

    public init(terminal: Double = 0.1, plain: Double = 5) {
      self.terminal = terminal
      self.plain = plain
    }
  }

  private struct State {
    var done = 0
    var note = ""
    var lastDrawn: Double?
    var drawnWidth = 0
    var isFinished = false
  }

  private let title: String
  private let total: Int?
  private let unit: String
  private let terminal: Terminal
  private let intervals: Intervals
  private let seconds: @Sendable () -> Double
  private let write: @Sendable (String) -> Void
  private let started: Double
  private let state = Mutex(State())

  /// - Parameters:
  ///   - total: number of steps, or nil when unknown (no bar and no time left then).
  ///   - unit: what is counted, shown in the rate: "visits" gives "88.2 visits/s"; empty "88.2/s".
  ///   - seconds: a clock that never goes back.
  ///   - write: where the text goes; outside tests `writeToStandardError`.
  public init(
    _ title: String, total: Int?, unit: String = "", terminal: Terminal = .standardError(),
    intervals: Intervals = Intervals(), seconds: @escaping @Sendable () -> Double = ProgressLine.now,
    write: @escaping @Sendable (String) -> Void = writeToStandardError
  ) {
    self.title = title
    self.total = total.map { max($0, 0) }
    self.unit = unit
    self.terminal = terminal
    self.intervals = intervals
    self.seconds = seconds
    self.write = write
    started = seconds()
  }

  /// Says that `done` steps are behind us; draws when the last drawing is old enough.
  /// - Parameter note: shown at the end of the line, such as the loss; nil keeps the last one.
  public func update(_ done: Int, note: String? = nil) {
    state.withLock { move(&$0, to: done, note: note) }
  }

  /// One step more.
  public func advance(by steps: Int = 1, note: String? = nil) {
    state.withLock { move(&$0, to: $0.done + steps, note: note) }
  }

  private func move(_ state: inout State, to done: Int, note: String?) {
    guard !state.isFinished else { return }
    state.done = done
    if let note { state.note = note }
    let now = seconds()
    // A terminal shows the bar at once; a log waits, so that short loops leave only their last line.
    let interval = terminal.isTerminal ? intervals.terminal : intervals.plain
    let last = state.lastDrawn ?? (terminal.isTerminal ? -.infinity : started)
    if now - last >= interval { draw(&state, now: now) }
  }

  /// Prints a line of its own above the bar.
  public func message(_ text: String) {
    state.withLock { state in
      guard terminal.isTerminal, state.drawnWidth > 0, !state.isFinished else { return write(text + "\n") }
      write("\r" + String(repeating: " ", count: state.drawnWidth) + "\r" + text + "\n")
      state.drawnWidth = 0
      draw(&state, now: seconds())
    }
  }

  /// Draws the last state with the time taken and ends the line. Later calls do nothing.
  public func finish(note: String? = nil) {
    state.withLock { state in
      guard !state.isFinished else { return }
      if let note { state.note = note }
      state.isFinished = true
      draw(&state, now: seconds())
      if terminal.isTerminal { write("\n") }
    }
  }

  /// Monotonic seconds.
  public static func now() -> Double {
    let elapsed = ContinuousClock.now - origin
    return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
  }

  private static let origin = ContinuousClock.now

  private func draw(_ state: inout State, now: Double) {
    state.lastDrawn = now
    guard terminal.isTerminal else { return write(fields(state, now: now).joined(separator: "  ") + "\n") }
    // The last column stays free: writing there makes some terminals wrap.
    let line = DisplayWidth.truncated(barLine(state, now: now), to: max(terminal.width - 1, 1))
    let width = DisplayWidth.of(line)
    write("\r" + line + String(repeating: " ", count: max(0, state.drawnWidth - width)))
    state.drawnWidth = width
  }

  private func barLine(_ state: State, now: Double) -> String {
    var parts = fields(state, now: now)
    if let total, total > 0 {
      let room = terminal.width - 1 - DisplayWidth.of(parts.joined(separator: "  ")) - 2
      let width = min(room, 30)
      if width >= 5 {
        let full = min(width, max(0, Int(Double(width) * Double(state.done) / Double(total))))
        parts.insert(String(repeating: "━", count: full) + String(repeating: "─", count: width - full), at: 1)
      }
    }
    return parts.joined(separator: "  ")
  }

  private func fields(_ state: State, now: Double) -> [String] {
    let elapsed = now - started
    let rate = elapsed > 0 ? Double(state.done) / elapsed : 0
    var parts = [title]
    if let total {
      parts.append("\(state.done)/\(total)")
      if total > 0 { parts.append("\(Int(100 * Double(state.done) / Double(total))) %") }
    } else {
      parts.append("\(state.done)")
    }
    if rate > 0 { parts.append("\(NumberText.significant(rate, 3))\(unit.isEmpty ? "" : " " + unit)/s") }
    if state.isFinished {
      parts.append(NumberText.duration(seconds: elapsed))
    } else if let total, rate > 0 {
      parts.append(NumberText.duration(seconds: Double(max(0, total - state.done)) / rate) + " left")
    }
    if !state.note.isEmpty { parts.append(state.note) }
    return parts
  }
}
