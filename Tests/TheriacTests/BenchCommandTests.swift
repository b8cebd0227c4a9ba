import Foundation
import Testing

@Suite struct BenchCommandTests {
  static let small = ["--batch", "4", "--d-enc", "32", "--d-k", "16", "--d-s", "16", "--layers", "2"]

  /// Steps long enough that several reports of a tenth of a second fall into 60 of them.
  static let larger = ["--batch", "8", "--d-enc", "256", "--d-k", "128", "--d-s", "64", "--layers", "5"]

  static func json(_ arguments: [String], _ shape: [String] = small) throws -> [String: Any] {
    let result = try Program.run(["bench"] + arguments + shape + ["--json"])
    #expect(result.code == 0, "\(result.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }

  @Test("bench step --json prints step_ms and the parts")
  func step() throws {
    let values = try Self.json(["step", "--threads", "1", "--steps", "5"])
    for key in ["step_ms", "gin_fwd_ms", "rest_fwd_ms", "rest_bwd_ms", "gin_bwd_ms", "adam_ms"] {
      #expect((values[key] as? Double ?? 0) > 0, "\(key)")
    }
    #expect(values["pool_allocations_after_first"] as? Int == 0)
    #expect(values["graph_nodes_after_first"] as? Int == 0)
    #expect(values["batch"] as? Int == 4 && values["d_enc"] as? Int == 32)
  }

  @Test("bench step --workers 2 times whole steps of two worker processes")
  func workers() throws {
    let values = try Self.json(["step", "--workers", "2", "--steps", "60"], Self.larger)
    #expect(values["workers"] as? Int == 2)
    #expect((values["step_ms"] as? Double ?? 0) > 0)
    #expect((values["peak_memory_mib"] as? Double ?? 0) > 0)
    #expect(values["gin_fwd_ms"] == nil)
  }

  @Test("bench eval and bench ops print theirs")
  func others() throws {
    #expect((try Self.json(["eval", "--visits", "100", "--rounds", "1"])["seconds"] as? Double ?? 0) > 0)
    let rows = try Self.json(["ops", "--filter", "margin"])["rows"] as? [[String: Any]] ?? []
    #expect(rows.compactMap { $0["name"] as? String } == ["margin", "margin gradient"])
  }

  @Test(
    "a wrong option is refused in one sentence",
    arguments: [
      (["step", "--steps", "0"], "--steps is 0; expected an integer in 1...1000000"),
      (["step", "--workers=-1"], "--workers -1: give 0 or more"),
      (["step", "--workers", "2", "--roofline"], "--roofline is for one process; leave --workers out"),
      (["step", "--precision", "half"], "--precision is \"half\"; expected float32"),
      (["step", "--molecules", "/no/such.json"], "/no/such.json is not a file of molecules: it does not exist"),
      (["eval", "--visits", "0"], "--visits is 0; expected an integer in 1...10000000"),
      (["ops", "--filter", "zzz"], "--filter is \"zzz\"; expected a part of one of: tile product 1, "),
    ])
  func refused(arguments: [String], sentence: String) throws {
    let result = try Program.run(["bench"] + arguments)
    #expect(result.code != 0)
    #expect(result.errors.contains(sentence), "\(result.errors)")
    #expect(result.output.isEmpty)
  }
}
