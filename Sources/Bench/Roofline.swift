import Dispatch
import Foundation
import Reports
import TensorCore

/// What this machine can do at most, measured in this process: the product of large matrices, and streams over memory
/// of several sizes (caches are faster than memory).
public struct Roofline: Encodable, Sendable {
  public struct Stream: Encodable, Sendable {
    public var bytes: Int
    /// GB/s of y ← y + f x, two reads and a write.
    public var gigabytesPerSecond: Double
  }

  public var threads: Int
  /// Single-precision product, 10⁹ operations per second.
  public var gigaflops: Double
  /// By rising size of the memory touched.
  public var streams: [Stream]

  /// Takes about a second.
  public init(threads: Int) {
    self.threads = threads
    Threads.count = threads
    gigaflops = Self.product(size: 768)
    streams = [64 << 10, 512 << 10, 1 << 20, 4 << 20, 8 << 20, 16 << 20, 32 << 20, 64 << 20, 256 << 20].map {
      Stream(bytes: $0, gigabytesPerSecond: Self.stream(bytes: $0, threads: threads))
    }
  }

  /// Bandwidth of data that takes so much memory, between the streams of next smaller and next larger size.
  func bandwidth(bytes: Double) -> Double {
    guard let first = streams.first, let last = streams.last else { return .nan }
    guard let upper = streams.firstIndex(where: { Double($0.bytes) >= bytes }) else { return last.gigabytesPerSecond }
    guard upper > 0 else { return first.gigabytesPerSecond }
    let (a, b) = (streams[upper - 1], streams[upper])
    let part = log(bytes / Double(a.bytes)) / log(Double(b.bytes) / Double(a.bytes))
    return a.gigabytesPerSecond + (b.gigabytesPerSecond - a.gigabytesPerSecond) * part
  }

  /// The least time in milliseconds.
  public func floor(_ cost: StepCost) -> Double {
    max(cost.flops / (gigaflops * 1e6), cost.bytes / (bandwidth(bytes: cost.working) * 1e6))
  }

  private static func product(size: Int) -> Double {
    let values = (0..<3).map { _ in FloatBuffer(size * size, fill: 0.5) }
    let seconds = best(of: 40) {
      _ = VectorKernels.gemm(
        Product(m: size, n: size, k: size), values[0].input, values[1].input, values[2].base)
    }
    return 2 * Double(size * size * size) / seconds * 1e-9
  }

  private static func stream(bytes: Int, threads: Int) -> Double {
    let count = bytes / 8 / threads
    let buffers = (0..<threads).map { _ in (FloatBuffer(count, fill: 0.5), FloatBuffer(count, fill: 0.25)) }
    let rounds = max(1, (16 << 20) / max(bytes, 1))
    let seconds = best(of: 7) {
      DispatchQueue.concurrentPerform(iterations: threads) { thread in
        for _ in 0..<rounds {
          VectorKernels.axpy(1e-30, buffers[thread].0.input, buffers[thread].1.base, count)
        }
      }
    }
    return Double(12 * count * threads * rounds) / seconds * 1e-9
  }

  private static func best(of rounds: Int, _ body: () -> Void) -> Double {
    let clock = ContinuousClock()
    body()
    return (0..<rounds).map { _ in clock.measure(body) / .seconds(1) }.min() ?? .nan
  }
}

/// Aligned memory for a kernel.
final class FloatBuffer: @unchecked Sendable {  // threads of a benchmark use different buffers
  let base: UnsafeMutablePointer<Float>
  let count: Int

  init(_ count: Int, fill: Float = 0) {
    self.count = count
    base = UnsafeMutableRawPointer.allocate(byteCount: max(count, 16) * 4, alignment: 64)
      .bindMemory(to: Float.self, capacity: max(count, 16))
    base.update(repeating: fill, count: count)
  }

  /// Values in [-1, 1), always the same.
  convenience init(scattered count: Int) {
    self.init(count)
    for index in 0..<count { base[index] = Float(Int32(truncatingIfNeeded: index &* 0x9E37_79B1)) * 0x1p-31 }
  }

  var input: UnsafePointer<Float> { UnsafePointer(base) }

  deinit { UnsafeMutableRawPointer(base).deallocate() }
}

/// The floors of a step's parts beside what was measured.
public struct StepRoofline: Encodable, Sendable {
  public struct Row: Encodable, Sendable {
    public var stage: StepCost.Stage
    public var megaflops, megabytes, floorMs, measuredMs: Double
    /// Processor time of all threads.
    public var processorMs: Double
    /// Floor over measured time.
    public var share: Double { floorMs / measuredMs }
  }

  public var machine: Roofline
  public var rows: [Row]

  public init(_ report: StepReport, shape: StepShape, machine: Roofline) {
    self.machine = machine
    rows = report.stages.map { stage, milliseconds, processor in
      let cost = shape.cost(stage)
      return Row(
        stage: stage, megaflops: cost.flops * 1e-6, megabytes: cost.bytes * 1e-6, floorMs: machine.floor(cost),
        measuredMs: milliseconds, processorMs: processor)
    }
  }

  public func table() throws -> TextTable {
    var table = TextTable(
      [TextTable.Column("part")]
        + ["MFLOP", "MB", "floor ms", "measured ms", "processor ms", "left ms", "share"].map {
          TextTable.Column($0, .right)
        })
    for row in rows {
      try table.append(
        [
          row.stage.rawValue, NumberText.fixed(row.megaflops, 1), NumberText.fixed(row.megabytes, 1),
          NumberText.fixed(row.floorMs, 2), NumberText.fixed(row.measuredMs, 2),
          NumberText.fixed(row.processorMs, 2),
          NumberText.fixed(row.measuredMs - row.floorMs, 2), "\(NumberText.fixed(100 * row.share, 0)) %",
        ])
    }
    return table
  }

  func text() throws -> String {
    try table().text() + "\nroofline: \(machine.text)"
  }
}

extension Roofline {
  public var text: String {
    let streams = streams.map {
      let size = $0.bytes < 1 << 20 ? "\($0.bytes >> 10) KiB" : "\($0.bytes >> 20) MiB"
      return "\(NumberText.fixed($0.gigabytesPerSecond, 0)) over \(size)"
    }
    return "\(threads) threads, products \(NumberText.fixed(gigaflops, 0)) GFLOP/s, streams in GB/s: "
      + streams.joined(separator: ", ")
  }
}
