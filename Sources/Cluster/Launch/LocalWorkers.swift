import Glibc

/// Worker processes of one executable on this machine.
public final class LocalWorkers: @unchecked Sendable {  // what changes is guarded
  private struct Children {
    var running: [Int: pid_t] = [:]  // by worker number, from 1
    var isStopping = false
    var threads: [Thread] = []
  }

  private let executable: String
  private let count: Int
  private let arguments: @Sendable (Int) -> [String]
  private let environment: [String: String]?
  private let restarts: Int
  private let children = Guarded(Children())

  /// - Parameters:
  ///   - executable: a path, or a name to look for in PATH.
  ///   - arguments: of worker 1 ... count.
  ///   - environment: nil: this process's.
  ///   - restarts: how often each worker is started again when it ends by itself during the run.
  public init(
    executable: String, count: Int, arguments: @escaping @Sendable (_ worker: Int) -> [String],
    environment: [String: String]? = nil, restarts: Int = 0
  ) {
    self.executable = executable
    self.count = count
    self.arguments = arguments
    self.environment = environment
    self.restarts = restarts
  }

  deinit { stop() }

  /// Process ids by worker number, from 1.
  public var processes: [Int: Int32] { children.update { $0.running } }

  /// Starts all; their ends are reported to the coordinator. Output goes to stderr behind "[worker 1] ".
  /// - Throws: `launch`; those already started are stopped.
  public func start(reportingTo coordinator: Coordinator) throws(ClusterError) {
    for worker in 1...max(1, count) where count > 0 {
      do throws(ClusterError) {
        let child = try launch(worker)
        let thread = Thread { [self] in look(after: child, worker, coordinator) }
        children.update { $0.threads.append(thread) }
      } catch {
        stop()
        throw error
      }
    }
  }

  private func launch(_ worker: Int) throws(ClusterError) -> ChildProcess {
    let child = try ChildProcess(executable, arguments(worker), environment: environment)
    children.update { $0.running[worker] = child.pid }
    return child
  }

  private func look(after first: ChildProcess, _ worker: Int, _ coordinator: Coordinator) {
    var child = first
    var restartsLeft = restarts
    while true {
      child.forwardOutput(prefix: "[worker \(worker)] ")
      let (how, isClean) = child.wait()
      let isStopping = children.update { children in
        children.running[worker] = nil
        return children.isStopping
      }
      let willRestart = !isStopping && !isClean && restartsLeft > 0
      coordinator.workerExited(pid: child.pid, how, willRestart: willRestart)
      guard willRestart, let next = try? launch(worker) else { return }
      restartsLeft -= 1
      child = next
      // A stop that came while the process was being started has not seen it.
      if children.update({ $0.isStopping }) { kill(next.pid, SIGTERM) }
    }
  }

  /// Waits two seconds for those that end by themselves, then asks (SIGTERM), then after two more kills (SIGKILL).
  public func stop() {
    let threads = children.update { children in
      children.isStopping = true
      defer { children.threads = [] }
      return children.threads
    }
    if !waitForEnd(milliseconds: 2000) {
      signalAll(SIGTERM)
      if !waitForEnd(milliseconds: 2000) { signalAll(SIGKILL) }
    }
    for thread in threads { thread.join() }
  }

  private func signalAll(_ signal: Int32) {
    children.update { for pid in $0.running.values { kill(pid, signal) } }
  }

  private func waitForEnd(milliseconds: Int) -> Bool {
    for _ in 0..<(milliseconds / 10) {
      if children.update({ $0.running.isEmpty }) { return true }
      usleep(10_000)
    }
    return children.update { $0.running.isEmpty }
  }
}

/// An ipc address in a new directory that only this user can enter.
public struct PrivateEndpoint: Sendable {
  public let endpoint: String
  private let directory: String

  /// - Throws: `cannotBind` when no temporary directory can be made.
  public init() throws(ClusterError) {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    for root in [parent, "/tmp"] {
      var template = Array((root + "/theriac-XXXXXX").utf8CString)
      // An ipc address has at most 107 bytes.
      guard template.count < 90, mkdtemp(&template) != nil else { continue }
      directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      endpoint = "ipc://\(directory)/hub"
      return
    }
    throw .cannotBind(endpoint: "ipc://\(parent)", reason: "no temporary directory could be made there")
  }

  /// Removes the socket and its directory.
  public func remove() {
    unlink(directory + "/hub")
    rmdir(directory)
  }
}

extension LocalWorkers {
  /// An address for own children: only this user can reach it, and it is faster than tcp.
  public static func privateEndpoint() throws(ClusterError) -> PrivateEndpoint { try PrivateEndpoint() }
}
