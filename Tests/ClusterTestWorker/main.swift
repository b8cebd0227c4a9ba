// A worker process for the tests and benchmarks of Cluster: not installed, not documented for users.
//   ClusterTestWorker ENDPOINT VERSION [MODE]     MODE: steady | slow | compute | latency | die-at-STEP:RANK
//   ClusterTestWorker coordinate ENDPOINT         a coordinator of two workers with one endless task
import Cluster
import Glibc

/// Adds numbers: each step sums (shard value × step) over ranks and commits.
final class AddingProgram: WorkerProgram {
  let mode: String
  var committedPosition: UInt64 = 0
  var total: Float = 0
  var shard: [UInt8] = []

  init(mode: String) { self.mode = mode }

  func prepare(job: UnsafeRawBufferPointer) {}

  func install(state: UnsafeRawBufferPointer) {
    committedPosition = state.loadUnaligned(as: UInt64.self)
    total = state.loadUnaligned(fromByteOffset: 8, as: Float.self)
  }

  func install(shard chunk: UnsafeRawBufferPointer, rank: Int, world: Int, isFirst: Bool, isLast: Bool) {
    if isFirst { shard = [] }
    shard += chunk
  }

  func run(
    task: UnsafeRawBufferPointer, collective: any Collective, progress: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> [UInt8] {
    while mode == "compute" { usleep(1000) }
    if mode == "latency" { return try measure(collective) }
    let end = task.loadUnaligned(as: UInt64.self)
    while committedPosition < end && !collective.shouldStop {
      if mode == "die-at-\(committedPosition):\(collective.rank)" { kill(getpid(), SIGKILL) }
      var values = [Float](repeating: shard.reduce(0) { $0 + Float($1) }, count: 100)
      try collective.sum(&values)
      let all = try collective.allGather([UInt8(collective.rank)])
      guard all == (0..<collective.size).map({ [UInt8($0)] }) else { throw Mistake.wrongGather }
      if mode == "slow" { usleep(20_000) }
      total += values[99] * Float(committedPosition + 1)
      committedPosition += 1
    }
    return withUnsafeBytes(of: (committedPosition, total)) { Array($0.prefix(12)) }
  }

  enum Mistake: Error { case wrongGather }

  /// Median µs of 2,000 calls for each size, as text, from rank 0's clock.
  private func measure(_ collective: any Collective) throws -> [UInt8] {
    var report = ""
    for bytes in [1024, 400 * 1024] {
      let own = [UInt8](repeating: 1, count: bytes)
      var floats = [Float](repeating: 1, count: bytes / 4)
      var gathers: [Duration] = []
      var sums: [Duration] = []
      try own.withUnsafeBytes { own in
        for round in 0..<2200 {
          let start = ContinuousClock.now
          _ = try collective.allGather(own)
          if round >= 200 { gathers.append(ContinuousClock.now - start) }
        }
      }
      try floats.withUnsafeMutableBufferPointer { values in
        for round in 0..<2200 {
          let start = ContinuousClock.now
          try collective.sum(values)
          if round >= 200 { sums.append(ContinuousClock.now - start) }
        }
      }
      func text(_ times: [Duration]) -> String {
        let sorted = times.sorted()
        func micros(_ d: Duration) -> Double { (Double(d.components.attoseconds) / 1e11).rounded() / 10 }
        return "\(micros(sorted[sorted.count / 2])) µs (90 %: \(micros(sorted[sorted.count * 9 / 10])))"
      }
      report += "\(bytes / 1024) KB: allGather \(text(gathers)), sum \(text(sums)); "
    }
    return Array(report.utf8)
  }
}

final class EndlessProgram: CoordinatorProgram {
  func job() -> [UInt8] { [] }
  func next() -> ClusterTask? { ClusterTask(withUnsafeBytes(of: UInt64.max) { Array($0) }, label: "endless") }
  func state() -> [UInt8]? { nil }
  func shard(rank: Int, world: Int, emit: ([UInt8]) throws -> Void) throws { try emit([1]) }
  func completed(_ task: ClusterTask, results: [[UInt8]], stopped: Bool) {}
  func progress(_ bytes: UnsafeRawBufferPointer, from rank: Int, of task: ClusterTask) {}
}

let arguments = CommandLine.arguments
if arguments.count == 3 && arguments[1] == "coordinate" {
  var options = CoordinatorOptions(world: 2, version: "1")
  options.bind = [arguments[2]]
  do throws(ClusterError) {
    _ = try Coordinator(options, program: EndlessProgram()).run()
    exit(0)
  } catch {
    print("\(error)")
    exit(1)
  }
}
guard arguments.count >= 3 else {
  print("usage: ClusterTestWorker ENDPOINT VERSION [MODE]")
  exit(64)
}
var options = WorkerOptions(connect: arguments[1], version: arguments[2])
options.connectTimeout = .seconds(20)
do throws(ClusterError) {
  let outcome = try Worker(options, program: AddingProgram(mode: arguments.count > 3 ? arguments[3] : "steady")).run()
  if case .runFailed = outcome { exit(WorkerExitCode.failed) }
} catch {
  print("\(error)")
  exit(WorkerExitCode.of(error))
}
