import Molecules
import Reports
import TensorCore
import Training

let benchBondDims = MoleculeFeatures.bondDims

/// What `theriac bench ops` found.
public struct OpsReport: Encodable, Sendable {
  public struct Row: Encodable, Sendable {
    public var name, shape: String
    /// Median microseconds of one call.
    public var microseconds: Double
    public var gigabytesPerSecond, gigaflopsPerSecond: Double
    /// The least time by the roofline over the measured one.
    public var share: Double
  }

  public var rows: [Row]
  public var machine: Roofline
  public var threads: Int
  /// float32, or what computes the products: "bf16 products: AVX512-BF16". The products' peak is measured with it.
  public var products: String
  public var processor, instructionSet: String

  public func text() throws -> String {
    var table = TextTable(
      [TextTable.Column("operation"), TextTable.Column("shape")]
        + ["median µs", "GB/s", "GFLOP/s", "of roofline"].map { TextTable.Column($0, .right) })
    for row in rows {
      try table.append(
        [
          row.name, row.shape, NumberText.fixed(row.microseconds, 1), NumberText.fixed(row.gigabytesPerSecond, 1),
          NumberText.fixed(row.gigaflopsPerSecond, 1), "\(NumberText.fixed(100 * row.share, 0)) %",
        ])
    }
    return table.text() + "\nroofline: \(machine.text)\n\(products); \(processor), \(instructionSet)"
  }
}

/// Times the kernels of a step one by one, each at the step's shapes and in a loop of its own, so with warm caches.
public struct OpsBench {
  public var options: BenchOptions
  public var filter: String
  public var molecules: BenchMolecules

  /// - Parameter filter: only operations whose name contains it, in any case; empty: all.
  public init(_ options: BenchOptions, filter: String = "", molecules: BenchMolecules) throws {
    try options.check(visits: options.batch)
    self.options = options
    self.filter = filter
    self.molecules = molecules
  }

  /// - Throws: `BenchError.option` when no operation has such a name.
  public func run() throws -> OpsReport {
    guard options.precision == .mixed, let path = BFloat16Path.best else { return try measure() }
    return try ProductPrecision.$current.withValue(.bfloat16(path)) { try measure() }
  }

  private func measure() throws -> OpsReport {
    let data = try BenchData(options, molecules: molecules, visits: options.batch, kernels: true)
    let shape = StepShape(
      atoms: molecules.batch.atomCount, neighbourhoods: molecules.diversity.neighbourhoods,
      edges: molecules.batch.edgeCount, medications: molecules.medicationCount,
      parameters: try Trainer(data.job).store.parameterCount, options: options)
    let all = try OpCases(shape, molecules: molecules).all
    let cases = all.filter { filter.isEmpty || $0.name.lowercased().contains(filter.lowercased()) }
    guard !cases.isEmpty else {
      throw BenchError.option(
        name: "filter", value: "\"\(filter)\"",
        expected: "a part of one of: \(all.map(\.name).joined(separator: ", "))")
    }
    let machine = Roofline(threads: options.threads)
    let rows = cases.map { op -> OpsReport.Row in
      let milliseconds = Self.time(op.body)
      return OpsReport.Row(
        name: op.name, shape: op.shape, microseconds: milliseconds * 1e3,
        gigabytesPerSecond: op.cost.bytes / milliseconds * 1e-6,
        gigaflopsPerSecond: op.cost.flops / milliseconds * 1e-6, share: machine.floor(op.cost) / milliseconds)
    }
    return OpsReport(
      rows: rows, machine: machine, threads: options.threads,
      products: options.precision == .mixed ? BFloat16Path.reason : options.precision.rawValue,
      processor: Machine.processor,
      instructionSet: Machine.instructionSet)
  }

  /// Median milliseconds of one call, over samples of at least a quarter of a millisecond.
  static func time(_ body: () -> Void, samples: Int = 21) -> Double {
    let clock = ContinuousClock()
    body()
    let once = max(clock.measure(body).milliseconds, 1e-5)
    let calls = max(1, Int(0.25 / once))
    return Samples(
      (0..<samples).map { _ in
        clock.measure { for _ in 0..<calls { body() } }.milliseconds / Double(calls)
      }
    ).median
  }
}

/// Memory for sums.
final class DoubleBuffer {
  let base: UnsafeMutablePointer<Double>
  init(_ count: Int) {
    base = .allocate(capacity: max(count, 1))
    base.initialize(repeating: 0, count: max(count, 1))
  }
  deinit { base.deallocate() }
}
