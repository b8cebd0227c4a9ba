import Foundation
import Sweeps
import Synchronization

/// A directory of its own, removed at the end.
final class Scratch: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "theriac-sweeps-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  var sweep: SweepDirectory { SweepDirectory(path + "/sweep") }
  func file(_ name: String) -> String { path + "/" + name }
}

func text(_ path: String) -> String {
  String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
}

func write(_ text: String, _ path: String) throws {
  try text.write(toFile: path, atomically: false, encoding: .utf8)
}

/// Cells by column name; good enough for tables without quoted line breaks.
func table(_ path: String) -> [[String: String]] {
  let lines = text(path).split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
  return lines.dropFirst().map { line in
    Dictionary(uniqueKeysWithValues: zip(lines[0].map(String.init), line.map(String.init)))
  }
}

/// `valid` and `test` hold a finished run's metrics.
func summaryJSON(jaccard: Double, test: Double? = nil, seconds: Double = 1.5) -> String {
  let tests = test.map { #","test":{"jaccard":\#($0)}"# } ?? ""
  return
    #"{"best_epoch":2,"metrics":{"jaccard":\#(jaccard),"f1":0.5},"seconds":\#(seconds),"state":"finished"\#(tests)}"#
}

func spec(_ body: String, name: String = "s") throws -> SweepSpec {
  try SweepSpec(yaml: "name: \(name)\nconfig: base.yaml\n" + body, source: "s.yaml")
}

/// Runs trials in this process.
final class ClosureRunner: TrialRunner {
  private let body: @Sendable (TrialRequest, ClosureRunner) async throws -> TrialOutcome
  private let log = Mutex<(requests: [TrialRequest], active: Set<String>, most: Int, cancelled: Set<String>)>(
    ([], [], 0, []))

  init(_ body: @escaping @Sendable (TrialRequest, ClosureRunner) async throws -> TrialOutcome) { self.body = body }

  var requests: [TrialRequest] { log.withLock { $0.requests } }
  var mostAtOnce: Int { log.withLock { $0.most } }
  func isCancelled(_ id: String) -> Bool { log.withLock { $0.cancelled.contains(id) } }

  func run(_ request: TrialRequest, started: @escaping @Sendable (Int32) -> Void) async -> TrialOutcome {
    log.withLock {
      $0.requests.append(request)
      $0.active.insert(request.id)
      $0.most = max($0.most, $0.active.count)
    }
    defer { log.withLock { _ = $0.active.remove(request.id) } }
    do { return try await body(request, self) } catch { return .failed("\(error)") }
  }

  func cancel(_ id: String) { log.withLock { if $0.active.contains(id) { $0.cancelled.insert(id) } } }
}

/// jaccard = lr · 100 + seed / 100
func finish(_ request: TrialRequest) throws -> TrialOutcome {
  let lr = request.settings["lr"]?.number ?? 0
  let seed = request.settings["seed"]?.number ?? 0
  try write(summaryJSON(jaccard: lr * 100 + seed / 100), request.directory + "/summary.json")
  return .finished
}

/// Events in order.
final class EventLog: Sendable {
  private let events = Mutex<[SweepEvent]>([])
  var all: [SweepEvent] { events.withLock { $0 } }
  func callAsFunction(_ event: SweepEvent) { events.withLock { $0.append(event) } }
}

func wait(_ seconds: Double = 240, until condition: () -> Bool) async throws {
  let deadline = Date().addingTimeInterval(seconds)
  while !condition() {
    guard Date() < deadline else { throw WaitedTooLong() }
    try await Task.sleep(for: .milliseconds(10))
  }
}
struct WaitedTooLong: Error {}
