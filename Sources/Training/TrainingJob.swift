import Layers

/// Everything about a run that does not depend on who computes what: sent once to every worker.
public struct TrainingJob: Sendable {
  public var config: RunConfig
  /// M.
  public var medicationCount: Int
  /// Cohort-wide numbers of the training visits, ascending.
  public var trainingVisits: [Int32]
  /// What the run's model needs besides the visits.
  public var inputs: ModelInputs

  public init(config: RunConfig, medicationCount: Int, trainingVisits: [Int32], inputs: ModelInputs) {
    self.config = config
    self.medicationCount = medicationCount
    self.trainingVisits = trainingVisits
    self.inputs = inputs
  }

  /// Steps in one epoch.
  public var stepsPerEpoch: Int {
    EpochPlan.steps(visits: trainingVisits.count, batch: config.batch, dropLast: config.dropLast)
  }

  /// The visits of every step of one epoch.
  public func plan(epoch: Int) -> EpochPlan {
    EpochPlan(
      visits: trainingVisits, seed: UInt64(config.seed), epoch: epoch, batch: config.batch, dropLast: config.dropLast)
  }

  /// Learning rate of a step: lr · lr_scale · decay of its epoch, times (step + 1) / warmup_steps in the first ones.
  /// - Parameters: the epoch, and the steps done since the run began, both from 0
  public func learningRate(epoch: Int, step: Int) -> Double {
    let decayed = config.learningRate.rate(base: config.lr * config.lrScale, at: epoch)
    return LearningRate.warmup(steps: config.warmupSteps, then: .constant).rate(base: decayed, at: step)
  }
}

/// The data of a model that are not visits, by family.
public enum ModelInputs: Sendable {
  case nlaMMR(NLAMMRInputs)
  case fmchs(FMCHSInputs)

  /// Width of the text embeddings that come with every visit; 0 for a model that reads none.
  public var textWidth: Int {
    switch self {
    case .nlaMMR(let inputs): inputs.width
    case .fmchs: 0
    }
  }
}

extension TrainingJob {
  private static let what = "the description of the run"

  /// The job as bytes; the settings travel as YAML, so that every worker reads them as strictly as a file.
  public var packed: [UInt8] {
    var packer = Packer()
    packer.put(config.yaml)
    packer.put(Int64(medicationCount))
    packer.put(trainingVisits)
    switch inputs {
    case .nlaMMR(let inputs): inputs.pack(into: &packer)
    case .fmchs(let inputs): inputs.pack(into: &packer)
    }
    return packer.bytes
  }

  /// - Throws: `PackingError`, `ConfigError` or `MoleculeError` when the bytes are not a job of this version.
  public init(packed bytes: UnsafeRawBufferPointer) throws {
    var unpacker = Unpacker(bytes, of: Self.what)
    config = try RunConfig(yaml: try unpacker.takeText(), source: "the coordinator's settings")
    medicationCount = Int(try unpacker.take(Int64.self))
    trainingVisits = try unpacker.takeList()
    inputs =
      switch config.model {
      case .nlaMMR: .nlaMMR(try NLAMMRInputs(from: &unpacker, medications: medicationCount))
      case .fmchs: .fmchs(try FMCHSInputs(from: &unpacker, medications: medicationCount, config.fmchs))
      }
  }
}

extension RunConfig {
  /// The schedule over epochs (counted from 0).
  var learningRate: LearningRate {
    switch lrDecay {
    case .constant: .constant
    case .step: .step(every: lrDecayEvery, factor: lrDecayRate)
    case .exponential: .exponential(factor: lrDecayRate)
    case .cosine: .cosine(total: epochs, floor: 0)
    }
  }
}
