/// What a coordinator tells its log. `description` is one line for people.
public enum ClusterEvent: Equatable, Sendable, CustomStringConvertible {
  public enum Level: String, Sendable { case info, warning, error }

  case listening(endpoints: [String])
  case joined(worker: String, came: Int, world: Int)
  case waitingForNextTask(worker: String)
  case refusedWorker(worker: String, why: String)
  case refusedKey(String)
  case lost(worker: String, why: String)
  case assigned(world: Int, task: UInt64, attempt: Int)
  case taskStarted(label: String, world: Int, attempt: Int)
  case restarting(label: String, attempt: Int, why: String)
  case waiting(String)
  case refusedFrame(reason: RefusalReason, detail: String, count: Int)
  case stopping(reason: String)
  case workerExited(String)
  case ended(String)

  public var level: Level {
    switch self {
    case .refusedWorker, .refusedKey, .lost, .restarting, .waiting, .refusedFrame: .warning
    default: .info
    }
  }

  public var description: String {
    switch self {
    case .listening(let endpoints):
      "listening at \(endpoints.joined(separator: ", "))"
    case .joined(let worker, let came, let world):
      "\(worker) joined (\(came) of \(world))"
    case .waitingForNextTask(let worker):
      "\(worker) came and takes part from the next task boundary on, if there is a place"
    case .refusedWorker(let worker, let why):
      "refused \(worker): \(why)"
    case .refusedKey(let key):
      "refused a client whose public key \(key) is not in the allow-list"
    case .lost(let worker, let why):
      "lost \(worker): \(why)"
    case .assigned(let world, let task, let attempt):
      "preparing \(world) worker\(world == 1 ? "" : "s") for task \(task), attempt \(attempt)"
    case .taskStarted(let label, let world, let attempt):
      "task '\(label)' on \(world) worker\(world == 1 ? "" : "s")\(attempt > 1 ? ", attempt \(attempt)" : "")"
    case .restarting(let label, let attempt, let why):
      "task '\(label)' goes on as attempt \(attempt): \(why)"
    case .waiting(let sentence), .workerExited(let sentence), .ended(let sentence):
      sentence
    case .refusedFrame(let reason, let detail, let count):
      "refused a frame (\(reason.rawValue), \(count) so far): \(detail)"
    case .stopping(let reason):
      "stopping at the next step boundary: \(reason)"
    }
  }
}

/// Why a frame was not used. Each is counted.
public enum RefusalReason: String, CaseIterable, Sendable {
  /// Not a frame, too short, too long or with a wrong checksum.
  case damaged
  case protocolVersion = "protocol version"
  case programVersion = "program version"
  /// Of another run.
  case foreign
  /// From a process that is no worker of this run (never greeted, or declared lost).
  case unknownSender = "unknown sender"
  /// Of an earlier task or attempt.
  case late
  case duplicate
  /// A kind, rank or number that cannot come now.
  case outOfOrder = "out of order"
}
