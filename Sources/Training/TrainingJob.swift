import Layers
import Molecules
import Models
import Records

/// Everything about a run that does not depend on who computes what: sent once to every worker.
public struct TrainingJob: Sendable {
  public var config: RunConfig
  /// d_enc and M.
  public var width: Int
  public var medicationCount: Int
  /// E_f, `[M, d_enc]`.
  public var medicationTexts: [Float]
  /// All molecules as one graph.
  public var molecules: MoleculeBatch
  /// Molecules of each medication.
  public var moleculesOfMedications: [[Int32]]
  /// Cohort-wide numbers of the training visits, ascending.
  public var trainingVisits: [Int32]

  public init(
    config: RunConfig, width: Int, medicationCount: Int, medicationTexts: [Float], molecules: MoleculeBatch,
    moleculesOfMedications: [[Int32]], trainingVisits: [Int32]
  ) {
    self.config = config
    self.width = width
    self.medicationCount = medicationCount
    self.medicationTexts = medicationTexts
    self.molecules = molecules
    self.moleculesOfMedications = moleculesOfMedications
    self.trainingVisits = trainingVisits
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

extension TrainingJob {
  private static let what = "the description of the run"

  /// The job as bytes; the settings travel as YAML, so that every worker reads them as strictly as a file.
  public var packed: [UInt8] {
    var packer = Packer()
    packer.put(config.yaml)
    packer.put(Int64(width))
    packer.put(Int64(medicationCount))
    packer.put(medicationTexts)
    packer.put(Int64(molecules.moleculeCount))
    for graph in 0..<molecules.moleculeCount {
      let atoms = molecules.atomOffsets[graph]..<molecules.atomOffsets[graph + 1]
      let edges = molecules.edgeOffsets[graph]..<molecules.edgeOffsets[graph + 1]
      let first = Int32(atoms.lowerBound)
      let atomWidth = MoleculeFeatures.atomDims.count
      let bondWidth = MoleculeFeatures.bondDims.count
      packer.put(Array(molecules.atoms[(atoms.lowerBound * atomWidth)..<(atoms.upperBound * atomWidth)]))
      packer.put(edges.map { molecules.sources[$0] - first } + edges.map { molecules.targets[$0] - first })
      packer.put(Array(molecules.bonds[(edges.lowerBound * bondWidth)..<(edges.upperBound * bondWidth)]))
    }
    for molecules in moleculesOfMedications { packer.put(molecules) }
    packer.put(trainingVisits)
    return packer.bytes
  }

  /// - Throws: `PackingError`, `ConfigError` or `MoleculeError` when the bytes are not a job of this version.
  public init(packed bytes: UnsafeRawBufferPointer) throws {
    var unpacker = Unpacker(bytes, of: Self.what)
    config = try RunConfig(yaml: try unpacker.takeText(), source: "the coordinator's settings")
    width = Int(try unpacker.take(Int64.self))
    medicationCount = Int(try unpacker.take(Int64.self))
    medicationTexts = try unpacker.takeList()
    var graphs: [MoleculeGraph] = []
    for _ in 0..<(try unpacker.take(Int64.self)) {
      graphs.append(
        try MoleculeGraph(atoms: unpacker.takeList(), edges: unpacker.takeList(), bonds: unpacker.takeList()))
    }
    molecules = MoleculeBatch(graphs)
    moleculesOfMedications = []
    for _ in 0..<medicationCount { moleculesOfMedications.append(try unpacker.takeList()) }
    trainingVisits = try unpacker.takeList()
  }
}
