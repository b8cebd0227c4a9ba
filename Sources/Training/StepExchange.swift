import TensorCore

/// What the ranks of a run do together within a step. All ranks make the same calls in the same order.
///
/// A call that throws means that the step did not happen: it is dropped, and redone later from the same plan.
public protocol StepExchange: AnyObject {
  var rank: Int { get }
  var size: Int { get }
  /// True on every rank after the same call once the run should end at the next step boundary.
  var shouldStop: Bool { get }
  /// Shows `use` every rank's bytes, in rank order, own included.
  func allGather(_ local: UnsafeRawBufferPointer, _ use: (Int, UnsafeRawBufferPointer) throws -> Void) throws
  /// Adds up over ranks in place, in a fixed tree of ranks (neighbours first).
  func sum(_ values: UnsafeMutableBufferPointer<Float>) throws
}

/// A run of one rank: nothing to exchange.
public final class SoloExchange: StepExchange {
  public let rank = 0
  public let size = 1
  public let shouldStop = false
  public init() {}
  public func allGather(_ local: UnsafeRawBufferPointer, _ use: (Int, UnsafeRawBufferPointer) throws -> Void) throws {
    try use(0, local)
  }
  public func sum(_ values: UnsafeMutableBufferPointer<Float>) {}
}

/// BatchNorm statistics over the atoms of all ranks.
final class SharedStatistics: StatisticsExchange {
  private let exchange: any StepExchange
  init(_ exchange: any StepExchange) { self.exchange = exchange }

  func gather(_ local: [Double]) throws -> [[Double]] {
    var gathered: [[Double]] = []
    try local.withUnsafeBytes { bytes in
      try exchange.allGather(bytes) { _, raw in
        gathered.append(
          [Double](unsafeUninitializedCapacity: raw.count / 8) { buffer, count in
            UnsafeMutableRawBufferPointer(buffer).copyMemory(from: raw)
            count = raw.count / 8
          })
      }
    }
    return gathered
  }
}

extension Tensor where Element == Float {
  /// The rows of all ranks, in rank order, from each rank's own rows. Its gradient is the slice of the own rows.
  /// - Shape: own `[n, D]`, `counts[rank] == n` → `[Σ counts, D]`
  func gatheredFromRanks(counts: [Int], through exchange: any StepExchange) throws -> Tensor {
    let width = shape.last
    var offsets = [0]
    for count in counts { offsets.append(offsets[offsets.count - 1] + count) }
    let output = try Tensor.make([offsets[counts.count], width]) { all in
      let destination = UnsafeMutableRawBufferPointer(all)
      try self.withUnsafeBufferPointer { own in
        try exchange.allGather(UnsafeRawBufferPointer(own)) { rank, bytes in
          let start = offsets[rank] * width * MemoryLayout<Float>.stride
          let expected = counts[rank] * width * MemoryLayout<Float>.stride
          guard bytes.count == expected else {
            throw TrainingError.exchangeMismatch(what: "molecules", rank: rank, expected: expected, found: bytes.count)
          }
          UnsafeMutableRawBufferPointer(rebasing: destination[start..<(start + expected)]).copyMemory(from: bytes)
        }
      }
    }
    let own = offsets[exchange.rank]..<offsets[exchange.rank + 1]
    return Tensor.custom(inputs: [self], output: output) { dy in [try dy.rows(own)] }
  }
}
