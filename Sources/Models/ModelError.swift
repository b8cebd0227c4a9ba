/// What a model or its preparation refuses.
public enum ModelError: Error, Equatable, CustomStringConvertible {
  /// A setting that no model can have.
  case setting(_ name: String, found: String, expected: String)
  /// Data that do not fit together.
  case data(_ what: String, found: String, expected: String)
  /// Nothing to learn the molecular vectors of other herbs from.
  case noPairedHerbs(herbs: Int, withMolecules: Int, withProperties: Int)

  public var description: String {
    switch self {
    case .setting(let name, let found, let expected):
      "The model setting \(name) is \(found); expected \(expected)."
    case .data(let what, let found, let expected):
      "\(what): found \(found), expected \(expected)."
    case .noPairedHerbs(let herbs, let withMolecules, let withProperties):
      "The vectors of herbs without molecules cannot be learnt: of \(herbs) herbs \(withMolecules) have molecules and "
        + "\(withProperties) have properties, but none has both; give molecules or properties of more herbs, or train "
        + "without molecules."
    }
  }
}
