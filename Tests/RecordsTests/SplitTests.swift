import Records
import Testing

@Suite struct SplitTests {
  func counts(_ splits: [Split]) -> [Int] {
    [Split.train, .test, .validation].map { split in splits.filter { $0 == split }.count }
  }

  @Test(
    "official sizes are the paper's: ⌊2n/3⌋, half of the rest, what remains",
    arguments: [
      (5208, [3472, 868, 868]), (6136, [4090, 1023, 1023]), (38, [25, 6, 7]), (11, [7, 2, 2]), (3, [2, 0, 1]),
      (1, [0, 0, 1]), (0, [0, 0, 0]),
    ])
  func sizes(patients: Int, expected: [Int]) {
    #expect(counts(SplitRule.official.assign(patients: patients)) == expected)
    #expect(counts(SplitRule.shuffled(seed: 1).assign(patients: patients)) == expected)
  }

  @Test("official: train first, test in the middle, validation last") func order() {
    let splits = SplitRule.official.assign(patients: 12)
    #expect(splits == Array(repeating: .train, count: 8) + [.test, .test, .validation, .validation])
  }

  @Test("shuffled splits depend on the seed alone") func shuffled() {
    let first = SplitRule.shuffled(seed: 7).assign(patients: 600)
    #expect(first == SplitRule.shuffled(seed: 7).assign(patients: 600))
    #expect(first != SplitRule.shuffled(seed: 8).assign(patients: 600))
    #expect(first != SplitRule.official.assign(patients: 600))
    // Every third of the cohort has some of each: not a rotation.
    for third in 0..<3 { #expect(counts(Array(first[(third * 200)..<(third * 200 + 200)])).allSatisfy { $0 > 10 }) }
  }

  @Test(
    "the rule is written and read as text", arguments: [SplitRule.official, .shuffled(seed: 0), .shuffled(seed: .max)])
  func text(rule: SplitRule) throws { #expect(try SplitRule(rule.description) == rule) }

  @Test("other texts are refused", arguments: ["", "random", "shuffled", "shuffled(seed: x)", "shuffled(seed: -1)"])
  func badText(text: String) {
    #expect(throws: RecordsError.self) { try SplitRule(text) }
  }

  @Test("the sides of an interaction are ordered; a medication does not interact with itself") func interaction() throws
  {
    let pair = try #require(Interaction(5, 2))
    #expect(pair.a == 2)
    #expect(pair.b == 5)
    #expect(Interaction(3, 3) == nil)
  }
}
