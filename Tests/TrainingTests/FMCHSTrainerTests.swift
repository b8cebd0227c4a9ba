import Checkpoints
import Foundation
import Layers
import Models
import TensorCore
import Testing
import Training

@Suite struct FMCHSTrainerTests {
  static func train(ranks: Int, epochs: Int = 3, _ overrides: [String] = []) throws -> [TrainerTests.Curve] {
    try ThreadExchange.run(ranks: ranks) { exchange in
      let trainer = try Trainer(SmallHerbJob.job(overrides))
      trainer.table = SmallHerbJob.table(rank: exchange.rank, ranks: ranks)
      return try TrainerTests.run(trainer, epochs: epochs, through: exchange)
    }
  }

  /// Settings that change what a step computes or sends.
  static let variants: [[String]] = [
    [], ["batch=50"], ["batch=3"], ["gelram=false"], ["habrm=false", "readout=dot"], ["precision=mixed"],
    ["herb_tokens=top", "top_tokens=3", "encoder_layers=2"], ["herb_tokens=none", "residual=false"],
    ["pool=mean", "node_combination=mean", "graph_heads=2", "graph_layers=1", "graph_dropout=0.2"],
    ["label_smoothing=0.1", "fcrl_weight=0", "aux_weight=0", "clip_norm=0", "id_embedding=false"],
    ["recall_weight=0.7", "label_smoothing=0.01"],
  ]

  @Test("1, 2 and 4 ranks end in the same weights, bit for bit, and report the same losses", arguments: variants)
  func equalWeights(overrides: [String]) throws {
    let one = try Self.train(ranks: 1, overrides)[0]
    let steps = overrides.contains("batch=50") ? 1 : overrides.contains("batch=3") ? 17 : 5
    #expect(one.losses.count == 3 * steps)
    #expect(one.losses.allSatisfy { $0.isFinite })
    for ranks in [2, 4] {
      for (rank, curve) in try Self.train(ranks: ranks, overrides).enumerated() {
        #expect(curve.losses == one.losses, "\(ranks) ranks, rank \(rank)")
        #expect(TrainerTests.same(curve.state, one.state), "\(ranks) ranks, rank \(rank)")
      }
    }
  }

  @Test("3 ranks follow the same curve to rounding")
  func threeRanks() throws {
    let one = try Self.train(ranks: 1)[0]
    let three = try Self.train(ranks: 3)
    for (a, b) in zip(one.losses, three[0].losses) { #expect(abs(a - b) <= 1e-4 * abs(a)) }
    #expect(TrainerTests.same(three[0].state, three[1].state) && TrainerTests.same(three[0].state, three[2].state))
  }

  @Test(
    "a step is the model's own: forward and backward over the whole batch at once, clipping, Adam",
    arguments: [
      [], ["gelram=false"], ["herb_tokens=top", "top_tokens=3", "encoder_layers=2", "readout=dot"],
      ["recall_weight=0.7"], ["recall_weight=1", "label_smoothing=0.06", "aux_weight=2"],
    ])
  func oneStep(overrides: [String]) throws {
    let overrides = overrides + ["dropout=0", "batch=50"]
    let trainer = try Trainer(SmallHerbJob.job(overrides))
    trainer.table = SmallHerbJob.table(rank: 0, ranks: 1)
    let before = trainer.state.parameters
    var loss = 0.0
    _ = try trainer.train(to: 1, through: SoloExchange()) { loss = $0.total }

    guard case .fmchs(let inputs) = trainer.job.inputs else {
      Issue.record("another model")
      return
    }
    let config = trainer.job.config
    let store = ParameterStore<Float>(seed: UInt64(config.seed))
    let model = try FMCHS<Float>(inputs.modelConfig(trainer.job), prior: inputs.prior, in: store.scope)
    #expect(store.entries.map(\.name) == before.map(\.name))
    for (entry, tensor) in zip(store.entries, before) { #expect(Array(store.values[entry.range]) == tensor.values) }
    let rows = (0..<trainer.table.count).filter { SmallHerbJob.training.contains(Int(trainer.table.visits[$0])) }
    let (nodes, fcrl) = try model.nodes(
      semanticsSX: Tensor(inputs.semantics, [inputs.symptomCount, inputs.semanticWidth]),
      featuresHX: Tensor(inputs.features, [SmallHerbJob.herbs, inputs.featureWidth]), graph: inputs.graph, step: nil)
    let output = try model(
      IndexSets(
        rows.map { Array(trainer.table.symptoms(ofRow: $0)) }, bound: SmallHerbJob.symptoms, longest: inputs.longestSet),
      nodes: nodes, step: nil, rows: rows.map(Int32.init))
    // The targets as docs/settings.md says, written out: 1 − r + r / n, then y (1 − ε) + ε / 2.
    let (r, epsilon) = (config.fmchs.recallWeight, config.fmchs.labelSmoothing)
    var targets: [Float] = []
    for row in rows {
      let herbs = Set(trainer.table.labels(ofRow: row))
      for herb in 0..<Int32(SmallHerbJob.herbs) {
        let y = herbs.contains(herb) ? 1 - r + r / Double(herbs.count) : 0
        targets.append(Float(y * (1 - epsilon) + epsilon / 2))
      }
    }
    let targetsBH = try Tensor(targets, [rows.count, SmallHerbJob.herbs])
    var total = try output.logits.bceSum(targetsBH, divisor: Double(rows.count))
    if let base = output.baseLogits {
      total = try total + base.bceSum(targetsBH, divisor: Double(rows.count)).scaled(by: config.fmchs.auxWeight)
    }
    total = try total + fcrl.scaled(by: config.fmchs.fcrlWeight)
    #expect(abs(Double(total.item) - loss) < 1e-4 * loss)
    store.zeroGradients()
    try total.backward()
    try store.clipGradients(norm: config.clipNorm)
    // Adam's first step is lr · g / (|g| + ε): a gradient that is lost or doubled shows in its second moment.
    let adam = Adam(store, beta1: config.beta1, beta2: config.beta2, epsilon: config.adamEps)
    adam.step(learningRate: config.lr)
    let state = trainer.state
    for (index, entry) in store.entries.enumerated() {
      let own = Array(adam.moments[0].values[entry.range])
      let largest = own.map(abs).max() ?? 0
      #expect(largest > 0, "\(entry.name) has a gradient")
      let apart = zip(own, state.firstMoments[index]).map { abs($0 - $1) }.max() ?? 0
      #expect(apart <= 2e-4 * largest + 1e-9, "\(entry.name): \(apart) of \(largest)")
    }
  }

  @Test("training lowers the loss, and the seed decides the weights")
  func learns() throws {
    let curve = try Self.train(ranks: 1, epochs: 12)[0]
    let (first, last) = (curve.losses.prefix(5).reduce(0, +), curve.losses.suffix(5).reduce(0, +))
    #expect(last < 0.9 * first)
    let other = try Self.train(ranks: 1, epochs: 12, ["seed=6"])[0]
    #expect(!TrainerTests.same(curve.state, other.state))
  }

  @Test("threads do not change a bit")
  func threads() throws {
    let one = try Self.train(ranks: 1)[0]
    let count = Threads.count
    defer { Threads.count = count }
    let three = try Self.train(ranks: 1, ["threads=3"])[0]
    #expect(one.losses == three.losses && TrainerTests.same(one.state, three.state))
  }

  @Test("a run that goes on from a state in mid-epoch ends in the same weights")
  func resumes() throws {
    let whole = try Self.train(ranks: 1)[0]
    let first = try Trainer(SmallHerbJob.job())
    first.table = SmallHerbJob.table(rank: 0, ranks: 1)
    _ = try first.train(to: 3, through: SoloExchange()) { _ in }
    let packed = first.state.packed
    let second = try Trainer(SmallHerbJob.job())
    second.table = SmallHerbJob.table(rank: 0, ranks: 1)
    try second.restore(packed.withUnsafeBytes { try TrainerState(packed: $0) })
    let rest = try TrainerTests.run(second, epochs: 3, through: SoloExchange())
    #expect(TrainerTests.same(whole.state, rest.state))
    #expect(Array(whole.losses.dropFirst(3)).count == rest.losses.count)
  }

  @Test("a step whose exchange fails leaves everything as it was", arguments: [0, 1, 2])
  func failedExchange(exchange number: Int) throws {
    let states = try ThreadExchange.run(ranks: 2) { exchange in
      let trainer = try Trainer(SmallHerbJob.job())
      trainer.table = SmallHerbJob.table(rank: exchange.rank, ranks: 2)
      _ = try trainer.train(to: 2, through: exchange) { _ in }
      let before = trainer.state.packed
      let failing = FailingExchange(exchange, after: number)
      #expect(throws: FailingExchange.Lost.self) { try trainer.train(to: 3, through: failing) { _ in } }
      let kept = trainer.state.packed == before
      // The step is done again, and counts once.
      _ = try trainer.train(to: 3, through: exchange) { _ in }
      return (kept, trainer.state.packed)
    }
    let undisturbed = try ThreadExchange.run(ranks: 2) { exchange in
      let trainer = try Trainer(SmallHerbJob.job())
      trainer.table = SmallHerbJob.table(rank: exchange.rank, ranks: 2)
      _ = try trainer.train(to: 3, through: exchange) { _ in }
      return trainer.state.packed
    }
    for rank in 0..<2 { #expect(states[rank].0 && states[rank].1 == undisturbed[rank], "rank \(rank)") }
  }

  @Test("the job travels as bytes")
  func packs() throws {
    let job = try SmallHerbJob.job()
    let back = try job.packed.withUnsafeBytes { try TrainingJob(packed: $0) }
    #expect(back.config == job.config && back.trainingVisits == job.trainingVisits)
    guard case .fmchs(let a) = job.inputs, case .fmchs(let b) = back.inputs else {
      Issue.record("another model")
      return
    }
    #expect(a.graph == b.graph && a.prior == b.prior && a.semantics == b.semantics && a.features == b.features)
    let bytes = job.packed
    for length in [10, bytes.count / 2, bytes.count - 1] {
      #expect(throws: (any Error).self) {
        try Array(bytes.prefix(length)).withUnsafeBytes { try TrainingJob(packed: $0) }
      }
    }
    let table = SmallHerbJob.table(rank: 1, ranks: 2)
    var copy = VisitTable(width: 0)
    try table.packed.withUnsafeBytes { try copy.append(packed: $0) }
    #expect(copy.symptoms == table.symptoms && copy.labels == table.labels && copy.visits == table.visits)
  }

  @Test("scores do not depend on the block, and a set's are those of its row")
  func scores() throws {
    let trainer = try Trainer(SmallHerbJob.job())
    trainer.table = SmallHerbJob.table(rank: 0, ranks: 1)
    let rows = Array(0..<trainer.table.count)
    let all = try trainer.scores(ofRows: rows)
    #expect(try all == trainer.scores(ofRows: rows, block: 5))
    #expect(all.allSatisfy { $0 > 0 && $0 < 1 } && all.count == rows.count * SmallHerbJob.herbs)
    let sets = rows.map { Array(trainer.table.symptoms(ofRow: $0)) }
    #expect(try trainer.scores(ofSymptoms: sets) == all)
    let vectors = try trainer.nodeVectors()
    #expect(vectors.symptoms.count == SmallHerbJob.symptoms * 16 && vectors.herbs.count == SmallHerbJob.herbs * 16)
    #expect(throws: TrainingError.wrongModel(needed: .fmchs, found: .nlaMMR)) {
      try Trainer(SmallJob.job()).nodeVectors()
    }
  }

  @Test("every visit has one holder")
  func shards() {
    for ranks in 1...6 {
      for visit in Int32(0)..<40 {
        #expect((0..<ranks).count { HerbShards.holds(visit: visit, rank: $0, size: ranks) } == 1)
      }
    }
  }
}

/// Loses the other ranks at one of the exchanges of a step.
final class FailingExchange: StepExchange {
  struct Lost: Error {}
  private let inner: any StepExchange
  private var left: Int

  init(_ inner: any StepExchange, after count: Int) { (self.inner, left) = (inner, count) }
  var rank: Int { inner.rank }
  var size: Int { inner.size }
  var shouldStop: Bool { false }

  private func count() throws {
    if left == 0 { throw Lost() }
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
