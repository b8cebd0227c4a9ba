import ArgumentParser
import Cluster
import Foundation
import Runs
import Training

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a model on worker processes of this machine.",
    discussion: """
      Starts the workers itself. Settings come from the preset of `protocol`, then --config, then --set in order; the \
      resolved ones are saved in OUT/config.yaml. SIGINT, SIGTERM or SIGUSR1 ends the step, writes a checkpoint and exits \
      with code 75; `theriac resume OUT` goes on, also after a kill -9, to the same weights bit for bit.
      """)

  @Option(help: "YAML file of settings.")
  var config: String?
  @Option(name: .customLong("set"), help: "One setting, over the file's: key=value. Repeat it.")
  var overrides: [String] = []
  @Option(help: "Worker processes.")
  var workers = 1
  @Option(help: "Run directory to make.")
  var out: String?
  @Flag(help: "Show every setting with its meaning and defaults, and exit.")
  var listSettings = false

  func validate() throws {
    guard listSettings || out != nil else { throw ValidationError("Missing expected argument '--out <out>'") }
  }

  func run() throws {
    guard let out, !listSettings else { return Console.result(SettingsHelp.text) }
    let config = try RunSession.config(file: config, overrides: overrides)
    var options = RunSession.launchOptions()
    options.workers = workers
    try RunSession.train(config, directory: RunDirectory(out), resume: false, options: options)
  }
}

struct Resume: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Go on with a run from its newest valid checkpoint.",
    discussion: "With the same number of workers the result equals the uninterrupted run's bit for bit.")

  @Argument(help: "Run directory.")
  var directory: String
  @Option(name: .customLong("set"), help: "One setting over the saved ones, e.g. epochs=200. Repeat it.")
  var overrides: [String] = []
  @Option(help: "Worker processes.")
  var workers = 1

  func run() throws {
    let directory = RunDirectory(self.directory)
    let config = RunSession.anchored(try directory.savedConfig(overrides: overrides))
    var options = RunSession.launchOptions()
    options.workers = workers
    try RunSession.train(config, directory: directory, resume: true, options: options)
  }
}

struct CoordinatorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "coordinator", abstract: "Hold a run for workers that are started elsewhere (theriac worker).",
    discussion: """
      The same as `theriac train` or `resume`, but the workers come by themselves. Beyond loopback the address needs keys \
      (--key, --allow; theriac keys makes them) or --insecure. docs/cluster.md shows Slurm and ssh.
      """)

  @Option(help: "YAML file of settings, for a new run.")
  var config: String?
  @Option(name: .customLong("set"), help: "One setting: key=value. Repeat it.")
  var overrides: [String] = []
  @Option(help: "Workers that take part; default: WORLD_SIZE or SLURM_NTASKS.")
  var workers: Int?
  @Option(help: "Run directory to make, or to go on with when it holds a run (--resume).")
  var out: String
  @Flag(help: "Go on with the run in --out when there is one.")
  var resume = false
  @Option(
    help: """
      Address to listen at. Repeat it for several. Default: tcp://127.0.0.1:MASTER_PORT, else a free port; with keys or \
      --insecure in a Slurm job, the job's port on all interfaces.
      """)
  var bind: [String] = []
  @Option(help: "Seconds to wait for all workers.")
  var gatherTimeout = 600
  @Option(help: "With fewer workers left the run fails.")
  var minWorkers = 1
  @Flag(help: "Allow plain TCP beyond loopback: anybody who reaches the port can take part and read the data.")
  var insecure = false
  @Option(help: "This coordinator's key file (theriac keys).")
  var key: String?
  @Option(help: "File of the workers' public keys, one a line.")
  var allow: String?

  func validate() throws {
    guard (key == nil) == (allow == nil) else { throw ValidationError("--key and --allow go together") }
    guard gatherTimeout > 0 else { throw ValidationError("--gather-timeout must be at least 1 second") }
  }

  func run() throws {
    let environment = ProcessInfo.processInfo.environment
    guard let count = workers ?? (environment["WORLD_SIZE"] ?? environment["SLURM_NTASKS"]).flatMap({ Int($0) }) else {
      throw ValidationError("give --workers N, or set WORLD_SIZE or SLURM_NTASKS")
    }
    let directory = RunDirectory(out)
    let resumes = resume && directory.exists
    if resumes, overrides.isEmpty, directory.isComplete(try directory.savedConfig()) {
      // A scheduler that starts the job once more is not to be told that it failed.
      return Console.note("the run in \(directory.path) is finished; nothing to do")
    }
    if resumes, let config { Console.note("going on with \(directory.config); \(config) is not read") }
    let config =
      resumes
      ? try directory.savedConfig(overrides: overrides) : try RunSession.config(file: config, overrides: overrides)
    var options = RunSession.launchOptions()
    options.workers = count
    options.startsWorkers = false
    options.bind = bind.isEmpty ? [try defaultAddress(environment)] : bind
    options.isInsecure = insecure
    options.gatherTimeout = .seconds(gatherTimeout)
    options.minWorkers = minWorkers
    if let key, let allow {
      options.keys = ServerKeys(pair: try KeyPair.read(key), allowed: try ServerKeys.allowList(allow))
    }
    try RunSession.train(config, directory: directory, resume: resumes, options: options)
  }

  private func defaultAddress(_ environment: [String: String]) throws -> String {
    if insecure || key != nil, environment["MASTER_PORT"] == nil,
      let place = try LaunchPlace.resolve(environment: environment)
    {
      return "tcp://*:\(place.port)"
    }
    return "tcp://127.0.0.1:\(environment["MASTER_PORT"] ?? "*")"
  }
}
