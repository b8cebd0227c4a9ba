import Records
import TestSupport
import Testing
import TextEncoder

@Suite struct VisitTextsTests {
  @Test("the five texts of a visit follow the rules")
  func texts() throws {
    let texts = try VisitTexts(SmallCohort.make())
    #expect(texts.text(.diagnosis, visit: 0) == "acute heart failure, pain")
    #expect(texts.text(.procedure, visit: 0) == "word1 word2")
    #expect(texts.text(.symptom, visit: 0) == "")
    #expect(texts.text(.medication, visit: 0) == "M01 word3 word4, word5")
    #expect(texts.text(.joined, visit: 0) == "acute heart failure, pain. word1 word2")
    #expect(VisitTextKind.allCases.allSatisfy { texts.text($0, visit: 2).isEmpty })
    #expect(texts.medications == ["M01 word3 word4: word6, word7", "word5. word8 of word9", "M03"])
  }

  @Test("a code without a text stands for itself")
  func noText() throws {
    let texts = try VisitTexts(SmallCohort.make())
    #expect(texts.text(.medication, visit: 1) == "M03")
    #expect(texts.text(.diagnosis, visit: 1) == "pain, D9")
  }

  @Test(
    "a short name ends before the description",
    arguments: [
      ("N02B other analgesics: paracetamol, aspirin", "N02B other analgesics"),
      ("Ginseng. A root.", "Ginseng"), ("sodium chloride 0.9 % infusion", "sodium chloride 0.9 % infusion"),
      ("Ends here.", "Ends here"), ("  spaced : x", "spaced"), (": only", ": only"), ("", ""),
      (String(repeating: "ab ", count: 30), String(repeating: "ab ", count: 19) + "ab"),
    ])
  func shortName(text: String, name: String) {
    #expect(VisitTexts.shortName(text) == name)
  }

  @Test("a cohort that contradicts itself is refused")
  func badCohort() throws {
    var cohort = SmallCohort.make()
    cohort.lists[.procedure] = CodeLists([[0], [7], [], []])
    #expect(sentence { try VisitTexts(cohort) }.contains("a visit has procedure 7, but the vocabulary has 0..<1"))
    cohort.lists[.procedure] = CodeLists([[0]])
    #expect(sentence { try VisitTexts(cohort) }.contains("procedure lists do not fit"))
    cohort = SmallCohort.make()
    cohort.vocabularies[.diagnosis]?.texts.removeLast()
    #expect(sentence { try VisitTexts(cohort) }.contains("3 codes, but 2 texts"))
  }
}

enum SmallCohort {
  /// Two patients, four visits; the last visit repeats the first, the third has no codes at all.
  static func make(hash: String = "c0ffee") -> Cohort {
    Cohort(
      name: "small",
      vocabularies: [
        .diagnosis: Vocabulary(codes: ["D1", "D2", "D9"], texts: ["acute heart failure", "pain", ""]),
        .procedure: Vocabulary(codes: ["P1"], texts: ["word1 word2"]),
        .medication: Vocabulary(
          codes: ["M01", "M02", "M03"], texts: ["M01 word3 word4: word6, word7", "word5. word8 of word9", ""]),
      ],
      patientIDs: ["a", "b"], visitOffsets: [0, 2, 4], visitIDs: ["1", "2", "3", "4"],
      lists: [
        .diagnosis: CodeLists([[0, 1], [1, 2], [], [0, 1]]), .procedure: CodeLists([[0], [], [], [0]]),
        .medication: CodeLists([[0, 1], [2], [], [0, 1]]),
      ], smiles: [[], [], []], splits: [.train, .test], contentHash: hash)
  }
}
