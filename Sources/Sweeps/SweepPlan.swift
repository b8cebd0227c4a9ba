import Crypto
import Foundation

/// What a sweep's trials share besides the sweep file, given by whoever knows training.
public struct SweepInputs: Sendable {
  /// Resolved settings of the base run, as far as they change its result (no paths, no log intervals).
  public var base: [String: SettingValue]
  /// Whatever else the result depends on, as cohort and embedding hashes; opaque, part of every trial's id.
  public var context: [String: String]
  /// Name for the tables when the sweep file gives none.
  public var dataset: String
  /// All settings there are; nil: names are not checked here.
  public var knownSettings: Set<String>?
  /// Called with every trial's resolved settings before anything starts; throws when they are not a valid run.
  public var check: (@Sendable ([String: SettingValue]) throws -> Void)?

  public init(
    base: [String: SettingValue] = [:], context: [String: String] = [:], dataset: String = "cohort",
    knownSettings: Set<String>? = nil, check: (@Sendable ([String: SettingValue]) throws -> Void)? = nil
  ) {
    self.base = base
    self.context = context
    self.dataset = dataset
    self.knownSettings = knownSettings
    self.check = check
  }
}

/// One trial of a plan: settings and seed, named by their hash.
public struct PlannedTrial: Sendable, Equatable {
  /// First 12 hex digits of SHA-256 over the sorted lines `key=value` of all resolved settings and `context.key=value`.
  public let id: String
  /// Values of the axes.
  public let point: [String: SettingValue]
  /// What is set on top of the base config: axes, `set` and `seed`.
  public let settings: [String: SettingValue]
  public let seed: UInt64
}

/// All trials of a sweep, in the order in which they start: every point with the first seed, then with the second, …
public struct SweepPlan: Sendable {
  /// The sweep with its defaults filled in (center, seeds, figure, dataset); saved as `sweep.yaml`.
  public let spec: SweepSpec
  public let context: [String: String]
  public let trials: [PlannedTrial]

  /// - Throws: `SweepError` for unknown settings, a missing center, or a trial that `inputs.check` refuses.
  public init(_ original: SweepSpec, inputs: SweepInputs) throws(SweepError) {
    var spec = original
    spec.figure = spec.figure ?? spec.name
    spec.dataset = spec.dataset ?? inputs.dataset
    spec.seeds = spec.seeds ?? [inputs.base["seed"].flatMap { UInt64($0.canonical) } ?? 1]
    if let known = inputs.knownSettings {
      for (place, names) in [("axes", spec.axes.map(\.name)), ("set", spec.overrides.keys.sorted())] {
        for name in names where !known.contains(name) {
          throw .unknownSetting(name, place: "\(place) of the sweep '\(spec.name)'", known: known.sorted())
        }
      }
    }
    if spec.design == .oneAtATime {
      for axis in spec.axes where spec.center[axis.name] == nil {
        guard let value = inputs.base[axis.name] else {
          throw .noCenter(axis: axis.name, config: spec.config)
        }
        spec.center[axis.name] = value
      }
    }
    var trials: [PlannedTrial] = []
    let points = try SweepPoints.points(of: spec)
    for seed in spec.seeds ?? [] {
      for point in points {
        var settings = spec.overrides.merging(point) { _, axis in axis }
        settings["seed"] = SettingValue(String(seed))
        let resolved = inputs.base.merging(settings) { _, own in own }
        do { try inputs.check?(resolved) } catch {
          throw .invalidTrial(settings: Self.line(settings), reason: "\(error)")
        }
        trials.append(
          PlannedTrial(
            id: Self.id(settings: resolved, context: inputs.context), point: point, settings: settings, seed: seed))
      }
    }
    (self.spec, self.context, self.trials) = (spec, inputs.context, trials)
  }

  /// The identity of a run: SHA-256 over canonical lines, so spelling and order do not matter.
  public static func id(settings: [String: SettingValue], context: [String: String]) -> String {
    let lines =
      settings.map { "\($0.key)=\($0.value.canonical)" } + context.map { "context.\($0.key)=\($0.value)" }
    let text = lines.sorted().joined(separator: "\n")
    return SHA256.hash(data: Data(text.utf8)).prefix(6).map { String(format: "%02x", $0) }.joined()
  }

  static func line(_ settings: [String: SettingValue]) -> String {
    settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
  }
}
