import Testing
import Training

@Suite struct RunConfigTests {
  @Test("presets differ in the documented switches")
  func presets() throws {
    let official = try RunConfig(yaml: "", source: "x")
    let paper = try RunConfig(yaml: "protocol: paper", source: "x")
    #expect(official.ginLayers == 5 && paper.ginLayers == 4)
    #expect(official.gnnDropout == 0.7 && paper.gnnDropout == 0.2)
    #expect(official.lossReduction == .mean && paper.lossReduction == .paperSum)
    #expect(official.lr * official.lrScale == 5e-5 && paper.lr * paper.lrScale == 5e-4)
    #expect(!official.thresholdStrict && paper.thresholdStrict)
  }

  @Test("a file wins over the preset, --set over the file, the later over the earlier")
  func precedence() throws {
    let config = try RunConfig(
      yaml: "protocol: paper\ngin_layers: 2\nbatch: 16", source: "x", overrides: ["batch=32", "batch=64"])
    #expect(config.ginLayers == 2 && config.batch == 64 && config.mlpResidual == false)
    let switched = try RunConfig(yaml: "protocol: paper", source: "x", overrides: ["protocol=official"])
    #expect(switched.ginLayers == 5)
  }

  @Test("the resolved settings read back as the same")
  func roundTrip() throws {
    let config = try RunConfig(
      yaml: "cohort: \"/data/with blank: and \\\"quotes\\\".h5\"\nlr: 1.0e-3", source: "x", overrides: ["alpha=0"])
    #expect(try RunConfig(yaml: config.yaml, source: "y") == config)
  }

  @Test(
    "a wrong setting is one sentence that names it",
    arguments: [
      ("bacth: 8", "unknown setting \"bacth\" in f.yaml; did you mean \"batch\"?"),
      ("batch: 0", "setting batch in f.yaml is \"0\"; expected an integer in 1…1000000"),
      ("batch: 1.5", "setting batch in f.yaml is \"1.5\"; expected an integer in 1…1000000"),
      ("alpha: 1.5", "setting alpha in f.yaml is \"1.5\"; expected a number in [0, 1]"),
      ("alpha: nan", "setting alpha in f.yaml is \"nan\"; expected a number in [0, 1]"),
      ("lr: -1", "setting lr in f.yaml is \"-1\"; expected a number > 0"),
      ("protocol: papper", "setting protocol in f.yaml is \"papper\"; expected official | paper"),
      ("dropout: 1", "setting dropout in f.yaml is \"1\"; expected a number in [0, 1)"),
      ("mlp_residual: maybe", "setting mlp_residual in f.yaml is \"maybe\"; expected true | false"),
      ("precision: half", "setting precision in f.yaml is \"half\"; expected float32 | mixed"),
      ("batch: [1, 2]", "setting batch in f.yaml is \"(a list or mapping)\"; expected one value"),
      ("- a\n- b", "f.yaml is not a mapping of settings; write one `key: value` a line"),
    ])
  func refused(yaml: String, sentence: String) {
    #expect {
      try RunConfig(yaml: yaml, source: "f.yaml")
    } throws: { "\($0)" == sentence }
  }

  @Test("overrides are as strict", arguments: ["batch", "=3", "alpha=2", "nope=1"])
  func refusedOverride(override: String) {
    #expect(throws: ConfigError.self) { try RunConfig(yaml: "", source: "x", overrides: [override]) }
  }

  @Test("every setting is documented and writable")
  func documented() {
    for setting in RunSetting.all {
      #expect(!setting.documentation.isEmpty && setting.documentation.hasSuffix("."), "\(setting.key)")
      for model in setting.models {
        let start = "model: \(model.rawValue)"
        guard let config = try? RunConfig(yaml: start, source: "x") else {
          Issue.record("\(start)")
          continue
        }
        let value = setting.value(in: config)
        if !value.isEmpty {
          #expect(throws: Never.self) {
            try RunConfig(yaml: start, source: "x", overrides: ["\(setting.key)=\(value)"])
          }
        }
      }
    }
    #expect(Set(RunSetting.all.map(\.key)).count == RunSetting.all.count)
  }

  @Test("a model has its own settings and defaults; another model's are refused")
  func families() throws {
    let herbs = try RunConfig(yaml: "model: fmchs\nd: 32", source: "x")
    #expect(herbs.batch == 512 && herbs.lr == 2e-3 && herbs.clipNorm == 5 && herbs.fmchs.width == 32 && !herbs.dropLast)
    #expect(try RunConfig(yaml: herbs.yaml, source: "y") == herbs)
    #expect(!herbs.yaml.contains("alpha:") && herbs.yaml.contains("habrm: true"))
    #expect(try RunConfig(yaml: "", source: "x", overrides: ["model=fmchs"]) == RunConfig(.fmchs))
    #expect(throws: ConfigError.otherModel(key: "alpha", model: "fmchs", of: "nla-mmr", source: "x")) {
      try RunConfig(yaml: "model: fmchs\nalpha: 0.5", source: "x")
    }
    #expect(throws: ConfigError.otherModel(key: "habrm", model: "nla-mmr", of: "fmchs", source: "--set")) {
      try RunConfig(yaml: "", source: "x", overrides: ["habrm=false"])
    }
    #expect(throws: ConfigError.self) { try RunConfig(yaml: "model: fmch", source: "x") }
    // The last model counts, as with every setting.
    let last = try RunConfig(yaml: "model: fmchs", source: "x", overrides: ["model=nla-mmr", "alpha=0.5"])
    #expect(last.model == .nlaMMR && last.alpha == 0.5)
    #expect(
      throws: ConfigError.badValue(
        key: "d", value: "18", expected: "a multiple of encoder_heads, which is 4 (the default)", source: "--set")
    ) { try RunConfig(yaml: "model: fmchs", source: "x", overrides: ["d=18"]) }
    #expect(
      throws: ConfigError.badValue(
        key: "encoder_heads", value: "4", expected: "a divisor of d, which is 18", source: "--set")
    ) { try RunConfig(yaml: "model: fmchs\nencoder_heads: 4", source: "x", overrides: ["d=18"]) }
    #expect(try RunConfig(yaml: "model: fmchs\nd: 18\nencoder_heads: 3", source: "x").fmchs.width == 18)
  }
}
