import Glibc

/// A thread that can be waited for.
final class Thread: @unchecked Sendable {  // the handle is written once, before the object is shared
  private var handle = pthread_t()
  private let started: Bool

  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  init(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Body(body))
    started =
      pthread_create(
        &handle, nil,
        { argument in
          if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
          return nil
        }, box.toOpaque()) == 0
    if !started { box.release() }
  }

  /// Whether the system could start it.
  var isRunning: Bool { started }

  func join() {
    if started { pthread_join(handle, nil) }
  }
}
