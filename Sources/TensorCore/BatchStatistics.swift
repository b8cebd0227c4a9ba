/// Brings together what every worker knows about a batch.
public protocol StatisticsExchange: AnyObject {
  /// Sends this worker's numbers and returns every worker's, in rank order, its own included. Called in the same order
  /// on every worker, in forward and in backward.
  func gather(_ local: [Double]) throws -> [[Double]]
}

/// Count, mean and sum of squared deviations of each column.
struct Moments: Equatable {
  var count: Double
  var mean: [Double]
  var squares: [Double]

  /// Adds the moments of other rows (Chan, Golub, LeVeque 1979), which loses no precision where means are large.
  mutating func merge(_ other: Moments) {
    guard other.count > 0 else { return }
    guard count > 0 else {
      self = other
      return
    }
    let total = count + other.count
    for c in mean.indices {
      let delta = other.mean[c] - mean[c]
      mean[c] += delta * (other.count / total)
      squares[c] += other.squares[c] + delta * delta * (count * other.count / total)
    }
    count = total
  }

  /// [count, means…, squares…]
  var vector: [Double] { [count] + mean + squares }

  init(count: Double, mean: [Double], squares: [Double]) {
    self.count = count
    self.mean = mean
    self.squares = squares
  }

  init(vector: [Double]) {
    let width = (vector.count - 1) / 2
    count = vector[0]
    mean = Array(vector[1..<(1 + width)])
    squares = Array(vector[(1 + width)...])
  }
}

/// Brings a list together in a fixed tree, neighbours first: (0 + 1) + (2 + 3); nil for an empty list. The bits of a sum
/// then do not depend on whether a worker brings one leaf of the tree or a branch.
func foldNeighbours<Value>(_ values: [Value], _ merge: (inout Value, Value) -> Void) -> Value? {
  var values = values
  var step = 1
  while step < values.count {
    for first in stride(from: 0, to: values.count - step, by: 2 * step) {
      merge(&values[first], values[first + step])
    }
    step *= 2
  }
  return values.first
}

func addNumbers(_ sums: inout [Double], _ more: [Double]) {
  for (index, value) in more.enumerated() { sums[index] += value }
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

  /// The moments over all workers' rows.
  func global(_ local: Moments) throws -> Moments {
    guard let exchange = store.statisticsExchange else { return local }
    return foldNeighbours(try gathered(local.vector, exchange).map(Moments.init(vector:))) { $0.merge($1) } ?? local
  }

  /// Sums over all workers.
  func global(sums local: [Double]) throws -> [Double] {
    guard let exchange = store.statisticsExchange else { return local }
    return foldNeighbours(try gathered(local, exchange), addNumbers) ?? local
  }

  private func gathered(_ local: [Double], _ exchange: any StatisticsExchange) throws -> [[Double]] {
    let vectors = try exchange.gather(local)
    for vector in vectors {
      try ShapeError.require(
        vector.count == local.count, "batchNorm", expected: "\(local.count) statistics from every worker",
        got: "\(vector.count)")
    }
    return vectors
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
