import YAMLNodes
import Yams

/// A run's settings cannot be used as they are.
public enum ConfigError: Error, Equatable, CustomStringConvertible {
  case unreadable(file: String, reason: String)
  case notAMapping(file: String)
  case unknownSetting(String, source: String, nearest: String?)
  case badValue(key: String, value: String, expected: String, source: String)
  case badOverride(String)
  case missing(key: String, hint: String)
  case otherModel(key: String, model: String, of: String, source: String)

  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "cannot read the configuration \(file): \(reason)"
    case .notAMapping(let file): "\(file) is not a mapping of settings; write one `key: value` a line"
    case .unknownSetting(let key, let source, let nearest):
      "unknown setting \"\(key)\" in \(source)"
        + (nearest.map { "; did you mean \"\($0)\"?" } ?? "; `theriac train --list-settings` shows all")
    case .badValue(let key, let value, let expected, let source):
      "setting \(key) in \(source) is \"\(value)\"; expected \(expected)"
    case .badOverride(let text): "--set \(text) is not of the form key=value"
    case .missing(let key, let hint): "setting \(key) is missing; \(hint)"
    case .otherModel(let key, let model, let other, let source):
      "setting \(key) in \(source) is one of \(other), but the model is \(model); remove it, or set model: \(other)"
    }
  }
}

extension RunConfig {
  /// Settings of a YAML text over the preset of its `protocol`, then overrides `key=value` in order.
  /// - Parameter source: the file's name, for errors.
  /// - Throws: `ConfigError`, for anything unknown, unreadable or out of range.
  public init(yaml text: String, source: String, overrides: [String] = []) throws(ConfigError) {
    var pairs: [(key: String, value: String, source: String)] = []
    let node: Node?
    do { node = try YAMLText.nodes(text) } catch { throw .unreadable(file: source, reason: "\(error)") }
    if let node {
      guard let mapping = node.mapping else { throw .notAMapping(file: source) }
      for (key, value) in mapping {
        guard let key = key.string else { throw .notAMapping(file: source) }
        guard let scalar = value.scalar?.string else {
          throw .badValue(key: key, value: "(a list or mapping)", expected: "one value", source: source)
        }
        pairs.append((key, scalar, source))
      }
    }
    for override in overrides {
      guard let equals = override.firstIndex(of: "="), equals > override.startIndex else {
        throw .badOverride(override)
      }
      pairs.append((String(override[..<equals]), String(override[override.index(after: equals)...]), "--set"))
    }
    var model = ModelFamily.nlaMMR
    for pair in pairs where pair.key == "model" {
      guard let value = ModelFamily(rawValue: pair.value) else {
        throw .badValue(key: "model", value: pair.value, expected: RunSetting.models, source: pair.source)
      }
      model = value
    }
    if model == .nlaMMR {
      var preset = TrainingProtocol.official
      for pair in pairs where pair.key == "protocol" {
        guard let value = TrainingProtocol(rawValue: pair.value) else {
          throw .badValue(key: "protocol", value: pair.value, expected: "official | paper", source: pair.source)
        }
        preset = value
      }
      self.init(preset: preset)
    } else {
      self.init(model)
    }
    let settings = Dictionary(uniqueKeysWithValues: RunSetting.all.map { ($0.key, $0) })
    for pair in pairs where pair.key != "model" {
      guard let setting = settings[pair.key] else {
        let known = RunSetting.all(of: model).map(\.key)
        throw .unknownSetting(pair.key, source: pair.source, nearest: Self.nearest(to: pair.key, in: known))
      }
      guard setting.models.contains(model) else {
        throw .otherModel(
          key: pair.key, model: model.rawValue, of: setting.models.map(\.rawValue).joined(separator: " or "),
          source: pair.source)
      }
      guard setting.write(&self, pair.value) else {
        throw .badValue(key: pair.key, value: pair.value, expected: setting.expectation, source: pair.source)
      }
    }
    guard model == .fmchs else { return }
    for (key, heads) in [("graph_heads", fmchs.graphHeads), ("encoder_heads", fmchs.encoderHeads)]
    where fmchs.width % heads != 0 {
      let places = pairs.filter { [key, "d"].contains($0.key) }.map(\.source)
      guard pairs.contains(where: { $0.key == key }) else {
        throw .badValue(
          key: "d", value: "\(fmchs.width)", expected: "a multiple of \(key), which is \(heads) (the default)",
          source: places.last ?? source)
      }
      throw .badValue(
        key: key, value: "\(heads)", expected: "a divisor of d, which is \(fmchs.width)",
        source: places.last ?? source)
    }
  }

  /// The fully resolved settings as YAML: reading it back gives an equal value.
  public var yaml: String {
    RunSetting.all(of: model).map { setting in
      let value = setting.read(self)
      let plain = value.allSatisfy { $0.isLetter || $0.isNumber || "._-+/".contains($0) } && !value.isEmpty
      let quoted = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
      return "\(setting.key): \(plain ? value : "\"\(quoted)\"")\n"
    }.joined()
  }

  /// The known key with the smallest edit distance, if that is at most 3.
  static func nearest(to key: String, in known: some Sequence<String>) -> String? {
    known.map { ($0, editDistance(key, $0)) }.filter { $0.1 <= 3 }.min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
  }

  private static func editDistance(_ a: String, _ b: String) -> Int {
    let a = Array(a), b = Array(b)
    var row = Array(0...b.count)
    for i in 0..<a.count {
      var diagonal = row[0]
      row[0] = i + 1
      for j in 0..<b.count {
        let substitution = diagonal + (a[i] == b[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substitution, diagonal + 1, row[j] + 1)
      }
    }
    return row[b.count]
  }
}
