/// What makes a baseline impossible.
public enum BaselineError: Error, Equatable {
  /// Sets of symptoms or herbs that cannot be.
  case badSets(String)
  /// Rows of train, validation and test that cannot be.
  case badSplit(String)
  /// Herb properties of another size than the herbs.
  case badProperties(String)
  /// A setting has a value that means nothing.
  case badSetting(String)
  /// No baseline has this name.
  case unknownBaseline(String, known: [String])
}

extension BaselineError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .badSets(let what), .badSplit(let what), .badProperties(let what), .badSetting(let what): what
    case .unknownBaseline(let name, let known):
      "there is no baseline \"\(name)\"; choose one of \(known.joined(separator: ", "))"
    }
  }
}
