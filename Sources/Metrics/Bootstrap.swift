import Random

/// The authors' test protocol: evaluate one fixed model on several random samples of the test patients (NLA-MMR spec
/// 3.12). Its spread says nothing about the variance of training.
public struct Bootstrap: Codable, Equatable, Sendable {
  /// What is drawn.
  public enum Unit: String, Codable, CaseIterable, Sendable {
    /// Patients, with all their visits in order.
    case patients
    /// Single visits.
    case visits
  }

  public var rounds: Int
  /// Draws per round as a share of the patients (or visits), rounded to the nearest, ties to even; at least one.
  public var fraction: Double
  public var unit: Unit
  public var seed: UInt64

  public init(rounds: Int = 10, fraction: Double = 0.8, unit: Unit = .patients, seed: UInt64 = 42) {
    self.rounds = rounds
    self.fraction = fraction
    self.unit = unit
    self.seed = seed
  }

  /// Draws with replacement: round(fraction · count) numbers below `count`, the same for the same seed and round.
  public func draws(round: Int, from count: Int) -> [Int] {
    let random = CounterRandom(seed: seed, stream: RandomDomain.bootstrap.stream(UInt64(round)))
    let size = max(1, Int((fraction * Double(count)).rounded(.toNearestOrEven)))
    return (0..<size).map { random.below(count, UInt64($0)) }
  }

  /// Evaluates every round.
  /// - Parameters:
  ///   - visits: metrics of all visits of the split, patients one after the other.
  ///   - patientOffsets: patient p has the visits `patientOffsets[p]..<patientOffsets[p + 1]`.
  /// - Throws: `noVisits`, `badOffsets`; `badSetting` for rounds below 1 or a fraction outside 0...10.
  public func evaluate(
    _ visits: [VisitMetrics], patientOffsets: [Int], averaging: MetricAveraging
  ) throws(MetricError) -> BootstrapResult {
    try requireSettings()
    try checkOffsets(patientOffsets, count: visits.count, of: "patients")
    guard !visits.isEmpty else { throw .noVisits }
    var sets: [MetricSet] = []
    for round in 0..<rounds {
      var sample: [VisitMetrics] = []
      switch unit {
      case .patients:
        for patient in draws(round: round, from: patientOffsets.count - 1) {
          sample += visits[patientOffsets[patient]..<patientOffsets[patient + 1]]
        }
      case .visits:
        sample = draws(round: round, from: visits.count).map { visits[$0] }
      }
      sets.append(try MetricSet(sample, averaging: averaging))
    }
    return BootstrapResult(rounds: sets)
  }

  /// - Throws: `MetricError.badSetting` for rounds below 1 or a fraction outside 0...10
  func requireSettings() throws(MetricError) {
    guard rounds > 0 else { throw .badSetting("a bootstrap of \(rounds) rounds is empty; at least 1 is needed") }
    guard fraction > 0, fraction <= 10 else {
      throw .badSetting("a bootstrap draws \(fraction) times the patients; a number above 0 and up to 10 is needed")
    }
  }
}

/// Mean and standard deviation of some numbers.
public struct Spread: Codable, Equatable, Sendable {
  public var mean: Double
  /// Of the population: divided by n, not n − 1 (numpy's default, which the authors' numbers have). 0 for one number.
  public var std: Double

  /// - Precondition: at least one number.
  public init(_ values: [Double]) {
    precondition(!values.isEmpty, "the mean of no number does not exist")
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    std = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
  }
}

/// The metrics of all rounds of a bootstrap.
public struct BootstrapResult: Codable, Equatable, Sendable {
  /// At least one.
  public let rounds: [MetricSet]

  init(rounds: [MetricSet]) { self.rounds = rounds }

  /// Mean and population standard deviation over the rounds.
  public subscript(metric: Metric) -> Spread { Spread(rounds.map { $0[metric] }) }
}
