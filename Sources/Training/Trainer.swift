import Layers
import TensorCore

/// One rank's replica of a run: weights, optimiser, the visits it holds, and its share of every step.
///
/// A step is exact data parallelism: what the ranks compute and exchange is the model's affair (`TrainingProgram`), and
/// ends in the same update on all of them. A step changes nothing until its last exchange has succeeded.
public final class Trainer {
  public let job: TrainingJob
  public let store: ParameterStore<Float>
  private let program: any TrainingProgram
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

  public init(_ job: TrainingJob) throws {
    self.job = job
    Threads.count = job.config.threads
    store = ParameterStore<Float>(seed: UInt64(job.config.seed))
    program =
      switch job.inputs {
      case .nlaMMR(let inputs): try NLAMMRProgram(job, inputs, in: store)
      case .fmchs(let inputs): try FMCHSProgram(job, inputs, in: store)
      }
    optimizer = Adam(
      store, beta1: job.config.beta1, beta2: job.config.beta2, epsilon: job.config.adamEps,
      weightDecay: job.config.weightDecay)
    table = VisitTable(width: job.inputs.textWidth)
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
    try program.join(exchange)
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
    let counters = DropoutStep(seed: UInt64(job.config.seed), step: position)
    let result = try program.step(
      TrainingStep(visits: visits, number: stepInEpoch, counters: counters, table: table, stageEnded: stageEnded),
      through: exchange)
    // Every exchange of the step has succeeded: from here on nothing can fail, and the step counts.
    guard result.loss.total.isFinite else {
      throw TrainingError.notFinite(what: "the training loss", epoch: epoch + 1, step: stepInEpoch + 1)
    }
    var factors = result.factors
    if job.config.clipNorm > 0 {
      // The norm is that of the whole gradient, the same on all ranks: factors become gradients first.
      for factor in factors { try factor.setGradient() }
      factors = []
      try store.clipGradients(norm: job.config.clipNorm)
    }
    optimizer.step(learningRate: job.learningRate(epoch: epoch, step: Int(position)), factors: factors)
    store.commitStatistics()
    stageEnded?(.adam)
    return result.loss
  }

  // MARK: Evaluation

  /// Scores of the given rows of `table`, `[rows, M]`, in evaluation mode. In float32, also in a run of
  /// `precision: mixed`: the scores of a set of weights depend on nothing else.
  public func scores(ofRows rows: [Int], block: Int = 256) throws -> [Float] {
    try store.withoutGradients { try program.scores(ofRows: rows, of: table, block: block) }
  }

  /// Scores of any symptom sets, `[sets, M]`.
  /// - Throws: `TrainingError.wrongModel` unless the model is FMCHS
  public func scores(ofSymptoms sets: [[Int32]], block: Int = 256) throws -> [Float] {
    try store.withoutGradients { try herbs().scores(ofSets: sets, block: block) }
  }

  /// The vectors of symptoms `[S, d]` and herbs `[M, d]` that the model has learnt.
  /// - Throws: `TrainingError.wrongModel` unless the model is FMCHS
  public func nodeVectors() throws -> (symptoms: [Float], herbs: [Float]) {
    try store.withoutGradients { try herbs().nodeVectors() }
  }

  private func herbs() throws -> FMCHSProgram {
    guard let program = program as? FMCHSProgram else {
      throw TrainingError.wrongModel(needed: .fmchs, found: job.config.model)
    }
    return program
  }
}
