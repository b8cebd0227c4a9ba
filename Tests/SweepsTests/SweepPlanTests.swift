import Foundation
import Sweeps
import Testing

@Suite struct SweepPlanTests {
  @Test(
    "equal numbers have one canonical form",
    arguments: [
      ("5e-4", "0.0005"), ("5.0E-4", "0.0005"), ("1.0", "1"), ("+8", "8"), ("-0.0", "0"), ("1e-05", "1e-05"),
      ("True", "true"), ("paper", "paper"), ("nan", "nan"),
      ("18446744073709551615", "18446744073709551615"),
      ("0.95", "0.95"), ("64e0", "64"),
    ])
  func canonical(text: String, form: String) {
    #expect(SettingValue(text).canonical == form)
    #expect(SettingValue(text).text == text)
  }

  @Test("an id does not depend on spelling or order, and does on every value and on the context")
  func ids() {
    let id = SweepPlan.id(settings: ["lr": "5e-4", "batch": "8"], context: ["cohort": "abc"])
    // printf 'batch=8\ncontext.cohort=abc\nlr=0.0005' | sha256sum
    #expect(id == "c30011cdda55")
    #expect(id == SweepPlan.id(settings: ["batch": "8.0", "lr": "0.0005"], context: ["cohort": "abc"]))
    #expect(id != SweepPlan.id(settings: ["batch": "8", "lr": "0.0005"], context: ["cohort": "abd"]))
    #expect(id != SweepPlan.id(settings: ["batch": "9", "lr": "0.0005"], context: ["cohort": "abc"]))
    #expect(id != SweepPlan.id(settings: ["batch": "8", "lr": "0.0005"], context: [:]))
  }

  @Test("a grid has every combination for every seed, all of the first seed first")
  func grid() throws {
    let plan = try SweepPlan(spec("axes: {batch: [2, 4, 8], lr: [1e-4, 1e-3]}\nseeds: [5, 6]"), inputs: SweepInputs())
    #expect(plan.trials.count == 12 && Set(plan.trials.map(\.id)).count == 12)
    #expect(plan.trials.map(\.seed) == Array(repeating: 5, count: 6) + Array(repeating: 6, count: 6))
    #expect(plan.trials[1].settings == ["batch": "2", "lr": "1e-3", "seed": "5"])
  }

  @Test("one at a time shares its center: 1 + (6-1) + (7-1) + (12-1) points of Figure 7 per seed")
  func figure7() throws {
    let body = """
      axes:
        batch: [2, 4, 8, 16, 32, 64]
        lr: [1e-5, 5e-5, 1e-4, 5e-4, 1e-3, 5e-3, 1e-2]
        alpha: [0, 0.90, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 1.0]
      design: one-at-a-time
      seeds: [1, 2, 3]
      """
    let base: [String: SettingValue] = ["batch": "8", "lr": "0.0005", "alpha": "0.95", "epochs": "9", "seed": "7"]
    let plan = try SweepPlan(spec(body), inputs: SweepInputs(base: base))
    #expect(plan.trials.count == 69 && Set(plan.trials.map(\.id)).count == 69)
    #expect(plan.trials[0].point == ["batch": "8", "lr": "5e-4", "alpha": "0.95"])
    #expect(plan.spec.center["lr"] == "5e-4")
  }

  @Test("without a center or a base value the axis is named; without seeds the base config's seed is taken")
  func defaults() throws {
    let one = try spec("axes: {lr: [1]}\ndesign: one-at-a-time")
    #expect(throws: SweepError.noCenter(axis: "lr", config: "base.yaml")) { try SweepPlan(one, inputs: SweepInputs()) }
    let plan = try SweepPlan(one, inputs: SweepInputs(base: ["lr": "2", "seed": "11"], dataset: "demo"))
    #expect(plan.trials.map(\.seed) == [11, 11] && plan.spec.dataset == "demo" && plan.spec.figure == "s")
  }

  @Test("a base setting that a trial overrides does not change its id; any other one does")
  func baseInIDs() throws {
    let grid = try spec("axes: {lr: [1e-3]}")
    func id(_ base: [String: SettingValue]) throws -> String {
      try #require(try SweepPlan(grid, inputs: SweepInputs(base: base)).trials.first?.id)
    }
    #expect(try id(["lr": "9", "epochs": "5"]) == id(["lr": "0.001", "epochs": "5.0"]))
    #expect(try id(["epochs": "5"]) != id(["epochs": "6"]))
  }

  @Test("unknown settings and invalid trials are refused before anything starts")
  func refusals() throws {
    let grid = try spec("axes: {learning_rate: [1e-3]}")
    #expect(throws: SweepError.unknownSetting("learning_rate", place: "axes of the sweep 's'", known: ["batch", "lr"]))
    {
      try SweepPlan(grid, inputs: SweepInputs(knownSettings: ["lr", "batch"]))
    }
    struct Bad: Error, CustomStringConvertible { var description: String { "too fast" } }
    let inputs = SweepInputs(check: { if $0["learning_rate"] == "0.001" { throw Bad() } })
    #expect(throws: SweepError.invalidTrial(settings: "learning_rate=0.001 seed=1", reason: "too fast")) {
      try SweepPlan(grid, inputs: inputs)
    }
  }

  @Test("random samples lie in their ranges, are distinct, and do not move when more are asked for")
  func random() throws {
    func plan(
      _ samples: Int, axes: String = "lr: {min: 1e-5, max: 1e-2, scale: log}, batch: {min: 2, max: 5, integer: true}"
    )
      throws -> SweepPlan
    { try SweepPlan(spec("design: random\nsamples: \(samples)\naxes: {\(axes)}"), inputs: SweepInputs()) }
    let many = try plan(200).trials
    let rates = many.compactMap { $0.point["lr"]?.number }
    #expect(rates.count == 200 && rates.allSatisfy { $0 >= 1e-5 && $0 <= 1e-2 })
    // Log-uniform: a third of the draws in each decade; four standard deviations of a binomial are 27.
    for decade in [1e-5, 1e-4, 1e-3] {
      #expect(abs(rates.count { $0 >= decade && $0 < decade * 10 } - 67) < 27)
    }
    #expect(Set(many.compactMap { $0.point["batch"]?.canonical }) == ["2", "3", "4", "5"])
    #expect(try plan(20).trials == Array(many.prefix(20)))
    #expect(Set(try plan(6, axes: "a: [1, 2, 3], b: [1, 2]").trials.map(\.id)).count == 6)
    #expect(throws: SweepError.tooManySamples(asked: 7, distinct: 6)) { try plan(7, axes: "a: [1, 2, 3], b: [1, 2]") }
  }

  @Test(
    "the sweep files that come with Theriac are read, and have as many points as Figure 7",
    arguments: [("fig7", 69), ("fig7-mimic4", 69), ("quickstart", 7)])
  func committedFiles(name: String, count: Int) throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let spec = try SweepSpec.read(root.appendingPathComponent("configs/sweeps/\(name).yaml").path)
    let base: [String: SettingValue] = ["batch": "8", "lr": "5e-3", "alpha": "0.95", "seed": "42"]
    let plan = try SweepPlan(spec, inputs: SweepInputs(base: base))
    #expect(plan.trials.count == count)
    #expect(plan.spec.axes.map(\.name) == ["batch", "lr", "alpha"] && plan.spec.figure == "fig7")
  }
}
