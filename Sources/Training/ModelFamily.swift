/// The models that a run can train (setting `model`).
public enum ModelFamily: String, CaseIterable, Sendable {
  /// Medications of a hospital visit, from texts, molecules and history.
  case nlaMMR = "nla-mmr"
  /// Herbs from symptoms.
  case fmchs

  /// What the loss consists of, in the order of `LossSums.terms`; names of columns in metrics.csv (`train_…`).
  public var lossTerms: [String] {
    switch self {
    case .nlaMMR: ["bce", "margin"]
    case .fmchs: ["bce", "aux_bce", "fcrl"]
    }
  }
}
