import Records

/// The tables beside the conditions: intolerances, incidental diagnoses, interactions.
extension KnowledgeParser {
  mutating func readIntolerances() throws(SynthesisError) {
    for line in Self.lines(ChemicalFamilies.table) {
      let cells = Self.cells(line, by: "|")
      let classes = cells.last?.split(separator: " ").compactMap { medicationIndex[String($0)] } ?? []
      guard cells.count == 3, classes.count == cells[2].split(separator: " ").count else {
        throw .badTable("chemical families", line: line, reason: "expected 'name | rate | known classes'")
      }
      let rate = try Self.number(cells[1], table: "chemical families", line: line)
      knowledge.intolerances.append(Intolerance(name: cells[0], rate: rate, medications: classes))
    }
  }

  mutating func readIncidental() throws(SynthesisError) {
    let names = Self.index(knowledge.intolerances.map(\.name))
    for (number, line) in Self.lines(IncidentalDiagnoses.table).enumerated() {
      let cells = Self.cells(line, by: "|")
      guard cells.count == 2 else { throw .badTable("incidental", line: line, reason: "expected two cells") }
      let code = diagnoses.codes.count
      diagnoses.codes.append("SV" + Self.padded(number + 1, 3))
      diagnoses.texts.append(cells[1])
      if cells[0].hasPrefix("family:") {
        guard let family = names[String(cells[0].dropFirst("family:".count))] else {
          throw .badTable("incidental", line: line, reason: "no such chemical family")
        }
        knowledge.intolerances[family].note = Int32(code)
      } else {
        knowledge.incidental.append(
          Link(target: code, value: try Self.number(cells[0], table: "incidental", line: line)))
      }
    }
  }

  mutating func readInteractions() throws(SynthesisError) {
    var groups: [String: [Int]] = [:]
    for line in Self.lines(InteractionRules.groups) {
      let cells = Self.cells(line, by: "|")
      let classes = cells.last?.split(separator: " ").compactMap { medicationIndex[String($0)] } ?? []
      guard cells.count == 2, classes.count == cells[1].split(separator: " ").count else {
        throw .badTable("interaction groups", line: line, reason: "expected 'group | known classes'")
      }
      groups[cells[0]] = classes
    }
    var pairs: Set<Interaction> = []
    for line in Self.lines(InteractionRules.rules) {
      let sides = Self.cells(line, by: "+")
      guard sides.count == 2, let first = groups[sides[0]], let second = groups[sides[1]] else {
        throw .badTable("interaction rules", line: line, reason: "expected 'group + group'")
      }
      for a in first {
        for b in second {
          if let pair = Interaction(Int32(a), Int32(b)) { pairs.insert(pair) }
        }
      }
    }
    knowledge.interactions = pairs.sorted { ($0.a, $0.b) < ($1.a, $1.b) }
  }
}
