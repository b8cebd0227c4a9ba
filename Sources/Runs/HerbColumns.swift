import Foundation
import Models
import Molecules
import Records
import Training

/// The columns of the herbs' features Xh = [property ‖ molecule vector], `[herbs, width]`.
struct HerbColumns {
  let herbs: Int
  var width = 0
  var values: [Float] = []

  /// Those of properties and molecules, without symptom vectors.
  static func made(
    _ config: RunConfig, _ cohort: Cohort, _ betweenSteps: () throws -> Void
  ) throws -> MadeHerbFeatures {
    let settings = config.fmchs
    var columns = HerbColumns(herbs: cohort.medicationCount)
    var notes: [MadeHerbFeatures.Note] = []
    var moleculeHash = "none"
    func features() -> MadeHerbFeatures {
      MadeHerbFeatures(
        semantics: [], herbs: columns.values, width: columns.width, moleculeHash: moleculeHash, notes: notes)
    }
    let properties = cohort.medicationProperties
    if let properties { columns.append(properties.values.map(Float.init), width: properties.width) }
    guard settings.mmge else { return features() }
    guard !cohort.smiles.allSatisfy(\.isEmpty) else {
      notes.append(
        .init(
          isWarning: true,
          text: "mmge is on, but no herb of the cohort has a molecule: training goes on without molecule vectors "
            + "(import with --molecules FILE, or set mmge: false)"))
      return features()
    }
    let vectors = try vectors(settings, cohort, skips: config.unparsableSMILES == .skip)
    notes += vectors.leftOut.map { .init(isWarning: true, text: "\($0)") }
    moleculeHash = settings.moleculeVectors.isEmpty ? "morgan" : vectors.contentHash
    notes.append(
      .init(
        isWarning: false,
        text: "molecules: \(vectors.knownCount) of \(columns.herbs) herbs, \(vectors.moleculeCount) distinct; "
          + vectors.source))
    guard vectors.knownCount < columns.herbs, let properties else {
      if vectors.knownCount < columns.herbs {
        notes.append(
          .init(
            isWarning: true,
            text:
              "\(columns.herbs - vectors.knownCount) of \(columns.herbs) herbs have no molecule, and without properties "
              + "nothing stands in for it: their molecule vectors are zero"))
      }
      columns.append(vectors.values, width: vectors.width)
      return features()
    }
    var options = VAEOptions()
    options.epochs = settings.vaeEpochs
    options.learningRate = settings.vaeLr
    options.beta = settings.vaeBeta
    options.hidden = settings.vaeHidden
    options.latent = settings.vaeLatent
    options.seed = UInt64(settings.featureSeed)
    let (filled, report) = try HerbVectors.fill(
      properties: properties.values.map(Float.init), propertyWidth: properties.width, vectors: vectors.values,
      width: vectors.width, isKnown: vectors.isKnown, options: options, betweenSteps: betweenSteps)
    if let report {
      guard report.rec.isFinite, filled.allSatisfy(\.isFinite) else { throw TrainingError.vaeNotFinite }
      notes.append(.init(isWarning: false, text: text(report)))
    }
    columns.append(filled, width: vectors.width)
    return features()
  }

  /// Whether properties say anything about molecules: the VAE beside the mean vector.
  private static func text(_ report: VAEReport) -> String {
    func fixed(_ value: Double) -> String { String(format: "%.4f", value) }
    let bare =
      report.filledWithoutProperties > 0
      ? " (\(report.filledWithoutProperties) of them without any property: all the same vector)" : ""
    return
      "VAE trained on \(report.trainedOn) herbs fills \(report.filled)\(bare): loss \(fixed(report.rec)), "
      + "KL \(fixed(report.kl)); cosine to the true vectors \(fixed(report.cosine)), "
      + "of the mean vector \(fixed(report.meanVectorCosine))"
  }

  private static func vectors(
    _ settings: FMCHSSettings, _ cohort: Cohort, skips: Bool
  ) throws -> MedicationVectors {
    let codes = cohort.vocabulary(.medication).codes
    guard settings.moleculeVectors.isEmpty else {
      return try MedicationVectors.file(
        settings.moleculeVectors, medications: codes, smiles: cohort.smiles, missing: skips ? .skip : .refuse)
    }
    return try MedicationVectors.morgan(
      medications: codes, smiles: cohort.smiles,
      projection: MorganProjection(width: settings.moleculeWidth, seed: UInt64(settings.featureSeed)),
      unparsable: skips ? .skip : .refuse)
  }

  mutating func append(_ columns: [Float], width count: Int) {
    var joined: [Float] = []
    joined.reserveCapacity(herbs * (width + count))
    for herb in 0..<herbs {
      joined += values[(herb * width)..<((herb + 1) * width)]
      joined += columns[(herb * count)..<((herb + 1) * count)]
    }
    values = joined
    width += count
  }
}
