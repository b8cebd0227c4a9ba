import Foundation
import Molecules
import Random

/// The molecules of a benchmark and which medication has which.
public struct BenchMolecules: Sendable {
  public let batch: MoleculeBatch
  public let moleculesOfMedications: [[Int32]]
  /// For people: where they are from.
  public let source: String

  public var medicationCount: Int { moleculesOfMedications.count }

  // MARK: From a file

  /// The largest file that is read.
  private static let mostBytes = 256 << 20

  /// The molecules of a file in the layout {"CODE": ["SMILES", …], …}, medications in the order of their codes.
  /// - Throws: `BenchError.molecules`; `MoleculeError` for a SMILES that RDKit refuses.
  public init(file: String) throws {
    let attributes = try? FileManager.default.attributesOfItem(
      atPath: URL(fileURLWithPath: file).resolvingSymlinksInPath().path)
    guard let attributes else { throw BenchError.molecules(file: file, reason: "it does not exist or cannot be read") }
    // Reading a device might never end.
    guard attributes[.type] as? FileAttributeType == .typeRegular else {
      throw BenchError.molecules(file: file, reason: "it is a folder or a device")
    }
    guard let size = attributes[.size] as? Int, size <= Self.mostBytes else {
      throw BenchError.molecules(file: file, reason: "it has more than \(Self.mostBytes >> 20) MiB")
    }
    guard let data = FileManager.default.contents(atPath: file) else {
      throw BenchError.molecules(file: file, reason: "it does not exist or cannot be read")
    }
    guard let lists = try? JSONDecoder().decode([String: [String]].self, from: data) else {
      throw BenchError.molecules(file: file, reason: "it is not a JSON object of lists of texts")
    }
    guard lists.values.contains(where: { !$0.isEmpty }) else {
      throw BenchError.molecules(file: file, reason: "it names no molecule")
    }
    let codes = lists.keys.sorted()
    let set = try MoleculeSet(medications: codes, smiles: codes.map { lists[$0] ?? [] }, unparsable: .skip)
    batch = set.batch
    moleculesOfMedications = codes.indices.map { Array(set.projection[$0]) }
    source = URL(fileURLWithPath: file).lastPathComponent
    guard batch.atomCount > 1 else { throw BenchError.molecules(file: file, reason: "it has fewer than two atoms") }
  }

  // MARK: Generated

  /// The counts of NLA-MMR's molecules on MIMIC-III.
  private static let shape = (medications: 112, molecules: 269, atoms: 6_782, bonds: 7_228)

  /// Molecule-like graphs, always the same: trees and fused rings of C, N, O, S, F and Cl that keep their valences, with
  /// the counts of MIMIC-III's molecules, atoms and bonds, their spread of sizes, and about as many distinct atoms with
  /// their neighbours.
  public static func generated() throws -> BenchMolecules {
    var random = SequentialRandom(seed: 269, stream: RandomDomain.other.stream(named: "bench.molecules"))
    let sizes = self.sizes(&random)
    // Trees have one bond less than atoms; every ring adds one.
    let rings = shape.bonds - shape.atoms + shape.molecules
    var graphs: [MoleculeGraph] = []
    var earlier: [SIMD2<Int>: MoleculeGraph] = [:]
    var (atomsDone, ringsDone) = (0, 0)
    for size in sizes {
      atomsDone += size
      let goal = rings * atomsDone / shape.atoms - ringsDone
      let wanted = min(goal, max(0, (size - 2) / 5))
      // Some medications share a molecule, which is then encoded twice.
      if let twin = earlier[[size, wanted]], Double.random(in: 0..<1, using: &random) < 0.5 {
        ringsDone += wanted
        graphs.append(twin)
        continue
      }
      let (graph, made) = try molecule(atoms: size, rings: wanted, &random)
      ringsDone += made
      graphs.append(graph)
      if made == wanted { earlier[[size, wanted]] = graph }
    }
    var next = 0
    let lists = (0..<shape.medications).map { medication -> [Int32] in
      let last = shape.molecules * (medication + 1) / shape.medications
      defer { next = last }
      return (next..<last).map(Int32.init)
    }
    return BenchMolecules(
      batch: MoleculeBatch(graphs), moleculesOfMedications: lists, source: "generated, MIMIC-III's shape")
  }

  private init(batch: MoleculeBatch, moleculesOfMedications: [[Int32]], source: String) {
    (self.batch, self.moleculesOfMedications, self.source) = (batch, moleculesOfMedications, source)
  }

  /// Atoms of each molecule: the quantiles of MIMIC-III's, corrected to the exact sum, shuffled.
  private static func sizes(_ random: inout SequentialRandom) -> [Int] {
    let quantiles: [(Double, Double)] = [
      (0, 1), (0.1, 12), (0.25, 17), (0.5, 22), (0.75, 29), (0.9, 39), (0.97, 62), (1, 123),
    ]
    var sizes = (0..<shape.molecules).map { index -> Int in
      let q = Double(index) / Double(shape.molecules - 1)
      let upper = max(1, quantiles.firstIndex { $0.0 >= q } ?? 1)
      let (a, b) = (quantiles[upper - 1], quantiles[upper])
      return Int((a.1 + (b.1 - a.1) * (q - a.0) / (b.0 - a.0)).rounded())
    }
    var rest = shape.atoms - sizes.reduce(0, +)
    var index = shape.molecules / 10
    while rest != 0 {
      sizes[index] += rest.signum()
      rest -= rest.signum()
      index = index + 1 < shape.molecules * 9 / 10 ? index + 1 : shape.molecules / 10
    }
    return sizes.shuffled(using: &random)
  }

  /// - Returns: also the rings that were really made.
  private static func molecule(
    atoms: Int, rings: Int, _ random: inout SequentialRandom
  ) throws -> (MoleculeGraph, Int) {
    var sketch = MoleculeSketch()
    var made = 0
    while made < rings {
      let left = atoms - sketch.atomCount
      let later = 4 * (rings - made - 1)
      let size = Double.random(in: 0..<1, using: &random) < 0.68 ? 6 : 5
      let wantsFused = made > 0 && Double.random(in: 0..<1, using: &random) < 0.45
      if wantsFused || left - later < size, left >= size - 2, sketch.fuseRing(size: size, &random) {
        made += 1
      } else if left >= size {
        sketch.addRing(size: size, aromatic: Double.random(in: 0..<1, using: &random) < 0.6, &random)
        made += 1
      } else {
        break
      }
    }
    while sketch.atomCount < atoms { sketch.addChainAtom(&random) }
    return (try sketch.graph(&random), made)
  }

  // MARK: Diversity

  /// Distinct atoms, and distinct atoms with their bonds and neighbours: what can be shared in the first layer.
  public var diversity: (atoms: Int, neighbourhoods: Int) {
    let width = MoleculeFeatures.atomWidth
    func atom(_ index: Int32) -> [Int32] { Array(batch.atoms[(Int(index) * width)..<((Int(index) + 1) * width)]) }
    var around = [[[Int32]]](repeating: [], count: batch.atomCount)
    for edge in 0..<batch.edgeCount {
      let bond = batch.bonds[(edge * MoleculeFeatures.bondWidth)..<((edge + 1) * MoleculeFeatures.bondWidth)]
      around[Int(batch.targets[edge])].append(atom(batch.sources[edge]) + bond)
    }
    var kinds: Set<[Int32]> = []
    var neighbourhoods: Set<[[Int32]]> = []
    for index in 0..<batch.atomCount {
      kinds.insert(atom(Int32(index)))
      let sorted = around[index].sorted { $0.lexicographicallyPrecedes($1) }
      neighbourhoods.insert([atom(Int32(index))] + sorted)
    }
    return (kinds.count, neighbourhoods.count)
  }
}
