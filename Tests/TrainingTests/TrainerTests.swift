import Checkpoints
import Foundation
import Testing
import Training

@Suite struct TrainerTests {
  /// What a run leaves: the loss of every step, and the state at the end.
  struct Curve: Sendable {
    var losses: [Double] = []
    var state = TrainerState()
  }

  /// Some epochs on `ranks` ranks; rank by rank.
  static func train(
    ranks: Int, epochs: Int = 2, _ overrides: [String] = [], isAligned: Bool = false
  ) throws -> [Curve] {
    try ThreadExchange.run(ranks: ranks) { exchange in
      let trainer = try Trainer(SmallJob.job(overrides, isAligned: isAligned))
      trainer.table = SmallJob.tables(width: trainer.job.inputs.textWidth, ranks: ranks)[exchange.rank]
      return try run(trainer, epochs: epochs, through: exchange)
    }
  }

  static func run(_ trainer: Trainer, epochs: Int, through exchange: any StepExchange) throws -> Curve {
    var curve = Curve()
    for _ in 0..<epochs {
      var before = 0.0
      _ = try trainer.train(to: trainer.job.stepsPerEpoch, through: exchange) { sums in
        curve.losses.append(sums.total - before)
        before = sums.total
      }
      trainer.finishEpoch()
    }
    curve.state = trainer.state
    return curve
  }

  static func same(_ a: TrainerState, _ b: TrainerState) -> Bool { a.packed == b.packed }

  /// Settings that change which exchanges a step has.
  static let variants: [[String]] = [
    [], ["batch=40"], ["protocol=paper", "lr=1e-4"], ["dedupe_molecules=true", "attention_bias=false"],
    ["drop_last=false", "batch=7"], ["max_history=1", "edge_embedding=false"],
  ]

  @Test("1, 2 and 4 ranks follow the same loss curve", arguments: variants)
  func equalCurves(overrides: [String]) throws {
    let one = try Self.train(ranks: 1, overrides)[0]
    #expect(!one.losses.isEmpty)
    for ranks in [2, 3, 4] {
      let curve = try Self.train(ranks: ranks, overrides)[0]
      #expect(curve.losses.count == one.losses.count)
      for (step, (a, b)) in zip(one.losses, curve.losses).enumerated() {
        #expect(abs(a - b) <= 2e-5 * max(1, abs(a)), "\(ranks) ranks, step \(step): \(a) against \(b)")
      }
    }
  }

  @Test("where widths fill whole vectors, 1, 2 and 4 ranks end in the same weights, bit for bit")
  func equalWeights() throws {
    let widths = ["d_k=64", "d_s=32"]
    let one = try Self.train(ranks: 1, widths, isAligned: true)[0]
    for ranks in [2, 4] {
      let state = try Self.train(ranks: ranks, widths, isAligned: true)[0].state
      for (a, b) in zip(one.state.parameters, state.parameters) {
        #expect(a.values.map(\.bitPattern) == b.values.map(\.bitPattern), "\(ranks) ranks: \(a.name)")
      }
    }
  }

  @Test("the loss falls")
  func learns() throws {
    let losses = try Self.train(ranks: 1, epochs: 30, ["gnn_dropout=0", "dropout=0"])[0].losses
    let (first, last) = (losses.prefix(5).reduce(0, +), losses.suffix(5).reduce(0, +))
    #expect(last < 0.7 * first)
  }

  @Test("all ranks hold the same weights, bit for bit; so do two runs", arguments: [1, 2, 3, 4])
  func bitIdentical(ranks: Int) throws {
    let first = try Self.train(ranks: ranks)
    let second = try Self.train(ranks: ranks)
    for curve in first + second { #expect(Self.same(curve.state, first[0].state)) }
    #expect(first[0].losses == second[0].losses)
  }

  @Test("more ranks than molecules or visits in a batch still agree")
  func manyRanks() throws {
    let one = try Self.train(ranks: 1, epochs: 1, ["batch=3"])[0]
    let many = try Self.train(ranks: 11, epochs: 1, ["batch=3"])[10]
    for (a, b) in zip(one.losses, many.losses) { #expect(abs(a - b) <= 2e-5) }
  }

  @Test("a state saved in the middle of an epoch goes on to the same weights, bit for bit", arguments: [1, 2])
  func resumes(ranks: Int) throws {
    let whole = try Self.train(ranks: ranks)
    let halves = try ThreadExchange.run(ranks: ranks) { exchange in
      let first = try Trainer(SmallJob.job())
      first.table = SmallJob.tables(width: first.job.inputs.textWidth, ranks: ranks)[exchange.rank]
      _ = try first.train(to: 4, through: exchange) { _ in }
      let packed = first.state.packed
      let second = try Trainer(SmallJob.job())
      second.table = first.table
      try second.restore(packed.withUnsafeBytes { try TrainerState(packed: $0) })
      return try Self.run(second, epochs: 2, through: exchange)
    }
    #expect(Self.same(halves[0].state, whole[0].state))
  }

  @Test("a step whose exchange fails anywhere changes nothing, and can be done again")
  func failedStep() throws {
    let reference = try Self.train(ranks: 2, epochs: 1)[0].state
    // An exchange fails on all ranks at once, as an abort does.
    for call in 0..<200 {
      let outcomes = try ThreadExchange.run(ranks: 2) {
        exchange -> (failed: Bool, unchanged: Bool, state: TrainerState) in
        let trainer = try Trainer(SmallJob.job())
        trainer.table = SmallJob.tables(width: trainer.job.inputs.textWidth, ranks: 2)[exchange.rank]
        _ = try trainer.train(to: 2, through: exchange) { _ in }
        let before = trainer.state
        var failed = false
        let failing = FailingPair(failingAt: call, inner: exchange)
        do { _ = try trainer.train(to: 3, through: failing) { _ in } } catch is FailingPair.Lost { failed = true }
        let unchanged = Self.same(before, trainer.state)
        let curve = try Self.run(trainer, epochs: 1, through: exchange)
        return (failed, unchanged, curve.state)
      }
      for outcome in outcomes {
        #expect(outcome.failed == outcome.unchanged, "call \(call)")
        #expect(Self.same(outcome.state, reference), "call \(call)")
      }
      if !outcomes[0].failed {
        #expect(call > 10, "a step of two ranks has more than ten exchanges")
        return
      }
    }
    Issue.record("a step has no end of exchanges")
  }

  @Test("a state of another model is refused by name")
  func foreignState() throws {
    let trainer = try Trainer(SmallJob.job())
    let other = try Trainer(SmallJob.job(["d_s=4"]))
    #expect {
      try trainer.restore(other.state)
    } throws: { error in
      "\(error)".contains("global_encoder.atom.tables.0 of shape [119, 8]") && "\(error)".contains("[119, 4]")
    }
  }

  @Test("truncated bytes of a state, a job and a shard are refused, never a trap")
  func truncated() throws {
    let job = try SmallJob.job()
    let table = SmallJob.tables(width: job.inputs.textWidth, ranks: 1)[0]
    let state = try Trainer(job).state.packed
    for length in stride(from: 0, to: state.count, by: 997) {
      #expect(throws: (any Error).self) { try state[..<length].withUnsafeBytes { _ = try TrainerState(packed: $0) } }
    }
    let packedJob = job.packed
    for length in stride(from: 0, to: packedJob.count, by: 97) {
      #expect(throws: (any Error).self) { try packedJob[..<length].withUnsafeBytes { _ = try TrainingJob(packed: $0) } }
    }
    let shard = table.packed
    for length in stride(from: 0, to: shard.count, by: 197) {
      var empty = VisitTable(width: job.inputs.textWidth)
      #expect(throws: (any Error).self) { try shard[..<length].withUnsafeBytes { try empty.append(packed: $0) } }
    }
  }

  @Test("a shard and a job survive the wire")
  func roundTrips() throws {
    let job = try SmallJob.job(["alpha=0.5"])
    let back = try job.packed.withUnsafeBytes { try TrainingJob(packed: $0) }
    #expect(back.config == job.config && back.trainingVisits == job.trainingVisits && back.packed == job.packed)
    let table = SmallJob.tables(width: job.inputs.textWidth, ranks: 2)[1]
    var copy = VisitTable(width: job.inputs.textWidth)
    try table.packed.withUnsafeBytes { try copy.append(packed: $0) }
    #expect(copy.features == table.features && copy.labels == table.labels && copy.visits == table.visits)
  }

  @Test("scores do not depend on how many visits go through together")
  func scores() throws {
    let trainer = try Trainer(SmallJob.job())
    trainer.table = SmallJob.tables(width: trainer.job.inputs.textWidth, ranks: 1)[0]
    let rows = Array(0..<trainer.table.count)
    let all = try trainer.scores(ofRows: rows)
    let some = try trainer.scores(ofRows: rows, block: 3)
    #expect(all.count == rows.count * trainer.job.medicationCount)
    for (a, b) in zip(all, some) { #expect(abs(a - b) < 1e-5 && a > 0 && a < 1) }
  }
}

/// Passes on to a partner until a given call, which fails on all ranks.
final class FailingPair: StepExchange {
  struct Lost: Error {}
  let rank, size: Int
  let shouldStop = false
  private var left: Int
  private let inner: any StepExchange

  init(failingAt call: Int, inner: any StepExchange) {
    (rank, size, left, self.inner) = (inner.rank, inner.size, call, inner)
  }

  private func count() throws {
    if left == 0 { throw FailingPair.Lost() }
    left -= 1
  }

  func allGather(_ local: UnsafeRawBufferPointer, _ use: (Int, UnsafeRawBufferPointer) throws -> Void) throws {
    try count()
    try inner.allGather(local, use)
  }

  func sum(_ values: UnsafeMutableBufferPointer<Float>) throws {
    try count()
    try inner.sum(values)
  }
}
