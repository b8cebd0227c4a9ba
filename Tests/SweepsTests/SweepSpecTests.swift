import Sweeps
import Testing

@Suite struct SweepSpecTests {
  @Test("every key is read, and what is written reads back equal")
  func roundTrip() throws {
    let spec = try SweepSpec(
      yaml: """
        name: fig7-small
        config: configs/quickstart.yaml
        figure: fig7
        dataset: "MIMIC-IV: demo"
        axes: { batch: [2, 4, 8], lr: [1.0e-5, 5e-4], alpha: [0.0, 0.95] }
        design: one-at-a-time
        center: { batch: 8, lr: 5.0e-4, alpha: 0.95 }
        seeds: [1, 2, 3]
        workers_per_trial: 2
        max_retries: 3
        max_failed_trials: 4
        set: { epochs: 5, protocol: paper }
        metric: test_f1
        """, source: "x.yaml")
    #expect(spec.axes.map(\.name) == ["batch", "lr", "alpha"])
    #expect(spec.axes[1].domain == .values([SettingValue(1e-5), SettingValue(0.0005)]))
    #expect(spec.design == .oneAtATime && spec.center["alpha"] == "0.95")
    #expect(spec.seeds == [1, 2, 3] && spec.workersPerTrial == 2 && spec.maxRetries == 3 && spec.maxFailedTrials == 4)
    #expect(spec.overrides == ["epochs": "5", "protocol": "paper"] && spec.metric == "test_f1")
    #expect(spec.dataset == "MIMIC-IV: demo" && spec.figure == "fig7")
    #expect(try SweepSpec(yaml: spec.yaml, source: "again") == spec)
  }

  @Test("a random design with ranges reads back equal")
  func randomRoundTrip() throws {
    let spec = try spec(
      """
      design: random
      samples: 20
      sampling_seed: 9
      axes:
        lr: { min: 1e-5, max: 1e-2, scale: log }
        batch: { min: 2, max: 64, integer: true }
        note: ["a, b", "x: \\"y\\"", "-"]
      """)
    #expect(spec.axes[0].domain == .range(SettingRange(min: 1e-5, max: 1e-2, scale: .log)))
    #expect(spec.axes[1].domain == .range(SettingRange(min: 2, max: 64, integer: true)))
    #expect(try SweepSpec(yaml: spec.yaml, source: "again") == spec)
  }

  @Test(
    "a mistake is named with its line and what is expected",
    arguments: [
      ("axis: {lr: [1]}", "s.yaml line 3: unknown key 'axis' in the sweep; known keys are name, config, figure,"),
      ("seeds: [1]", "key 'axes' is missing"),
      ("axes: {}", "'axes' is empty, expected at least one setting"),
      ("axes: {lr: 3}", "'axes.lr' is '3', expected a list of values"),
      ("axes: {lr: []}", "'axes.lr' is an empty list"),
      ("axes: {lr: [5e-4, 1e-3, 0.0005]}", "'axes.lr' lists 0.0005 twice"),
      ("axes: {lr: [[1]]}", "'axes.lr' is a list, expected one value"),
      ("axes: {lr: [1]}\ndesign: spiral", "line 4: 'design' is 'spiral', expected grid, one-at-a-time, random"),
      ("axes: {lr: [1]}\ndesign: random", "key 'samples' is missing"),
      ("axes: {lr: [1]}\nsamples: 3", "'samples' would be ignored: it belongs to design: random, and this is grid"),
      ("axes: {lr: [1]}\ncenter: {lr: 1}", "'center' would be ignored"),
      ("axes: {lr: [1]}\ndesign: one-at-a-time\ncenter: {lt: 1}", "unknown key 'lt' in center; known keys are lr"),
      ("axes: {lr: {min: 1, max: 2}}", "expected lists of values; ranges belong to design: random"),
      ("axes: {lr: {min: 2, max: 1}}\ndesign: random\nsamples: 1", "'max' is 1, expected more than min (2)"),
      (
        "axes: {lr: {min: 0, max: 1, scale: log}}\ndesign: random\nsamples: 1",
        "'min' is 0, expected more than 0 on a log"
      ),
      (
        "axes: {lr: {min: 1, max: 2, step: 1}}",
        "unknown key 'step' in axes.lr; known keys are min, max, scale, integer"
      ),
      ("axes: {lr: {min: 0, max: 1.5, integer: true}}", "'integer' is true, expected false, or whole numbers"),
      ("axes: {lr: [1]}\nset: {lr: 2}", "setting 'lr' is given in axes and in set; keep one"),
      ("axes: {seed: [1, 2]}", "seeds are given by 'seeds: [1, 2, 3]'"),
      ("axes: {lr: [1]}\nseeds: [1, -2]", "'seeds' is '-2', expected whole numbers of at least 0"),
      ("axes: {lr: [1]}\nseeds: [1, 1]", "'seeds' lists 1 twice"),
      ("axes: {lr: [1]}\nworkers_per_trial: 0", "'workers_per_trial' is '0', expected a whole number of at least 1"),
      ("axes: {lr: [1]}\nmax_retries: many", "'max_retries' is 'many'"),
      ("axes: {lr: [1]}\nmetric: jaccard", "expected a name starting with 'valid_' or 'test_'"),
      ("axes: {lr: [1]}\nset: {epochs: }", "'set.epochs' is empty, expected one value"),
      ("axes: [1", "is not a YAML mapping"),
      ("axes: {lr: [1], lr: [2]}", "s.yaml"),
    ])
  func mistakes(body: String, sentence: String) {
    let error = #expect(throws: SweepError.self) { try spec(body) }
    #expect(error?.description.contains(sentence) == true, "\(error?.description ?? "none")")
    #expect(error?.description.contains("\n") == false)
  }

  @Test("no name, a name that is no directory, an empty file and a missing file are told apart")
  func files() {
    #expect(throws: SweepError.missingKey("name", source: "f", reason: "it names the sweep's directory")) {
      try SweepSpec(yaml: "config: a", source: "f")
    }
    #expect(throws: SweepError.self) { try spec("axes: {lr: [1]}", name: "../up") }
    #expect(throws: SweepError.notYAML(source: "f", reason: "it is empty")) { try SweepSpec(yaml: "", source: "f") }
    #expect(
      throws: SweepError.file(operation: "read the sweep file", path: "/no/such.yaml", reason: "there is no such file")
    ) { try SweepSpec.read("/no/such.yaml") }
  }
}
