/// Settings of a worker process.
public struct WorkerOptions: Sendable {
  public var endpoint: String
  /// Release of the program; must equal the coordinator's.
  public var version: String
  /// The run to take part in; nil: the coordinator's.
  public var runID: UInt64?
  /// How people call this worker; default "HOST, pid N".
  public var name: String?
  /// For the first answer of the coordinator.
  public var connectTimeout: Duration = .seconds(60)
  public var heartbeatInterval: Duration = .seconds(1)
  /// Silence after which the coordinator counts as gone.
  public var coordinatorTimeout: Duration = .seconds(15)
  /// How long a dropped connection may stay down.
  public var disconnectTimeout: Duration = .seconds(3)
  public var maxMessageBytes = 1 << 30
  public var keys: ClientKeys?
  /// Called on the heartbeat thread when the coordinator is gone and the program is computing; ends the process by
  /// default (a sentence on stderr, exit code `WorkerExitCode.coordinatorLost`).
  public var whenCoordinatorLost: @Sendable (ClusterError) -> Void = { WorkerExitCode.end(with: $0) }

  /// - Parameters:
  ///   - endpoint: `tcp://HOST:PORT` or `ipc://PATH`.
  ///   - version: release of the program.
  public init(connect endpoint: String, version: String) {
    self.endpoint = endpoint
    self.version = version
  }

  func validate() throws(ClusterError) {
    try Endpoint.validate(endpoint)
    try checkPositive(
      ("connectTimeout", connectTimeout), ("heartbeatInterval", heartbeatInterval),
      ("coordinatorTimeout", coordinatorTimeout), ("disconnectTimeout", disconnectTimeout))
    guard coordinatorTimeout > heartbeatInterval else {
      throw .invalidOption("The coordinator timeout must be longer than the heartbeat interval.")
    }
    guard maxMessageBytes >= 1 << 16 else { throw .invalidOption("maxMessageBytes must be at least 65536.") }
  }
}

/// Settings of a coordinator.
public struct CoordinatorOptions: Sendable {
  /// Workers that take part.
  public var world: Int
  /// Release of the program; workers of another are refused.
  public var version: String
  public var runID = UInt64.random(in: 1...UInt64.max)
  /// Addresses to listen at; `tcp://127.0.0.1:*` takes a free port. `ipc` endpoints are never encrypted: they are
  /// guarded by the permissions of their directory.
  public var bind = ["tcp://127.0.0.1:*"]
  /// With fewer left the run fails.
  public var minWorkers = 1
  /// Allows plain TCP beyond loopback.
  public var insecure = false
  public var keys: ServerKeys?
  public var gatherTimeout: Duration = .seconds(120)
  /// For job, state and shard together.
  public var prepareTimeout: Duration = .seconds(600)
  public var heartbeatInterval: Duration = .seconds(1)
  public var heartbeatTimeout: Duration = .seconds(10)
  /// A rank that is waited for and sends nothing (part, progress, result) for so long is lost; nil: never.
  public var stepTimeout: Duration? = .seconds(1800)
  /// After a stop request the task is dropped when it has not ended by then.
  public var stopTimeout: Duration = .seconds(30)
  /// A wait longer than this is logged with the names of those waited for.
  public var waitNotice: Duration = .seconds(10)
  public var maxMessageBytes = 1 << 30
  /// Called on the coordinator's threads, one call at a time.
  public var log: @Sendable (ClusterEvent) -> Void = { _ in }

  public init(world: Int, version: String) {
    self.world = world
    self.version = version
  }

  func validate() throws(ClusterError) {
    guard world >= 1 else { throw .invalidOption("A run needs at least one worker; \(world) were asked for.") }
    guard minWorkers >= 1, minWorkers <= world else {
      throw .invalidOption("minWorkers must be between 1 and \(world) (the workers asked for); found \(minWorkers).")
    }
    guard !bind.isEmpty else { throw .invalidOption("A coordinator needs an address to listen at.") }
    guard runID != 0 else { throw .invalidOption("Run id 0 is reserved.") }
    for endpoint in bind {
      try Endpoint.validate(endpoint)
      guard insecure || keys != nil || Endpoint.isLocal(endpoint) else { throw .insecureAddress(endpoint: endpoint) }
    }
    try checkPositive(
      ("gatherTimeout", gatherTimeout), ("prepareTimeout", prepareTimeout), ("heartbeatInterval", heartbeatInterval),
      ("heartbeatTimeout", heartbeatTimeout), ("stopTimeout", stopTimeout), ("waitNotice", waitNotice))
    if let stepTimeout { try checkPositive(("stepTimeout", stepTimeout)) }
    guard heartbeatTimeout > heartbeatInterval else {
      throw .invalidOption("The heartbeat timeout must be longer than the heartbeat interval.")
    }
    guard maxMessageBytes >= 1 << 16 else { throw .invalidOption("maxMessageBytes must be at least 65536.") }
  }
}

private func checkPositive(_ values: (String, Duration)...) throws(ClusterError) {
  for (name, value) in values where value <= .zero {
    throw .invalidOption("\(name) must be longer than 0 s; found \(ClusterError.text(value.seconds)) s.")
  }
}

/// Addresses as ZeroMQ writes them.
package enum Endpoint {
  package static func validate(_ endpoint: String) throws(ClusterError) {
    if endpoint.hasPrefix("ipc://") {
      let path = endpoint.dropFirst("ipc://".count)
      guard !path.isEmpty, path.utf8.count <= 107 else {
        throw .invalidOption("The ipc address \(endpoint) must have a path of 1 to 107 bytes.")
      }
    } else if endpoint.hasPrefix("tcp://") {
      let rest = endpoint.dropFirst("tcp://".count)
      guard let colon = rest.lastIndex(of: ":"), colon > rest.startIndex, isPort(rest[rest.index(after: colon)...])
      else { throw .invalidOption("The address \(endpoint) must read tcp://HOST:PORT.") }
    } else {
      throw .invalidOption("The address \(endpoint) must begin with tcp:// or ipc://.")
    }
  }

  private static func isPort(_ text: Substring) -> Bool {
    if text == "*" { return true }
    guard let port = Int(text) else { return false }
    return port >= 1 && port <= 65535
  }

  /// Whether only this machine can reach the address.
  package static func isLocal(_ endpoint: String) -> Bool {
    guard endpoint.hasPrefix("tcp://"), let colon = endpoint.lastIndex(of: ":") else {
      return endpoint.hasPrefix("ipc://")
    }
    let host = endpoint[endpoint.index(endpoint.startIndex, offsetBy: 6)..<colon]
    if host == "localhost" || host == "lo" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
