import Foundation
import Records
import Testing

@Suite struct SymptomTests {
  func find(_ note: String, _ symptoms: [String] = LabelledNotes.symptoms, sections: [String] = ["all"]) -> [String] {
    let scanner = NoteScanner(SymptomLexicon(symptoms), sections: sections)
    return scanner.symptoms(in: note)?.map { symptoms[Int($0)] } ?? ["(no section)"]
  }

  @Test(
    "precision and recall on labelled sentences, settled with or unseen, whole or under a heading",
    arguments: [false, true], ["", "History of Present Illness:\n"])
  func labelled(isUnseen: Bool, heading: String) {
    let cases = isUnseen ? LabelledNotes.unseenCases : LabelledNotes.cases
    let scanner = NoteScanner(
      SymptomLexicon(LabelledNotes.symptoms), sections: heading.isEmpty ? ["all"] : SymptomOptions().sections)
    var (right, found, wanted) = (0, 0, 0)
    var wrong: [String] = []
    for (note, expected) in cases {
      let symptoms = scanner.symptoms(in: heading + note) ?? []
      let got = Set(symptoms.map { LabelledNotes.symptoms[Int($0)] })
      right += got.intersection(expected).count
      found += got.count
      wanted += expected.count
      if got != expected {
        wrong.append("\(note.replacing("\n", with: " / ")): \(got.sorted()), not \(expected.sorted())")
      }
    }
    let precision = Double(right) / Double(found)
    let recall = Double(right) / Double(wanted)
    print("Symptoms, unseen \(isUnseen): \(cases.count) sentences, \(wanted) labels, \(precision), \(recall)")
    for one in wrong { print("  " + one) }
    #expect(cases.count >= (isUnseen ? 30 : 60))
    #expect(precision >= (isUnseen ? 0.75 : 0.92))
    #expect(recall >= (isUnseen ? 0.85 : 0.9))
  }

  @Test(
    "spellings that are the same phrase",
    arguments: [
      ("chest pain", "CHEST  PAIN"), ("chest pain", "chest\npain"), ("chest pain", "Chest-pain"),
      ("chest pain", "chest pains"), ("chest pains", "chest pain."), ("non-productive cough", "nonproductive cough"),
      ("non-productive cough", "non productive coughs"), ("lightheadedness", "light-headedness"),
      ("nausea/vomiting", "nausea / vomiting"), ("can't taste", "cant taste"), ("can't taste", "can’t taste"),
      ("rash", "rashes"), ("palsy", "palsies"), ("bloody stools", "bloody stool"), ("up-to-date", "up to date"),
      ("pain", "(pain)"), ("pain", "“pain”"), ("fever", "fever;"), ("raynaud's phenomenon", "Raynauds phenomenon"),
    ])
  func spellings(symptom: String, text: String) { #expect(find("x " + text, [symptom]) == [symptom]) }

  @Test(
    "texts that are not the phrase",
    arguments: [
      ("pain", "painting"), ("pain", "repaint"), ("doe", "does he"), ("chest pain", "chest, pain"),
      ("chest pain", "chest. Pain"), ("chest pain", "chest (pain)"), ("rash", "brash"), ("cough", "[**cough**] clinic"),
      ("chest pain", "chestpain"), ("fever", "feverfew"),
    ])
  func otherTexts(symptom: String, text: String) { #expect(find(text, [symptom]).isEmpty) }

  @Test("of overlapping phrases the leftmost counts, then the longest; a listed plural is its own symptom")
  func longest() {
    #expect(
      find("severe abdominal pain", ["pain", "abdominal pain", "severe abdominal pain"]) == ["severe abdominal pain"])
    #expect(
      find("shortness of breath on exertion", ["shortness of breath", "exertion"]) == [
        "shortness of breath", "exertion",
      ])
    #expect(find("a b c d", ["a b", "b c d"]) == ["a b"])
    #expect(find("a b c", ["b", "a b c d", "c"]) == ["b", "c"])
    #expect(find("joint pains and joint pain", ["joint pain", "joint pains"]) == ["joint pains", "joint pain"])
    #expect(find("not eating, no fever", ["not eating", "fever"]) == ["not eating"])
  }

  @Test("scopes end at but, at a full stop, at a blank line and at what affirms")
  func scopes() {
    #expect(find("no fever but cough", ["fever", "cough"]) == ["cough"])
    #expect(find("No fever. Cough", ["fever", "cough"]) == ["cough"])
    #expect(find("no fever\n\ncough", ["fever", "cough"]) == ["cough"])
    #expect(find("denies fever,\nchills, or cough", ["fever", "chills", "cough"]).isEmpty)
    #expect(find("no fever at 38.2 or cough", ["fever", "cough"]).isEmpty, "a decimal point is no full stop")
    #expect(find("seen by Dr. Lee without cough", ["cough"]).isEmpty, "neither is that of a title")
    #expect(find("Negative for: fever, cough", ["fever", "cough"]).isEmpty)
    #expect(find("fever, chills and cough were absent", ["fever", "chills", "cough"]).isEmpty)
    #expect(find("fever today and cough was denied", ["fever", "cough"]) == ["fever"])
    #expect(find("Fever: denies. Cough: no, chills", ["fever", "cough", "chills"]) == ["chills"])
    #expect(find("Fever: denies cough", ["fever", "cough"]) == ["fever"])
    #expect(find("fever today, cough was denied", ["fever", "cough"]) == ["fever"])
    let words = (0..<40).map { "w\($0)" }.joined(separator: " ")
    #expect(find("no \(words) cough", ["cough"]) == ["cough"], "a scope reaches 30 words")
  }

  @Test("what is denied before a list is denied in each of its lines; worries and concerns are no symptoms")
  func lists() {
    let all = ["fever", "chills", "cough", "rash"]
    #expect(find("He denies the following:\n- fever\n- chills,\n  or cough\n\n- rash", all) == ["rash"])
    #expect(find("Denies\n* fever\n* reports cough\n* rash", all) == ["cough"])
    #expect(find("Negative for:\n1. fever\n2) chills\nCough at night", all) == ["cough"])
    #expect(find("denies any symptoms such as:\n• fever\n• rash", all).isEmpty)
    #expect(find("Denies fever. Has:\n- chills\n- cough", all) == ["chills", "cough"])
    #expect(find("Denies fever\n- chills", all) == ["chills"])
    #expect(find("No rash, but:\n1. fever\n2. cough", all) == ["fever", "cough"])
    #expect(find("She is worried about fever. Cough.", all) == ["cough"])
    #expect(find("There was concern for fever, he has a rash", all) == ["rash"])
  }

  @Test("a section that no note has is named with the headings that were seen")
  func missedSections() throws {
    let scanner = NoteScanner(SymptomLexicon(["fever"]), sections: ["chief complaint", "anamnesis"])
    _ = scanner.symptoms(in: "Chief Complaint: fever\nPLAN: rest\nHPI: none")
    _ = scanner.symptoms(in: "HPI: fever")
    let missed = try #require(scanner.missed)
    #expect(missed.sections == ["anamnesis"])
    #expect(missed.seen.map { "\($0.name) \($0.count)" } == ["hpi 2", "chief complaint 1", "plan 1"])
    _ = scanner.symptoms(in: "Anamnesis: fever")
    #expect(scanner.missed == nil)
  }

  @Test("what was not counted is told apart")
  func counts() {
    let scanner = NoteScanner(SymptomLexicon(["fever", "cough"]), sections: ["all"])
    _ = scanner.symptoms(in: "No fever. Mother had cough. Return for fever. Cough and cough.")
    #expect(scanner.counts.found == 1)
    #expect(scanner.counts.negated == 1)
    #expect(scanner.counts.others == 1)
    #expect(scanner.counts.possible == 1)
  }

  static let summary = """
    Admission Date: [**2150-1-1**]
    Chief Complaint:
    cough and fever

    HISTORY OF PRESENT ILLNESS: He has had chills.
    In the ED: tired, wheezing.
    Past Medical History: seizures
    FAMILY HISTORY: jaundice
    Review of Systems:  rash
    SOCIAL SITUATION: insomnia
    Brief Hospital Course:
    He had nausea.
    """

  @Test("only the wanted sections count")
  func sections() {
    let note = Self.summary
    #expect(find(note, sections: SymptomOptions().sections) == ["cough", "fever", "chills", "wheezing"])
    #expect(find(note, sections: ["chief complaint"]) == ["cough", "fever"])
    #expect(find(note, sections: ["review of systems"]) == ["rash"])
    #expect(find(note, sections: ["social situation"]) == ["insomnia"])
    #expect(find(note, sections: ["hospital course"]) == ["nausea"])
    #expect(find(note, sections: ["all"]).count == 9)
    #expect(find("no heading, fever", sections: SymptomOptions().sections) == ["(no section)"])
  }

  @Test("the automaton finds what plain search finds") func automaton() {
    var seed: UInt64 = 7
    func random(_ below: Int) -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((seed >> 33) % UInt64(below))
    }
    let letters = ["a", "b", "c", "d"]
    for _ in 0..<200 {
      let phrases = (0..<(1 + random(12))).map { _ in (0..<(1 + random(4))).map { _ in letters[random(3)] } }
      var automaton = WordAutomaton()
      var kept: [[String]] = []
      for phrase in phrases where automaton.add(phrase) != nil { kept.append(phrase) }
      automaton.seal()
      let text = (0..<60).map { _ in letters[random(4)] }
      var state = WordAutomaton.root
      for end in text.indices {
        state = automaton.step(state, automaton.number(text[end]))
        var found: [Int] = []
        automaton.phrases(at: state) { found.append(Int($0)) }
        let expected = kept.indices.filter {
          kept[$0].count <= end + 1 && text[(end + 1 - kept[$0].count)...end].elementsEqual(kept[$0])
        }
        #expect(Set(found) == Set(expected))
        #expect(found.map { kept[$0].count } == found.map { kept[$0].count }.sorted(by: >), "the longest comes first")
      }
    }
  }

  @Test("bytes of any kind do not end a scan") func anyBytes() {
    let scanner = NoteScanner(SymptomLexicon(LabelledNotes.symptoms), sections: ["all"])
    var seed: UInt64 = 3
    for length in 0..<300 {
      let bytes = (0..<length).map { _ in
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: seed >> 40)
      }
      bytes.withUnsafeBufferPointer { _ = scanner.symptoms(in: $0) }
    }
    #expect(scanner.symptoms(in: String(repeating: "x", count: 5_000) + " cough") == [11])
    #expect(scanner.symptoms(in: String(repeating: "a-", count: 5_000) + " cough") == [11])
  }

  @Test("MIMIC-III: discharge summaries give symptoms of their admission") func mimic3() throws {
    let fixture = try MIMIC3Fixture()
    try fixture.folder.write(
      "NOTEEVENTS.csv.gz",
      gzip(
        """
        ROW_ID,SUBJECT_ID,HADM_ID,CATEGORY,ISERROR,TEXT
        1,1,11,Discharge summary,,"Chief Complaint: chest pain, no fever
        History of Present Illness:
        He said ""cough"" and denies
        chills."
        2,1,11,Discharge summary,,"CHIEF COMPLAINT: fatigue"
        3,1,12,Nursing,,"Chief Complaint: rash"
        4,1,12,Discharge summary,1,"Chief Complaint: rash"
        5,2,21,Discharge summary,,"nothing of use: rash"
        6,2,,Discharge summary,,"Chief Complaint: rash"
        7,2,22,Discharge Summary,,"HPI: leg swelling and cough"
        8,9,99,Discharge summary,,"HPI: leg swelling"

        """))
    var paths = fixture.paths
    paths.symptoms = try fixture.folder.write("list.txt", LabelledNotes.symptoms.joined(separator: "\n"))
    let cohort = try CohortImport.run(.mimic3, paths: paths)
    #expect(cohort.vocabulary(.symptom).codes == ["chest pain", "cough", "fatigue", "leg swelling"])
    #expect(cohort.vocabulary(.symptom).texts == cohort.vocabulary(.symptom).codes)
    #expect(cohort.written(.symptom, 0) == ["chest pain", "cough", "fatigue"])
    #expect(cohort.written(.symptom, 1).isEmpty)
    #expect(cohort.written(.symptom, 3) == ["leg swelling", "cough"])
    let table = try #require(cohort.report.table("NOTEEVENTS"))
    #expect(table.rowsRead == 8)
    #expect(
      table.skipped == [
        "another category": 1, "marked as an error": 1, "no section that counts": 1, "no hadm_id": 1,
        "hadm_id is not in ADMISSIONS": 1,
      ])
    #expect(cohort.report.table("list.txt")?.rowsKept == LabelledNotes.symptoms.count)
    #expect(
      cohort.report.notes.contains { $0.contains("5 counted") && $0.contains("2 denied") }, "\(cohort.report.notes)")

    let required = try CohortImport.run(
      .mimic3, paths: paths,
      options: {
        var options = ImportOptions()
        options.required = [.symptom, .medication]
        options.minimumVisits = 1
        return options
      }())
    #expect(required.visitIDs == ["11", "22"])
    let unlisted = try CohortImport.run(.mimic3, paths: fixture.paths)
    #expect(unlisted.report.notes.contains { $0.contains("no list of symptoms was given") })
    var none = ImportOptions()
    none.symptoms = nil
    #expect(sentence { _ = try CohortImport.run(.mimic3, paths: paths, options: none) }.contains("--no-symptoms"))
    #expect(
      sentence { _ = try fixture.run { $0.required = [.symptom, .medication] } }.contains("no list of symptoms"))
  }
}
