/// What can be wrong with a sweep's file, its plan, its directory or its trials; `description` is the sentence to show.
public enum SweepError: Error, Equatable, CustomStringConvertible {
  /// A file or directory could not be read, written or made.
  case file(operation: String, path: String, reason: String)
  /// A file is there but its content is not what Theriac wrote or expects.
  case damaged(path: String, reason: String)
  case notYAML(source: String, reason: String)
  /// `place` is "sweep", or the key whose mapping is meant.
  case unknownKey(String, place: String, source: String, known: [String])
  case missingKey(String, source: String, reason: String)
  case badValue(key: String, found: String, expected: String, source: String)
  /// A key that the chosen design would ignore.
  case unusedKey(String, source: String, reason: String)
  case repeatedValue(key: String, value: String, source: String)
  /// One setting is given in two places, for example in `axes` and in `set`.
  case repeatedSetting(String, places: [String], source: String)
  case unknownSetting(String, place: String, known: [String])
  /// One-at-a-time, and neither `center` nor the base config has a value for this axis.
  case noCenter(axis: String, config: String)
  case tooManySamples(asked: Int, distinct: Int)
  case invalidTrial(settings: String, reason: String)
  case tooManyWorkersPerTrial(workersPerTrial: Int, workers: Int)
  case locked(directory: String, pid: Int32)
  case notASweep(path: String)
  case otherSweep(directory: String, found: String, expected: String)
  case unknownMetric(String, trial: String, known: [String])
  case tooManyFailures(failed: Int, limit: Int, trial: String, error: String)

  public var description: String {
    switch self {
    case .file(let operation, let path, let reason):
      return "cannot \(operation) \(path): \(reason)"
    case .damaged(let path, let reason):
      return "\(path) is damaged: \(reason)"
    case .notYAML(let source, let reason):
      return "\(source) is not a YAML mapping: \(reason)"
    case .unknownKey(let key, let place, let source, let known):
      return "\(source): unknown key '\(key)' in \(place); known keys are \(known.joined(separator: ", "))"
    case .missingKey(let key, let source, let reason):
      return "\(source): key '\(key)' is missing; \(reason)"
    case .badValue(let key, let found, let expected, let source):
      return "\(source): '\(key)' is \(found), expected \(expected)"
    case .unusedKey(let key, let source, let reason):
      return "\(source): '\(key)' would be ignored: \(reason)"
    case .repeatedValue(let key, let value, let source):
      return "\(source): '\(key)' lists \(value) twice; remove one"
    case .repeatedSetting(let name, let places, let source):
      return "\(source): setting '\(name)' is given in \(places.joined(separator: " and in ")); keep one"
    case .unknownSetting(let name, let place, let known):
      return "\(place): '\(name)' is not a setting; known settings are \(known.joined(separator: ", "))"
    case .noCenter(let axis, let config):
      return "axis '\(axis)' has no center value: give it under 'center', or set it in \(config)"
    case .tooManySamples(let asked, let distinct):
      return "samples is \(asked), but only \(distinct) distinct combinations were found; lower it or widen the axes"
    case .invalidTrial(let settings, let reason):
      return "the trial with \(settings) is not a valid run: \(reason)"
    case .tooManyWorkersPerTrial(let perTrial, let workers):
      return "workers_per_trial is \(perTrial) but only \(workers) worker(s) are available;"
        + " lower workers_per_trial or give at least --workers \(perTrial)"
    case .locked(let directory, let pid):
      return "\(directory) is in use by the sweep runner with pid \(pid); wait for it, or stop it with 'sweep stop'"
    case .notASweep(let path):
      return "\(path) is not a sweep directory: it has no sweep.yaml; start one with 'sweep run'"
    case .otherSweep(let directory, let found, let expected):
      return "\(directory) holds the sweep '\(found)', not '\(expected)'; choose another directory"
    case .unknownMetric(let metric, let trial, let known):
      return "metric '\(metric)' is not in the summary of trial \(trial); it has \(known.joined(separator: ", "))"
    case .tooManyFailures(let failed, let limit, let trial, let error):
      return "the sweep stopped after \(failed) failed trial(s), more than max_failed_trials (\(limit));"
        + " the last was \(trial): \(error)"
    }
  }
}
