import Molecules
import Records
import TextEncoder
import Training

/// What NLA-MMR needs besides the cohort: texts as vectors, medications as molecules.
public struct VisitFeatures {
  public let embeddings: EmbeddingsFile
  public let molecules: MoleculeSet

  init(_ config: RunConfig, _ cohort: Cohort) throws {
    embeddings = try EmbeddingsFile.open(config.embeddings)
    try embeddings.require(cohortHash: cohort.contentHash)
    guard embeddings.medicationCount == cohort.medicationCount else {
      throw TrainingError.widthMismatch(
        embeddings: embeddings.width, medications: embeddings.medicationCount, cohort: cohort.medicationCount)
    }
    guard embeddings.visitCount == cohort.visitCount else {
      throw TrainingError.visitMismatch(embeddings: embeddings.visitCount, cohort: cohort.visitCount)
    }
    // Said before the first single medication without a molecule is.
    if cohort.smiles.allSatisfy(\.isEmpty) { throw TrainingError.noMolecules }
    molecules = try MoleculeSet(
      medications: cohort.vocabulary(.medication).codes, smiles: cohort.smiles,
      unparsable: config.unparsableSMILES == .skip ? .skip : .refuse, dedupe: config.dedupeMolecules)
  }

  /// Warnings.
  var notes: [String] {
    var notes = embeddings.caution.map { [$0] } ?? []
    notes += molecules.skipped.map { "\($0)" }
    if !molecules.withoutMolecule.isEmpty {
      let codes = molecules.withoutMolecule
      notes.append(
        "\(codes.count) medications have no molecule, their row is zero: \(codes.joined(separator: " "))")
    }
    return notes
  }

  func inputs(_ cohort: Cohort) throws -> NLAMMRInputs {
    // BatchNorm needs two atoms, or there is no variance.
    guard molecules.batch.atomCount >= 2 else { throw TrainingError.noMolecules }
    return NLAMMRInputs(
      width: embeddings.width, medicationTexts: embeddings.medications, molecules: molecules.batch,
      moleculesOfMedications: (0..<cohort.medicationCount).map { Array(molecules.projection[$0]) })
  }
}
