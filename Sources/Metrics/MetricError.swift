/// What makes an evaluation impossible.
public enum MetricError: Error, Equatable {
  /// There is nothing to average.
  case noVisits
  /// An array has another length than the others ask for.
  case length(String, expected: Int, found: Int)
  /// A score is not a number: the model has diverged.
  case notANumber(visit: Int, medication: Int)
  /// A score to be ranked is infinite or not a number.
  case notFinite(row: Int, column: Int)
  /// A label, or a medication of an interaction, is outside the vocabulary.
  case outOfRange(String, index: Int, medications: Int)
  /// Offsets do not start at 0, decrease, or do not end at the number of visits.
  case badOffsets(String)
  /// A setting has a value that means nothing.
  case badSetting(String)
}

extension MetricError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noVisits:
      "there is no visit to evaluate; choose a split that is not empty"
    case .length(let what, let expected, let found):
      "the evaluation needs \(expected) \(what), but \(found) are given"
    case .notANumber(let visit, let medication):
      "the score of medication \(medication) at visit \(visit) of this evaluation is not a number; "
        + "the model has diverged, try a smaller learning rate"
    case .notFinite(let row, let column):
      "the score of medication \(column) in row \(row) of this evaluation is infinite or not a number; "
        + "the model has diverged, try a smaller learning rate"
    case .outOfRange(let what, let index, let medications):
      "\(what) names medication \(index), but there are \(medications) (0..<\(medications))"
    case .badOffsets(let what):
      "the offsets of \(what) must start at 0, never decrease and end at the number of entries"
    case .badSetting(let what):
      what
    }
  }
}
