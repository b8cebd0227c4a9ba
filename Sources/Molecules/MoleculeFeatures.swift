internal import CRDKit

/// The nine atom and three bond features of ogb 1.3.6 (`ogb.utils.features`), each an index into an embedding table.
///
/// Where ogb's list ends in "misc", a value that is not listed gets that last index.
/// Atom: atomic number (1...118, misc) · chirality · degree with hydrogens (0...10, misc) · formal charge (-5...5,
/// misc) · hydrogens (0...8, misc) · radical electrons (0...4, misc) · hybridization · aromatic · in a ring.
/// Bond: type (single, double, triple, aromatic, misc) · stereo (none, Z, E, cis, trans, any) · conjugated.
public enum MoleculeFeatures {
  /// Rows of the embedding table of each atom feature.
  public static let atomDims = [119, 5, 12, 12, 10, 6, 6, 2, 2]
  /// Rows of the embedding table of each bond feature.
  public static let bondDims = [5, 6, 2]
  /// Features per atom.
  public static let atomWidth = 9
  /// Features per bond.
  public static let bondWidth = 3

  static func append(_ atom: CRDKitAtom, to features: inout [Int32]) {
    features.append(index(of: atom.atomicNumber, in: 1...118))
    features.append(atom.chirality)
    features.append(index(of: atom.degree, in: 0...10))
    features.append(index(of: atom.charge, in: -5...5))
    features.append(index(of: atom.hydrogens, in: 0...8))
    features.append(index(of: atom.radicals, in: 0...4))
    features.append(atom.hybridization)
    features.append(atom.aromatic)
    features.append(atom.inRing)
  }

  /// ogb has no "misc" for stereo and stops there; this RDKit has no other value, so a bond of a later one counts as
  /// none.
  static func append(_ bond: CRDKitBond, to features: inout [Int32]) {
    features.append(bond.type)
    features.append(bond.stereo < Int32(bondDims[1]) ? bond.stereo : 0)
    features.append(bond.conjugated)
  }

  /// ogb's `safe_index` for a list of consecutive numbers followed by "misc".
  private static func index(of value: Int32, in listed: ClosedRange<Int32>) -> Int32 {
    listed.contains(value) ? value - listed.lowerBound : Int32(listed.count)
  }
}
