internal import CZeroMQ
import Glibc

/// Wakes a thread that waits in `Poller.wait`, from any thread.
final class WakeUp: Sendable {
  let descriptor: Int32

  init() throws(ClusterError) {
    descriptor = CZeroMQ_eventfd()
    guard descriptor >= 0 else { throw .zeroMQ(call: "eventfd", reason: String(cString: strerror(errno))) }
  }

  func signal() {
    var one: UInt64 = 1
    _ = write(descriptor, &one, 8)
  }

  func clear() {
    var count: UInt64 = 0
    _ = read(descriptor, &count, 8)
  }

  deinit { close(descriptor) }
}

/// Waits until one of its sockets has a message or the wake-up was signalled.
final class Poller {
  private var items: [zmq_pollitem_t]

  init(_ sockets: [Socket], _ wakeUp: WakeUp?) {
    items = sockets.map { zmq_pollitem_t(socket: $0.raw, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0) }
    if let wakeUp {
      items.append(zmq_pollitem_t(socket: nil, fd: wakeUp.descriptor, events: Int16(ZMQ_POLLIN), revents: 0))
    }
  }

  func wait(milliseconds: Int) {
    _ = zmq_poll(&items, Int32(items.count), milliseconds)  // an interrupted wait is only a short one
  }
}
