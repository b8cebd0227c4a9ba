import Layers
import Models
import Random
import TensorCore

/// One rank's replica of a run: weights, optimiser, the visits it holds, and its share of every step.
///
/// A step is exact data parallelism. Every rank runs the patient side for the visits it holds and the molecule encoder
/// for its share of the molecules; BatchNorm statistics, molecule vectors and gradients are exchanged so that all ranks
/// apply the same update. A step changes nothing until its last exchange has succeeded.
public final class Trainer {
  public let job: TrainingJob
  public let store: ParameterStore<Float>
  let model: NLAMMR<Float>
  let optimizer: Adam<Float>
  public var table: VisitTable

  /// Epochs completed, and steps done of the one in progress.
  public internal(set) var epoch = 0
  public internal(set) var stepInEpoch = 0
  /// Loss of the steps done of the epoch in progress, over all ranks.
  public internal(set) var lossInEpoch = LossSums()
  /// Told when a part of a step has ended: a clock for benchmarks.
  package var stageEnded: ((StepStage) -> Void)?

  /// How the ranks compute the products of training; settled anew by every `train`.
  var products = ProductPrecision.float32
  /// The best bf16 path of this rank and why, where that is not this process's: for tests.
  package var offeredPath: (path: BFloat16Path?, reason: String)?

  private let medicationTextsMD: Tensor<Float>
  private let average: MoleculeAverage
  private var membership: Membership?
  private var evaluationMolecules: [MoleculeInputs]?

  /// What depends on how many ranks there are.
  private struct Membership {
    let rank, size: Int
    /// This rank's share of the molecules in canonical parts: the same for every number of ranks that divides four.
    let molecules: [MoleculeInputs]
    /// Molecules of each rank; nil when every rank encodes all of them.
    let moleculeCounts: [Int]?
    let factors: StepFactors
    /// The molecule encoder's parameters within the store.
    let encoderRange: Range<Int>
    /// Parts of the store whose gradients are added up; those of the others are formed from factors.
    let accumulated: [Range<Int>]
    /// Parameters whose gradients are sums over ranks: the molecule encoder's, and those of large patient layers.
    let summed: [Range<Int>]
    var scratch: [Float]
  }

  public init(_ job: TrainingJob) throws {
    guard job.molecules.moleculeCount > 0 else { throw TrainingError.noMolecules }
    self.job = job
    Threads.count = job.config.threads
    store = ParameterStore<Float>(seed: UInt64(job.config.seed))
    model = try NLAMMR(job.modelConfig, in: store.scope)
    store.seal()
    optimizer = Adam(
      store, beta1: job.config.beta1, beta2: job.config.beta2, epsilon: job.config.adamEps,
      weightDecay: job.config.weightDecay)
    table = VisitTable(width: job.width)
    medicationTextsMD = try Tensor(job.medicationTexts, [job.medicationCount, job.width])
    average = try MoleculeAverage(
      moleculesOfMedications: job.moleculesOfMedications, moleculeCount: job.molecules.moleculeCount)
  }

  /// Global steps done: the position that all ranks must share.
  public var position: UInt64 { UInt64(epoch * job.stepsPerEpoch + stepInEpoch) }

  // MARK: A step

  /// Runs steps of the epoch in progress up to `end`, or up to a stop request; then the epoch's end if it is reached.
  /// - Parameters:
  ///   - agreed: called first, with how the ranks compute their products; not for `precision: float32`.
  ///   - report: called after every step with the sums of the epoch so far.
  /// - Returns: true when a stop was asked for.
  public func train(
    to end: Int, through exchange: any StepExchange, agreed: (ProductAgreement) throws -> Void = { _ in },
    report: (LossSums) throws -> Void
  ) throws -> Bool {
    try join(exchange)
    if let agreement = try agreeOnProducts(through: exchange) { try agreed(agreement) }
    let plan = job.plan(epoch: epoch)
    while stepInEpoch < end {
      do {
        lossInEpoch += try ProductPrecision.$current.withValue(products) {
          try step(plan.visits(ofStep: stepInEpoch), through: exchange)
        }
      } catch {
        store.discardStatistics()
        throw error
      }
      stepInEpoch += 1
      try report(lossInEpoch)
      if exchange.shouldStop { return true }
    }
    return false
  }

  /// Closes the epoch in progress.
  public func finishEpoch() {
    epoch += 1
    stepInEpoch = 0
    lossInEpoch = LossSums()
  }

  private func step(_ visits: ArraySlice<Int32>, through exchange: any StepExchange) throws -> LossSums {
    guard let membership else { throw TrainingError.stateMismatch("a step before the shards") }
    let counters = DropoutStep(seed: UInt64(job.config.seed), step: position)
    for range in membership.accumulated { store.zeroGradients(in: range) }
    stageEnded?(.clear)

    let parts = membership.molecules
    if parts.count > 1 { store.prepareSlots(parts.count, range: membership.encoderRange) }
    let ownNS = try model.moleculeEncoder(parts: parts, counters)
    var moleculesNS = ownNS
    if let counts = membership.moleculeCounts {
      moleculesNS = try ownNS.gatheredFromRanks(counts: counts, through: exchange)
    }
    stageEnded?(.ginForward)
    if let stageEnded { moleculesNS = moleculesNS.whenGradientArrives { stageEnded(.restBackward) } }
    let medicationsMK = try model.medications(
      moleculesNS: moleculesNS, average: average, textsMD: medicationTextsMD, counters)

    let (loss, gradientMK) = try patientSide(visits, medicationsMK.detached(), counters, membership, through: exchange)
    try medicationsMK.backward(from: gradientMK)
    if parts.count > 1 { store.foldSlots() }
    try sumGradients(through: exchange)
    stageEnded?(.ginBackward)

    var factors = try membership.factors.take(visits: visits.count)
    // Every exchange of the step has succeeded: from here on nothing can fail, and the step counts.
    guard loss.total.isFinite else {
      throw TrainingError.notFinite(what: "the training loss", epoch: epoch + 1, step: stepInEpoch + 1)
    }
    if job.config.clipNorm > 0 {
      // The norm is that of the whole gradient, the same on all ranks: factors become gradients first.
      for factor in factors { try factor.setGradient() }
      factors = []
      try store.clipGradients(norm: job.config.clipNorm)
    }
    optimizer.step(learningRate: job.learningRate(epoch: epoch, step: Int(position)), factors: factors)
    store.commitStatistics()
    stageEnded?(.adam)
    return loss
  }

  /// Forward and backward of the patient side, whose gradients end in the store, and dL/dẼ `[M, K]`.
  private func patientSide(
    _ visits: ArraySlice<Int32>, _ medicationsMK: Tensor<Float>, _ counters: DropoutStep, _ membership: Membership,
    through exchange: any StepExchange
  ) throws -> (LossSums, Tensor<Float>) {
    var rows: [Int] = []
    var positions: [Int32] = []
    for (position, visit) in visits.enumerated() {
      guard let row = table.row(ofVisit: visit) else { continue }
      rows.append(row)
      positions.append(Int32(position))
    }
    let factors = membership.factors
    let isShared = exchange.size > 1
    if isShared {
      factors.begin(rows: positions)
    } else {
      if let missing = visits.enumerated().first(where: { table.row(ofVisit: $0.element) == nil }) {
        throw TrainingError.visitNotComputed(position: missing.offset, step: stepInEpoch)
      }
      factors.beginAlone()
    }

    let leafMK = medicationsMK.requiringGradient()
    var own = LossSums()
    if !rows.isEmpty {
      let inputs = try BatchInputs.patients(
        rows, of: table, positions: positions, maxHistory: job.config.maxHistory, width: job.config.dK,
        zeroEmptyHistory: job.config.emptyHistory == .zero)
      let visitBK = try model.patients(inputs, counters).visitBK
      let logitsBM: Tensor<Float>
      if isShared {
        logitsBM = Tensor.custom(
          inputs: [visitBK], output: try visitBK.detached().matmul(transposed: medicationsMK)
        ) { dy in
          visitBK.withUnsafeBufferPointer { visits in
            dy.withUnsafeBufferPointer { factors.logits(visits: visits, gradient: $0) }
          }
          return [try dy.matmul(medicationsMK)]
        }
      } else {
        logitsBM = try visitBK.matmul(transposed: leafMK)
      }
      own = try loss(
        logitsBM, BatchInputs.targets(rows, of: table, medications: job.medicationCount), visits: visits.count)
    }
    guard isShared else {
      guard let gradient = leafMK.gradient else {
        throw TrainingError.visitNotComputed(position: 0, step: stepInEpoch)
      }
      return (own, gradient)
    }
    let all = try factors.exchange(
      bce: own.bce, margin: own.margin, total: own.total, visits: visits.count, step: stepInEpoch, through: exchange)
    let visitBK = try Tensor(Array(factors.visitBK[..<(visits.count * job.config.dK)]), [visits.count, job.config.dK])
    let gradientBM = try Tensor(
      Array(factors.gradientBM[..<(visits.count * job.medicationCount)]), [visits.count, job.medicationCount])
    try visitBK.matmul(transposed: leafMK).backward(from: gradientBM)
    guard let gradient = leafMK.gradient else { throw TrainingError.stateMismatch("no gradient of the medications") }
    return (all, gradient)
  }

  /// L = α BCE + (1 − α) margin (Eq. 15–17), backpropagated; divisors are those of the global batch.
  private func loss(_ logitsBM: Tensor<Float>, _ targetsBM: Tensor<Float>, visits: Int) throws -> LossSums {
    let medications = Double(job.medicationCount)
    let alpha = job.config.alpha
    let (bceDivisor, marginDivisor) =
      switch job.config.lossReduction {
      case .mean: (Double(visits) * medications, Double(visits) * medications)
      case .paperSum: (1.0, medications)
      }
    let bce = try logitsBM.bceSum(targetsBM, divisor: bceDivisor)
    let margin = try logitsBM.marginSum(targetsBM, divisor: marginDivisor)
    let total = try bce.scaled(by: alpha) + margin.scaled(by: 1 - alpha)
    stageEnded?(.restForward)
    try total.backward()
    var sums = LossSums()
    sums.bce = Double(bce.item)
    sums.margin = Double(margin.item)
    sums.total = Double(total.item)
    sums.steps = 1
    return sums
  }

  private func sumGradients(through exchange: any StepExchange) throws {
    guard var membership, exchange.size > 1, !membership.summed.isEmpty else { return }
    self.membership?.scratch = []  // one owner, so that the scratch is not copied
    defer { self.membership?.scratch = membership.scratch }
    let gradients = store.gradients
    var offset = 0
    for range in membership.summed {
      for index in range {
        membership.scratch[offset] = gradients[index]
        offset += 1
      }
    }
    try membership.scratch.withUnsafeMutableBufferPointer { try exchange.sum($0) }
    offset = 0
    for range in membership.summed {
      for index in range {
        gradients[index] = membership.scratch[offset]
        offset += 1
      }
    }
  }

  // MARK: Ranks

  /// Takes this rank's share: nothing to do while rank and size stay the same.
  private func join(_ exchange: any StepExchange) throws {
    if let membership, membership.rank == exchange.rank, membership.size == exchange.size {
      store.statisticsExchange = membership.moleculeCounts == nil ? nil : SharedStatistics(exchange)
      store.linearSink = membership.factors
      return
    }
    let shares = moleculeShares(size: exchange.size)
    let isSharded = exchange.size > 1 && shares.count == exchange.size
    let factors = StepFactors(
      model.patientLayers(historyLength: job.config.maxHistory),
      batch: min(job.config.batch, job.trainingVisits.count), width: job.config.dK,
      medications: job.medicationCount)
    let dense = factors.denseParameters
    let encoder = store.entries.filter { $0.name.hasPrefix(NLAMMR<Float>.moleculeEncoderName + ".") }
    // BatchNorm's own weights have gradients that cover all ranks already.
    let summed = store.entries.filter { entry in
      dense.contains(entry.name) || (isSharded && encoder.contains(entry) && !entry.name.contains(".bn"))
    }
    membership = Membership(
      rank: exchange.rank, size: exchange.size,
      molecules: try (isSharded ? shares[exchange.rank] : shares.flatMap { $0 }).map {
        try BatchInputs.molecules($0, of: job)
      },
      moleculeCounts: isSharded ? shares.map { $0.reduce(0) { $0 + $1.count } } : nil, factors: factors,
      encoderRange: (encoder.first?.range.lowerBound ?? 0)..<(encoder.last?.range.upperBound ?? 0),
      accumulated: complement(of: factors.factoredRanges), summed: summed.map(\.range),
      scratch: [Float](repeating: 0, count: exchange.size > 1 ? summed.reduce(0) { $0 + $1.range.count } : 0))
    try join(exchange)
  }

  /// What the ranges leave of the store.
  private func complement(of ranges: [Range<Int>]) -> [Range<Int>] {
    var rest: [Range<Int>] = []
    var next = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if next < range.lowerBound { rest.append(next..<range.lowerBound) }
      next = range.upperBound
    }
    return next < store.count ? rest + [next..<store.count] : rest
  }

  /// The molecules of each rank, in parts. Four parts with about equally many atoms are the same whether one, two or
  /// four ranks hold them, and so are the sums over them. Other numbers of ranks take one part each; when there are too
  /// few molecules, every rank encodes all of them, and the only share is everything.
  private func moleculeShares(size: Int) -> [[Range<Int>]] {
    let quarters = job.molecules.balancedRanges(4)
    if [1, 2, 4].contains(size), !quarters.contains(where: \.isEmpty) {
      let perRank = 4 / size
      return (0..<size).map { Array(quarters[($0 * perRank)..<(($0 + 1) * perRank)]) }
    }
    let ranges = job.molecules.balancedRanges(size)
    return ranges.contains(where: \.isEmpty) ? [[0..<job.molecules.moleculeCount]] : ranges.map { [$0] }
  }

  // MARK: Evaluation

  /// σ(p_v · Ẽ) of the given rows of `table`, `[rows, M]`, in evaluation mode.
  /// The medications are encoded once; visits go through in blocks. In float32, also in a run of `precision: mixed`: the
  /// scores of a set of weights depend on nothing else.
  public func scores(ofRows rows: [Int], block: Int = 256) throws -> [Float] {
    try store.withoutGradients {
      store.statisticsExchange = nil
      let medicationsMK = try encodedMedications()
      let medications = job.medicationCount
      var scores = [Float](repeating: 0, count: rows.count * medications)
      try scores.withUnsafeMutableBufferPointer { scores in
        try WorkTeam.run((rows.count + block - 1) / block) { number in
          let part = number * block..<min(rows.count, (number + 1) * block)
          let inputs = try BatchInputs.patients(
            Array(rows[part]), of: table, positions: [], maxHistory: job.config.maxHistory, width: job.config.dK,
            zeroEmptyHistory: job.config.emptyHistory == .zero)
          let logitsBM = try model.patients(inputs, nil).visitBK.matmul(transposed: medicationsMK)
          logitsBM.sigmoid().withUnsafeBufferPointer { source in
            guard let from = source.baseAddress, let to = scores.baseAddress else { return }
            (to + part.lowerBound * medications).update(from: from, count: source.count)
          }
        }
      }
      return scores
    }
  }

  /// Ẽ of all medications in evaluation mode; the parts of the molecules do not depend on each other there.
  private func encodedMedications() throws -> Tensor<Float> {
    let parts = try evaluationMolecules ?? moleculeShares(size: 1)[0].map { try BatchInputs.molecules($0, of: job) }
    evaluationMolecules = parts
    var encoded = [Tensor<Float>?](repeating: nil, count: parts.count)
    try encoded.withUnsafeMutableBufferPointer { encoded in
      try WorkTeam.run(parts.count) { encoded[$0] = try model.moleculeEncoder(parts[$0], nil) }
    }
    return try model.medications(
      moleculesNS: Tensor.joinedRows(encoded.compactMap { $0 }), average: average, textsMD: medicationTextsMD, nil)
  }
}
