import Checkpoints
import Metrics
import Records

/// Scores of some visits against what was prescribed, by the rules of a run.
public struct Evaluation: Sendable {
  public let metrics: MetricSet
  public let perVisit: [VisitMetrics]
  /// CSR offsets of patients over the visits.
  public let patientOffsets: [Int]
  let averaging: MetricAveraging

  /// - Parameters:
  ///   - visits: visits of the cohort, whole patients in order.
  ///   - scores: `[visits, M]`.
  /// - Throws: `MetricError`, when a score is not a number.
  public init(data: RunData, visits: [Int], scores: [Float]) throws {
    averaging = data.averaging
    perVisit = try Evaluator(interactions: data.interactionTable(), rule: data.predictionRule)
      .visits(labels: data.labels(ofVisits: visits), scores: scores)
    metrics = try MetricSet(perVisit, averaging: averaging)
    patientOffsets = data.patientOffsets(ofVisits: visits)
  }

  /// The authors' bootstrap over patients: one fixed model on several samples.
  public func bootstrap(rounds: Int, seed: UInt64) throws -> BootstrapResult {
    try Bootstrap(rounds: rounds, seed: seed).evaluate(perVisit, patientOffsets: patientOffsets, averaging: averaging)
  }

  /// The same visits averaged the other way: both are printed side by side.
  public func metrics(averaging: MetricAveraging) throws -> MetricSet { try MetricSet(perVisit, averaging: averaging) }
}

/// The rules that a trained model has to beat.
public struct BaselineResults: Sendable {
  /// Every visit gets the most frequent medications of training.
  public let frequency: MetricSet
  /// Every visit gets the medications of the patient's visit before.
  public let repeatLast: MetricSet

  public init(data: RunData, visits: [Int]) throws {
    let interactions = try data.interactionTable()
    let labels = try data.labels(ofVisits: visits)
    let frequency = try FrequencyBaseline(training: data.labels(ofVisits: data.visits(in: .train)))
    self.frequency = try MetricSet(
      frequency.visits(labels: labels, interactions: interactions), averaging: data.averaging)
    repeatLast = try MetricSet(
      RepeatLastBaseline(frequency: frequency).visits(
        labels: labels, patientOffsets: data.patientOffsets(ofVisits: visits), interactions: interactions),
      averaging: data.averaging)
  }
}

extension RunData {
  /// The metrics that the run's model is judged by.
  /// - Parameters:
  ///   - visits: visits of the cohort, whole patients in order.
  ///   - scores: `[visits, M]`.
  /// - Throws: `MetricError`, when a score is not a number.
  public func metrics(ofVisits visits: [Int], scores: [Float]) throws -> RunMetrics {
    switch config.model {
    case .nlaMMR: .medications(try Evaluation(data: self, visits: visits, scores: scores).metrics)
    case .fmchs: .ranking(try RankingMetricSet(labels: labels(ofVisits: visits), scores: scores))
    }
  }

  /// Another cohort's embeddings, or other molecules, than a checkpoint was made with.
  func changedFeatures(_ checkpoint: Checkpoint) -> RunError {
    let isTexts = config.model == .nlaMMR
    let files = [config.embeddings, config.fmchs.moleculeVectors].filter { !$0.isEmpty }
    return .inputChanged(
      what: isTexts ? "embeddings file" : "data of symptoms and herbs (embeddings, molecule_vectors)",
      path: files.isEmpty ? "of \(config.cohort)" : files.joined(separator: ", "),
      expected: checkpoint.embeddingsHash, found: featuresHash)
  }

  /// δ of the run's settings.
  public var predictionRule: PredictionRule {
    PredictionRule(threshold: Float(config.threshold), strict: config.thresholdStrict)
  }

  /// How the run's metrics are averaged.
  public var averaging: MetricAveraging {
    config.metricAveraging == .batchMean ? .batchMean(config.metricBatch) : .visitMean
  }

  /// Known interactions between medications.
  public func interactionTable() throws -> InteractionTable {
    try InteractionTable(
      medications: cohort.medicationCount, pairs: cohort.interactions.map { (Int($0.a), Int($0.b)) })
  }

  /// What was prescribed in some visits.
  public func labels(ofVisits visits: [Int]) throws -> LabelMatrix {
    var offsets = [0]
    var indices: [Int32] = []
    for visit in visits {
      indices.append(contentsOf: cohort.codes(.medication, visit: visit))
      offsets.append(indices.count)
    }
    return try LabelMatrix(offsets: offsets, indices: indices, medications: cohort.medicationCount)
  }

  /// Where each patient's visits begin among `visits`, and their end.
  func patientOffsets(ofVisits visits: [Int]) -> [Int] {
    let patients = cohort.patientOfVisit()
    var offsets: [Int] = []
    for (position, visit) in visits.enumerated()
    where position == 0 || patients[visit] != patients[visits[position - 1]] {
      offsets.append(position)
    }
    return offsets + [visits.count]
  }
}
