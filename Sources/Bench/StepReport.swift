import Foundation
import Reports
import TensorCore

/// What `theriac bench step` found: medians over the measured steps. As JSON with the names in snake_case.
public struct StepReport: Encodable, Sendable {
  /// Wall time of a whole step: median, tenth and ninetieth percentile.
  public var stepMs, stepP10Ms, stepP90Ms: Double
  /// Processor time of a step, all threads; nil with worker processes.
  public var stepCpuMs: Double?
  /// Medians of the parts; nil with worker processes.
  public var clearMs, ginFwdMs, restFwdMs, restBwdMs, ginBwdMs, adamMs: Double?
  /// The same in processor time of all threads, in the order of the parts.
  public var partsCpuMs: [Double]?
  /// Most memory of this process, or the sum over the workers, in MiB.
  public var peakMemoryMib: Double?
  /// Buffers that the tensor pool took from the system after the first step: 0 in steady state.
  public var poolAllocationsAfterFirst: Int?
  /// Nodes of graphs that were made after the first step: 0 in steady state.
  public var graphNodesAfterFirst: Int?
  public var steps, threads, workers, batch, history: Int
  public var precision: String
  /// What computes the products where `precision` leaves a choice: "bf16 products: AVX512-BF16".
  public var products: String?
  public var dEnc, dK, dS, layers: Int
  public var molecules: String
  public var medications, moleculeCount, atoms, directedEdges, atomKinds, neighbourhoods, parameters: Int
  public var processor, instructionSet: String
  /// Floors of the parts, when a roofline was asked for.
  public var roofline: StepRoofline?

  /// The stages that were measured, in the order of a step.
  var stages: [(stage: StepCost.Stage, milliseconds: Double, processor: Double)] {
    let values: [(StepCost.Stage, Double?)] = [
      (.clear, clearMs), (.ginForward, ginFwdMs), (.restForward, restFwdMs), (.restBackward, restBwdMs),
      (.ginBackward, ginBwdMs), (.adam, adamMs),
    ]
    return zip(values, partsCpuMs ?? []).compactMap { value, cpu in value.1.map { (value.0, $0, cpu) } }
  }

  /// Measures what the machine can do and sets every part's floor beside it.
  public mutating func addRoofline(_ options: BenchOptions) {
    let shape = StepShape(
      atoms: atoms, neighbourhoods: neighbourhoods, edges: directedEdges, medications: medications,
      parameters: parameters, options: options)
    let path = options.precision == .mixed ? BFloat16Path.best : nil
    let machine = ProductPrecision.$current.withValue(path.map { .bfloat16($0) } ?? .float32) {
      Roofline(threads: options.threads)
    }
    roofline = StepRoofline(self, shape: shape, machine: machine)
  }

  public func text() throws -> String {
    var table = TextTable(
      [TextTable.Column("part"), TextTable.Column("median ms", .right), TextTable.Column("processor ms", .right)])
    for (stage, milliseconds, processor) in stages {
      try table.append([stage.rawValue, NumberText.fixed(milliseconds, 3), NumberText.fixed(processor, 3)])
    }
    try table.append(["step", NumberText.fixed(stepMs, 3), stepCpuMs.map { NumberText.fixed($0, 3) } ?? ""])
    var lines = [table.text()]
    if let roofline { lines.append(try roofline.text()) }
    let spread = "p10 \(NumberText.fixed(stepP10Ms, 2)), p90 \(NumberText.fixed(stepP90Ms, 2)) ms"
    lines.append("\(spread) over \(steps) steps")
    let memory = peakMemoryMib.map { "peak memory \(NumberText.fixed($0, 0)) MiB" } ?? "peak memory unknown"
    let pool = poolAllocationsAfterFirst.map { ", \($0) pool allocations after the first step" } ?? ""
    let nodes = graphNodesAfterFirst.map { ", \($0) nodes" } ?? ""
    lines.append(memory + pool + nodes)
    lines.append(
      "batch \(batch), history \(history), d_enc \(dEnc), d_K \(dK), d_s \(dS), \(layers) layers, "
        + "\(NumberText.count(parameters)) parameters, \(precision)"
        + (products.map { " (\($0))" } ?? ""))
    lines.append(
      "molecules: \(molecules); \(moleculeCount) of \(medications) medications, \(NumberText.count(atoms)) atoms, "
        + "\(NumberText.count(directedEdges)) directed edges, \(atomKinds) kinds of atoms, "
        + "\(NumberText.count(neighbourhoods)) of atoms with their neighbours")
    let who = workers > 0 ? "\(workers) worker processes of \(threads) threads" : "\(threads) threads"
    lines.append("\(who), \(processor), \(instructionSet)")
    return lines.joined(separator: "\n")
  }
}

/// A report as JSON with sorted names in snake_case.
public func benchJSON(_ report: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  encoder.keyEncodingStrategy = .convertToSnakeCase
  return String(decoding: try encoder.encode(report), as: UTF8.self)
}
