import HDF5
import NumPyFiles

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
  /// A setting of `MorganProjection` is out of range.
  case badProjection(setting: String, expected: String, found: Int)
  /// A file of molecule vectors, or the list of SMILES beside it, cannot be used.
  case badVectors(path: String, reason: String)
  /// A file of molecule vectors lacks some that the medications need; `examples` are the first few of them.
  case missingVectors(path: String, count: Int, of: Int, examples: [String])
  /// The file layer refused; its error says what and where.
  case file(HDF5Error)
  case npy(NPYError)
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
    case .badProjection(let setting, let expected, let found):
      "\(setting) of the Morgan projection must be \(expected), found \(found)"
    case .badVectors(let path, let reason):
      "\(path) cannot be used as vectors of molecules: \(reason)"
    case .missingVectors(let path, let count, let all, let examples):
      "\(path) has no vector of \(count) of the \(all) molecules, such as \(examples.map(quoted).joined(separator: ", ")); "
        + "add them, or --set unparsable_smiles=skip to leave these molecules out"
    case .file(let error): "\(error)"
    case .npy(let error): "\(error)"
    }
  }
}

/// A SMILES for a sentence, cut when it is long.
func quoted(_ smiles: String) -> String {
  smiles.count <= 120 ? "\"\(smiles)\"" : "\"\(smiles.prefix(117))...\" (\(smiles.utf8.count) bytes)"
}
