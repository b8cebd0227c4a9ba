/// A list of symptom phrases with their spellings, and the triggers that matter around them, as one automaton.
package struct SymptomLexicon {
  enum Meaning: Equatable {
    case symptom(Int32)
    /// Absent, somebody else's, or only possible, for so many words behind it.
    case before(scope: Int, Reason)
    case after
    case end
    case joint
    case nothing
  }

  enum Reason: Equatable { case negated, others, possible }

  private(set) var automaton = WordAutomaton()
  private(set) var meanings: [Meaning] = []
  /// The symptoms as listed.
  package let symptoms: [String]

  /// - Parameter symptoms: phrases; the first of two that are spelled alike after `words(of:)` counts for both.
  package init(_ symptoms: [String]) {
    self.symptoms = symptoms
    let spelled = symptoms.map { Self.words(of: $0) }
    // A listed phrase is never a spelling of another one: all come before the first variant.
    for (index, words) in spelled.enumerated() { add(words, .symptom(Int32(index))) }
    for (index, symptom) in symptoms.enumerated() {
      let joined = Self.words(of: symptom.filter { $0 != "-" })
      if joined != spelled[index] { add(joined, .symptom(Int32(index))) }
      if let other = Self.otherNumber(spelled[index]) { add(other, .symptom(Int32(index))) }
    }
    func trigger(_ phrases: [String], _ meaning: Meaning) {
      for phrase in phrases { add(phrase.split(separator: " ").map(String.init), meaning) }
    }
    trigger(NegationTriggers.before, .before(scope: NegationTriggers.scope, .negated))
    trigger(NegationTriggers.shortlyBefore, .before(scope: NegationTriggers.shortScope, .negated))
    trigger(NegationTriggers.others, .before(scope: NegationTriggers.scope, .others))
    trigger(NegationTriggers.possible, .before(scope: NegationTriggers.scope, .possible))
    trigger(NegationTriggers.after, .after)
    trigger(NegationTriggers.pseudo, .nothing)
    trigger(NegationTriggers.joints, .joint)
    trigger(NegationTriggers.ends, .end)
    automaton.seal()
  }

  private mutating func add(_ words: [String], _ meaning: Meaning) {
    if automaton.add(words) != nil { meanings.append(meaning) }
  }

  /// Words in small letters: letters, digits and what is not ASCII; apostrophes fall away, all else divides.
  package static func words(of phrase: String) -> [String] {
    var words: [String] = []
    var word = ""
    for scalar in phrase.lowercased().unicodeScalars {
      if scalar == "'" || scalar == "\u{2019}" { continue }
      if scalar.value >= 0x80 || ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) {
        word.unicodeScalars.append(scalar)
      } else if !word.isEmpty {
        words.append(word)
        word = ""
      }
    }
    if !word.isEmpty { words.append(word) }
    return words
  }

  /// The phrase with its last word in the plural instead of the singular or the other way round. Nil for short words:
  /// "doe" (dyspnea on exertion) is not "does".
  package static func otherNumber(_ words: [String]) -> [String]? {
    guard let last = words.last, last.count >= 4, last.utf8.allSatisfy({ (0x61...0x7A).contains($0) }) else {
      return nil
    }
    func ends(_ suffixes: String...) -> Bool { suffixes.contains { last.hasSuffix($0) } }
    let other: String
    if ends("ies"), last.count > 4 {
      other = last.dropLast(3) + "y"
    } else if ends("shes", "ches", "xes", "sses") {
      other = String(last.dropLast(2))
    } else if ends("s"), !ends("ss", "us", "is", "as", "os") {
      other = String(last.dropLast())
    } else if ends("s", "x", "z", "sh", "ch") {
      other = last + "es"
    } else if ends("y"), let before = last.dropLast().last, !"aeiou".contains(before) {
      other = last.dropLast() + "ies"
    } else {
      other = last + "s"
    }
    return other.count >= 4 ? words.dropLast() + [other] : nil
  }
}
