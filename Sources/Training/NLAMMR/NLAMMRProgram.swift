import Layers
import Models
import TensorCore

/// NLA-MMR's share of a step on one rank.
///
/// Every rank runs the patient side for the visits it holds and the molecule encoder for its share of the molecules;
/// BatchNorm statistics, molecule vectors and gradients are exchanged so that all ranks apply the same update.
final class NLAMMRProgram: TrainingProgram {
  let job: TrainingJob
  let inputs: NLAMMRInputs
  let store: ParameterStore<Float>
  let model: NLAMMR<Float>

  private let medicationTextsMD: Tensor<Float>
  private let average: MoleculeAverage
  private var membership: Membership?
  /// The own visits of the step at hand: their rows in the table, and their positions in the global batch.
  private var rows: [Int] = []
  private var positions: [Int32] = []
  private var evaluationMolecules: [MoleculeInputs]?

  /// What depends on how many ranks there are.
  private struct Membership {
    let rank, size: Int
    /// This rank's share of the molecules in canonical parts: the same for every number of ranks that divides four.
    let parts: Int
    let network: GINNetwork<Float>
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

  init(_ job: TrainingJob, _ inputs: NLAMMRInputs, in store: ParameterStore<Float>) throws {
    guard inputs.molecules.moleculeCount > 0 else { throw TrainingError.noMolecules }
    self.job = job
    self.inputs = inputs
    self.store = store
    model = try NLAMMR(inputs.modelConfig(job.config), in: store.scope)
    store.seal()
    medicationTextsMD = try Tensor(inputs.medicationTexts, [job.medicationCount, inputs.width])
    average = try MoleculeAverage(
      moleculesOfMedications: inputs.moleculesOfMedications, moleculeCount: inputs.molecules.moleculeCount)
  }

  // MARK: A step

  func step(_ step: TrainingStep, through exchange: any StepExchange) throws -> StepGradients {
    guard let membership else { throw TrainingError.stateMismatch("a step before the shards") }
    for range in membership.accumulated { store.zeroGradients(in: range) }
    step.stageEnded?(.clear)

    let parts = membership.parts
    if parts > 1 { store.prepareSlots(parts, range: membership.encoderRange) }
    let ownNS = try membership.network(step: step.counters.step)
    var moleculesNS = ownNS
    if let counts = membership.moleculeCounts {
      moleculesNS = try ownNS.gatheredFromRanks(counts: counts, through: exchange)
    }
    step.stageEnded?(.ginForward)
    if let stageEnded = step.stageEnded { moleculesNS = moleculesNS.whenGradientArrives { stageEnded(.restBackward) } }
    let medicationsMK = try model.medications(
      moleculesNS: moleculesNS, average: average, textsMD: medicationTextsMD, step.counters)

    let (loss, gradientMK) = try patientSide(step, medicationsMK.detached(), membership, through: exchange)
    try medicationsMK.backward(from: gradientMK)
    if parts > 1 { store.foldSlots() }
    try sumGradients(through: exchange)
    step.stageEnded?(.ginBackward)
    return StepGradients(loss: loss, factors: try membership.factors.take(visits: step.visits.count))
  }

  /// Forward and backward of the patient side, whose gradients end in the store, and dL/dẼ `[M, K]`.
  private func patientSide(
    _ step: TrainingStep, _ medicationsMK: Tensor<Float>, _ membership: Membership, through exchange: any StepExchange
  ) throws -> (LossSums, Tensor<Float>) {
    let (visits, table) = (step.visits, step.table)
    rows.removeAll(keepingCapacity: true)
    positions.removeAll(keepingCapacity: true)
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
        throw TrainingError.visitNotComputed(position: missing.offset, step: step.number)
      }
      factors.beginAlone()
    }

    let leafMK = medicationsMK.requiringGradient()
    var own = LossSums()
    if !rows.isEmpty {
      let inputs = try BatchInputs.patients(
        rows, of: table, positions: positions, maxHistory: job.config.maxHistory, width: job.config.dK,
        zeroEmptyHistory: job.config.emptyHistory == .zero)
      let visitBK = try model.patients(inputs, step.counters).visitBK
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
        logitsBM, BatchInputs.targets(rows, of: table, medications: job.medicationCount), step)
    }
    guard isShared else {
      guard let gradient = leafMK.gradient else {
        throw TrainingError.visitNotComputed(position: 0, step: step.number)
      }
      return (own, gradient)
    }
    let all = try factors.exchange(
      own, visits: visits.count, step: step.number, through: exchange)
    let visitBK = try Tensor(Array(factors.visitBK[..<(visits.count * job.config.dK)]), [visits.count, job.config.dK])
    let gradientBM = try Tensor(
      Array(factors.gradientBM[..<(visits.count * job.medicationCount)]), [visits.count, job.medicationCount])
    try visitBK.matmul(transposed: leafMK).backward(from: gradientBM)
    guard let gradient = leafMK.gradient else { throw TrainingError.stateMismatch("no gradient of the medications") }
    return (all, gradient)
  }

  /// L = α BCE + (1 − α) margin (Eq. 15–17), backpropagated; divisors are those of the global batch.
  private func loss(
    _ logitsBM: Tensor<Float>, _ targetsBM: Tensor<Float>, _ step: TrainingStep
  ) throws -> LossSums {
    let visits = step.visits.count
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
    step.stageEnded?(.restForward)
    try total.backward()
    return LossSums(
      total: Double(total.item), terms: SIMD4(Double(bce.item), Double(margin.item), 0, 0))
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
  func join(_ exchange: any StepExchange) throws {
    if let membership, membership.rank == exchange.rank, membership.size == exchange.size {
      store.statisticsExchange = membership.moleculeCounts == nil ? nil : SharedStatistics(exchange)
      store.linearSink = membership.factors
      return
    }
    let shares = moleculeShares(size: exchange.size)
    let isSharded = exchange.size > 1 && shares.count == exchange.size
    let factors = StepFactors(
      model.patientLayers,
      batch: min(job.config.batch, job.trainingVisits.count), width: job.config.dK,
      medications: job.medicationCount)
    let dense = factors.denseParameters
    let encoder = store.entries.filter { $0.name.hasPrefix(NLAMMR<Float>.moleculeEncoderName + ".") }
    // BatchNorm's own weights have gradients that cover all ranks already.
    let summed = store.entries.filter { entry in
      dense.contains(entry.name) || (isSharded && encoder.contains(entry) && !entry.name.contains(".bn"))
    }
    membership = nil  // its memory is for the next one
    let molecules = try (isSharded ? shares[exchange.rank] : shares.flatMap { $0 }).map {
      try BatchInputs.molecules($0, of: inputs, job.config)
    }
    let encoderRange = (encoder.first?.range.lowerBound ?? 0)..<(encoder.last?.range.upperBound ?? 0)
    if molecules.count > 1 { store.prepareSlots(molecules.count, range: encoderRange) }
    membership = Membership(
      rank: exchange.rank, size: exchange.size,
      parts: molecules.count,
      network: try model.moleculeEncoder.network(
        parts: molecules, DropoutStep(seed: UInt64(job.config.seed), step: 0)),
      moleculeCounts: isSharded ? shares.map { $0.reduce(0) { $0 + $1.count } } : nil, factors: factors,
      encoderRange: encoderRange,
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
    let quarters = inputs.molecules.balancedRanges(4)
    if [1, 2, 4].contains(size), !quarters.contains(where: \.isEmpty) {
      let perRank = 4 / size
      return (0..<size).map { Array(quarters[($0 * perRank)..<(($0 + 1) * perRank)]) }
    }
    let ranges = inputs.molecules.balancedRanges(size)
    return ranges.contains(where: \.isEmpty) ? [[0..<inputs.molecules.moleculeCount]] : ranges.map { [$0] }
  }

  // MARK: Evaluation

  /// σ(p_v · Ẽ). The medications are encoded once; visits go through in blocks.
  func scores(ofRows rows: [Int], of table: VisitTable, block: Int) throws -> [Float] {
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

  /// Ẽ of all medications in evaluation mode; the parts of the molecules do not depend on each other there.
  private func encodedMedications() throws -> Tensor<Float> {
    let parts =
      try evaluationMolecules
      ?? moleculeShares(size: 1)[0].map { try BatchInputs.molecules($0, of: inputs, job.config) }
    evaluationMolecules = parts
    var encoded = [Tensor<Float>?](repeating: nil, count: parts.count)
    try encoded.withUnsafeMutableBufferPointer { encoded in
      try WorkTeam.run(parts.count) { encoded[$0] = try model.moleculeEncoder(parts[$0], nil) }
    }
    return try model.medications(
      moleculesNS: Tensor.joinedRows(encoded.compactMap { $0 }), average: average, textsMD: medicationTextsMD, nil)
  }
}
