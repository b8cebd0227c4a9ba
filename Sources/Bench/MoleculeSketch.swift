import Molecules
import Random

/// A molecule under construction: atoms with free valences, bonds, rings. Its features are made as ogb makes them.
struct MoleculeSketch {
  enum Element: Int32 {
    case carbon = 6, nitrogen = 7, oxygen = 8, fluorine = 9, phosphorus = 15, sulfur = 16, chlorine = 17
    case bromine = 35, iodine = 53
  }

  private struct Atom {
    var element: Element
    /// Single bonds that it could still make; what is left at the end are hydrogens.
    var free: Int
    var isAromatic = false
    var inRing = false
    var hasDouble = false
    var charge: Int32 = 0
    var neighbours: [Int] = []
  }

  private struct Bond {
    let a, b: Int
    /// 1, 2, or 4 for aromatic.
    let order: Int
    var stereo: Int32 = 0
  }

  private var atoms: [Atom] = []
  private var bonds: [Bond] = []
  /// Indices of bonds that lie in a ring.
  private var ringBonds: [Int] = []
  private var last = 0

  var atomCount: Int { atoms.count }
  var bondCount: Int { bonds.count }

  // MARK: Growing

  private mutating func addAtom(_ element: Element, free: Int, aromatic: Bool = false, inRing: Bool = false) -> Int {
    atoms.append(Atom(element: element, free: free, isAromatic: aromatic, inRing: inRing))
    return atoms.count - 1
  }

  private mutating func bond(_ a: Int, _ b: Int, _ order: Int = 1, stereo: Int32 = 0, inRing: Bool = false) {
    if inRing { ringBonds.append(bonds.count) }
    bonds.append(Bond(a: a, b: b, order: order, stereo: stereo))
    atoms[a].neighbours.append(b)
    atoms[b].neighbours.append(a)
    if order == 2 {
      atoms[a].hasDouble = true
      atoms[b].hasDouble = true
    }
  }

  /// A place for one more single bond: the atom added last, or any.
  private func site(_ random: inout SequentialRandom, chain: Double = 0.68) -> Int? {
    if atoms.indices.contains(last), atoms[last].free > 0, Double.random(in: 0..<1, using: &random) < chain {
      return last
    }
    return atoms.indices.filter { atoms[$0].free > 0 }.randomElement(using: &random)
  }

  /// A ring atom's element and the bonds it has left besides the two of the ring.
  private func ringElement(_ random: inout SequentialRandom, aromatic: Bool) -> (Element, Int) {
    let draw = Double.random(in: 0..<1, using: &random)
    switch (aromatic, draw) {
    case (true, ..<0.06): return (.nitrogen, 0)
    case (true, ..<0.072): return (.nitrogen, 1)
    case (true, ..<0.08): return (.sulfur, 0)
    case (true, _): return (.carbon, 1)
    case (false, ..<0.06): return (.nitrogen, 1)
    case (false, ..<0.09): return (.oxygen, 0)
    case (false, ..<0.1): return (.sulfur, 0)
    case (false, _): return (.carbon, 2)
    }
  }

  /// A ring of `size` atoms on its own, tied to the rest by a single bond.
  mutating func addRing(size: Int, aromatic: Bool, _ random: inout SequentialRandom) {
    let place = site(&random, chain: 0.3)
    let first = addAtom(.carbon, free: aromatic ? 1 : 2, aromatic: aromatic, inRing: true)
    if let place {
      bond(place, first)
      atoms[place].free -= 1
      atoms[first].free -= 1
    }
    close(from: first, to: first, adding: size - 1, aromatic: aromatic, &random)
  }

  /// A ring of `size` atoms over a bond of a ring that is there; false when no such bond has two free atoms.
  mutating func fuseRing(size: Int, _ random: inout SequentialRandom) -> Bool {
    let open = ringBonds.filter { atoms[bonds[$0].a].free > 0 && atoms[bonds[$0].b].free > 0 }
    guard let shared = open.randomElement(using: &random) else { return false }
    let (a, b) = (bonds[shared].a, bonds[shared].b)
    atoms[a].free -= 1
    atoms[b].free -= 1
    close(from: a, to: b, adding: size - 2, aromatic: atoms[a].isAromatic && atoms[b].isAromatic, &random)
    return true
  }

  private mutating func close(
    from start: Int, to end: Int, adding count: Int, aromatic: Bool, _ random: inout SequentialRandom
  ) {
    var previous = start
    for _ in 0..<count {
      let (element, free) = ringElement(&random, aromatic: aromatic)
      let atom = addAtom(element, free: free, aromatic: aromatic, inRing: true)
      bond(previous, atom, aromatic ? 4 : 1, inRing: true)
      previous = atom
    }
    bond(previous, end, aromatic ? 4 : 1, inRing: true)
    last = previous
  }

  /// One more atom outside rings, at a free place. Carbon while places are scarce.
  mutating func addChainAtom(_ random: inout SequentialRandom) {
    guard let place = site(&random) else {
      _ = addAtom(.carbon, free: 4)
      return
    }
    let isScarce = atoms.reduce(0) { $0 + $1.free } < 3
    let draw = isScarce ? 0 : Double.random(in: 0..<1, using: &random)
    let (element, valence): (Element, Int) =
      switch draw {
      case ..<0.58: (.carbon, 4)
      case ..<0.67: (.nitrogen, 3)
      case ..<0.945: (.oxygen, 2)
      case ..<0.96: (.sulfur, 2)
      case ..<0.963: (.phosphorus, 3)
      case ..<0.98: (.fluorine, 1)
      case ..<0.994: (.chlorine, 1)
      case ..<0.998: (.bromine, 1)
      default: (.iodine, 1)
      }
    let canDouble = atoms[place].element == .carbon && atoms[place].free > 1 && !atoms[place].hasDouble
    let share = element == .oxygen ? 0.62 : element == .carbon ? 0.05 : element == .nitrogen ? 0.05 : 0
    let isDouble = canDouble && !isScarce && Double.random(in: 0..<1, using: &random) < share
    let order = isDouble ? 2 : 1
    let atom = addAtom(element, free: valence - order)
    let stereo: Int32 = isDouble && element == .carbon ? Int32.random(in: 0...2, using: &random) : 0
    bond(place, atom, order, stereo: stereo)
    atoms[place].free -= order
    if element == .oxygen, !isDouble, Double.random(in: 0..<1, using: &random) < 0.05 {
      atoms[atom].charge = -1
      atoms[atom].free = 0
    }
    if element == .nitrogen, Double.random(in: 0..<1, using: &random) < 0.04 {
      atoms[atom].charge = 1
      atoms[atom].free += 1
    }
    if element != .oxygen || isDouble { last = atom }
  }

  // MARK: Features

  private func isFlat(_ index: Int) -> Bool {
    let atom = atoms[index]
    if atom.isAromatic || atom.hasDouble { return true }
    guard atom.element == .nitrogen || atom.element == .oxygen else { return false }
    return atom.neighbours.contains { atoms[$0].isAromatic || atoms[$0].hasDouble }
  }

  /// The finished molecule.
  func graph(_ random: inout SequentialRandom) throws(MoleculeError) -> MoleculeGraph {
    var features: [Int32] = []
    for (index, atom) in atoms.enumerated() {
      let hydrogens = atom.free
      let isCentre = atom.element == .carbon && !isFlat(index) && atom.neighbours.count > 2 && hydrogens < 2
      let choices = atom.inRing ? [0, 1, 2] : [0, 0, 0, 0, 0, 0, 1, 2]
      let chirality = isCentre ? choices.randomElement(using: &random) ?? 0 : 0
      features += [
        atom.element.rawValue - 1, Int32(chirality), Int32(atom.neighbours.count + hydrogens), atom.charge + 5,
        Int32(hydrogens), 0, isFlat(index) ? 1 : 2, atom.isAromatic ? 1 : 0, atom.inRing ? 1 : 0,
      ]
    }
    var (sources, targets, kinds): ([Int32], [Int32], [Int32]) = ([], [], [])
    for bond in bonds {
      let conjugated = bond.order == 4 || (isFlat(bond.a) && isFlat(bond.b))
      let type: Int32 = bond.order == 4 ? 3 : bond.order == 2 ? 1 : 0
      for (from, to) in [(bond.a, bond.b), (bond.b, bond.a)] {
        sources.append(Int32(from))
        targets.append(Int32(to))
        kinds += [type, bond.stereo, conjugated ? 1 : 0]
      }
    }
    return try MoleculeGraph(atoms: features, edges: sources + targets, bonds: kinds)
  }
}
