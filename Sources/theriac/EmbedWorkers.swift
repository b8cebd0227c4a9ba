import ArgumentParser
import Cluster
import Foundation
import Runs
import Sweeps
import Synchronization
import TextEncoder

/// `theriac embed`: which processes do the work.
struct EmbedWorkers: ParsableArguments {
  @Option(help: "Worker processes to spread the texts over; 0: this process alone.")
  var workers = 0
  @Option(help: "Address for workers started elsewhere (theriac worker); then none is started here. Repeat it.")
  var bind: [String] = []
  @Option(help: "Seconds to wait for all workers.")
  var gatherTimeout = 600
  @Flag(help: "Allow plain TCP beyond loopback: anybody who reaches the port can take part and read the texts.")
  var insecure = false
  @Option(help: "This coordinator's key file (theriac keys).")
  var key: String?
  @Option(help: "File of the workers' public keys, one a line.")
  var allow: String?

  func validate() throws {
    guard (key == nil) == (allow == nil) else { throw ValidationError("--key and --allow go together") }
    guard gatherTimeout > 0 else { throw ValidationError("--gather-timeout must be at least 1 second") }
    guard workers >= 0 else { throw ValidationError("--workers \(workers): give 0 or more") }
    guard workers > 0 || bind.isEmpty && key == nil && !insecure else {
      throw ValidationError("--bind, --key and --insecure go with --workers N")
    }
  }

  /// An embedder that works here, or over worker processes.
  func embedder(
    _ recipe: EncoderRecipe, _ encoder: any SentenceEncoder, _ display: ProgressDisplay
  ) throws -> Embedder {
    guard workers > 0 else { return Embedder(encoder) }
    var options = RunSession.launchOptions()
    options.workers = workers
    options.startsWorkers = bind.isEmpty
    options.bind = bind
    options.isInsecure = insecure
    options.gatherTimeout = .seconds(gatherTimeout)
    if let key, let allow {
      options.keys = ServerKeys(pair: try KeyPair.read(key), allowed: try ServerKeys.allowList(allow))
    }
    let signals = Mutex<SignalStop?>(nil)
    let count = workers
    let isLocal = bind.isEmpty
    let run = try EmbeddingRun(
      recipe, options: options, log: { display.message($0) },
      started: { requestStop, endpoints in
        if !isLocal {
          let host = ProcessInfo.processInfo.hostName
          let addresses = endpoints.map { $0.replacing("//0.0.0.0:", with: "//\(host):") }
          Console.note("waiting for \(count) workers at \(addresses.joined(separator: ", "))")
        }
        let stop = SignalStop {
          display.message("asked to stop: finishing the parts under way")
          requestStop("asked to stop by a signal")
        }
        signals.withLock { $0 = stop }
      })
    return Embedder(encoder.identity) { job in try run.work(job) }
  }
}
