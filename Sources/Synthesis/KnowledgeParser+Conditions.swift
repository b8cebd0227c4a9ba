import Records

/// The tables of conditions and what raises them.
extension KnowledgeParser {
  mutating func readConditions() throws(SynthesisError) {
    let blocks = try blocks(
      [
        ConditionsCirculatory.table, ConditionsRespiratory.table, ConditionsMetabolic.table, ConditionsDigestive.table,
        ConditionsNervous.table,
      ], named: "conditions")
    let byName = Self.index(blocks.map { $0.header[0] })
    let groups = Self.index(knowledge.symptoms.map(\.name))
    let families = Self.index(knowledge.families.map(\.name))
    for block in blocks {
      var condition = try Self.condition(block.header)
      let codes = try addTexts(
        block.fields, prefix: "S" + block.header[1], rankLimit: Wording.rankLimit, to: &diagnoses, table: "conditions")
      condition.plain = codes.plain
      condition.severe = codes.severe
      if let text = block.fields["risk"] { condition.risks = try links(text, in: byName, table: "conditions") }
      if let text = block.fields["signs"] { condition.signs = try links(text, in: groups, table: "conditions") }
      if let text = block.fields["acts"] { condition.procedures = try links(text, in: families, table: "conditions") }
      condition.slots = try slots(block.fields["drugs"] ?? "", table: "conditions")
      for (rank, code) in condition.plain.codes.enumerated() {
        knowledge.anyDiagnosis.append(code, weight: condition.prevalence / Double(rank + 1))
      }
      knowledge.conditions.append(condition)
    }
    knowledge.causalOrder = try Self.causalOrder(knowledge.conditions)
  }

  static func index(_ names: [String]) -> [String: Int] {
    Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }

  private static func condition(_ header: [String]) throws(SynthesisError) -> Condition {
    let line = header.joined(separator: " | ")
    guard header.count == 5, ["chronic", "acute"].contains(header[2]) else {
      throw .badTable("conditions", line: line, reason: "expected five cells, the third chronic or acute")
    }
    let words = header[4].split(separator: " ").map(String.init)
    let profiles: [String: SIMD4<Double>] = [
      "any": SIMD4(1, 1, 1, 1), "young": SIMD4(2, 1.3, 0.7, 0.5), "mid": SIMD4(0.7, 1.3, 1.1, 0.7),
      "old": SIMD4(0.2, 0.8, 1.2, 1.4),
    ]
    guard let profile = words.first.flatMap({ profiles[$0] }) else {
      throw .badTable("conditions", line: line, reason: "the age profile is unknown")
    }
    let sex: Condition.Sex = words.contains("m") ? .male : words.contains("f") ? .female : .any
    return Condition(
      name: header[0], isChronic: header[2] == "chronic",
      prevalence: try number(header[3], table: "conditions", line: line), ageFactors: profile, sex: sex)
  }

  /// Chronic conditions first; within each kind every risk before what it raises, else in table order.
  private static func causalOrder(_ conditions: [Condition]) throws(SynthesisError) -> [Int] {
    var order: [Int] = []
    var placed = Set<Int>()
    while order.count < conditions.count {
      let before = order.count
      for (i, condition) in conditions.enumerated() where !placed.contains(i) {
        let isBlockedByChronic =
          !condition.isChronic && conditions.indices.contains { conditions[$0].isChronic && !placed.contains($0) }
        guard !isBlockedByChronic, condition.risks.allSatisfy({ placed.contains($0.target) }) else { continue }
        order.append(i)
        placed.insert(i)
      }
      if order.count == before {
        let rest = conditions.indices.filter { !placed.contains($0) }.map { conditions[$0].name }
        throw .badTable("conditions", line: rest.joined(separator: ", "), reason: "their risks form a circle")
      }
    }
    return order
  }
}
