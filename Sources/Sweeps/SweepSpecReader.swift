import Foundation
import YAMLNodes
import Yams

extension SweepSpec {
  public static let keys = [
    "name", "config", "figure", "dataset", "axes", "design", "center", "samples", "sampling_seed", "seeds",
    "workers_per_trial", "max_retries", "max_failed_trials", "set", "metric",
  ]

  /// Reads a sweep file.
  /// - Throws: `SweepError` naming the file, the line and the key; nothing is ignored.
  public static func read(_ path: String) throws(SweepError) -> SweepSpec {
    guard let data = FileManager.default.contents(atPath: path) else {
      let exists = FileManager.default.fileExists(atPath: path)
      throw .file(
        operation: "read the sweep file", path: path,
        reason: exists ? "it is not a readable file" : "there is no such file")
    }
    guard let text = String(bytes: data, encoding: .utf8) else {
      throw .notYAML(source: path, reason: "it is not UTF-8 text")
    }
    return try SweepSpec(yaml: text, source: path)
  }

  /// - Parameter source: the file's name, for errors.
  public init(yaml: String, source: String) throws(SweepError) {
    let top = try SpecReader.mapping(yaml: yaml, source: source)
    try top.refuseUnknown(Self.keys)
    let name = try top.required("name", "it names the sweep's directory")
    guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }), name.first != "."
    else {
      throw top.bad("name", "'\(name)'", "letters, digits, '.', '_' and '-', not starting with '.'")
    }
    let config = try top.required("config", "it is the path of the base run config")
    guard let axesNode = try top.child("axes") else {
      throw .missingKey("axes", source: source, reason: "it says which settings vary, as 'axes: { lr: [1e-4, 1e-3] }'")
    }
    self.init(name: name, config: config, axes: try axesNode.axes())
    figure = try top.string("figure")
    dataset = try top.string("dataset")
    if let text = try top.string("design") {
      guard let design = SweepDesign(rawValue: text) else {
        throw top.bad("design", "'\(text)'", SweepDesign.allCases.map(\.rawValue).joined(separator: ", "))
      }
      self.design = design
    }
    center = try top.child("center")?.settings() ?? [:]
    overrides = try top.child("set")?.settings() ?? [:]
    samples = try top.integer("samples", atLeast: 1)
    samplingSeed = try top.integer("sampling_seed", atLeast: 0).map(UInt64.init)
    seeds = try top.seeds()
    workersPerTrial = try top.integer("workers_per_trial", atLeast: 1) ?? workersPerTrial
    maxRetries = try top.integer("max_retries", atLeast: 0) ?? maxRetries
    maxFailedTrials = try top.integer("max_failed_trials", atLeast: 0) ?? maxFailedTrials
    if let metric = try top.string("metric") {
      guard metric.hasPrefix("valid_") || metric.hasPrefix("test_") else {
        throw top.bad("metric", "'\(metric)'", "a name starting with 'valid_' or 'test_', as valid_jaccard")
      }
      self.metric = metric
    }
    try check(top)
  }

  /// Refuses what the design would ignore, and settings given twice.
  private func check(_ top: SpecReader) throws(SweepError) {
    let names = Set(axes.map(\.name))
    if let samples, samples > 100_000 { throw top.bad("samples", "\(samples)", "a number up to 100000") }
    if design == .random {
      guard samples != nil else {
        throw .missingKey(
          "samples", source: top.source, reason: "design: random needs the number of combinations to draw")
      }
    } else {
      for key in ["samples", "sampling_seed"] where top.has(key) {
        throw .unusedKey(
          key, source: top.at(key), reason: "it belongs to design: random, and this is \(design.rawValue)")
      }
      for case .range in axes.map(\.domain) {
        throw top.bad("axes", "a {min, max} range", "lists of values; ranges belong to design: random")
      }
    }
    if design == .oneAtATime {
      for key in center.keys.sorted() where !names.contains(key) {
        throw .unknownKey(key, place: "center", source: top.at("center"), known: axes.map(\.name))
      }
    } else if top.has("center") {
      throw .unusedKey(
        "center", source: top.at("center"),
        reason: "it belongs to design: one-at-a-time, and this is \(design.rawValue)")
    }
    for name in overrides.keys.sorted() where names.contains(name) {
      throw .repeatedSetting(name, places: ["axes", "set"], source: top.source)
    }
    for (place, has) in [("axes", names.contains("seed")), ("set", overrides["seed"] != nil)] where has {
      throw .unusedKey(
        "seed", source: top.at(place), reason: "seeds are given by 'seeds: [1, 2, 3]', not in '\(place)'")
    }
  }
}

/// A YAML mapping with the sentences for what is wrong in it.
struct SpecReader {
  let source: String
  let place: String
  let pairs: [(key: String, node: Node)]

  static func mapping(yaml: String, source: String) throws(SweepError) -> SpecReader {
    let root: Node?
    do { root = try YAMLText.nodes(yaml) } catch { throw .notYAML(source: source, reason: "\(error)") }
    guard let root else { throw .notYAML(source: source, reason: "it is empty") }
    return try SpecReader(root, place: "the sweep", source: source)
  }

  private init(_ node: Node, place: String, source: String) throws(SweepError) {
    guard case .mapping(let mapping) = node else {
      throw .badValue(
        key: place, found: Self.kind(node), expected: "a mapping of keys to values", source: Self.at(source, node))
    }
    var pairs: [(key: String, node: Node)] = []
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key, !scalar.string.isEmpty else {
        throw .badValue(
          key: place, found: "a key that is no name", expected: "plain names", source: Self.at(source, key))
      }
      if pairs.contains(where: { $0.key == scalar.string }) {
        throw .repeatedValue(key: place, value: scalar.string, source: Self.at(source, key))
      }
      pairs.append((scalar.string, value))
    }
    (self.source, self.place, self.pairs) = (source, place, pairs)
  }

  func has(_ key: String) -> Bool { node(key) != nil }
  func at(_ key: String) -> String { node(key).map { Self.at(source, $0) } ?? source }
  func bad(_ key: String, _ found: String, _ expected: String) -> SweepError {
    .badValue(key: key, found: found, expected: expected, source: at(key))
  }

  func refuseUnknown(_ known: [String]) throws(SweepError) {
    for (key, node) in pairs where !known.contains(key) {
      throw .unknownKey(key, place: place, source: Self.at(source, node), known: known)
    }
  }

  func string(_ key: String) throws(SweepError) -> String? {
    guard let node = node(key) else { return nil }
    return try text(node, key)
  }

  func required(_ key: String, _ reason: String) throws(SweepError) -> String {
    guard let value = try string(key) else { throw .missingKey(key, source: source, reason: reason) }
    return value
  }

  func integer(_ key: String, atLeast least: Int) throws(SweepError) -> Int? {
    guard let text = try string(key) else { return nil }
    guard let value = Int(text), value >= least else {
      throw bad(key, "'\(text)'", "a whole number of at least \(least)")
    }
    return value
  }

  func child(_ key: String) throws(SweepError) -> SpecReader? {
    guard let node = node(key) else { return nil }
    return try SpecReader(node, place: key, source: source)
  }

  func seeds() throws(SweepError) -> [UInt64]? {
    guard let node = node("seeds") else { return nil }
    var seeds: [UInt64] = []
    for text in try list(node, "seeds") {
      guard let seed = UInt64(text.text) else { throw bad("seeds", "'\(text.text)'", "whole numbers of at least 0") }
      seeds.append(seed)
    }
    return seeds
  }

  func settings() throws(SweepError) -> [String: SettingValue] {
    var settings: [String: SettingValue] = [:]
    for (key, node) in pairs { settings[key] = SettingValue(try text(node, "\(place).\(key)")) }
    return settings
  }

  func axes() throws(SweepError) -> [SweepAxis] {
    guard !pairs.isEmpty else {
      throw .badValue(key: place, found: "empty", expected: "at least one setting", source: source)
    }
    var axes: [SweepAxis] = []
    for (key, node) in pairs {
      if case .mapping = node {
        axes.append(SweepAxis(key, .range(try SpecReader(node, place: "axes.\(key)", source: source).range())))
      } else {
        axes.append(SweepAxis(key, .values(try list(node, "axes.\(key)"))))
      }
    }
    return axes
  }

  private func range() throws(SweepError) -> SettingRange {
    try refuseUnknown(["min", "max", "scale", "integer"])
    func bound(_ key: String) throws(SweepError) -> Double {
      let text = try required(key, "a range is '{min: 1e-5, max: 1e-2, scale: log}'")
      guard let value = SettingValue(text).number else { throw bad(key, "'\(text)'", "a number") }
      return value
    }
    let (low, high) = (try bound("min"), try bound("max"))
    guard low < high else { throw bad("max", SettingValue(high).canonical, "more than min (\(SettingValue(low)))") }
    let scaleText = try string("scale") ?? "linear"
    guard let scale = SettingRange.Scale(rawValue: scaleText) else {
      throw bad("scale", "'\(scaleText)'", "linear or log")
    }
    if scale == .log, low <= 0 { throw bad("min", SettingValue(low).canonical, "more than 0 on a log scale") }
    let integerText = SettingValue(try string("integer") ?? "false").canonical
    guard ["true", "false"].contains(integerText) else { throw bad("integer", "'\(integerText)'", "true or false") }
    let integer = integerText == "true"
    if integer, low.rounded() != low || high.rounded() != high {
      throw bad("integer", "true", "false, or whole numbers for min and max")
    }
    return SettingRange(min: low, max: high, scale: scale, integer: integer)
  }

  private func list(_ node: Node, _ key: String) throws(SweepError) -> [SettingValue] {
    guard case .sequence(let sequence) = node, !sequence.isEmpty else {
      throw .badValue(
        key: key, found: Self.kind(node), expected: "a list of values, as [1, 2]", source: Self.at(source, node))
    }
    var values: [SettingValue] = []
    for item in sequence {
      let value = SettingValue(try text(item, key))
      if values.contains(value) {
        throw .repeatedValue(key: key, value: value.canonical, source: Self.at(source, item))
      }
      values.append(value)
    }
    return values
  }

  private func text(_ node: Node, _ key: String) throws(SweepError) -> String {
    guard case .scalar(let scalar) = node, !scalar.string.isEmpty, !["~", "null"].contains(scalar.string) else {
      throw .badValue(key: key, found: Self.kind(node), expected: "one value", source: Self.at(source, node))
    }
    return scalar.string
  }

  private func node(_ key: String) -> Node? { pairs.first { $0.key == key }?.node }

  private static func at(_ source: String, _ node: Node) -> String {
    node.mark.map { "\(source) line \($0.line)" } ?? source
  }

  private static func kind(_ node: Node) -> String {
    switch node {
    case .scalar(let scalar): scalar.string.isEmpty ? "empty" : "'\(scalar.string)'"
    case .mapping: "a mapping"
    case .sequence(let sequence): sequence.isEmpty ? "an empty list" : "a list"
    case .alias: "an alias"
    }
  }
}
