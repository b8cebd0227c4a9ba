import Random

/// How prescriptions are dealt into train, validation and test: 7 : 1 : 2.
///
/// n rows: test ⌈n / 5⌉, validation ⌈(n − test) / 8⌉, train what remains; in that order train, validation, test.
/// 33,765 rows → 23,635 / 3,377 / 6,753.
/// - Source: the peers of FMCHS: scikit-learn's `train_test_split` by 0.2, then by 0.125 (spec FMCHS 1), which rounds up.
public enum SetSplit: Equatable, Sendable, CustomStringConvertible {
  /// In the order of the file.
  case ordered
  /// In the order of a counter-based permutation: the same on every machine, but not that of scikit-learn.
  case shuffled(seed: UInt64)

  public var description: String {
    switch self {
    case .ordered: "ordered 7:1:2"
    case .shuffled(let seed): "shuffled 7:1:2 (seed: \(seed))"
    }
  }

  /// The fewest rows of which all three parts get one.
  public static let fewestRows = 3

  /// The split of each of `rows` rows.
  public func assign(rows: Int) -> [Split] {
    let test = (rows + 4) / 5
    let validation = (rows - test + 7) / 8
    let train = rows - test - validation
    let inOrder = (0..<rows).map { rank -> Split in
      rank < train ? .train : rank < train + validation ? .validation : .test
    }
    guard case .shuffled(let seed) = self else { return inOrder }
    var splits = inOrder
    let order = CounterRandom(seed: seed, stream: RandomDomain.split.stream()).permutation(rows)
    for (rank, row) in order.enumerated() { splits[row] = inOrder[rank] }
    return splits
  }
}
