import Layers
import Metrics
import Random
import TensorCore

/// A network from symptom sets to a logit per herb.
package protocol HerbNetwork<Element> {
  associatedtype Element: TensorElement
  /// Computes what does not depend on the rows (graphs), and returns the function from rows to logits `[rows, herbs]`.
  /// - Parameter step: of dropout and batch statistics; nil in evaluation
  func scorer(_ step: DropoutStep?) throws -> (SymptomBatch<Element>) throws -> Tensor<Element>
}

/// Trains a network, keeps its best epoch and scores with that.
package struct BaselineTrainer<Network: HerbNetwork> {
  let network: Network
  let store: ParameterStore<Network.Element>
  let data: HerbData
  let recipe: TrainingRecipe
  let seed: UInt64
  /// Rows that are learnt from.
  let rows: [Int]

  package init(
    network: Network, store: ParameterStore<Network.Element>, data: HerbData, recipe: TrainingRecipe, seed: UInt64,
    rows: [Int]
  ) {
    self.network = network
    self.store = store
    self.data = data
    self.recipe = recipe
    self.seed = seed
    self.rows = rows
  }

  /// Rows scored at a time.
  private static var evaluationBatch: Int { 1024 }

  package func fit(_ progress: (BaselineEpoch) throws -> Void) throws -> BaselineFit {
    try recipe.validate()
    let adam = Adam(store, weightDecay: recipe.weightDecay, decoupled: recipe.isDecoupled)
    let labels = try data.labels(data.validation)
    let clock = ContinuousClock()
    var best: (epoch: Int, value: Double, state: [[Network.Element]], scores: [Float])?
    var epochs: [BaselineEpoch] = []
    for epoch in 1...recipe.epochs {
      let start = clock.now
      let loss = try train(epoch: epoch, adam)
      let seconds = (clock.now - start) / .seconds(1)
      let validation = try scores(data.validation)
      let metrics = try RankingMetricSet(labels: labels, scores: validation.scores, cutoffs: [5, 10, 20])
      let value = recipe.selection == .loss ? -validation.loss : metrics[10]?.f1 ?? 0
      let isBest = best.map { value > $0.value } ?? true
      if isBest { best = (epoch, value, state, validation.scores) }
      let entry = BaselineEpoch(
        epoch: epoch, trainingLoss: loss, validationLoss: validation.loss, validation: metrics, isBest: isBest,
        seconds: seconds)
      epochs.append(entry)
      try progress(entry)
      if let patience = recipe.patience, let best, epoch - best.epoch >= patience { break }
    }
    if let best { restore(best.state) }
    return BaselineFit(
      validation: best?.scores ?? [], test: try scores(data.test).scores, bestEpoch: best?.epoch, epochs: epochs,
      parameters: store.parameterCount)
  }

  /// One epoch.
  /// - Returns: mean over rows of the cross-entropy summed over herbs
  package func train(epoch: Int, _ adam: Adam<Network.Element>) throws -> Double {
    let rate = recipe.schedule.rate(base: recipe.learningRate, at: epoch - 1)
    var order = rows
    if recipe.shuffles {
      let random = CounterRandom(seed: seed, stream: RandomDomain.shuffle.stream(UInt64(epoch)))
      order = random.permutation(rows.count).map { rows[$0] }
    }
    var sum = 0.0
    for range in recipe.batches(of: order.count) {
      let step = DropoutStep(seed: seed, step: UInt64(adam.stepCount))
      sum += try gradients(order[range], step) * divisor(rows: range.count)
      adam.step(learningRate: rate)
      store.commitStatistics()
    }
    return sum / Double(order.count)
  }

  /// Leaves the gradients of one step in the store.
  /// - Returns: the loss that was differentiated
  package func gradients(_ rows: ArraySlice<Int>, _ step: DropoutStep) throws -> Double {
    store.zeroGradients()
    let logits = try network.scorer(step)(SymptomBatch(data, rows: rows))
    let targets = try data.targets(rows, as: Network.Element.self)
    let loss = try logits.bceSum(targets, divisor: divisor(rows: rows.count))
    try loss.backward()
    return Double(loss.item)
  }

  private func divisor(rows: Int) -> Double {
    switch recipe.lossScale {
    case .rows: Double(rows)
    case .elements: Double(rows * data.herbCount)
    case .none: 1
    }
  }

  /// Logits of some rows, and their mean cross-entropy summed over herbs.
  package func scores(_ rows: [Int]) throws -> (scores: [Float], loss: Double) {
    var scores: [Float] = []
    scores.reserveCapacity(rows.count * data.herbCount)
    var loss = 0.0
    try store.withoutGradients {
      let score = try network.scorer(nil)
      for start in stride(from: 0, to: rows.count, by: Self.evaluationBatch) {
        let part = rows[start..<min(start + Self.evaluationBatch, rows.count)]
        let logits = try score(SymptomBatch(data, rows: part))
        loss += Double(try logits.bceSum(data.targets(part, as: Network.Element.self), divisor: 1).item)
        logits.withUnsafeBufferPointer { for value in $0 { scores.append(Float(value)) } }
      }
    }
    return (scores, rows.isEmpty ? 0 : loss / Double(rows.count))
  }

  /// Weights and running statistics.
  private var state: [[Network.Element]] { [Array(store.values)] + store.buffers.map { Array($0.values) } }

  private func restore(_ state: [[Network.Element]]) {
    for (place, values) in zip([store.values] + store.buffers.map(\.values), state) {
      for (index, value) in values.enumerated() { place[index] = value }
    }
  }
}
