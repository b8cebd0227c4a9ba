import Checkpoints
import Foundation
import HDF5
import Records
import Training

/// The files of a run, opened and checked against each other.
public struct RunData {
  public let config: RunConfig
  public let cohort: Cohort
  /// One per patient, by the run's `split` setting.
  public let splits: [Split]
  /// What the run's model needs besides the cohort.
  public let features: Features

  public enum Features {
    case nlaMMR(VisitFeatures)
    case fmchs(HerbFeatures)
  }

  /// - Throws: the first thing that does not fit: a missing or foreign file, embeddings of another cohort, an
  ///   unparsable SMILES, an empty split.
  public init(_ config: RunConfig) throws { try self.init(config, keptIn: nil) }

  /// - Parameter directory: a run directory that may hold what takes long to make.
  init(_ config: RunConfig, keptIn directory: RunDirectory?) throws {
    guard !config.cohort.isEmpty else {
      throw ConfigError.missing(
        key: "cohort", hint: "make one with theriac import or theriac synth, then --set cohort=FILE")
    }
    if config.model == .nlaMMR, config.embeddings.isEmpty {
      throw ConfigError.missing(key: "embeddings", hint: "make them with theriac embed, then --set embeddings=FILE")
    }
    if let directory { try Self.requireInputs(of: config, directory) }
    self.config = config
    cohort = try CohortFile.read(config.cohort)
    splits =
      switch config.split {
      case .cohort: cohort.splits
      case .official: SplitRule.official.assign(patients: cohort.patientCount)
      case .shuffled: SplitRule.shuffled(seed: UInt64(config.splitSeed)).assign(patients: cohort.patientCount)
      }
    features =
      switch config.model {
      case .nlaMMR: .nlaMMR(try VisitFeatures(config, cohort))
      case .fmchs: .fmchs(try HerbFeatures(config, cohort, splits, file: directory?.features))
      }
  }

  /// A run outlives the places of its files: says which one is gone, and how to tell the new place.
  private static func requireInputs(of config: RunConfig, _ directory: RunDirectory) throws {
    for (key, what, path) in [
      ("cohort", "cohort", config.cohort), ("embeddings", "embeddings file", config.embeddings),
      ("molecule_vectors", "file of molecule vectors", config.fmchs.moleculeVectors),
    ] where !path.isEmpty && !FileManager.default.fileExists(atPath: path) {
      throw RunError.movedInput(key: key, what: what, path: path, run: directory.path)
    }
  }

  /// - Throws: `RunError.changedModel` unless the settings make the same model of a checkpoint's weights as before
  func requireModel(of checkpoint: Checkpoint, at path: String) throws {
    let saved = try RunConfig(yaml: checkpoint.configYAML, source: path)
    for setting in RunSetting.defining(config.model) {
      let (before, now) = (setting.value(in: saved), setting.value(in: config))
      guard before == now else { throw RunError.changedModel(key: setting.key, before: before, now: now) }
    }
  }

  /// Visits of a split, in the order of the cohort.
  public func visits(in split: Split) -> [Int] {
    splits.indices.filter { splits[$0] == split }.flatMap { cohort.visits(ofPatient: $0) }
  }

  /// What the embeddings and the other features are made of; a run goes on with the same ones only.
  public var featuresHash: String {
    switch features {
    case .nlaMMR(let features): features.embeddings.contentHash
    case .fmchs(let features): features.contentHash
    }
  }

  /// Set when metrics of this run are not to be trusted: vectors of no language model, a graph that leaks.
  public var caution: String? {
    switch features {
    case .nlaMMR(let features): features.embeddings.caution
    case .fmchs: HerbFeatures.leak(config)
    }
  }

  /// Keeps what takes long to make, so that the next use of the run need not make it; nothing happens where it is there
  /// already, or where it cannot be written.
  /// - Parameter replaces: also over a file of other features
  /// - Returns: a line for people when something was made that should have been there
  func keepFeatures(in directory: RunDirectory, replacing replaces: Bool = true) -> String? {
    guard case .fmchs(let features) = features, features.origin != .kept else { return nil }
    let path = directory.features
    let isForeign = features.origin != .made
    var isWritten = false
    if replaces || !isForeign {
      AtomicFile.removeLeftovers(of: ["features.h5"], in: directory.path)
      do {
        try features.keep(in: path, config)
        isWritten = true
      } catch {}  // a run that can only be read is used as well
    }
    switch features.origin {
    case .unusable(let reason): return "\(path) is not used: \(reason); its features were made anew"
    case .made, .kept: return isWritten ? "the features of symptoms and herbs were made, and kept in \(path)" : nil
    }
  }

  /// What whoever starts a run should know of its data.
  public var notes: [(isWarning: Bool, text: String)] {
    switch features {
    case .nlaMMR(let features): features.notes.map { (true, $0) }
    case .fmchs(let features): features.notes
    }
  }

  /// - Throws: `TrainingError` when a split that training needs is empty or smaller than a batch.
  public func job() throws -> TrainingJob {
    let training = visits(in: .train)
    guard !training.isEmpty else { throw TrainingError.noVisits(split: "training") }
    guard splits.contains(.validation) else { throw TrainingError.noVisits(split: "validation") }
    let inputs: ModelInputs =
      switch features {
      case .nlaMMR(let features): .nlaMMR(try features.inputs(cohort))
      case .fmchs(let features): .fmchs(features.inputs)
      }
    let job = TrainingJob(
      config: config, medicationCount: cohort.medicationCount, trainingVisits: training.map(Int32.init),
      inputs: inputs)
    guard job.stepsPerEpoch > 0 else {
      throw TrainingError.batchLargerThanTraining(batch: config.batch, visits: training.count)
    }
    return job
  }

  /// Appends the visits of some patients, whole patients in order.
  /// - Parameter isHeld: visits to take; a model that looks at a patient's history needs all.
  func append(
    patients: some Sequence<Int>, to table: inout VisitTable, where isHeld: (Int32) -> Bool = { _ in true }
  ) {
    for patient in patients {
      for (ordinal, visit) in cohort.visits(ofPatient: patient).enumerated() where isHeld(Int32(visit)) {
        let labels = cohort.codes(.medication, visit: visit).sorted()
        switch features {
        case .nlaMMR(let features):
          table.append(
            visit: Int32(visit), ordinal: Int32(ordinal), split: splits[patient].rawValue, labels: labels,
            features: features.embeddings.visits[visit])
        case .fmchs:
          table.append(
            visit: Int32(visit), ordinal: Int32(ordinal), split: splits[patient].rawValue, labels: labels,
            symptoms: cohort.codes(.symptom, visit: visit).sorted())
        }
      }
    }
  }

  /// The visits that a rank holds during training, in tables of about `chunk` visits: of those that are trained or
  /// validated on, every `world`-th patient, or for FMCHS the visits of the rank's parts.
  func shard(rank: Int, world: Int, chunk: Int, emit: (VisitTable) throws -> Void) throws {
    let used = splits.indices.filter { splits[$0] != .test }
    let patients: [Int]
    let isHeld: (Int32) -> Bool
    let width: Int
    switch features {
    case .nlaMMR(let features):
      patients = stride(from: rank, to: used.count, by: world).map { used[$0] }
      isHeld = { _ in true }
      width = features.embeddings.width
    case .fmchs:
      patients = Array(used)
      isHeld = { HerbShards.holds(visit: $0, rank: rank, size: world) }
      width = 0
    }
    var start = 0
    repeat {
      var table = VisitTable(width: width)
      while start < patients.count, table.count < chunk {
        append(patients: CollectionOfOne(patients[start]), to: &table, where: isHeld)
        start += 1
      }
      try emit(table)
    } while start < patients.count
  }
}
