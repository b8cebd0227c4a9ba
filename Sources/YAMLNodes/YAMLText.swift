import Yams

/// A text that is no YAML, or YAML of a kind that is not read.
public struct YAMLFault: Error, Equatable, CustomStringConvertible {
  /// One clause.
  public let problem: String
  /// From 1; nil where no single line is at fault.
  public var line: Int?

  public var description: String { line.map { "line \($0): \(problem)" } ?? problem }
}

/// YAML of settings and mappings → nodes.
public enum YAMLText {
  /// The nodes of a text; nil when it is empty.
  ///
  /// Anchors and aliases are refused: a few lines of them can stand for billions of values, which would be made and
  /// compared one by one.
  /// - Throws: `YAMLFault`, one clause.
  public static func nodes(_ text: String) throws(YAMLFault) -> Node? {
    if let name = alias(in: text) {
      throw YAMLFault(
        problem: "it uses the anchor &\(name) and its alias *\(name), which are not read; write the values out")
    }
    do { return try Yams.compose(yaml: text) } catch {
      // The parser draws the place below its sentence; the line number says it.
      switch error as? YamlError {
      case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
        .composer(_, let problem, let mark, _):
        throw YAMLFault(problem: problem, line: mark.line)
      default:
        let sentence = "\(error)".split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        throw YAMLFault(problem: String(sentence.prefix(300)))
      }
    }
  }

  /// A name that stands behind a `&` and behind a `*`. An alias needs both, wherever it stands; a text that has both and
  /// means neither is hardly a mapping of settings.
  private static func alias(in text: String) -> String? {
    let bytes = Array(text.utf8)
    var anchors: Set<ArraySlice<UInt8>> = []
    var aliases: [ArraySlice<UInt8>] = []
    for place in bytes.indices where bytes[place] == 0x26 || bytes[place] == 0x2A {
      let name = bytes[(place + 1)...].prefix(while: isName)
      if name.isEmpty { continue }
      if bytes[place] == 0x26 { anchors.insert(name) } else { aliases.append(name) }
    }
    return aliases.first { anchors.contains($0) }.map { String(decoding: $0.prefix(40), as: UTF8.self) }
  }

  /// Letters, digits, `_` and `-`, as libyaml has them.
  private static func isName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
    default: false
    }
  }
}
