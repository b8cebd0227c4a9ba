public import Wire

/// Why a run, a worker or its set-up ended. Each description is one sentence for people.
public enum ClusterError: Error, Equatable, Sendable, CustomStringConvertible {
  // Set-up.
  case invalidOption(String)
  case portInUse(endpoint: String)
  case cannotBind(endpoint: String, reason: String)
  case cannotConnect(endpoint: String, reason: String)
  case insecureAddress(endpoint: String)
  case keyFile(path: String, reason: String)
  case launch(executable: String, reason: String)
  case zeroMQ(call: String, reason: String)

  // A worker's view of its coordinator.
  case noCoordinator(endpoint: String, seconds: Double)
  case refused(sentence: String)
  case coordinatorLost(endpoint: String, how: String)
  case wire(WireError)
  /// The attempt is over (another worker was lost): drop the uncommitted step and let the error through.
  case aborted(reason: String)

  // A coordinator's view of its workers.
  case workersMissing(came: Int, expected: Int, seconds: Double)
  case workerExitedEarly(who: String, how: String, came: Int, expected: Int)
  case tooFewWorkers(left: Int, minimum: Int, lost: String)
  case setUpTooSlow(who: String, seconds: Double)
  case positionsDisagree(String)
  case programsDisagree(String)
  case programFailed(who: String, reason: String)

  public var description: String {
    switch self {
    case .invalidOption(let sentence):
      sentence
    case .portInUse(let endpoint):
      "Cannot listen at \(endpoint): the address is already in use; choose another port"
        + " or end the program that holds it."
    case .cannotBind(let endpoint, let reason):
      "Cannot listen at \(endpoint): \(reason)."
    case .cannotConnect(let endpoint, let reason):
      "Cannot connect to \(endpoint): \(reason)."
    case .insecureAddress(let endpoint):
      "Refusing to listen at \(endpoint) without encryption, because others than this machine can reach it:"
        + " give keys with an allow-list, or say that plain TCP is wanted (insecure)."
    case .keyFile(let path, let reason):
      "Cannot use the key file \(path): \(reason)."
    case .launch(let executable, let reason):
      "Cannot start a worker with \(executable): \(reason)."
    case .zeroMQ(let call, let reason):
      "ZeroMQ's \(call) failed: \(reason)."
    case .noCoordinator(let endpoint, let seconds):
      "No coordinator answered at \(endpoint) within \(Self.text(seconds)) s:"
        + " check that it runs, the address, and that no firewall is between."
    case .refused(let sentence):
      "The coordinator refused this worker: \(sentence)"
    case .coordinatorLost(let endpoint, let how):
      "The coordinator at \(endpoint) is gone: \(how); this worker ends."
    case .wire(let error):
      error.description
    case .aborted(let reason):
      "The attempt was aborted: \(reason)"
    case .workersMissing(let came, let expected, let seconds):
      "Only \(came) of \(expected) workers came within \(Self.text(seconds)) s:"
        + " start the missing \(expected - came) or ask for fewer."
    case .workerExitedEarly(let who, let how, let came, let expected):
      "\(who) \(how) before it joined (\(came) of \(expected) workers came): its own message says why."
    case .tooFewWorkers(let left, let minimum, let lost):
      "\(lost.prefix(1).uppercased() + lost.dropFirst()); \(left) of at least \(minimum) workers are left"
        + " and the run cannot go on: resume it when workers are available."
    case .setUpTooSlow(let who, let seconds):
      "\(who) did not finish its preparation within \(Self.text(seconds)) s."
    case .positionsDisagree(let sentence), .programsDisagree(let sentence):
      sentence
    case .programFailed(let who, let reason):
      "\(who) failed: \(reason)"
    }
  }

  static func text(_ seconds: Double) -> String {
    seconds == seconds.rounded() ? "\(Int(seconds))" : "\((seconds * 10).rounded() / 10)"
  }
}

extension Duration {
  /// The duration in seconds.
  package var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
  package var milliseconds: Int {
    Int(clamping: components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
  }
}
