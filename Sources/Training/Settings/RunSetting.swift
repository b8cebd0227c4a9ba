/// One documented setting: its key in files and `--set`, its meaning, and how text becomes its value.
public struct RunSetting {
  public let key: String
  public let documentation: String
  /// What a value looks like, for errors and help: "integer ≥ 1", "official | paper".
  public let expectation: String
  /// The models that have it.
  public private(set) var models = ModelFamily.allCases
  let read: (RunConfig) -> String
  /// Returns false when the text is not a valid value.
  let write: (inout RunConfig, String) -> Bool
}

extension RunSetting {
  /// The value of this setting in `config`, as it is written in `config.yaml`.
  public func value(in config: RunConfig) -> String { read(config) }

  /// The setting as one of a single model.
  func only(_ model: ModelFamily) -> RunSetting {
    var setting = self
    setting.models = [model]
    return setting
  }

  static let models = ModelFamily.allCases.map(\.rawValue).joined(separator: " | ")

  static func integer(
    _ key: String, _ path: WritableKeyPath<RunConfig, Int>, in range: ClosedRange<Int>, _ documentation: String
  ) -> RunSetting {
    let bound = range.upperBound == Int.max ? "≥ \(range.lowerBound)" : "in \(range.lowerBound)…\(range.upperBound)"
    return RunSetting(
      key: key, documentation: documentation, expectation: "an integer \(bound)",
      read: { String($0[keyPath: path]) },
      write: { config, text in
        guard let value = Int(text), range.contains(value) else { return false }
        config[keyPath: path] = value
        return true
      })
  }

  static func number(
    _ key: String, _ path: WritableKeyPath<RunConfig, Double>, _ expectation: String,
    where isValid: @escaping (Double) -> Bool, _ documentation: String
  ) -> RunSetting {
    RunSetting(
      key: key, documentation: documentation, expectation: expectation,
      read: { "\($0[keyPath: path])" },
      write: { config, text in
        guard let value = Double(text), value.isFinite, isValid(value) else { return false }
        config[keyPath: path] = value
        return true
      })
  }

  static func flag(_ key: String, _ path: WritableKeyPath<RunConfig, Bool>, _ documentation: String) -> RunSetting {
    RunSetting(
      key: key, documentation: documentation, expectation: "true | false",
      read: { String($0[keyPath: path]) },
      write: { config, text in
        guard let value = Bool(text) else { return false }
        config[keyPath: path] = value
        return true
      })
  }

  static func text(_ key: String, _ path: WritableKeyPath<RunConfig, String>, _ documentation: String) -> RunSetting {
    RunSetting(
      key: key, documentation: documentation, expectation: "a path", read: { $0[keyPath: path] },
      write: { config, text in
        config[keyPath: path] = text
        return true  // an empty one counts as not given; whoever needs the file says so
      })
  }

  static func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ path: WritableKeyPath<RunConfig, Choice>, _ documentation: String
  ) -> RunSetting where Choice.RawValue == String {
    RunSetting(
      key: key, documentation: documentation,
      expectation: Choice.allCases.map(\.rawValue).joined(separator: " | "),
      read: { $0[keyPath: path].rawValue },
      write: { config, text in
        guard let value = Choice(rawValue: text) else { return false }
        config[keyPath: path] = value
        return true
      })
  }
}
