/// Precision, recall and F1 of the k best-scored columns.
public struct RankingMetric: Equatable, Sendable {
  public var k: Int
  /// Mean over rows of hits / k.
  public var precision: Double
  /// Mean over rows of hits / |true|; rows without a true column count 0.
  public var recall: Double
  /// 2PR / (P + R) of the two means, as in the tables of KDHR, PresRecST and FMCHS; 0 when both are 0.
  public var f1: Double
  /// Mean over rows of each row's 2PR / (P + R). Another number than `f1`, and not the one of those papers.
  public var meanF1: Double

  public init(k: Int, precision: Double, recall: Double, f1: Double, meanF1: Double) {
    self.k = k
    self.precision = precision
    self.recall = recall
    self.f1 = f1
    self.meanF1 = meanF1
  }
}

/// The ranking metrics of one evaluation.
///
/// JSON: `{"rows": 6753, "P@5": …, "R@5": …, "F1@5": …, "meanF1@5": …, "P@10": …}`. CSV: `names` and `values`.
public struct RankingMetricSet: Equatable, Sendable {
  /// The k of the papers' tables.
  public static let usualCutoffs = [5, 10, 20]

  /// Number of rows evaluated.
  public var rows: Int
  /// One entry per cutoff, in the order of `RankingMetrics.cutoffs`.
  public var metrics: [RankingMetric]

  /// Numbers that were stored.
  public init(rows: Int, metrics: [RankingMetric]) {
    self.rows = rows
    self.metrics = metrics
  }

  /// Sums in the order of the rows, so the result does not depend on who ranked which of them.
  /// - Throws: `MetricError.noVisits`
  public init(_ ranking: RankingMetrics) throws(MetricError) {
    let rows = ranking.rows
    guard rows > 0 else { throw .noVisits }
    self.rows = rows
    metrics = ranking.cutoffs.indices.map { cutoff in
      var (precision, recall, f1) = (0.0, 0.0, 0.0)
      for row in 0..<rows {
        let (p, r) = (ranking.precision(row: row, cutoff: cutoff), ranking.recall(row: row, cutoff: cutoff))
        precision += p
        recall += r
        f1 += harmonicMean(p, r)
      }
      let (p, r) = (precision / Double(rows), recall / Double(rows))
      return RankingMetric(
        k: ranking.cutoffs[cutoff], precision: p, recall: r, f1: harmonicMean(p, r), meanF1: f1 / Double(rows))
    }
  }

  /// Ranks and averages.
  /// - Throws: as `RankingMetrics.init(labels:scores:cutoffs:)`, and `MetricError.noVisits`
  public init(
    labels: LabelMatrix, scores: [Float], cutoffs: [Int] = usualCutoffs
  ) throws(MetricError) {
    try self.init(RankingMetrics(labels: labels, scores: scores, cutoffs: cutoffs))
  }

  /// The metrics at one k; nil where it is not a cutoff.
  public subscript(k: Int) -> RankingMetric? { metrics.first { $0.k == k } }

  /// Names for tables: p5, r5, f1_5, mean_f1_5, p10, …
  public var names: [String] { Self.names(metrics.map(\.k)) }

  /// The names of a set with these cutoffs.
  public static func names(_ cutoffs: [Int] = usualCutoffs) -> [String] {
    cutoffs.flatMap { k in fields.map { $0.column + "\(k)" } }
  }

  /// The numbers in the order of `names`.
  public var values: [Double] { metrics.flatMap { metric in Self.fields.map { metric[keyPath: $0.value] } } }

  /// The number of a name of `names`; nil for another.
  public subscript(name: String) -> Double? { names.firstIndex(of: name).map { values[$0] } }

  fileprivate static var fields: [(column: String, key: String, value: WritableKeyPath<RankingMetric, Double>)] {
    [
      ("p", "P@", \.precision), ("r", "R@", \.recall), ("f1_", "F1@", \.f1), ("mean_f1_", "meanF1@", \.meanF1),
    ]
  }
}

/// 2ab / (a + b); 0 when both are 0.
private func harmonicMean(_ a: Double, _ b: Double) -> Double { a + b == 0 ? 0 : 2 * a * b / (a + b) }

extension RankingMetricSet: Codable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(rows, forKey: Key(stringValue: "rows"))
    for metric in metrics {
      for field in Self.fields {
        try container.encode(metric[keyPath: field.value], forKey: Key(stringValue: field.key + "\(metric.k)"))
      }
    }
  }

  /// Cutoffs come back in ascending order.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    rows = try container.decode(Int.self, forKey: Key(stringValue: "rows"))
    let cutoffs = container.allKeys.compactMap { key in
      key.stringValue.hasPrefix("P@") ? Int(key.stringValue.dropFirst(2)) : nil
    }
    metrics = try cutoffs.sorted().map { k in
      var metric = RankingMetric(k: k, precision: 0, recall: 0, f1: 0, meanF1: 0)
      for field in Self.fields {
        metric[keyPath: field.value] = try container.decode(Double.self, forKey: Key(stringValue: field.key + "\(k)"))
      }
      return metric
    }
  }
}
