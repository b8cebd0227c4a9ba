import Foundation
import TensorCore
import Testing

/// Two or more "workers" in threads that meet in every gather. No locks are held while waiting.
private final class Meeting: @unchecked Sendable {
  private let condition = NSCondition()
  private let size: Int
  private var arrived: [Int: [Double]] = [:]
  private var result: [[Double]] = []
  private var round = 0

  init(size: Int) { self.size = size }

  func gather(_ rank: Int, _ local: [Double]) -> [[Double]] {
    condition.lock()
    defer { condition.unlock() }
    let mine = round
    arrived[rank] = local
    if arrived.count == size {
      result = (0..<size).compactMap { arrived[$0] }
      arrived = [:]
      round += 1
      condition.broadcast()
    } else {
      while round == mine { condition.wait() }
    }
    return result
  }
}

private final class Exchange: StatisticsExchange {
  let meeting: Meeting
  let rank: Int
  init(_ meeting: Meeting, rank: Int) {
    self.meeting = meeting
    self.rank = rank
  }
  func gather(_ local: [Double]) throws -> [[Double]] { meeting.gather(rank, local) }
}

/// Results of the workers' threads.
private final class Results<T: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var values: [Int: T] = [:]
  func set(_ rank: Int, _ value: T) { lock.withLock { values[rank] = value } }
  func all(_ count: Int) -> [T] { lock.withLock { (0..<count).compactMap { values[$0] } } }
}

private func onWorkers<T: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) throws -> T) -> [T] {
  let results = Results<T>()
  let threads = (0..<count).map { rank in
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
      if let value = try? body(rank) { results.set(rank, value) }
      done.signal()
    }
    thread.start()
    return done
  }
  for done in threads { done.wait() }
  return results.all(count)
}

/// What one worker reports: its rows of y and dx, its partial dw and db, the running statistics.
private struct Report: Sendable {
  var y, dx, dw, db, mean, variance: [Float]
}

@Suite struct ExactDistributionTests {
  /// BatchNorm with ReLU and dropout over rows[range] of a fixed batch, on one worker.
  private static func batchNorm(_ range: Range<Int>, of rows: Int, exchange: (any StatisticsExchange)?) throws -> Report
  {
    let width = 20
    let x: Tensor<Float> = try normal([rows, width], 1)
    let dy: Tensor<Float> = try normal([rows, width], 2)
    let store = ParameterStore<Float>(seed: 0)
    store.statisticsExchange = exchange
    let state = try BatchStatistics(width, in: store.scope)
    let leaf = try x.rows(range).requiringGradient()
    let (w, b): (Tensor<Float>, Tensor<Float>) = (try normal([width], 3), try normal([width], 4))
    let (weight, bias) = (w.requiringGradient(), b.requiringGradient())
    let mask = DropoutMask(DropoutKey(seed: 1, step: 2, layer: 3), rowOffset: range.lowerBound)
    let y = try leaf.batchNorm(
      weight: weight, bias: bias, statistics: state, training: true, relu: true, dropout: (0.3, mask))
    try y.backward(from: dy.rows(range))
    store.commitStatistics()
    return Report(
      y: y.array, dx: try #require(leaf.gradient).array, dw: try #require(weight.gradient).array,
      db: try #require(bias.gradient).array, mean: Array(state.runningMean.values),
      variance: Array(state.runningVariance.values))
  }

  @Test(
    "BatchNorm over rows on several workers equals one worker: results, gradients and running statistics",
    arguments: [[0..<50, 50..<101], [0..<0, 0..<101], [0..<1, 1..<100, 100..<101]])
  func batchNorm(ranges: [Range<Int>]) throws {
    let whole = try Self.batchNorm(0..<101, of: 101, exchange: nil)
    let meeting = Meeting(size: ranges.count)
    let parts = onWorkers(ranges.count) { rank in
      try Self.batchNorm(ranges[rank], of: 101, exchange: Exchange(meeting, rank: rank))
    }
    try #require(parts.count == ranges.count)
    expectClose(parts.flatMap(\.y), whole.y, absolute: 1e-5)
    expectClose(parts.flatMap(\.dx), whole.dx, absolute: 1e-5)
    for part in parts {
      #expect(part.mean == parts[0].mean && part.variance == parts[0].variance)
      expectClose(part.mean, whole.mean)
      expectClose(part.variance, whole.variance)
    }
    // Every worker has the whole sum.
    for part in parts {
      expectClose(part.dw, whole.dw, absolute: 1e-4)
      expectClose(part.db, whole.db, absolute: 1e-4)
    }
  }

  @Test("an exchange that fails or answers nonsense makes the operation throw")
  func badExchange() throws {
    final class Broken: StatisticsExchange {
      struct Lost: Error {}
      var answers: [[Double]]?
      func gather(_ local: [Double]) throws -> [[Double]] {
        guard let answers else { throw Lost() }
        return answers
      }
    }
    let broken = Broken()
    #expect(throws: Broken.Lost.self) { try Self.batchNorm(0..<4, of: 4, exchange: broken) }
    broken.answers = [[1, 2]]
    #expect(throws: ShapeError.self) { try Self.batchNorm(0..<4, of: 4, exchange: broken) }
  }

  @Test("a failure inside backward reaches the caller and frees the graph")
  func failingBackward() throws {
    struct Lost: Error {}
    weak var held: AnyObject?
    final class Witness {}
    func run() throws {
      let witness = Witness()
      held = witness
      let x = Real.full(1, [2]).requiringGradient()
      let y = Real.custom(inputs: [x], output: .full(2, [2])) { _ in
        withExtendedLifetime(witness) {}
        throw Lost()
      }
      let loss = y.relu().sum()
      #expect(throws: Lost.self) { try loss.backward() }
      #expect(x.gradient == nil)
    }
    try run()
    #expect(held == nil)
  }

  @Test("dropout masks depend on the global row only: by offset and by list of ids")
  func dropoutRows() throws {
    let key = DropoutKey(seed: 9, step: 1 << 40, layer: 2)
    let ones = Tensor<Float>.full(1, [40, 70])
    let whole = try ones.dropout(0.4, DropoutMask(key)).array
    let part = try Tensor<Float>.full(1, [10, 70]).dropout(0.4, DropoutMask(key, rowOffset: 25)).array
    #expect(part == Array(whole[(25 * 70)..<(35 * 70)]))
    let ids: [Int32] = [39, 0, 7]
    let scattered = try Tensor<Float>.full(1, [3, 70]).dropout(0.4, DropoutMask(key, rows: ids)).array
    #expect(scattered == ids.flatMap { whole[(Int($0) * 70)..<((Int($0) + 1) * 70)] })
    #expect(throws: ShapeError.self) { try ones.dropout(0.4, DropoutMask(key, rows: ids)) }
  }

  @Test("a custom all-gather hands every worker its rows of the gradient")
  func customGather() throws {
    let x = try Real([1, 2, 3, 4], [2, 2]).requiringGradient()
    let gathered = try Real.joinedRows([.zeros([1, 2]), x.detached(), .zeros([1, 2])])
    let y = Real.custom(inputs: [x], output: gathered) { dy in [try dy.rows(1..<3)] }
    try y.backward(from: Real([1, 2, 3, 4, 5, 6, 7, 8], [4, 2]))
    #expect(x.gradient?.array == [3, 4, 5, 6])
  }

  @Test("a custom operation with gradients of wrong number or shape is refused")
  func customShapes() throws {
    let x = Real.full(1, [2]).requiringGradient()
    let few = Real.custom(inputs: [x], output: .full(1, [2])) { _ in [] }
    #expect(throws: ShapeError.self) { try few.sum().backward() }
    let wide = Real.custom(inputs: [x], output: .full(1, [2])) { _ in [.zeros([3])] }
    #expect(throws: ShapeError.self) { try wide.sum().backward() }
  }
}

@Suite struct DropoutTests {
  let key = DropoutKey(seed: 4, step: 5, layer: 6)

  @Test("keeps about the wanted share, scaled so that the mean stays", arguments: [0.2, 0.7])
  func rate(rate: Double) throws {
    let y = try Tensor<Float>.full(1, [200, 100]).dropout(rate, DropoutMask(key)).array
    let kept = y.filter { $0 != 0 }
    #expect(abs(Double(kept.count) / 20_000 - (1 - rate)) < 0.02)
    #expect(Set(kept) == [Float(1 / (1 - rate))])
  }

  @Test("seed, step and layer all change the mask; nothing else does")
  func keys() throws {
    func mask(_ key: DropoutKey) throws -> [Float] {
      try Tensor<Float>.full(1, [4, 64]).dropout(0.5, DropoutMask(key)).array
    }
    let masks = try [
      key, DropoutKey(seed: 5, step: 5, layer: 6), DropoutKey(seed: 4, step: 6, layer: 6),
      DropoutKey(seed: 4, step: 5, layer: 7),
    ].map(mask)
    #expect(Set(masks).count == 4)
    #expect(try mask(key) == masks[0])
  }

  @Test("gradients agree with central differences; rate 0 changes nothing; other rates are refused")
  func gradients() throws {
    try expectGradients([normal([3, 5], 1)]) { try $0[0].dropout(0.5, DropoutMask(key)) }
    let x: Real = try normal([3, 5], 1)
    #expect(try x.dropout(0, DropoutMask(key)).array == x.array)
    for rate in [1, 1.5, -0.1, .nan] {
      #expect(throws: ShapeError.self) { try x.dropout(rate, DropoutMask(key)) }
    }
  }
}
