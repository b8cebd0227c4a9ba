/// What every rank contributed to a gather. Valid until the next call on the same collective.
public struct GatheredBytes {
  let parts: UnsafeBufferPointer<UnsafeRawBufferPointer>

  /// The world size.
  public var count: Int { parts.count }

  /// The bytes of a rank; they begin at an address that is a multiple of 8.
  public subscript(rank: Int) -> UnsafeRawBufferPointer {
    precondition(rank >= 0 && rank < parts.count, "Rank \(rank) is not in a world of \(parts.count).")
    return parts[rank]
  }
}

/// The meeting points of the ranks that run one task. All ranks make the same calls in the same order.
///
/// An attempt that lost a worker ends by `ClusterError.aborted` from the collective that waits: let it through.
public protocol Collective: AnyObject {
  /// 0 ..< size; may change between attempts and tasks.
  var rank: Int { get }
  var size: Int { get }

  /// Whether the coordinator wants the task to end at the next step boundary. The answer travels inside the results of
  /// collectives, so after the same collective it is the same on every rank.
  var shouldStop: Bool { get }

  /// Every rank's bytes; lengths may differ.
  /// - Throws: `aborted`; `coordinatorLost`, `refused`, `wire`.
  func allGather(_ local: UnsafeRawBufferPointer) throws(ClusterError) -> GatheredBytes

  /// Replaces the values by Σ over ranks, added in a fixed tree of ranks: the same bits on every rank and in every run.
  /// - Throws: as `allGather`.
  func sum(_ values: UnsafeMutableBufferPointer<Float>) throws(ClusterError)
}

extension Collective {
  /// Every rank's bytes, as arrays by rank.
  public func allGather(_ local: [UInt8]) throws(ClusterError) -> [[UInt8]] {
    let gathered = try gather(local)
    return (0..<gathered.count).map { Array(gathered[$0]) }
  }

  /// Σ over ranks in place, in a fixed tree of ranks.
  public func sum(_ values: inout [Float]) throws(ClusterError) {
    let result: Result<Void, ClusterError> = values.withUnsafeMutableBufferPointer { buffer in
      do throws(ClusterError) { return .success(try sum(buffer)) } catch { return .failure(error) }
    }
    try result.get()
  }

  /// Σ over ranks in place: gathers and adds in rank order, so every rank gets the same bits.
  public func sum(_ values: inout [Double]) throws(ClusterError) {
    let count = values.count
    let gathered = try gather(values)
    for index in values.indices { values[index] = 0 }
    for rank in 0..<gathered.count {
      let part = gathered[rank]
      guard part.count == count * MemoryLayout<Double>.stride else {
        throw .programsDisagree(
          "Rank \(self.rank) sums \(count) doubles and rank \(rank) sends \(part.count) bytes:"
            + " the ranks do not run the same program.")
      }
      for index in 0..<count {
        values[index] += part.load(fromByteOffset: index * MemoryLayout<Double>.stride, as: Double.self)
      }
    }
  }

  /// Returns when every rank has come here.
  public func barrier() throws(ClusterError) {
    _ = try allGather(UnsafeRawBufferPointer(start: nil, count: 0))
  }

  private func gather<Element>(_ values: [Element]) throws(ClusterError) -> GatheredBytes {
    let result: Result<GatheredBytes, ClusterError> = values.withUnsafeBytes { bytes in
      do throws(ClusterError) { return .success(try allGather(bytes)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}

/// A world of one: nothing is sent.
package final class LocalCollective: Collective {
  package let rank = 0
  package let size = 1
  private let stop: () -> Bool
  private let parts = UnsafeMutableBufferPointer<UnsafeRawBufferPointer>.allocate(capacity: 1)
  private var copy = AlignedBytes()

  /// - Parameter stop: whether the run should stop, asked at any time.
  package init(stop: @escaping () -> Bool) {
    self.stop = stop
    parts.initialize(repeating: UnsafeRawBufferPointer(start: nil, count: 0))
  }

  deinit { parts.deallocate() }

  package var shouldStop: Bool { stop() }

  package func allGather(_ local: UnsafeRawBufferPointer) throws(ClusterError) -> GatheredBytes {
    parts[0] = copy.replace(with: local)  // the caller may change or free its bytes before it reads the result
    return GatheredBytes(parts: UnsafeBufferPointer(parts))
  }

  package func sum(_ values: UnsafeMutableBufferPointer<Float>) throws(ClusterError) {}
}

/// Reusable memory that begins at a multiple of 16.
struct AlignedBytes: ~Copyable {
  private var memory = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  mutating func replace(with bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    if memory.count < bytes.count {
      memory.deallocate()
      memory = .allocate(byteCount: bytes.count, alignment: 16)
    }
    memory.copyMemory(from: bytes)
    return UnsafeRawBufferPointer(rebasing: memory[..<bytes.count])
  }

  deinit { memory.deallocate() }
}
