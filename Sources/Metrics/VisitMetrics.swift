/// The metrics of one visit. Everything else (means, DDI rate, bootstrap) is made of these, so workers can evaluate
/// their visits and send only this.
public struct VisitMetrics: Codable, Equatable, Sendable {
  /// |true ∩ predicted| / |true ∪ predicted|. Both empty: 0 (the authors' code divides by zero; NLA-MMR spec 3.10).
  public var jaccard: Double
  /// |true ∩ predicted| / |predicted|; 0 when nothing is predicted.
  public var precision: Double
  /// |true ∩ predicted| / |true|; 0 without a label.
  public var recall: Double
  /// 2PR / (P + R); 0 when both are 0.
  public var f1: Double
  /// scikit-learn's average precision of the scores.
  public var averagePrecision: Double
  /// Number of predicted medications.
  public var predicted: Int
  /// Interacting pairs among the predicted.
  public var interactingPairs: Int

  /// Unordered pairs of predicted medications.
  public var pairs: Int { predicted * (predicted - 1) / 2 }

  init(hits: Int, actual: Int, predicted: Int, interactingPairs: Int, averagePrecision: Double) {
    let union = actual + predicted - hits
    jaccard = union == 0 ? 0 : Double(hits) / Double(union)
    precision = predicted == 0 ? 0 : Double(hits) / Double(predicted)
    recall = actual == 0 ? 0 : Double(hits) / Double(actual)
    f1 = hits == 0 ? 0 : 2 * precision * recall / (precision + recall)
    self.averagePrecision = averagePrecision
    self.predicted = predicted
    self.interactingPairs = interactingPairs
  }

  /// Numbers per visit in `values`.
  public static let width = 7

  /// All fields as numbers, to be sent or stored; `init(values:)` reads them back exactly.
  public var values: [Double] {
    [jaccard, precision, recall, f1, averagePrecision, Double(predicted), Double(interactingPairs)]
  }

  /// - Throws: `MetricError.length`; `badSetting` when a count is not a count.
  public init(values: some Collection<Double>) throws(MetricError) {
    let fields = Array(values)
    guard fields.count == Self.width else {
      throw .length("numbers per visit", expected: Self.width, found: fields.count)
    }
    guard let predicted = Int(exactly: fields[5]), let interacting = Int(exactly: fields[6]),
      (0...Int(Int32.max)).contains(predicted), interacting >= 0, interacting <= predicted * (predicted - 1) / 2
    else { throw .badSetting("the metrics of a visit hold \(fields[5]) and \(fields[6]) where counts belong") }
    jaccard = fields[0]
    precision = fields[1]
    recall = fields[2]
    f1 = fields[3]
    averagePrecision = fields[4]
    self.predicted = predicted
    interactingPairs = interacting
  }
}
