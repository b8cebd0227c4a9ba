import Random

/// The order of training visits in one epoch and its batches: a pure function of (seed, epoch), whoever computes it.
public struct EpochPlan: Sendable {
  /// Cohort-wide visit numbers in the order of this epoch.
  public let order: [Int32]
  public let batch: Int
  /// Steps of the epoch; the last batch is smaller than the others unless it is left out.
  public let steps: Int

  /// - Parameters:
  ///   - visits: training visits, ascending.
  ///   - epoch: counted from 0.
  public init(visits: [Int32], seed: UInt64, epoch: Int, batch: Int, dropLast: Bool) {
    let permutation = CounterRandom(seed: seed, stream: RandomUse.visitOrder.stream(epoch)).permutation(visits.count)
    order = permutation.map { visits[$0] }
    self.batch = batch
    steps = Self.steps(visits: visits.count, batch: batch, dropLast: dropLast)
  }

  /// Steps in an epoch of so many visits.
  public static func steps(visits: Int, batch: Int, dropLast: Bool) -> Int {
    dropLast ? visits / batch : (visits + batch - 1) / batch
  }

  /// The visits of one step; their positions in the batch are the global rows of that step.
  public func visits(ofStep step: Int) -> ArraySlice<Int32> {
    order[(step * batch)..<min(order.count, (step + 1) * batch)]
  }
}

/// What a stream of counter-based random numbers is for; the raw values are part of the format of a run.
enum RandomUse: UInt64 {
  case visitOrder = 0x7265_6f72_6465_7200
  case splitShuffle = 0x7370_6c69_7400_0000

  func stream(_ index: Int) -> UInt64 { rawValue &+ UInt64(truncatingIfNeeded: index) &* 0x1_0000_0001 }
}
