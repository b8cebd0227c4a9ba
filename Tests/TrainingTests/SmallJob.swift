import Foundation
import Molecules
import Random
import Records
import Training

/// A job small enough for a test and large enough for every part: several molecules, histories, all patient layers.
enum SmallJob {
  static let smiles = [
    "CC(=O)OC1=CC=CC=C1C(=O)O", "CN1C=NC2=C1C(=O)N(C(=O)N2C)C", "CN(C)C(=N)NC(=N)N", "CCO", "OC(=O)/C=C/C(=O)O",
    "CC(C)NCC(O)COC1=CC=C(CCOC)C=C1", "[K+].[Cl-]", "CC(=O)NC1=CC=C(O)C=C1",
  ]

  static func config(_ overrides: [String] = []) throws -> RunConfig {
    try RunConfig(
      yaml: "d_k: 16\nd_s: 8\ngin_layers: 3\nbatch: 6\nlr: 1e-2\nseed: 5", source: "the test", overrides: overrides)
  }

  /// - Parameter isAligned: widths that fill whole vectors, as the real ones do.
  static func job(_ overrides: [String] = [], isAligned: Bool = false) throws -> TrainingJob {
    let (width, medications) = isAligned ? (32, 16) : (24, 7)
    let graphs = try smiles.map { try SMILESParser.graph($0) }
    let random = CounterRandom(seed: 3, stream: 1)
    return TrainingJob(
      config: try config(overrides), medicationCount: medications,
      trainingVisits: tables(width: width, ranks: 1)[0].visits.filter { $0 < 60 },
      inputs: .nlaMMR(
        NLAMMRInputs(
          width: width, medicationTexts: (0..<(medications * width)).map { Float(random.normal(UInt64($0))) * 0.5 },
          molecules: MoleculeBatch(graphs),
          moleculesOfMedications: (0..<medications).map { $0 == 1 ? [1, 2] : [Int32($0 % smiles.count)] })))
  }

  /// 30 patients of 1 to 4 visits, dealt out over ranks as a coordinator does; visits below 60 are for training.
  static func tables(width: Int, ranks: Int) -> [VisitTable] {
    let random = CounterRandom(seed: 9, stream: 2)
    var tables = [VisitTable](repeating: VisitTable(width: width), count: ranks)
    var visit = 0
    for patient in 0..<30 {
      for ordinal in 0..<(1 + random.below(4, UInt64(patient))) {
        let base = UInt64(visit * 10_000)
        let features = (0..<(5 * width)).map { Float(random.normal(1_000 + base + UInt64($0))) * 0.5 }
        let labels = (0..<7).filter { random.uniform(900 + base + UInt64($0)) < 0.4 }.map(Int32.init)
        features.withUnsafeBufferPointer {
          tables[patient % ranks].append(
            visit: Int32(visit), ordinal: Int32(ordinal), split: (visit < 60 ? Split.train : .validation).rawValue,
            labels: labels.isEmpty ? [0] : labels, features: $0)
        }
        visit += 1
      }
    }
    return tables
  }
}

/// Ranks on threads that meet in memory; stands for sockets where only the arithmetic is tested.
final class ThreadExchange: @unchecked Sendable {
  private let condition = NSCondition()
  private let size: Int
  private var parts: [Int: [UInt8]] = [:]
  private var results: [[UInt8]] = []
  private var generation = 0

  init(size: Int) { self.size = size }

  func allGather(_ rank: Int, _ bytes: [UInt8]) -> [[UInt8]] {
    condition.lock()
    defer { condition.unlock() }
    parts[rank] = bytes
    let mine = generation
    if parts.count == size {
      results = (0..<size).compactMap { parts[$0] }
      parts = [:]
      generation += 1
      condition.broadcast()
    }
    while generation == mine { condition.wait() }
    return results
  }

  /// Runs `body` for every rank at once and returns the results in rank order.
  static func run<Result: Sendable>(
    ranks: Int, _ body: @escaping @Sendable (any StepExchange) throws -> Result
  ) throws -> [Result] {
    let hub = ThreadExchange(size: ranks)
    let collected = Collected<Result>()
    let group = DispatchGroup()
    for rank in 0..<ranks {
      group.enter()
      let thread = Thread {
        collected.set(rank, Swift.Result { try body(ThreadRank(hub, rank, ranks)) })
        group.leave()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    group.wait()
    return try (0..<ranks).map { try collected.get($0) }
  }

  private final class Collected<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var values: [Int: Swift.Result<Value, any Error>] = [:]
    func set(_ rank: Int, _ value: Swift.Result<Value, any Error>) { lock.withLock { values[rank] = value } }
    func get(_ rank: Int) throws -> Value {
      guard let value = lock.withLock({ values[rank] }) else { throw Missing() }
      return try value.get()
    }
  }
  struct Missing: Error {}
}

final class ThreadRank: StepExchange {
  private let hub: ThreadExchange
  let rank, size: Int
  let shouldStop = false

  init(_ hub: ThreadExchange, _ rank: Int, _ size: Int) { (self.hub, self.rank, self.size) = (hub, rank, size) }

  func allGather(_ local: UnsafeRawBufferPointer, _ use: (Int, UnsafeRawBufferPointer) throws -> Void) throws {
    for (rank, bytes) in hub.allGather(rank, Array(local)).enumerated() {
      try bytes.withUnsafeBytes { try use(rank, $0) }
    }
  }

  func sum(_ values: UnsafeMutableBufferPointer<Float>) throws {
    var parts: [[Float]] = []
    try allGather(UnsafeRawBufferPointer(values)) { _, bytes in
      parts.append(bytes.withMemoryRebound(to: Float.self) { Array($0) })
    }
    // The tree of the real hub: neighbours first.
    while parts.count > 1 {
      parts = stride(from: 0, to: parts.count, by: 2).map { first in
        first + 1 < parts.count ? zip(parts[first], parts[first + 1]).map(+) : parts[first]
      }
    }
    let total = parts[0]
    _ = values.update(fromContentsOf: total)
  }
}
