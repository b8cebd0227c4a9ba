/// How the tokens of a text become one embedding.
public enum Pooling: String, CaseIterable, Sendable {
  /// The mean over all tokens, `[CLS]` and `[SEP]` included: what the paper's authors and most sentence encoders do.
  case mean
  /// The last hidden state of `[CLS]`.
  case cls
  /// The mean over the tokens between `[CLS]` and the closing `[SEP]`; over these two for an empty text.
  case meanWithoutSpecial = "mean-without-special"

  /// The rows of a text of `count` tokens that are averaged.
  func rows(_ count: Int) -> Range<Int> {
    switch self {
    case .mean: 0..<count
    case .cls: 0..<min(1, count)
    case .meanWithoutSpecial: count > 2 ? 1..<count - 1 : 0..<count
    }
  }
}
