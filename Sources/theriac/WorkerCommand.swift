import ArgumentParser
import Cluster
import Foundation
import Runs

struct WorkerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Take part in a run that a coordinator holds, here or on another machine.",
    discussion: """
      Training needs no files: the settings, the molecules and this worker's share of the visits come from the \
      coordinator. For `theriac embed` the language model's folder must be at the same path here. The address is \
      --connect, else MASTER_ADDR and MASTER_PORT, else the first node of the Slurm job. Ends when the run ends or the \
      coordinator is gone.
      """)

  @Option(help: "Address of the coordinator: tcp://HOST:PORT or ipc://PATH.")
  var connect: String?
  @Option(help: "Name in messages; default: host and process.")
  var name: String?
  @Option(help: "Seconds to wait for the coordinator's first answer.")
  var connectTimeout = 60
  @Option(help: "Seconds of silence after which the coordinator counts as gone.")
  var coordinatorTimeout = 15
  @OptionGroup var keys: ClientKeyOptions

  func validate() throws {
    guard connectTimeout > 0, coordinatorTimeout > 0 else {
      throw ValidationError("timeouts must be at least 1 second")
    }
  }

  func run() throws {
    signal(SIGINT, SIG_IGN)  // Ctrl-C in a terminal reaches the whole group; the coordinator decides what to do
    var options = WorkerOptions(connect: try address(), version: Version.current)
    options.name = name
    options.connectTimeout = .seconds(connectTimeout)
    options.coordinatorTimeout = .seconds(coordinatorTimeout)
    options.keys = try keys.keys()
    do {
      switch try Worker(options, program: AnyWorker()).run() {
      case .finished: break
      case .interrupted(let reason): Console.note("the run was interrupted: \(reason)")
      case .runFailed(let reason):
        Console.note("Error: the run failed: \(reason)")
        throw ExitCode.failure
      }
    } catch let error as ClusterError {
      Console.note("Error: \(error)")
      throw ExitCode(WorkerExitCode.of(error))
    }
  }

  private func address() throws -> String {
    if let connect { return connect }
    let environment = ProcessInfo.processInfo.environment
    if let host = environment["MASTER_ADDR"], let port = environment["MASTER_PORT"] { return "tcp://\(host):\(port)" }
    if let place = try LaunchPlace.resolve(environment: environment) { return place.endpoint }
    throw ValidationError("give --connect ADDRESS, or set MASTER_ADDR and MASTER_PORT")
  }
}

struct ClientKeyOptions: ParsableArguments {
  @Option(help: "This worker's key file (theriac keys), for a coordinator that asks for keys.")
  var key: String?
  @Option(help: "The coordinator's public key: a .pub file, or the 40 characters.")
  var serverKey: String?

  func validate() throws {
    guard (key == nil) == (serverKey == nil) else { throw ValidationError("--key and --server-key go together") }
  }

  func keys() throws -> ClientKeys? {
    guard let key, let serverKey else { return nil }
    var server = serverKey
    if let data = FileManager.default.contents(atPath: serverKey) {
      server = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
    return try ClientKeys(pair: try KeyPair.read(key), server: server)
  }
}
