import Checkpoints
import Foundation
import Testing

/// `precision: mixed` in real worker processes; THERIAC_BF16 stands for the processor.
@Suite(.serialized) struct PrecisionCommandTests {
  let workspace: Workspace
  init() throws { workspace = try Workspace.shared.get() }

  private func train(
    _ name: String, workers: Int, precision: String, limit: String
  ) throws -> (errors: String, log: String, weights: [[UInt32]]) {
    let result = try Program.run(
      workspace.training(name, workers: workers, ["precision=\(precision)", "epochs=2"]),
      environment: ["THERIAC_BF16": limit])
    try #require(result.code == 0, "\(result.errors)")
    let checkpoint = try CheckpointFile.read(
      workspace.run(name) + "/checkpoints/" + CheckpointDirectory.name(epoch: 2, stepInEpoch: 0))
    return (
      result.errors, try String(contentsOfFile: workspace.run(name) + "/log.jsonl", encoding: .utf8),
      checkpoint.parameters.map { $0.values.map(\.bitPattern) }
    )
  }

  @Test("the run's log says once what computes the products, and a resumed run says it again")
  func said() throws {
    let run = try train("mixed-plain", workers: 2, precision: "mixed", limit: "plain")
    let sentence = "bf16 products: plain loops (THERIAC_BF16 is plain)"
    #expect(run.log.components(separatedBy: sentence).count == 2)
    let resumed = try Program.run(
      ["resume", workspace.run("mixed-plain"), "--workers", "1", "--set", "epochs=3"],
      environment: ["THERIAC_BF16": "off"])
    #expect(resumed.code == 0 && resumed.errors.contains("the products are float32"))
  }

  @Test("without bf16 the run is told once on stderr, and is a float32 run")
  func fallback() throws {
    let float32 = try train("mixed-not", workers: 1, precision: "float32", limit: "plain")
    let fallback = try train("mixed-off", workers: 1, precision: "mixed", limit: "off")
    let mixed = try train("mixed-on", workers: 1, precision: "mixed", limit: "plain")
    #expect(fallback.weights == float32.weights)
    #expect(mixed.weights != float32.weights)
    let sentence = "precision is mixed, but the products are float32 (THERIAC_BF16 is off)"
    #expect(fallback.errors.components(separatedBy: sentence).count == 2, "\(fallback.errors)")
    #expect(fallback.log.contains(sentence))
    #expect(!float32.log.contains("products"))
  }
}
