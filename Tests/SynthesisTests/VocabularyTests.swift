import Records
import Synthesis
import Testing

@Suite struct SyntheticVocabularyTests {
  let knowledge: Knowledge

  init() throws { knowledge = try Knowledge.builtIn() }

  private func vocabulary(_ kind: CodeKind) throws -> Vocabulary { try #require(knowledge.vocabularies[kind]) }

  @Test("vocabularies have MIMIC-III's sizes")
  func sizes() throws {
    #expect((1_800...2_000).contains(try vocabulary(.diagnosis).count))
    #expect((1_350...1_450).contains(try vocabulary(.procedure).count))
    #expect((420...445).contains(try vocabulary(.symptom).count))
    #expect(try vocabulary(.medication).count == 112)
    #expect((70...130).contains(knowledge.conditionCount))
  }

  @Test("codes and texts are unique within their vocabulary and tidy", arguments: CodeKind.allCases)
  func unique(kind: CodeKind) throws {
    let words = try vocabulary(kind)
    #expect(Set(words.codes).count == words.count)
    #expect(Set(words.texts).count == words.count)
    for text in words.texts {
      #expect(text.count >= 3 && !text.contains("~") && !text.contains("!") && !text.contains("@"), "\(text)")
      #expect(!text.contains("  ") && text.first != " " && text.last != " ", "\(text)")
    }
  }

  @Test("medication codes are ATC third-level codes with a text of a few lines")
  func medications() throws {
    let words = try vocabulary(.medication)
    for (code, text) in zip(words.codes, words.texts) {
      let characters = Array(code)
      #expect(characters.count == 4, "\(code)")
      #expect("ABCDGHJLMNPRSV".contains(characters[0]) && characters[3].isUppercase, "\(code)")
      #expect(characters[1].isNumber && characters[2].isNumber, "\(code)")
      #expect((60...400).contains(text.count) && text.hasSuffix("."), "\(code): \(text)")
    }
    for code in ["A02B", "C07A", "N02B"] { #expect(words.codes.contains(code)) }
  }

  @Test("every medication has one to three well-bracketed SMILES")
  func smiles() {
    #expect(knowledge.smiles.count == 112)
    let allowed = Set("BCNOPSFIHKMZAVbcnopsagelntrui[]()=#+-@/\\.%0123456789")
    for list in knowledge.smiles {
      #expect((1...3).contains(list.count))
      for smiles in list {
        #expect(!smiles.isEmpty && smiles.allSatisfy(allowed.contains), "\(smiles)")
        for (open, close) in [("(", ")"), ("[", "]")] as [(Character, Character)] {
          #expect(smiles.filter { $0 == open }.count == smiles.filter { $0 == close }.count, "\(smiles)")
        }
      }
    }
  }

  @Test("interacting pairs are distinct, ordered and as many as in MIMIC-III's table")
  func interactions() {
    #expect((330...450).contains(knowledge.interactions.count))
    #expect(Set(knowledge.interactions).count == knowledge.interactions.count)
    #expect(knowledge.interactions.allSatisfy { $0.a < $0.b && $0.b < 112 })
  }

  @Test("a word that ends the form and begins the name is said once")
  func wording() throws {
    let texts = Set(try vocabulary(.diagnosis).texts)
    #expect(texts.contains("acute on chronic kidney disease stage 3"))
    #expect(!texts.contains { $0.contains("chronic chronic") || $0.contains("acute acute") })
  }

  @Test("the vocabularies of a single patient are the whole ones")
  func smallCohort() throws {
    let cohort = try Synthesizer.cohort(SynthesisOptions(patients: 1, seed: 3))
    #expect(cohort.vocabularies == knowledge.vocabularies)
    #expect(cohort.patientCount == 1)
    #expect(cohort.visitCount >= 2)
  }
}
