/// The range a random design draws an axis from. Both ends are included.
public struct SettingRange: Sendable, Equatable {
  public enum Scale: String, Sendable, CaseIterable { case linear, log }
  public var min: Double
  public var max: Double
  public var scale: Scale
  /// Draw whole numbers.
  public var integer: Bool

  public init(min: Double, max: Double, scale: Scale = .linear, integer: Bool = false) {
    (self.min, self.max, self.scale, self.integer) = (min, max, scale, integer)
  }
}

/// One swept setting.
public struct SweepAxis: Sendable, Equatable {
  public enum Domain: Sendable, Equatable {
    case values([SettingValue])
    case range(SettingRange)
  }
  public var name: String
  public var domain: Domain

  public init(_ name: String, _ domain: Domain) { (self.name, self.domain) = (name, domain) }
}

/// How the trials are placed over the axes.
public enum SweepDesign: String, Sendable, CaseIterable {
  /// Every combination of the axes' values.
  case grid
  /// The center, and each axis varied alone around it (the paper's Figure 7).
  case oneAtATime = "one-at-a-time"
  /// `samples` combinations drawn from the axes; a pure function of `sampling_seed`.
  case random
}

/// A sweep as its YAML file describes it; `configs/sweeps/fig7.yaml` is a commented example.
public struct SweepSpec: Sendable, Equatable {
  public var name: String
  /// Path of the base run config, as written.
  public var config: String
  /// First column of `sensitivity.csv`; the sweep's name when absent.
  public var figure: String?
  /// Second column of `sensitivity.csv`; the caller's name of the cohort when absent.
  public var dataset: String?
  /// In the file's order.
  public var axes: [SweepAxis]
  public var design: SweepDesign = .grid
  /// One-at-a-time only; axes that are absent take the base config's value.
  public var center: [String: SettingValue] = [:]
  /// Random only.
  public var samples: Int?
  /// Random only; 0 when absent.
  public var samplingSeed: UInt64?
  /// The base config's seed when absent.
  public var seeds: [UInt64]?
  public var workersPerTrial = 1
  /// How often a failed trial is started again.
  public var maxRetries = 1
  /// The sweep stops when more trials than this have failed.
  public var maxFailedTrials = 10
  /// The same for all trials (`set`).
  public var overrides: [String: SettingValue] = [:]
  /// The validation (`valid_…`) or test (`test_…`) metric that tells the best trial.
  public var metric = "valid_jaccard"

  public init(name: String, config: String, axes: [SweepAxis]) {
    (self.name, self.config, self.axes) = (name, config, axes)
  }

  /// The sweep as YAML that `init(yaml:source:)` reads back to an equal value.
  public var yaml: String {
    func flow(_ settings: [String: SettingValue]) -> String {
      "{ "
        + settings.sorted { $0.key < $1.key }.map { "\(quoted($0.key)): \(quoted($0.value.text))" }
        .joined(separator: ", ") + " }"
    }
    var lines = ["name: \(quoted(name))", "config: \(quoted(config))"]
    if let figure { lines.append("figure: \(quoted(figure))") }
    if let dataset { lines.append("dataset: \(quoted(dataset))") }
    lines.append("design: \(design.rawValue)")
    lines.append("axes:")
    for axis in axes {
      switch axis.domain {
      case .values(let values):
        lines.append("  \(quoted(axis.name)): [\(values.map { quoted($0.text) }.joined(separator: ", "))]")
      case .range(let range):
        lines.append(
          "  \(quoted(axis.name)): { min: \(range.min), max: \(range.max), scale: \(range.scale.rawValue),"
            + " integer: \(range.integer) }")
      }
    }
    if !center.isEmpty { lines.append("center: \(flow(center))") }
    if let samples { lines.append("samples: \(samples)") }
    if let samplingSeed { lines.append("sampling_seed: \(samplingSeed)") }
    if let seeds { lines.append("seeds: [\(seeds.map(String.init).joined(separator: ", "))]") }
    lines.append("workers_per_trial: \(workersPerTrial)")
    lines.append("max_retries: \(maxRetries)")
    lines.append("max_failed_trials: \(maxFailedTrials)")
    if !overrides.isEmpty { lines.append("set: \(flow(overrides))") }
    lines.append("metric: \(metric)")
    return lines.joined(separator: "\n") + "\n"
  }

  /// Plain where YAML surely reads it back unchanged, in double quotes elsewhere.
  private func quoted(_ text: String) -> String {
    let plain = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "/"),
        UInt8(ascii: "+"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    let startsPlain = text.first.map { $0.isLetter || $0.isNumber || $0 == "." || $0 == "/" } ?? false
    if plain, startsPlain || SettingValue(text).number != nil { return text }
    let escaped = text.unicodeScalars.map { scalar -> String in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": "\\n"
      case "\t": "\\t"
      case "\r": "\\r"
      default: String(scalar)
      }
    }
    return "\"" + escaped.joined() + "\""
  }
}
