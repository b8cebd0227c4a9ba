#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import Foundation

/// What is known about the screen behind standard error.
public struct Terminal: Equatable, Sendable {
  public var isTerminal: Bool
  /// Columns; 80 when nobody says.
  public var width: Int

  public init(isTerminal: Bool, width: Int = 80) {
    self.isTerminal = isTerminal
    self.width = width
  }

  /// Of this process: COLUMNS, else the kernel's window size. A terminal that calls itself "dumb" cannot rewrite a line
  /// and counts as none.
  public static func standardError() -> Terminal {
    let environment = ProcessInfo.processInfo.environment
    let isTerminal = isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb"
    if let text = environment["COLUMNS"], let columns = Int(text), columns > 0 {
      return Terminal(isTerminal: isTerminal, width: columns)
    }
    var size = winsize()
    if isTerminal, ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      return Terminal(isTerminal: isTerminal, width: Int(size.ws_col))
    }
    return Terminal(isTerminal: isTerminal)
  }
}

/// Writes to standard error at once, unbuffered; the closure that `ProgressLine` takes outside tests.
/// A closed or full standard error is not an error of the run, so what cannot be written is dropped.
public func writeToStandardError(_ text: String) {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    let written = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    if written < 0, errno == EINTR { continue }
    guard written > 0 else { return }
    rest = rest.dropFirst(written)
  }
}
