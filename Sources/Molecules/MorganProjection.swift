internal import CRDKit
import Random

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// SMILES → vector without any pretrained model: Morgan counts, projected at random.
///
/// v = L2norm(log1p(c) G), c the counts of the molecule's Morgan environments folded to `bits` numbers, G fixed Gaussian
/// `[bits, width]` divided by √bits (spec FMCHS 3.1). Molecules that share substructures have similar vectors, because
/// such a projection keeps angles about as they are.
///
/// G[b, j] is normal number b·width + j of `seed` in a stream of its own, so every machine has the same.
public struct MorganProjection: Sendable {
  /// Length of a vector.
  public let width: Int
  /// Bonds between the middle of an environment and its rim; 2 is ECFP4.
  public let radius: Int
  /// Numbers that the counts are folded to.
  public let bits: Int
  public let seed: UInt64
  /// G, `[bits, width]`.
  private let matrix: [Float]

  /// - Throws: `badProjection` unless width is in 1...4096, radius in 0...8 and bits in 16...65536.
  public init(width: Int = 512, radius: Int = 2, bits: Int = 2048, seed: UInt64 = 0) throws(MoleculeError) {
    for (name, value, range) in [("width", width, 1...4096), ("radius", radius, 0...8), ("bits", bits, 16...65_536)]
    where !range.contains(value) {
      throw .badProjection(setting: name, expected: "in \(range.lowerBound)...\(range.upperBound)", found: value)
    }
    self.width = width
    self.radius = radius
    self.bits = bits
    self.seed = seed
    let numbers = CounterRandom(seed: seed, stream: RandomDomain.other.stream(named: "morgan projection"))
    let scale = 1 / Double(bits).squareRoot()
    matrix = (0..<bits * width).map { Float(numbers.normal(UInt64($0)) * scale) }
  }

  /// One line that names all that decides the numbers, RDKit's version included.
  public var description: String {
    "Morgan counts (radius \(radius), \(bits) bits) projected to \(width), seed \(seed), "
      + "RDKit \(SMILESParser.rdkitVersion)"
  }

  /// The folded counts of one molecule, `bits` numbers: Python's
  /// `rdFingerprintGenerator.GetMorganGenerator(radius, fpSize=bits).GetCountFingerprintAsNumPy`.
  /// - Throws: `unparsable`
  public func counts(_ smiles: String) throws(MoleculeError) -> [UInt32] {
    let molecule = try SMILESParser.molecule(smiles)
    defer { CRDKitMoleculeFree(molecule) }
    var counts = [UInt32](repeating: 0, count: bits)
    guard CRDKitMoleculeMorganCounts(molecule, UInt32(radius), &counts, UInt32(bits)) == 0 else {
      throw .unparsable(smiles: smiles, reason: "RDKit could not make its fingerprint")
    }
    return counts
  }

  /// The vector of one molecule, `width` numbers of length 1.
  /// - Throws: `unparsable`
  public func vector(_ smiles: String) throws(MoleculeError) -> [Float] { project(try counts(smiles)) }

  /// L2norm(log1p(counts) G); zeros for counts that are all zero.
  /// - Precondition: there are `bits` counts.
  public func project(_ counts: [UInt32]) -> [Float] {
    precondition(counts.count == bits, "\(counts.count) counts for a projection of \(bits)")
    var sums = [Double](repeating: 0, count: width)
    matrix.withUnsafeBufferPointer { matrix in
      for (bit, count) in counts.enumerated() where count != 0 {
        let weight = log1p(Double(count))
        let row = UnsafeBufferPointer(rebasing: matrix[bit * width..<(bit + 1) * width])
        for column in 0..<width { sums[column] += weight * Double(row[column]) }
      }
    }
    return normalised(sums)
  }
}

extension MorganProjection: Equatable, CustomStringConvertible {
  public static func == (a: Self, b: Self) -> Bool {
    (a.width, a.radius, a.bits, a.seed) == (b.width, b.radius, b.bits, b.seed)
  }
}

/// A vector of length 1 in its direction; zeros stay zeros.
func normalised(_ sums: [Double]) -> [Float] {
  let length = sums.reduce(0) { $0 + $1 * $1 }.squareRoot()
  return length > 0 ? sums.map { Float($0 / length) } : [Float](repeating: 0, count: sums.count)
}
