import Bench
import Foundation
import Molecules
import Testing

@Suite struct BenchMoleculesTests {
  private static let publishedFile =
    (ProcessInfo.processInfo.environment["THERIAC_SHARED"] ?? "../shared")
    + "/data/molecules/atc3_smiles_nlammr_m3.json"

  @Test("generated molecules have MIMIC-III's counts, and are the same every time")
  func counts() throws {
    let molecules = try BenchMolecules.generated()
    let batch = molecules.batch
    #expect(batch.moleculeCount == 269 && batch.atomCount == 6_782 && batch.edgeCount == 14_456)
    #expect(molecules.medicationCount == 112)
    #expect(molecules.moleculesOfMedications.flatMap { $0 } == (0..<269).map { Int32($0) })
    #expect(molecules.moleculesOfMedications.allSatisfy { (1...3).contains($0.count) })
    #expect(try BenchMolecules.generated().batch == batch)
  }

  @Test("they are like molecules: at most four neighbours, connected, edges in both directions, leaves and branches")
  func moleculeLike() throws {
    let batch = try BenchMolecules.generated().batch
    var degree = [Int](repeating: 0, count: batch.atomCount)
    for target in batch.targets { degree[Int(target)] += 1 }
    #expect(degree.max() == 4)
    // MIMIC-III's: 1,568, 2,908, 2,114, 181 of degree 1 to 4.
    for (bonds, range) in [(1, 1_100...2_000), (2, 2_300...3_500), (3, 1_600...2_600), (4, 20...400)] {
      #expect(range.contains(degree.count { $0 == bonds }), "\(bonds) bonds: \(degree.count { $0 == bonds })")
    }
    let pairs = Set(zip(batch.sources, batch.targets).map { SIMD2($0, $1) })
    #expect(pairs.count == batch.edgeCount)
    #expect(pairs.allSatisfy { pairs.contains(SIMD2($0.y, $0.x)) && $0.x != $0.y })
    for molecule in 0..<batch.moleculeCount {
      let atoms = batch.atomOffsets[molecule]..<batch.atomOffsets[molecule + 1]
      var group = Array(atoms)
      func root(_ atom: Int) -> Int {
        var atom = atom
        while group[atom - atoms.lowerBound] != atom { atom = group[atom - atoms.lowerBound] }
        return atom
      }
      for edge in batch.edgeOffsets[molecule]..<batch.edgeOffsets[molecule + 1] {
        let (a, b) = (root(Int(batch.sources[edge])), root(Int(batch.targets[edge])))
        group[max(a, b) - atoms.lowerBound] = min(a, b)
      }
      #expect(Set(atoms.map(root)).count == 1, "molecule \(molecule) falls apart")
    }
  }

  @Test("they are about as diverse as MIMIC-III's: 77 kinds of atoms, 1,387 with their neighbours")
  func diversity() throws {
    let diversity = try BenchMolecules.generated().diversity
    #expect((55...100).contains(diversity.atoms), "\(diversity.atoms)")
    #expect((1_250...1_530).contains(diversity.neighbourhoods), "\(diversity.neighbourhoods)")
  }

  @Test(
    "the published molecules have the counts that the generated ones copy",
    .enabled(if: FileManager.default.fileExists(atPath: publishedFile), "needs data/molecules (THERIAC_SHARED)"))
  func published() throws {
    let molecules = try BenchMolecules(file: Self.publishedFile)
    let batch = molecules.batch
    #expect(batch.moleculeCount == 269 && batch.atomCount == 6_782 && batch.edgeCount == 14_456)
    #expect(molecules.medicationCount == 112)
    #expect(molecules.diversity == (77, 1_387))
  }

  @Test("a file of molecules is read in the order of its codes")
  func file() throws {
    let path = try Self.write(#"{"B": ["CCO", "O"], "A": ["C"]}"#)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let molecules = try BenchMolecules(file: path)
    #expect(molecules.moleculesOfMedications == [[0], [1, 2]])
    #expect(molecules.batch.atomOffsets == [0, 1, 4, 5])
  }

  @Test(
    "a file that is none is refused in one sentence",
    arguments: [
      ("[1]", "it is not a JSON object of lists of texts"), ("{\"A\": \"CCO\"}", "it is not a JSON object"),
      ("{}", "it names no molecule"), ("{\"A\": []}", "it names no molecule"), ("", "it is not a JSON object"),
      ("{\"A\": [\"C\"]}", "it has fewer than two atoms"), ("{\"A\": [\"nonsense\"]}", "it has fewer than two atoms"),
    ])
  func refused(content: String, reason: String) throws {
    let path = try Self.write(content)
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect {
      try BenchMolecules(file: path)
    } throws: { "\($0)".contains(path) && "\($0)".contains(reason) }
    #expect {
      try BenchMolecules(file: path + ".none")
    } throws: { "\($0)".contains("does not exist") }
  }

  static func write(_ content: String) throws -> String {
    let path = NSTemporaryDirectory() + "theriac-bench-\(UUID().uuidString).json"
    try content.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }
}
