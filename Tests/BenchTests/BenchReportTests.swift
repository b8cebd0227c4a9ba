import Bench
import Foundation
import Testing

@Suite(.serialized) struct BenchReportTests {
  static func small() -> BenchOptions {
    var options = BenchOptions()
    (options.batch, options.dEnc, options.dK, options.dS, options.layers) = (4, 32, 16, 16, 2)
    return options
  }

  static func keys(_ json: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
  }

  @Test("a step's report has a median for the whole and for every part, and its shape")
  func step() throws {
    let options = Self.small()
    let report = try StepBench(options, steps: 12, molecules: .generated()).run()
    let values = try Self.keys(benchJSON(report))
    for key in [
      "step_ms", "step_p10_ms", "step_p90_ms", "step_cpu_ms", "clear_ms", "gin_fwd_ms", "rest_fwd_ms", "rest_bwd_ms",
      "gin_bwd_ms", "adam_ms", "peak_memory_mib",
    ] {
      let value = try #require(values[key] as? Double, "\(key)")
      #expect(value > 0, "\(key)")
    }
    #expect(values["pool_allocations_after_first"] is Int)  // of the whole process: BenchCommandTests expects 0
    #expect(values["atoms"] as? Int == 6_782 && values["directed_edges"] as? Int == 14_456)
    #expect(values["batch"] as? Int == 4 && values["threads"] as? Int == 1 && values["workers"] as? Int == 0)
    #expect(values["steps"] as? Int == 12 && values["precision"] as? String == "float32")
    #expect((values["processor"] as? String)?.isEmpty == false)
    #expect((values["instruction_set"] as? String)?.isEmpty == false)
    #expect((values["parts_cpu_ms"] as? [Double])?.count == 6)
    // The parts are disjoint pieces of the step.
    let parts = ["clear_ms", "gin_fwd_ms", "rest_fwd_ms", "rest_bwd_ms", "gin_bwd_ms", "adam_ms"]
    let sum = parts.compactMap { values[$0] as? Double }.reduce(0, +)
    #expect(sum <= 1.5 * (values["step_p90_ms"] as? Double ?? 0))
    let text = try report.text()
    #expect(text.contains("GIN forward") && text.contains("6,782 atoms"))
  }

  @Test("the number of parameters is the model's: weights that the formulas count, and the small rest")
  func parameters() throws {
    let report = try StepBench(BenchOptions(), steps: 1, molecules: .generated()).run()
    #expect(report.parameters == 2_806_533)
  }

  @Test("an evaluation's report has seconds and visits")
  func evaluation() throws {
    let report = try EvalBench(Self.small(), visits: 300, rounds: 2, molecules: .generated()).run()
    let values = try Self.keys(benchJSON(report))
    #expect(values["visits"] as? Int == 300 && values["rounds"] as? Int == 2)
    let seconds = try #require(values["seconds"] as? Double)
    #expect(seconds > 0 && seconds >= values["seconds_min"] as? Double ?? .infinity)
    #expect(report.text.contains("300 visits"))
  }

  @Test("operations: every row has a time and a share of the roofline; the filter keeps what it names")
  func operations() throws {
    let report = try OpsBench(Self.small(), filter: "tile message", molecules: .generated()).run()
    #expect(report.rows.map(\.name) == ["tile message", "tile message, first layer"])
    for row in report.rows {
      #expect(row.microseconds > 0 && row.share > 0 && row.gigabytesPerSecond > 0, "\(row.name)")
    }
    #expect(report.machine.gigaflops > 0)
    #expect(report.machine.streams.allSatisfy { $0.gigabytesPerSecond > 0 })
    #expect(try report.text().contains("of roofline"))
    #expect {
      try OpsBench(Self.small(), filter: "no such thing", molecules: .generated()).run()
    } throws: { "\($0)".hasPrefix("--filter is \"no such thing\"; expected a part of one of: tile product 1, ") }
  }

  @Test("a roofline sets every part's floor beside its time")
  func roofline() throws {
    var report = try StepBench(Self.small(), steps: 3, molecules: .generated()).run()
    report.addRoofline(Self.small())
    let rows = try #require(report.roofline?.rows)
    #expect(rows.map(\.stage) == StepCost.Stage.allCases)
    #expect(rows.allSatisfy { $0.floorMs > 0 && $0.measuredMs > 0 })
    #expect(try benchJSON(report).contains("\"floor_ms\""))
  }

  @Test("absurd arguments are refused with the option's name")
  func refused() throws {
    let molecules = try BenchMolecules.generated()
    func expect(_ name: String, _ change: (inout BenchOptions) -> Void) {
      #expect {
        var options = Self.small()
        change(&options)
        _ = try StepBench(options, steps: 2, molecules: molecules).run()
      } throws: { error in
        guard case BenchError.option(let found, _, _)? = error as? BenchError, found == name else { return false }
        return "\(error)".hasPrefix("--\(name) is ")
      }
    }
    expect("batch") { $0.batch = 0 }
    expect("batch") { $0.batch = 1_000_000 }
    expect("threads") { $0.threads = -1 }
    expect("d-enc") { $0.dEnc = 1 << 40 }
    expect("d-enc") { ($0.dEnc, $0.batch) = (16_384, 65_536) }
    expect("d-k") { $0.dK = 0 }
    expect("d-s") { $0.dS = 100_000 }
    expect("layers") { $0.layers = 0 }
    expect("history") { $0.history = 65 }
    #expect(throws: BenchError.self) { try StepBench(Self.small(), steps: 0, molecules: molecules) }
    #expect(throws: BenchError.self) { try EvalBench(Self.small(), visits: 0, molecules: molecules) }
    #expect(throws: BenchError.self) { try EvalBench(Self.small(), rounds: 0, molecules: molecules) }
  }

  @Test("costs follow the formulas of docs/performance.md")
  func costs() {
    var options = BenchOptions()
    (options.batch, options.dEnc, options.dK, options.dS, options.layers, options.history) = (2, 8, 4, 2, 3, 1)
    let shape = StepShape(
      atoms: 10, neighbourhoods: 6, edges: 20, medications: 5, parameters: 1_000, options: options)
    // With 2 visits all of the patient side is formed by Adam: the patient layer, 2 · (16 + 8) < 16 · 8, six maps between
    // 8 and 4, 2 · 12 < 32, and the last, 2 · 8 = 16, which is as large as its weights.
    let formed = 128.0 + 6 * 32 + 16
    #expect(shape.cost(.clear).bytes == 4 * (1_000 - formed))
    #expect(shape.cost(.adam).bytes == 4 * (6 * 1_000 + 1_000 - formed))
    #expect(shape.cost(.adam).flops == 14 * 1_000 + 2 * 2 * formed)
    #expect(shape.cost(.ginForward).flops == 8 * 26 * 4 + 3 * 3 * 20 * 2)
    #expect(shape.cost(.ginForward).bytes == 4 * 9 * 26 * 2)
    #expect(shape.cost(.ginBackward).flops == 16 * 26 * 4 + 3 * 3 * 20 * 2)
    // Maps: q [2,8→4] and through k [2,4→8], patient [2,16→8], q, k, o of the history, two projections each side, and the
    // scores.
    let products = 2 * 32 + 2 * 32 + 2 * 128 + 3 * 2 * 32 + 2 * 32 + 2 * 16 + 5 * 40 + 5 * 16
    #expect(shape.cost(.restForward).flops == Double(2 * products + 2 * 2 * 5 * 4))
  }
}
