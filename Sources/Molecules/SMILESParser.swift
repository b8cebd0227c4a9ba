internal import CRDKit

/// SMILES → graph, with RDKit's default sanitisation and implicit hydrogens (Python's `Chem.MolFromSmiles`, which ogb's
/// `smiles2graph` uses). May be called from any thread; calls run one at a time because RDKit's log is global.
public enum SMILESParser {
  /// Longer text, in bytes, is refused. RDKit's time grows with the cube of a chain's length: a peptide of this length
  /// takes 0.4 s, a plain chain 46 s and one of 20,000 atoms more than ten minutes.
  public static let maximumLength = 4_000

  /// RDKit's version, for reports and file attributes.
  public static var rdkitVersion: String { String(cString: CRDKitVersion()) }

  /// The graph of one molecule, or of several ions and fragments separated by dots. White space around it is ignored.
  /// - Throws: `MoleculeError.unparsable` with RDKit's reason; also for an empty text, which RDKit takes for a molecule
  ///   without atoms.
  public static func graph(_ smiles: String) throws(MoleculeError) -> MoleculeGraph {
    let molecule = try molecule(smiles)
    defer { CRDKitMoleculeFree(molecule) }
    return try read(molecule, smiles)
  }

  /// RDKit's molecule with at least one atom; the caller frees it with `CRDKitMoleculeFree`.
  static func molecule(_ smiles: String) throws(MoleculeError) -> OpaquePointer {
    let text = trimmed(smiles)
    guard !text.isEmpty else { throw .unparsable(smiles: smiles, reason: "it is empty") }
    guard text.count <= maximumLength else {
      throw .unparsable(smiles: smiles, reason: "it is longer than \(maximumLength) bytes")
    }
    if let byte = text.first(where: { $0 < 0x21 || $0 > 0x7e }) {
      throw .unparsable(smiles: smiles, reason: "it contains \(name(of: byte))")
    }
    let molecule = try parse(text, smiles)
    guard CRDKitMoleculeAtomCount(molecule) > 0 else {
      CRDKitMoleculeFree(molecule)
      throw .unparsable(smiles: smiles, reason: "it has no atom")
    }
    return molecule
  }

  private static func parse(_ text: [UInt8], _ smiles: String) throws(MoleculeError) -> OpaquePointer {
    var reason = [CChar](repeating: 0, count: 512)
    let molecule = text.withUnsafeBytes { bytes in
      CRDKitMoleculeParse(bytes.assumingMemoryBound(to: CChar.self).baseAddress, bytes.count, &reason, reason.count)
    }
    guard let molecule else {
      let sentence = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw .unparsable(smiles: smiles, reason: sentence)
    }
    return molecule
  }

  private static func read(_ molecule: OpaquePointer, _ smiles: String) throws(MoleculeError) -> MoleculeGraph {
    let atomCount = Int(CRDKitMoleculeAtomCount(molecule))
    let bondCount = Int(CRDKitMoleculeBondCount(molecule))
    var rawAtoms = [CRDKitAtom](repeating: CRDKitAtom(), count: atomCount)
    var rawBonds = [CRDKitBond](repeating: CRDKitBond(), count: bondCount)
    guard CRDKitMoleculeRead(molecule, &rawAtoms, &rawBonds) == 0 else {
      throw .unparsable(smiles: smiles, reason: "RDKit could not list its atoms and bonds")
    }
    var atoms: [Int32] = []
    atoms.reserveCapacity(atomCount * MoleculeFeatures.atomWidth)
    for atom in rawAtoms { MoleculeFeatures.append(atom, to: &atoms) }
    var sources: [Int32] = []
    var targets: [Int32] = []
    var bonds: [Int32] = []
    bonds.reserveCapacity(2 * bondCount * MoleculeFeatures.bondWidth)
    for bond in rawBonds {
      sources += [bond.begin, bond.end]
      targets += [bond.end, bond.begin]
      MoleculeFeatures.append(bond, to: &bonds)
      MoleculeFeatures.append(bond, to: &bonds)
    }
    return MoleculeGraph(unchecked: atoms, edges: sources + targets, bonds: bonds)
  }

  static func trimmed(_ smiles: String) -> [UInt8] {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0d).contains($0) }
    let head = smiles.utf8.drop(while: isSpace)
    return Array(Array(head.reversed()).drop(while: isSpace).reversed())
  }

  private static func name(of byte: UInt8) -> String {
    switch byte {
    case 0x20: "a space"
    case 0x09...0x0d: "white space"
    case 0x00..<0x20, 0x7f: "a control character"
    default: "a character outside ASCII"
    }
  }
}
