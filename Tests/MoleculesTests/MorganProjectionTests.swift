import Foundation
import Molecules
import Random
import Testing

@Suite struct MorganProjectionTests {
  /// Counts that are not zero, by rdkit 2026.09.1 in Python (`GetMorganGenerator(radius=2, fpSize=2048)`).
  static let golden: [(smiles: String, counts: [Int: UInt32])] = [
    ("CCO", [80: 1, 222: 1, 294: 1, 807: 1, 1057: 1, 1410: 1]),
    (
      "CC(=O)Oc1ccccc1C(=O)O",
      [
        389: 1, 456: 1, 650: 2, 695: 1, 807: 3, 909: 1, 1017: 1, 1035: 1, 1047: 1, 1057: 1, 1088: 2, 1199: 2, 1380: 2,
        1410: 1, 1447: 1, 1468: 1, 1616: 1, 1729: 1, 1750: 2, 1775: 1, 1873: 4, 1917: 2, 1970: 1, 1991: 1,
      ]
    ),
    (
      "Cn1c(=O)c2c(ncn2C)n(C)c1=O",
      [
        33: 1, 314: 2, 378: 1, 400: 1, 463: 1, 504: 1, 564: 2, 650: 2, 771: 1, 932: 1, 935: 3, 1024: 1, 1057: 3,
        1145: 3,
        1203: 1, 1258: 1, 1307: 1, 1354: 1, 1380: 4, 1409: 1, 1440: 1, 1452: 1, 1517: 1, 1696: 1, 1873: 1,
      ]
    ),
    ("[Na+].[Cl-]", [1213: 1, 1866: 1]),
    (
      "OC[C@H]1O[C@@H](O)[C@H](O)[C@@H](O)[C@@H]1O",
      [
        80: 1, 158: 1, 222: 1, 432: 1, 576: 1, 610: 1, 656: 1, 807: 5, 1019: 5, 1037: 1, 1234: 1, 1257: 4, 1487: 3,
        1516: 1, 1764: 2, 1844: 1, 1921: 1,
      ]
    ),
    (
      "C/C=C/C#N",
      [157: 1, 208: 1, 549: 1, 674: 1, 694: 2, 775: 1, 790: 1, 844: 1, 1057: 1, 1073: 1, 1367: 1, 1384: 1]
    ),
  ]

  @Test("counts equal those of RDKit in Python", arguments: golden.indices)
  func counts(index: Int) throws {
    let (smiles, expected) = Self.golden[index]
    let counts = try MorganProjection(width: 1).counts(smiles)
    #expect(counts.count == 2048)
    let found = counts.indices.filter { counts[$0] != 0 }.map { ($0, counts[$0]) }
    #expect(Dictionary(uniqueKeysWithValues: found) == expected)
  }

  @Test("another radius and number of bits")
  func otherSettings() throws {
    let counts = try MorganProjection(width: 1, radius: 1, bits: 64).counts("CC(=O)Oc1ccccc1C(=O)O")
    let expected: [Int: UInt32] = [
      0: 2, 1: 1, 5: 1, 7: 1, 8: 1, 10: 2, 11: 1, 17: 4, 22: 2, 33: 1, 36: 2, 39: 3, 50: 1, 55: 1, 57: 1, 61: 2,
    ]
    #expect(counts.count == 64 && counts.indices.allSatisfy { counts[$0] == expected[$0] ?? 0 })
  }

  @Test("a vector is the normalised product of log1p(counts) and the Gaussian matrix")
  func vector() throws {
    let projection = try MorganProjection(width: 24, bits: 256, seed: 9)
    let normal = CounterRandom(seed: 9, stream: RandomDomain.other.stream(named: "morgan projection"))
    let counts = try projection.counts("CC(=O)Oc1ccccc1C(=O)O")
    #expect(counts.max() ?? 0 > 1)
    let sums = (0..<24).map { column in
      counts.indices.reduce(0.0) { sum, bit in
        sum + log1p(Double(counts[bit])) * normal.normal(UInt64(bit * 24 + column)) / 16
      }
    }
    let length = sums.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let vector = try projection.vector("CC(=O)Oc1ccccc1C(=O)O")
    #expect(zip(vector, sums).allSatisfy { abs(Double($0) - $1 / length) < 1e-6 })
    #expect(vector == projection.project(counts))
    #expect(projection.project([UInt32](repeating: 0, count: 256)) == [Float](repeating: 0, count: 24))
  }

  @Test("similar molecules have similar vectors; the seed changes them all")
  func similarity() throws {
    let projection = try MorganProjection()
    func cosine(_ a: String, _ b: String) throws -> Float {
      zip(try projection.vector(a), try projection.vector(b)).reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(abs(try cosine("CCCCCCO", "CCCCCCO") - 1) < 1e-5)
    #expect(try cosine("CCCCCCO", "CCCCCCCO") > 0.9)
    #expect(abs(try cosine("CCCCCCO", "c1ccc2ccccc2c1")) < 0.2)
    #expect(try MorganProjection(seed: 1).vector("CCO") != projection.vector("CCO"))
    #expect(try MorganProjection(seed: 1) != projection)
  }

  @Test("settings out of range and texts that are no molecule are refused")
  func refused() throws {
    #expect(throws: MoleculeError.badProjection(setting: "width", expected: "in 1...4096", found: 0)) {
      try MorganProjection(width: 0)
    }
    #expect(throws: MoleculeError.badProjection(setting: "radius", expected: "in 0...8", found: 9)) {
      try MorganProjection(radius: 9)
    }
    #expect(throws: MoleculeError.badProjection(setting: "bits", expected: "in 16...65536", found: 8)) {
      try MorganProjection(bits: 8)
    }
    let projection = try MorganProjection(width: 4)
    #expect(throws: MoleculeError.unparsable(smiles: "C1CC", reason: "unclosed ring")) {
      try projection.vector("C1CC")
    }
    #expect(throws: MoleculeError.self) { try projection.vector("") }
  }
}
