/// One number per evaluation; the raw value is its key in JSON and CSV.
public enum Metric: String, Codable, CaseIterable, Sendable {
  case jaccard, f1, prauc, ddi, medications, precision, recall

  /// Whether a larger value is better; fewer interactions are better, and the number of medications is neither.
  public var higherIsBetter: Bool { self != .ddi && self != .medications }
}

/// The metrics of one evaluation.
public struct MetricSet: Codable, Equatable, Sendable {
  public var jaccard: Double
  public var f1: Double
  /// Mean average precision.
  public var prauc: Double
  /// Share of interacting pairs among all predicted pairs, pooled over visits.
  public var ddi: Double
  /// Mean number of predicted medications per visit.
  public var medications: Double
  public var precision: Double
  public var recall: Double
  /// Number of visits evaluated.
  public var visits: Int

  public subscript(metric: Metric) -> Double {
    switch metric {
    case .jaccard: jaccard
    case .f1: f1
    case .prauc: prauc
    case .ddi: ddi
    case .medications: medications
    case .precision: precision
    case .recall: recall
    }
  }

  /// Sums in the order of the visits, so the result does not depend on who computed which of them.
  /// `ddi` is pooled and `medications` a mean over visits under either averaging.
  /// - Throws: `MetricError.noVisits`; `badSetting` for a batch below 1.
  public init(_ list: some RandomAccessCollection<VisitMetrics>, averaging: MetricAveraging) throws(MetricError) {
    let count = list.count
    guard count > 0 else { throw .noVisits }
    let batch: Int
    switch averaging {
    case .visitMean: batch = count
    case .batchMean(let size):
      guard size > 0 else {
        throw .badSetting("metrics are averaged over batches of \(size) visits; at least 1 is needed")
      }
      batch = min(size, count)
    }
    var total = Sums()
    var inBatch = Sums()
    var members = 0
    var predicted = 0
    for visit in list {
      inBatch.add(Sums(visit), weight: 1)
      predicted += visit.predicted
      members += 1
      if members == batch {
        total.add(inBatch, weight: 1 / Double(members))
        inBatch = Sums()
        members = 0
      }
    }
    if members > 0 { total.add(inBatch, weight: 1 / Double(members)) }
    let batches = Double((count + batch - 1) / batch)
    jaccard = total.jaccard / batches
    f1 = total.f1 / batches
    prauc = total.averagePrecision / batches
    precision = total.precision / batches
    recall = total.recall / batches
    ddi = pooledInteractionRate(list)
    medications = Double(predicted) / Double(count)
    visits = count
  }

  private struct Sums {
    var jaccard = 0.0, precision = 0.0, recall = 0.0, f1 = 0.0, averagePrecision = 0.0

    init() {}

    init(_ visit: VisitMetrics) {
      jaccard = visit.jaccard
      precision = visit.precision
      recall = visit.recall
      f1 = visit.f1
      averagePrecision = visit.averagePrecision
    }

    mutating func add(_ other: Sums, weight: Double) {
      jaccard += other.jaccard * weight
      precision += other.precision * weight
      recall += other.recall * weight
      f1 += other.f1 * weight
      averagePrecision += other.averagePrecision * weight
    }
  }
}
