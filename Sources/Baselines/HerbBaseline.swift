import Metrics

/// A model to compare with: learns from the training rows, chooses its epoch by the validation rows, scores both other
/// parts.
public protocol HerbBaseline: Sendable {
  /// The name in commands and tables, such as `logistic-regression`.
  static var name: String { get }
  /// What it is, in one line; says so where the model sees more than the training rows.
  var summary: String { get }

  /// Trains and scores. The same data and seed give the same scores on one machine.
  /// - Parameters:
  ///   - seed: of initial weights, order of rows and dropout; the baselines that only count draw nothing
  ///   - progress: called after every epoch; what it throws ends the training
  /// - Throws: `BaselineError`; `MetricError.notFinite` when the model diverges; `ShapeError`, `ParameterError`
  func fit(
    _ data: HerbData, seed: UInt64, progress: (BaselineEpoch) throws -> Void
  ) throws -> BaselineFit
}

/// One epoch of a trained baseline.
public struct BaselineEpoch: Codable, Equatable, Sendable {
  /// From 1.
  public var epoch: Int
  /// Binary cross-entropy in nats, summed over herbs, mean over rows: comparable between baselines.
  public var trainingLoss: Double
  public var validationLoss: Double
  public var validation: RankingMetricSet
  /// Whether it is the best so far.
  public var isBest: Bool
  /// Seconds of training, without the evaluation.
  public var seconds: Double
}

/// The scores of a trained baseline.
public struct BaselineFit: Sendable {
  /// `[validation rows, herbs]` and `[test rows, herbs]`, row by row, in the order of `HerbData`; larger is likelier.
  public var validation, test: [Float]
  /// The epoch that scored, from 1; nil for baselines that only count.
  public var bestEpoch: Int?
  /// Every epoch that was trained; empty for baselines that only count.
  public var epochs: [BaselineEpoch]
  /// How many numbers were learnt.
  public var parameters: Int

  /// Mean seconds of training per epoch; 0 without epochs.
  public var secondsPerEpoch: Double {
    epochs.isEmpty ? 0 : epochs.reduce(0) { $0 + $1.seconds } / Double(epochs.count)
  }
}

/// All baselines by name.
public enum HerbBaselines {
  /// In the order of a table: counts, linear and deep models, peers.
  public static let names = makers.map { $0.name }

  /// The baseline of a name, with its own settings.
  /// - Throws: `BaselineError.unknownBaseline`
  public static func named(_ name: String) throws(BaselineError) -> any HerbBaseline {
    guard let entry = makers.first(where: { $0.name == name }) else { throw .unknownBaseline(name, known: names) }
    return entry.make()
  }

  private static let makers: [(name: String, make: @Sendable () -> any HerbBaseline)] = [
    (PopularityBaseline.name, { PopularityBaseline() }),
    (ConditionalMeanBaseline.name, { ConditionalMeanBaseline() }),
    (NaiveBayesBaseline.name, { NaiveBayesBaseline() }),
    (LogisticRegressionBaseline.name, { LogisticRegressionBaseline() }),
    (MLPBaseline.name, { MLPBaseline() }),
    (KDHRBaseline.name, { KDHRBaseline() }),
    (KDHRBaseline.name + "-all-rows", { KDHRBaseline(graph: .allRows) }),
    (PresRecSTBaseline.name, { PresRecSTBaseline() }),
    (PresRecSTBaseline.name + "-with-validation", { PresRecSTBaseline(trainsOnValidation: true) }),
  ]
}
