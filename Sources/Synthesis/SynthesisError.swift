/// What can go wrong while a synthetic cohort is made. Each description is one sentence.
public enum SynthesisError: Error, Equatable, CustomStringConvertible {
  /// A setting out of its range: its name, what was given, what is expected.
  case badOption(String, found: String, expected: String)
  /// A line of the built-in tables does not follow its format; only a change of the tables can cause it.
  case badTable(String, line: String, reason: String)
  /// Two codes or texts of one vocabulary are the same.
  case duplicate(String, vocabulary: String)

  public var description: String {
    switch self {
    case .badOption(let name, let found, let expected):
      "The synthesis setting '\(name)' is \(found), expected \(expected)."
    case .badTable(let table, let line, let reason):
      "The built-in table '\(table)' has a faulty line '\(line)': \(reason)."
    case .duplicate(let value, let vocabulary):
      "The built-in tables give '\(value)' twice in the \(vocabulary) vocabulary; rename one of them."
    }
  }
}
