// Shapes: B rows of a part · M herbs · S symptoms · D = d.
import Layers
import Models
import TensorCore

/// FMCHS's share of a step on one rank.
///
/// The graph of symptoms and herbs does not depend on the batch: rank 0 computes it once, all ranks get the vectors of
/// its nodes, run the rows that they hold, part by part (`HerbShards`), and add up what these want of the nodes; rank 0
/// goes back through the graph. Three exchanges a step: node vectors, gradients of rows and nodes, gradients of the graph.
final class FMCHSProgram: TrainingProgram {
  private let job: TrainingJob
  private let inputs: FMCHSInputs
  private let store: ParameterStore<Float>
  private let model: FMCHS<Float>
  private let semanticsSX, featuresHX: Tensor<Float>

  /// Parameters that rows use, and those that the graph part uses: attention's maps of the herbs are in both.
  private let rowRange: Range<Int>
  private let graphRanges: [Range<Int>]
  private var rank = 0
  private var size = 1

  init(_ job: TrainingJob, _ inputs: FMCHSInputs, in store: ParameterStore<Float>) throws {
    self.job = job
    self.inputs = inputs
    self.store = store
    let config = inputs.modelConfig(job)
    model = try FMCHS(config, prior: inputs.prior, in: store.scope)
    store.seal()
    semanticsSX = try Tensor(inputs.semantics, [inputs.symptomCount, inputs.semanticWidth])
    featuresHX = try Tensor(inputs.features, [job.medicationCount, inputs.featureWidth])
    let rows = store.entries.filter { !FMCHS<Float>.isGraphParameter($0.name) }
    rowRange = (rows.first?.range.lowerBound ?? store.count)..<store.count
    let shared = rows.filter { FMCHS<Float>.isShared($0.name, config) }
    graphRanges = [0..<rowRange.lowerBound] + shared.map(\.range)
  }

  func join(_ exchange: any StepExchange) { (rank, size) = (exchange.rank, exchange.size) }

  // MARK: A step

  func step(_ step: TrainingStep, through exchange: any StepExchange) throws -> StepGradients {
    store.zeroGradients()
    step.stageEnded?(.clear)

    let graph =
      rank == 0
      ? try model.nodes(
        semanticsSX: semanticsSX, featuresHX: featuresHX, graph: inputs.graph, step: step.counters) : nil
    let nodes = try shared(graph?.nodes, through: exchange)
    step.stageEnded?(.ginForward)

    let parts = try ownParts(of: step)
    store.prepareSlots(parts.count, range: rowRange)
    var outcomes = [PartOutcome?](repeating: nil, count: parts.count)
    let products = ProductPrecision.current
    try outcomes.withUnsafeMutableBufferPointer { outcomes in
      try WorkTeam.run(parts.count) { number in
        outcomes[number] = try ProductPrecision.$current.withValue(products) {
          try store.inSlot(number) { try run(parts[number], nodes, step) }
        }
      }
    }
    store.foldSlots()
    step.stageEnded?(.restForward)
    var rowGradients = try collected(outcomes.compactMap { $0 }, nodes)
    try rowGradients.withUnsafeMutableBufferPointer { try exchange.sum($0) }
    step.stageEnded?(.restBackward)

    store.zeroGradients(in: rowRange)
    if let graph {
      try backward(graph, from: rowGradients.suffix(from: rowRange.count))
    }
    let loss = try exchangeGraph(
      outcomes.compactMap { $0?.loss }, rows: parts.reduce(0) { $0 + $1.rows.count },
      fcrl: graph.map { Double($0.fcrl.item) } ?? 0, step: step, through: exchange)
    let gradients = store.gradients
    for (index, place) in rowRange.enumerated() { gradients[place] += rowGradients[index] }
    step.stageEnded?(.ginBackward)
    return StepGradients(loss: loss)
  }

  /// The rows of one canonical part of a batch.
  private struct Part {
    /// Rows of the table, and their positions in the batch.
    var rows: [Int] = []
    var positions: [Int32] = []
  }

  /// What the rows of a part leave.
  private struct PartOutcome {
    /// Sums over the part's rows, divided by the rows of the batch: the total without L_fcrl, BCE, auxiliary BCE.
    var loss = [0.0, 0.0, 0.0]
    /// dL of every node tensor; empty for a part without rows.
    var nodes: [Tensor<Float>] = []
  }

  private func ownParts(of step: TrainingStep) throws -> [Part] {
    let (own, count) = HerbShards.parts(ofRank: rank, size: size)
    var parts = [Part](repeating: Part(), count: own.count)
    for (position, visit) in step.visits.enumerated() {
      let part = HerbShards.part(ofVisit: visit, count: count)
      guard own.contains(part) else { continue }
      guard let row = step.table.row(ofVisit: visit) else {
        throw TrainingError.visitNotComputed(position: position, step: step.number)
      }
      parts[part - own.lowerBound].rows.append(row)
      parts[part - own.lowerBound].positions.append(Int32(position))
    }
    return parts
  }

  /// Forward and backward of the rows of a part; gradients of parameters go to the current slot.
  private func run(_ part: Part, _ shared: FMCHSNodes<Float>, _ step: TrainingStep) throws -> PartOutcome {
    guard !part.rows.isEmpty else { return PartOutcome() }
    let nodes = try shared.leaves()
    let output = try model(
      symptomSets(part.rows.map { Array(step.table.symptoms(ofRow: $0)) }), nodes: nodes, step: step.counters,
      rows: part.positions)
    let settings = job.config.fmchs
    let herbs = try IndexSets(part.rows.map { Array(step.table.labels(ofRow: $0)) }, bound: job.medicationCount)
    func loss(_ logits: Tensor<Float>) throws -> Tensor<Float> {
      try FMCHS.loss(
        logits, herbs: herbs, batch: step.visits.count, smoothing: settings.labelSmoothing,
        recallWeight: settings.recallWeight)
    }
    let bce = try loss(output.logits)
    var total = bce
    var outcome = PartOutcome()
    if let baseLogits = output.baseLogits, settings.auxWeight > 0 {
      let auxiliary = try loss(baseLogits)
      total = try bce + auxiliary.scaled(by: settings.auxWeight)
      outcome.loss[2] = Double(auxiliary.item)
    }
    outcome.loss[0] = Double(total.item)
    outcome.loss[1] = Double(bce.item)
    try total.backward()
    outcome.nodes = nodes.tensors.map { $0.gradient ?? Tensor.zeros($0.shape.axes) }
    return outcome
  }

  // MARK: Exchanges

  /// The node vectors on every rank, from those of rank 0.
  private func shared(
    _ nodes: FMCHSNodes<Float>?, through exchange: any StepExchange
  ) throws -> FMCHSNodes<Float> {
    if size == 1, let nodes { return nodes }
    let own = nodes.map { Self.joined($0.tensors) } ?? []
    var received: FMCHSNodes<Float>?
    try own.withUnsafeBytes { bytes in
      try exchange.allGather(bytes) { sender, bytes in
        guard sender == 0, nodes == nil else { return }
        let expected = FMCHSNodes<Float>.count(model.config) * 4
        guard bytes.count == expected else {
          throw TrainingError.exchangeMismatch(
            what: "node vectors", rank: sender, expected: expected, found: bytes.count)
        }
        received = try bytes.withMemoryRebound(to: Float.self) { try FMCHSNodes($0, model.config) }
      }
    }
    guard let all = nodes ?? received else { throw TrainingError.stateMismatch("no node vectors came from rank 0") }
    return all
  }

  private static func joined(_ tensors: [Tensor<Float>]) -> [Float] {
    var all: [Float] = []
    all.reserveCapacity(tensors.reduce(0) { $0 + $1.shape.count })
    for tensor in tensors { tensor.withUnsafeBufferPointer { all.append(contentsOf: $0) } }
    return all
  }

  /// The gradients of the rows' parameters, then of the node vectors, added up over this rank's parts.
  private func collected(_ parts: [PartOutcome], _ nodes: FMCHSNodes<Float>) throws -> [Float] {
    let gradients = store.gradients
    var all = Array(gradients[rowRange])
    let sums =
      parts.filter { !$0.nodes.isEmpty }.isEmpty
      ? nil
      : HerbShards.fold(parts.map { Self.joined($0.nodes) }) { a, b in
        if a.isEmpty { a = b } else { for index in b.indices { a[index] += b[index] } }
      }
    let count = nodes.tensors.reduce(0) { $0 + $1.shape.count }
    if let sums { all += sums } else { all += repeatElement(0, count: count) }
    return all
  }

  /// Back through the graph from the gradients of its node vectors, and of λ L_fcrl.
  private func backward(
    _ graph: (nodes: FMCHSNodes<Float>, fcrl: Tensor<Float>), from gradients: ArraySlice<Float>
  ) throws {
    var offset = gradients.startIndex
    var parts: [Tensor<Float>] = []
    for tensor in graph.nodes.tensors {
      let count = tensor.shape.count
      parts.append(try Tensor(Array(gradients[offset..<(offset + count)]), tensor.shape.axes))
      offset += count
    }
    let root = try graph.nodes.handing(gradients: parts) + graph.fcrl.scaled(by: job.config.fmchs.fcrlWeight)
    try root.backward()
  }

  /// Gives every rank rank 0's gradients of the graph part, and the loss over all ranks.
  private func exchangeGraph(
    _ parts: [[Double]], rows: Int, fcrl: Double, step: TrainingStep, through exchange: any StepExchange
  ) throws -> LossSums {
    var packer = Packer()
    packer.put(Int64(rows))
    packer.put(fcrl)
    packer.put(parts.flatMap { $0 })
    let gradients = store.gradients
    if rank == 0, size > 1 {
      packer.reserve(graphRanges.reduce(1_024) { $0 + $1.count * 4 })
      for range in graphRanges { packer.put(UnsafeBufferPointer(rebasing: gradients[range])) }
    }
    var losses: [[Double]] = []
    var (total, covered) = (0.0, 0)
    try packer.bytes.withUnsafeBytes { own in
      try exchange.allGather(own) { sender, bytes in
        var unpacker = Unpacker(bytes, of: "the gradients of the graph")
        covered += Int(try unpacker.take(Int64.self))
        let fcrl: Double = try unpacker.take()
        let values = try unpacker.takeList(of: Double.self)
        losses += stride(from: 0, to: values.count - 2, by: 3).map { Array(values[$0..<($0 + 3)]) }
        if sender == 0 { total = fcrl }
        guard sender == 0, rank != 0 else { return }
        for range in graphRanges {
          let list = try unpacker.takeRawList(stride: 4)
          guard list.count == range.count * 4 else {
            throw TrainingError.exchangeMismatch(
              what: "gradients of the graph", rank: sender, expected: range.count * 4, found: list.count)
          }
          UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: gradients[range])).copyMemory(from: list)
        }
      }
    }
    guard covered == step.visits.count else {
      throw TrainingError.visitNotComputed(position: covered, step: step.number)
    }
    let sums = HerbShards.fold(losses) { a, b in for index in 0..<3 { a[index] += b[index] } } ?? [0, 0, 0]
    return LossSums(
      total: sums[0] + job.config.fmchs.fcrlWeight * total, terms: SIMD4(sums[1], sums[2], total, 0))
  }

  // MARK: Evaluation

  /// σ(logits). The graph is computed once; rows go through in blocks.
  func scores(ofRows rows: [Int], of table: VisitTable, block: Int) throws -> [Float] {
    try scores(ofSets: rows.map { Array(table.symptoms(ofRow: $0)) }, block: block)
  }

  /// The same of any symptom sets, `[sets, M]`.
  func scores(ofSets sets: [[Int32]], block: Int) throws -> [Float] {
    let nodes = try model.nodes(
      semanticsSX: semanticsSX, featuresHX: featuresHX, graph: inputs.graph, step: nil
    ).nodes
    let herbs = job.medicationCount
    var scores = [Float](repeating: 0, count: sets.count * herbs)
    try scores.withUnsafeMutableBufferPointer { scores in
      try WorkTeam.run((sets.count + block - 1) / block) { number in
        let part = number * block..<min(sets.count, (number + 1) * block)
        let output = try model(
          symptomSets(Array(sets[part])), nodes: nodes, step: nil,
          rows: [Int32](repeating: 0, count: part.count))
        output.logits.sigmoid().withUnsafeBufferPointer { source in
          guard let from = source.baseAddress, let to = scores.baseAddress else { return }
          (to + part.lowerBound * herbs).update(from: from, count: source.count)
        }
      }
    }
    return scores
  }

  private func symptomSets(_ sets: [[Int32]]) throws -> SymptomSets {
    let longest = sets.reduce(inputs.longestSet) { max($0, $1.count) }
    return try SymptomSets(sets, bound: inputs.symptomCount, longest: longest)
  }

  /// The vectors of symptoms `[S, D]` and herbs `[M, D]` after the graph.
  func nodeVectors() throws -> (symptoms: [Float], herbs: [Float]) {
    let nodes = try model.nodes(
      semanticsSX: semanticsSX, featuresHX: featuresHX, graph: inputs.graph, step: nil
    ).nodes
    return (nodes.symptomsSD.array, nodes.herbsHD.array)
  }
}
