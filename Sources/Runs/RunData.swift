import Molecules
import Records
import TextEncoder
import Training

/// The files of a run, opened and checked against each other.
public struct RunData {
  public let config: RunConfig
  public let cohort: Cohort
  public let embeddings: EmbeddingsFile
  /// One per patient, by the run's `split` setting.
  public let splits: [Split]
  public let molecules: MoleculeSet

  /// - Throws: the first thing that does not fit: a missing or foreign file, embeddings of another cohort, an
  ///   unparsable SMILES, an empty split.
  public init(_ config: RunConfig) throws {
    guard !config.cohort.isEmpty else {
      throw ConfigError.missing(
        key: "cohort", hint: "make one with theriac import or theriac synth, then --set cohort=FILE")
    }
    guard !config.embeddings.isEmpty else {
      throw ConfigError.missing(key: "embeddings", hint: "make them with theriac embed, then --set embeddings=FILE")
    }
    self.config = config
    cohort = try CohortFile.read(config.cohort)
    embeddings = try EmbeddingsFile.open(config.embeddings)
    try embeddings.require(cohortHash: cohort.contentHash)
    guard embeddings.medicationCount == cohort.medicationCount else {
      throw TrainingError.widthMismatch(
        embeddings: embeddings.width, medications: embeddings.medicationCount, cohort: cohort.medicationCount)
    }
    guard embeddings.visitCount == cohort.visitCount else {
      throw TrainingError.visitMismatch(embeddings: embeddings.visitCount, cohort: cohort.visitCount)
    }
    splits =
      switch config.split {
      case .cohort: cohort.splits
      case .official: SplitRule.official.assign(patients: cohort.patientCount)
      case .shuffled: SplitRule.shuffled(seed: UInt64(config.splitSeed)).assign(patients: cohort.patientCount)
      }
    // Said before the first single medication without a molecule is.
    if cohort.smiles.allSatisfy(\.isEmpty) { throw TrainingError.noMolecules }
    molecules = try MoleculeSet(
      medications: cohort.vocabulary(.medication).codes, smiles: cohort.smiles,
      unparsable: config.unparsableSMILES == .skip ? .skip : .refuse, dedupe: config.dedupeMolecules)
  }

  /// Visits of a split, in the order of the cohort.
  public func visits(in split: Split) -> [Int] {
    splits.indices.filter { splits[$0] == split }.flatMap { cohort.visits(ofPatient: $0) }
  }

  /// - Throws: `TrainingError` when a split that training needs is empty or smaller than a batch.
  public func job() throws -> TrainingJob {
    // BatchNorm needs two atoms, or there is no variance.
    guard molecules.batch.atomCount >= 2 else { throw TrainingError.noMolecules }
    let training = visits(in: .train)
    guard !training.isEmpty else { throw TrainingError.noVisits(split: "training") }
    guard splits.contains(.validation) else { throw TrainingError.noVisits(split: "validation") }
    let job = TrainingJob(
      config: config, width: embeddings.width, medicationCount: cohort.medicationCount,
      medicationTexts: embeddings.medications, molecules: molecules.batch,
      moleculesOfMedications: (0..<cohort.medicationCount).map { Array(molecules.projection[$0]) },
      trainingVisits: training.map(Int32.init))
    guard job.stepsPerEpoch > 0 else {
      throw TrainingError.batchLargerThanTraining(batch: config.batch, visits: training.count)
    }
    return job
  }

  /// Appends the visits of some patients, whole patients in order.
  func append(patients: some Sequence<Int>, to table: inout VisitTable) {
    for patient in patients {
      for (ordinal, visit) in cohort.visits(ofPatient: patient).enumerated() {
        table.append(
          visit: Int32(visit), ordinal: Int32(ordinal), split: splits[patient].rawValue,
          labels: cohort.codes(.medication, visit: visit).sorted(), features: embeddings.visits[visit])
      }
    }
  }

  /// Patients that a rank holds during training: every `world`-th of those that are trained on or validated on.
  func patients(ofRank rank: Int, world: Int) -> [Int] {
    let used = splits.indices.filter { splits[$0] != .test }
    return stride(from: rank, to: used.count, by: world).map { used[$0] }
  }
}
