/// What can go wrong between SMILES text and the tensors made of it.
public enum MoleculeError: Error, Equatable {
  /// RDKit refused the text; `reason` is RDKit's own sentence.
  case unparsable(smiles: String, reason: String)
  /// As `unparsable`, for a SMILES that belongs to a medication.
  case unparsableMedication(code: String, smiles: String, reason: String)
  /// A medication has an empty list of SMILES although every medication needs a molecule.
  case noMolecule(code: String)
  /// The lists of medication codes and of SMILES differ in length.
  case medicationCount(codes: Int, smiles: Int)
  /// Arrays of a graph contradict each other or leave the range of the feature tables.
  case badGraph(String)
}

extension MoleculeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unparsable(let smiles, let reason):
      "SMILES \(quoted(smiles)) is not a molecule RDKit accepts: \(reason)"
    case .unparsableMedication(let code, let smiles, let reason):
      "SMILES \(quoted(smiles)) of medication \(code) is not a molecule RDKit accepts: \(reason); "
        + "correct it, or --set unparsable_smiles=skip"
    case .noMolecule(let code):
      "medication \(code) has no SMILES, but every medication needs at least one molecule; "
        + "add one, or --set unparsable_smiles=skip (its molecule row is then zero)"
    case .medicationCount(let codes, let smiles):
      "there are \(codes) medication codes but \(smiles) lists of SMILES; one list per medication is needed"
    case .badGraph(let what):
      "this is not a molecule graph: \(what)"
    }
  }

  private func quoted(_ smiles: String) -> String {
    smiles.count <= 120 ? "\"\(smiles)\"" : "\"\(smiles.prefix(117))...\" (\(smiles.utf8.count) bytes)"
  }
}
