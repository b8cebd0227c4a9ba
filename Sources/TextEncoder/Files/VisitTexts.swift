import Records

/// The five texts of a visit, in the order of `embeddings.h5`.
public enum VisitTextKind: Int, CaseIterable, Sendable {
  case diagnosis, procedure, symptom, medication, joined

  /// The word used in files.
  public var name: String { "\(self)" }
}

/// What the language model reads about the visits and the medications of a cohort.
///
/// - diagnosis, procedure, symptom: the texts of the visit's codes in the cohort's order, joined by ", "; a code
///   without a text stands for itself.
/// - medication: the short names of the visit's medications, joined by ", " (`shortName`).
/// - joined: the diagnosis, procedure and symptom texts that are not empty, joined by ". ".
/// - A visit without codes of a kind has the empty text, which is encoded as `[CLS] [SEP]`.
/// - The text of a medication itself (E_f of the model) is its full vocabulary text.
public struct VisitTexts: Sendable {
  private let lists: [CodeKind: CodeLists]
  private let names: [CodeKind: [String]]
  public let visitCount: Int
  /// The full text of every medication.
  public let medications: [String]

  /// - Throws: `badCohort` when a vocabulary or a list of codes contradicts the cohort's counts.
  public init(_ cohort: Cohort) throws(TextEncoderError) {
    var names: [CodeKind: [String]] = [:]
    for kind in CodeKind.allCases {
      let vocabulary = cohort.vocabulary(kind)
      guard vocabulary.texts.count == vocabulary.codes.count else {
        throw .badCohort(
          reason: "its \(kind) vocabulary has \(vocabulary.codes.count) codes, but \(vocabulary.texts.count) texts")
      }
      guard let list = cohort.lists[kind], list.count == cohort.visitCount, list.offsets.first == 0,
        list.offsets.last == list.indices.count, zip(list.offsets, list.offsets.dropFirst()).allSatisfy({ $0 <= $1 })
      else {
        throw .badCohort(reason: "it has \(cohort.visitCount) visits, but its \(kind) lists do not fit them")
      }
      if let index = list.indices.first(where: { $0 < 0 || Int($0) >= vocabulary.count }) {
        throw .badCohort(reason: "a visit has \(kind) \(index), but the vocabulary has 0..<\(vocabulary.count)")
      }
      let full = zip(vocabulary.codes, vocabulary.texts).map { $1.isEmpty ? $0 : $1 }
      names[kind] = kind == .medication ? full.map(Self.shortName) : full
    }
    self.names = names
    lists = cohort.lists
    visitCount = cohort.visitCount
    let vocabulary = cohort.vocabulary(.medication)
    medications = zip(vocabulary.codes, vocabulary.texts).map { $1.isEmpty ? $0 : $1 }
  }

  /// The text of one kind of one visit.
  public func text(_ kind: VisitTextKind, visit: Int) -> String {
    switch kind {
    case .diagnosis: list(.diagnosis, visit)
    case .procedure: list(.procedure, visit)
    case .symptom: list(.symptom, visit)
    case .medication: list(.medication, visit)
    case .joined:
      [CodeKind.diagnosis, .procedure, .symptom].map { list($0, visit) }.filter { !$0.isEmpty }.joined(separator: ". ")
    }
  }

  private func list(_ kind: CodeKind, _ visit: Int) -> String {
    guard let codes = lists[kind]?[visit], let names = names[kind] else { return "" }
    return codes.lazy.map { names[Int($0)] }.joined(separator: ", ")
  }

  /// The name in front of a medication's description: the text up to the first ":" or the first "." that ends a
  /// sentence (a space or nothing follows, so that "0.9 % saline" stays whole), at most 60 characters, without spaces
  /// at its ends. A text that begins with such a mark is its own name, cut at 60 characters.
  ///
  /// "N02B other analgesics and antipyretics: paracetamol, …" → "N02B other analgesics and antipyretics"
  public static func shortName(_ text: String) -> String {
    func trimmed(_ part: Substring) -> String {
      var part = part
      while part.first?.isWhitespace == true { part.removeFirst() }
      part = part.prefix(60)
      while part.last?.isWhitespace == true { part.removeLast() }
      return String(part)
    }
    var end = text.endIndex
    for index in text.indices {
      let next = text.index(after: index)
      if text[index] == ":" || text[index] == "." && (next == text.endIndex || text[next].isWhitespace) {
        end = index
        break
      }
    }
    let name = trimmed(text[..<end])
    return name.isEmpty ? trimmed(text[...]) : name
  }
}
