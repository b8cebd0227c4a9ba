import Records

/// Reads the tables of `Tables/` into `Knowledge`.
///
/// - Medications: `ATC | text`, then `= name SMILES; name SMILES`.
/// - Conditions: `* id | category | chronic or acute | prevalence | young, mid, old or any [m or f]`, then lines of
///   `names` and `forms` (texts = names × forms), `risk` (condition factor), `signs` (symptom group probability),
///   `acts` (procedure family probability) and `drugs` (slots). Only chronic conditions are risks of chronic ones.
/// - Procedure families: `* id | category | base rate`, then `names`, `forms`, `drugs`.
/// - Slots, separated by `;`: `C09A 6 C09C 4 @.7` gives one of two classes in 70 % of the visits; `!` = only when severe.
struct KnowledgeParser {
  var knowledge = Knowledge()
  private var forms: [String: [String]] = [:]
  var medicationIndex: [String: Int] = [:]
  var diagnoses = Vocabulary(codes: [], texts: [])
  var procedures = Vocabulary(codes: [], texts: [])

  static func parse() throws(SynthesisError) -> Knowledge {
    var parser = KnowledgeParser()
    try parser.readForms()
    try parser.readMedications()
    try parser.readSymptoms()
    try parser.readProcedures()
    try parser.readConditions()
    try parser.readIntolerances()
    try parser.readIncidental()
    try parser.readInteractions()
    parser.knowledge.supportive = try parser.slots(SupportiveCare.slots, table: "supportive care")
    parser.knowledge.vocabularies[.diagnosis] = parser.diagnoses
    parser.knowledge.vocabularies[.procedure] = parser.procedures
    try parser.checkUnique()
    return parser.knowledge
  }

  // MARK: Small pieces

  static func lines(_ table: String) -> [String] {
    table.split(separator: "\n").map { trimmed($0) }.filter { !$0.isEmpty }
  }

  static func trimmed(_ text: some StringProtocol) -> String {
    var slice = Substring(text)
    while let first = slice.first, first.isWhitespace { slice.removeFirst() }
    while let last = slice.last, last.isWhitespace { slice.removeLast() }
    return String(slice)
  }

  static func cells(_ line: String, by separator: Character) -> [String] {
    line.split(separator: separator, omittingEmptySubsequences: false).map { trimmed($0) }
  }

  static func number(_ text: String, table: String, line: String) throws(SynthesisError) -> Double {
    guard let value = Double(text.hasPrefix(".") ? "0" + text : text), value >= 0, value.isFinite else {
      throw .badTable(table, line: line, reason: "'\(text)' is not a number from 0")
    }
    return value
  }

  /// (7, 3) → "007", without Foundation.
  static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// `; `-separated slots of a `drugs` line.
  mutating func slots(_ text: String, table: String) throws(SynthesisError) -> [TherapySlot] {
    var slots: [TherapySlot] = []
    for part in Self.cells(text, by: ";") where !part.isEmpty {
      let isForSevere = part.hasPrefix("!")
      let sides = Self.cells(isForSevere ? String(part.dropFirst()) : part, by: "@")
      guard sides.count == 2 else { throw .badTable(table, line: part, reason: "a slot needs one '@rate'") }
      var medications: [Int] = []
      var weights: [Double] = []
      for word in sides[0].split(separator: " ").map(String.init) {
        if let index = medicationIndex[word] {
          medications.append(index)
          weights.append(1)
        } else if !weights.isEmpty {
          weights[weights.count - 1] = try Self.number(word, table: table, line: part)
        } else {
          throw .badTable(table, line: part, reason: "'\(word)' is no medication class")
        }
      }
      let total = weights.reduce(0, +)
      let rate = try Self.number(sides[1], table: table, line: part)
      guard total > 0, rate <= 1 else { throw .badTable(table, line: part, reason: "weights or rate out of range") }
      slots.append(
        TherapySlot(
          id: knowledge.slotCount, medications: medications, weights: weights.map { $0 / total }, rate: rate,
          isForSevere: isForSevere))
      knowledge.slotCount += 1
    }
    return slots
  }

  /// The forms of a `forms` line, with `@name` looked up.
  private func forms(_ text: String, table: String) throws(SynthesisError) -> [String] {
    guard text.hasPrefix("@") else { return Self.cells(text, by: ";") }
    guard let shared = forms[String(text.dropFirst())] else {
      throw .badTable(table, line: text, reason: "no such shared forms")
    }
    return shared
  }

  /// `name value; name value` with names looked up in `index`.
  func links(_ text: String, in index: [String: Int], table: String) throws(SynthesisError) -> [Link] {
    var links: [Link] = []
    for part in Self.cells(text, by: ";") {
      let words = part.split(separator: " ").map(String.init)
      guard words.count == 2, let target = index[words[0]] else {
        throw .badTable(table, line: part, reason: "expected a known name and a number")
      }
      links.append(Link(target: target, value: try Self.number(words[1], table: table, line: part)))
    }
    return links
  }

  // MARK: Tables

  private mutating func readForms() throws(SynthesisError) {
    for line in Self.lines(ConditionForms.table) {
      let sides = Self.cells(line, by: "=")
      guard sides.count == 2, line.hasPrefix("@") else {
        throw .badTable("forms", line: line, reason: "expected '@name = forms'")
      }
      forms[String(sides[0].dropFirst())] = Self.cells(sides[1], by: ";")
    }
  }

  private mutating func readMedications() throws(SynthesisError) {
    var vocabulary = Vocabulary(codes: [], texts: [])
    let tables = [
      MedicationsAlimentary.table, MedicationsCardiovascular.table, MedicationsAntiinfective.table,
      MedicationsNervous.table,
    ]
    for line in tables.flatMap(Self.lines) {
      if line.hasPrefix("= ") {
        let molecules = Self.cells(String(line.dropFirst(2)), by: ";").compactMap { $0.split(separator: " ").last }
        guard knowledge.smiles.count == vocabulary.codes.count - 1 else {
          throw .badTable("medications", line: line, reason: "molecules without their class")
        }
        knowledge.smiles.append(molecules.map(String.init))
      } else {
        guard let bar = line.firstIndex(of: "|"), knowledge.smiles.count == vocabulary.codes.count else {
          throw .badTable("medications", line: line, reason: "expected 'code | text' followed by molecules")
        }
        let code = Self.trimmed(line[..<bar])
        medicationIndex[code] = vocabulary.codes.count
        vocabulary.codes.append(code)
        vocabulary.texts.append(Self.trimmed(line[line.index(after: bar)...]))
      }
    }
    knowledge.vocabularies[.medication] = vocabulary
  }

  private mutating func readSymptoms() throws(SynthesisError) {
    var vocabulary = Vocabulary(codes: [], texts: [])
    for line in Self.lines(SymptomPhrases.table) {
      let cells = Self.cells(line, by: "|")
      guard cells.count == 4 else { throw .badTable("symptoms", line: line, reason: "expected four cells") }
      var group = CodeFamily(name: cells[0], baseRate: try Self.number(cells[1], table: "symptoms", line: line))
      for (rank, phrase) in Self.cells(cells[2], by: ";").enumerated() {
        let code = Int32(vocabulary.codes.count)
        vocabulary.codes.append("SY" + Self.padded(vocabulary.codes.count + 1, 3))
        if phrase.hasPrefix("!") {
          vocabulary.texts.append(String(phrase.dropFirst()))
          group.severe.append(code, weight: 1)
        } else {
          vocabulary.texts.append(phrase)
          group.plain.append(code, weight: 1 / Double(rank + 1))
        }
      }
      group.slots = try slots(cells[3], table: "symptoms")
      knowledge.symptoms.append(group)
    }
    knowledge.vocabularies[.symptom] = vocabulary
  }

  /// The blocks of a table: a header line `* a | b | ...` and its `key text` lines.
  func blocks(_ tables: [String], named name: String) throws(SynthesisError)
    -> [(header: [String], fields: [String: String])]
  {
    var blocks: [(header: [String], fields: [String: String])] = []
    for line in tables.flatMap(Self.lines) {
      if line.hasPrefix("* ") {
        blocks.append((Self.cells(String(line.dropFirst(2)), by: "|"), [:]))
        continue
      }
      guard !blocks.isEmpty, let space = line.firstIndex(of: " ") else {
        throw .badTable(name, line: line, reason: "expected '* header' or 'key text'")
      }
      blocks[blocks.count - 1].fields[String(line[..<space])] = Self.trimmed(line[space...])
    }
    return blocks
  }

  /// Adds names × forms to a vocabulary and gives the weighted codes of plain and severe wording.
  func addTexts(
    _ fields: [String: String], prefix: String, rankLimit: Int, to vocabulary: inout Vocabulary, table: String
  ) throws(SynthesisError) -> (plain: WeightedCodes, severe: WeightedCodes) {
    guard let names = fields["names"], let shape = fields["forms"] else {
      throw .badTable(table, line: prefix, reason: "names or forms are missing")
    }
    var plain = WeightedCodes()
    var severe = WeightedCodes()
    let wording = Wording(
      names: Self.cells(names, by: ";"), forms: try forms(shape, table: table), rankLimit: rankLimit)
    for (number, entry) in wording.entries.enumerated() {
      let code = Int32(vocabulary.codes.count)
      vocabulary.codes.append(prefix + "." + Self.padded(number, 2))
      vocabulary.texts.append(entry.text)
      if entry.isSevere { severe.append(code, weight: entry.weight) } else { plain.append(code, weight: entry.weight) }
    }
    return (plain, severe)
  }

  private mutating func readProcedures() throws(SynthesisError) {
    for block in try blocks([ProceduresBedside.table, ProceduresSurgical.table], named: "procedures") {
      guard block.header.count == 3 else {
        throw .badTable("procedures", line: block.header.joined(separator: " | "), reason: "expected three cells")
      }
      let rate = try Self.number(block.header[2], table: "procedures", line: block.header[0])
      let codes = try addTexts(
        block.fields, prefix: "SP" + block.header[1], rankLimit: .max, to: &procedures, table: "procedures")
      knowledge.families.append(
        CodeFamily(
          name: block.header[0], baseRate: rate, plain: codes.plain, severe: codes.severe,
          slots: try slots(block.fields["drugs"] ?? "", table: "procedures")))
    }
  }

  private func checkUnique() throws(SynthesisError) {
    for kind in CodeKind.allCases {
      guard let vocabulary = knowledge.vocabularies[kind] else { continue }
      for list in [vocabulary.codes, vocabulary.texts] {
        var seen: Set<String> = []
        for value in list where !seen.insert(value).inserted {
          throw .duplicate(value, vocabulary: kind.rawValue)
        }
      }
    }
  }
}
