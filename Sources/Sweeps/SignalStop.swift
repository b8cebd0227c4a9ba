import Dispatch
import Foundation

/// Turns signals into one call of an action, while it lives: `SignalStop { sweep.requestStop() }`.
///
/// The first Ctrl-C is enough; further ones do no harm, because trials have process groups of their own.
///
/// Make one for a process and hand it on: Dispatch tells nothing to those that are made after the first has gone (Linux).
public final class SignalStop: @unchecked Sendable {
  private let sources: [any DispatchSourceSignal]
  private let signals: [Int32]

  public init(
    on signals: [Int32] = [SIGINT, SIGTERM, SIGHUP, SIGUSR1], action: @escaping @Sendable () -> Void
  ) {
    self.signals = signals
    sources = signals.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler(handler: action)
      source.resume()
      return source
    }
  }

  deinit {
    for source in sources { source.cancel() }
    for number in signals { signal(number, SIG_DFL) }
  }
}
