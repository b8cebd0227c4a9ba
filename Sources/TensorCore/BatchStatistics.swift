/// Brings together what every worker knows about a batch.
public protocol StatisticsExchange: AnyObject {
  /// Sends this worker's numbers and returns every worker's, in rank order, its own included. Called in the same order
  /// on every worker, in forward and in backward.
  func gather(_ local: [Double]) throws -> [[Double]]
}

/// Moments of the columns of a matrix as they travel: the number of rows, then the means, then the sums of squared
/// deviations, one of each per column.
struct Moments {
  let values: UnsafeMutablePointer<Double>
  let width: Int

  /// How many numbers `values` has.
  static func size(_ width: Int) -> Int { 1 + 2 * width }

  var count: Double { values[0] }
  var mean: UnsafeMutablePointer<Double> { values + 1 }
  var squares: UnsafeMutablePointer<Double> { values + 1 + width }

  /// Adds the moments of other rows (Chan, Golub, LeVeque 1979), which loses no precision where means are large.
  func merge(_ other: Moments) {
    guard other.count > 0 else { return }
    guard count > 0 else {
      values.update(from: other.values, count: Moments.size(width))
      return
    }
    let (count, total) = (count, count + other.count)
    for c in 0..<width {
      let delta = other.mean[c] - mean[c]
      mean[c] += delta * (other.count / total)
      squares[c] += other.squares[c] + delta * delta * (count * other.count / total)
    }
    values[0] = total
  }
}

/// Brings `count` leaves together in a fixed tree, neighbours first: (0 + 1) + (2 + 3); `merge(i, j)` adds leaf j to leaf
/// i, and leaf 0 is the result. The bits of a sum then do not depend on whether a worker brings one leaf of the tree or a
/// branch.
func foldNeighbours(_ count: Int, _ merge: (Int, Int) -> Void) {
  var step = 1
  while step < count {
    for first in stride(from: 0, to: count - step, by: 2 * step) { merge(first, first + step) }
    step *= 2
  }
}

func addNumbers(_ sums: UnsafeMutablePointer<Double>, _ more: UnsafePointer<Double>, count: Int) {
  for index in 0..<count { sums[index] += more[index] }
}

/// The running statistics of one BatchNorm, and where it asks for other workers' rows.
///
/// Training stages new running values; `ParameterStore.commitStatistics()` makes them valid, so that a step can be
/// dropped and computed again.
public final class BatchStatistics<Element: TensorElement> {
  /// `[C]`, 0 at the start
  public let runningMean: Buffer<Element>
  /// `[C]`, unbiased, 1 at the start
  public let runningVariance: Buffer<Element>
  /// C
  public let width: Int
  /// Weight of the newest batch in the running values.
  public let momentum: Double
  /// ε, added to the variance before its root.
  public let epsilon: Double
  private let store: ParameterStore<Element>

  /// Declares `running_mean` (0) and `running_var` (1) in the scope.
  public init(
    _ width: Int, momentum: Double = 0.1, epsilon: Double = 1e-5, in scope: ParameterScope<Element>
  ) throws(ParameterError) {
    runningMean = try scope.buffer("running_mean", [width], fill: 0)
    runningVariance = try scope.buffer("running_var", [width], fill: 1)
    self.width = width
    self.momentum = momentum
    self.epsilon = epsilon
    store = scope.store
  }

  /// Makes moments of this worker's rows those of all workers' rows.
  func shareMoments(_ local: Moments) throws {
    try share(UnsafeMutableBufferPointer(start: local.values, count: Moments.size(width))) {
      Moments(values: $0, width: width).merge(Moments(values: $1, width: width))
    }
  }

  /// Makes sums over this worker's rows those over all workers' rows.
  func shareSums(_ local: UnsafeMutableBufferPointer<Double>) throws {
    try share(local) { addNumbers($0, $1, count: local.count) }
  }

  private func share(
    _ local: UnsafeMutableBufferPointer<Double>,
    _ merge: (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) -> Void
  ) throws {
    guard let exchange = store.statisticsExchange else { return }
    let gathered = try exchange.gather(Array(local))
    for numbers in gathered {
      try ShapeError.require(
        numbers.count == local.count, "batchNorm", expected: "\(local.count) statistics from every worker",
        got: "\(numbers.count)")
    }
    var all = gathered.flatMap { $0 }
    all.withUnsafeMutableBufferPointer { all in
      guard !all.isEmpty, let base = all.baseAddress, let own = local.baseAddress else { return }
      foldNeighbours(gathered.count) { merge(base + $0 * local.count, base + $1 * local.count) }
      own.update(from: base, count: local.count)
    }
  }

  /// Stages running = (1 − momentum) running + momentum · new, with the unbiased variance.
  func stage(_ moments: Moments, inputBias: UnsafePointer<Element>?) {
    runningMean.stage { c, old in
      (1 - self.momentum) * old + self.momentum * (moments.mean[c] + (inputBias.map { $0[c].widened } ?? 0))
    }
    runningVariance.stage { c, old in
      (1 - self.momentum) * old + self.momentum * moments.squares[c] / (moments.count - 1)
    }
  }
}
