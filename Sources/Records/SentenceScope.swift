/// The scopes of triggers inside one sentence, and the symptoms of a note that stand in none.
struct SentenceScope {
  /// Of the note so far, each once.
  private(set) var symptoms: [Int32] = []
  /// Mentions that were not counted.
  private(set) var negated = 0
  private(set) var others = 0
  private(set) var possible = 0

  private struct Trigger {
    let reason: SymptomLexicon.Reason
    let first: Int
    let last: Int
    let end: Int
  }

  private var active: Trigger?
  /// A denial that a colon ended, as long as nothing follows: a list may.
  private var beforeColon: Trigger?
  /// The list under way is one of what is denied: "denies:", then a line for each.
  private(set) var deniesList = false
  /// Symptoms of the sentence that may yet be denied by what follows.
  /// `first` is where the phrase begins, with the word that joins it to what stands before.
  private var waiting: [(symptom: Int32, first: Int, last: Int)] = []
  private var joint = -2
  private var jointFirst = -2
  private var lastColon = -2
  private var seen: Set<Int32> = []

  mutating func beginNote() {
    symptoms.removeAll(keepingCapacity: true)
    seen.removeAll(keepingCapacity: true)
    waiting.removeAll(keepingCapacity: true)
    active = nil
    beforeColon = nil
    deniesList = false
    (negated, others, possible) = (0, 0, 0)
  }

  /// - Parameters: the numbers of the phrase's first and last word in the note.
  mutating func take(_ meaning: SymptomLexicon.Meaning, first: Int, last: Int) {
    switch meaning {
    case .symptom(let symptom):
      if let active, first <= active.end {
        count(active.reason)
      } else {
        waiting.append((symptom, joint == first - 1 ? jointFirst : first, last))
      }
    case .before(let scope, let reason):
      active = Trigger(reason: reason, first: first, last: last, end: last + scope)
    case .after: denyBefore(first)
    case .end: active = nil
    case .joint: (joint, jointFirst) = (last, first)
    case .nothing: break
    }
  }

  /// "(-)" denies what follows, "(+)" and "+" affirm it.
  mutating func sign(isNegative: Bool, word: Int) {
    active = isNegative ? Trigger(reason: .negated, first: word, last: word, end: word + NegationTriggers.scope) : nil
  }

  /// A colon ends a scope unless it stands right behind the trigger: "Negative for: fever".
  mutating func colon(word: Int) {
    beforeColon = active
    if let active, active.last != word { self.active = nil }
    lastColon = word
  }

  /// "Chest pain: denies, …": a denial that is all that stands between a colon and a comma or full stop is about what
  /// stands before the colon.
  mutating func endClause(word: Int) {
    guard let active, active.reason == .negated, active.last == word, active.first == lastColon + 1 else { return }
    denyBefore(active.first)
    self.active = nil
  }

  /// A line of a list begins. What was denied right before the list ("denies the following:") is denied in each line.
  mutating func beginItem(word: Int) {
    let opening = lastColon == word ? active ?? beforeColon : active.flatMap { $0.last == word ? $0 : nil }
    let denies = deniesList || opening?.reason == .negated
    endSentence(word: word)
    deniesList = denies
    if denies {
      active = Trigger(reason: .negated, first: word, last: word - 1, end: word + NegationTriggers.scope)
    }
  }

  mutating func endList() { deniesList = false }

  mutating func endSentence(word: Int) {
    endClause(word: word)
    for found in waiting where seen.insert(found.symptom).inserted { symptoms.append(found.symptom) }
    waiting.removeAll(keepingCapacity: true)
    active = nil
    beforeColon = nil
  }

  /// Takes back the symptom that ends at most three words before `word`, and those joined to it by a comma or a word
  /// like "and" ("fever, chills and nausea were absent").
  private mutating func denyBefore(_ word: Int) {
    var nearest = word - 4
    while let found = waiting.last, found.last >= nearest, found.last < word {
      waiting.removeLast()
      negated += 1
      nearest = found.first - 1
    }
  }

  private mutating func count(_ reason: SymptomLexicon.Reason) {
    switch reason {
    case .negated: negated += 1
    case .others: others += 1
    case .possible: possible += 1
    }
  }
}
