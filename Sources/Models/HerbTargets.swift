/// What a herb of a prescription counts in the loss.
///
/// A herb found counts 1/k in a row's precision at k, but 1/n in its recall, n being the row's number of herbs: short
/// prescriptions matter more. With targets y = 1 − r + r/n instead of 1, binary cross-entropy makes the scores of a
/// symptom set the expected value of that mixed gain, by which herbs should be ranked; r = 0 gives probabilities.
public enum HerbTargets {
  /// The target of a row with `count` herbs; 1 where it has none.
  public static func value(count: Int, recallWeight r: Double) -> Double {
    count > 0 ? 1 - r + r / Double(count) : 1
  }

  /// The targets of all rows.
  static func values(_ herbSets: IndexSets, recallWeight: Double) -> [Double] {
    zip(herbSets.offsets, herbSets.offsets.dropFirst()).map { value(count: $1 - $0, recallWeight: recallWeight) }
  }
}
