/// Which pairs of medications interact, as one row of bits per medication. Symmetric; nothing interacts with itself.
public struct InteractionTable: Equatable, Sendable {
  public let medications: Int
  let wordsPerRow: Int
  let bits: [UInt64]

  /// - Parameter pairs: unordered; repetitions and both orders count once.
  /// - Throws: `MetricError.outOfRange`; `badSetting` for a pair of a medication with itself.
  public init(medications: Int, pairs: some Sequence<(Int, Int)>) throws(MetricError) {
    let words = (medications + 63) / 64
    var bits = [UInt64](repeating: 0, count: medications * words)
    for (a, b) in pairs {
      for index in [a, b] where index < 0 || index >= medications {
        throw .outOfRange("an interaction", index: index, medications: medications)
      }
      guard a != b else {
        throw .badSetting("an interaction pairs medication \(a) with itself; it needs two medications")
      }
      bits[a * words + b / 64] |= 1 << UInt64(b % 64)
      bits[b * words + a / 64] |= 1 << UInt64(a % 64)
    }
    self.medications = medications
    self.wordsPerRow = words
    self.bits = bits
  }

  /// From a matrix `[medications, medications]`: a and b interact if either entry is 1. The diagonal is not read.
  /// - Throws: `MetricError.length`
  public init(adjacency: [Float], medications: Int) throws(MetricError) {
    guard adjacency.count == medications * medications else {
      throw .length("entries of the interaction matrix", expected: medications * medications, found: adjacency.count)
    }
    var pairs: [(Int, Int)] = []
    for a in 0..<medications {
      for b in 0..<medications where a != b && adjacency[a * medications + b] == 1 { pairs.append((a, b)) }
    }
    try self.init(medications: medications, pairs: pairs)
  }

  /// Whether two medications interact.
  public func contains(_ a: Int, _ b: Int) -> Bool {
    bits[a * wordsPerRow + b / 64] >> UInt64(b % 64) & 1 == 1
  }

  /// Interacting pairs (a, b), a before b in `list`, for warnings.
  public func pairs(among list: [Int]) -> [(Int, Int)] {
    list.indices.flatMap { i in
      list[(i + 1)...].filter { contains(list[i], $0) }.map { (list[i], $0) }
    }
  }

  /// Number of interacting pairs in a set given as bits, `wordsPerRow` words.
  func count(in set: UnsafeBufferPointer<UInt64>) -> Int {
    var twice = 0
    bits.withUnsafeBufferPointer { bits in
      for (word, members) in set.enumerated() {
        var left = members
        while left != 0 {
          let row = (word * 64 + left.trailingZeroBitCount) * wordsPerRow
          for other in 0..<wordsPerRow { twice += (bits[row + other] & set[other]).nonzeroBitCount }
          left &= left - 1
        }
      }
    }
    return twice / 2
  }

  /// Share of interacting pairs among all pairs of the true medications, pooled over visits; 0 without a pair.
  /// The paper compares with the value of the whole cohort, not of the test split (NLA-MMR spec 3.11).
  /// - Throws: `MetricError.length` for labels of another vocabulary.
  public func rate(of labels: LabelMatrix) throws(MetricError) -> Double {
    let scores = labels.values.map { Float($0) }
    let visits = try Evaluator(interactions: self).visits(labels: labels, scores: scores)
    return pooledInteractionRate(visits)
  }
}

/// Interacting pairs / all pairs of predicted medications, summed over visits first; 0 without a pair.
func pooledInteractionRate(_ visits: some Sequence<VisitMetrics>) -> Double {
  var pairs = 0
  var interacting = 0
  for visit in visits {
    pairs += visit.pairs
    interacting += visit.interactingPairs
  }
  return pairs == 0 ? 0 : Double(interacting) / Double(pairs)
}
