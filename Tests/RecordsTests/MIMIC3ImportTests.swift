import Foundation
import Records
import Testing

@Suite struct MIMIC3ImportTests {
  let fixture: MIMIC3Fixture

  init() throws { fixture = try MIMIC3Fixture() }

  @Test("visits are admissions in the order of time, patients with two or more are kept") func visits() throws {
    let cohort = try fixture.run()
    #expect(cohort.patientIDs == ["1", "2"])
    #expect(cohort.visitIDs == ["11", "12", "21", "22"])
    #expect(cohort.visitOffsets == [0, 2, 4])
    #expect(cohort.name == "MIMIC-III")
    #expect(cohort.report.flow.last?.patients == 2)
    #expect(cohort.report.flow.last?.visits == 4)
    #expect(cohort.report.flow.first { $0.step == "with an admission" }?.visits == 5)
    #expect(cohort.fault == nil)
  }

  @Test("codes are texts with their leading zeros, in the order of seq_num") func codes() throws {
    let cohort = try fixture.run()
    #expect(cohort.vocabulary(.diagnosis).codes == ["0389", "4019", "5672"])
    #expect(cohort.written(.diagnosis, 0) == ["0389", "4019"])
    #expect(cohort.vocabulary(.symptom).codes.isEmpty)
    #expect(cohort.codes(.symptom, visit: 3).isEmpty)
    #expect(cohort.report.notes.contains { $0.contains("NOTEEVENTS is absent") })
  }

  @Test("NDC 0 is none, several GSN are tried in turn, unmapped codes are counted with the trimmed drug name")
  func medications() throws {
    let cohort = try fixture.run()
    #expect(cohort.vocabulary(.medication).codes == ["C03C", "N02B"])
    #expect(cohort.written(.medication, 0) == ["C03C", "N02B"])
    #expect(cohort.written(.medication, 1) == ["N02B"])
    #expect(cohort.written(.medication, 2) == ["C03C"])
    let table = try #require(cohort.report.table("PRESCRIPTIONS"))
    #expect(table.rowsRead == 8)
    #expect(table.rowsKept == 6)
    #expect(table.skipped == ["no drug code": 1, "drug code is in no map": 1])
    #expect(
      cohort.report.unmapped.filter { $0.kind == .medication } == [
        ImportReport.UnmappedCode(
          kind: .medication, code: "NDC 11111111111 GSN 123456", text: "Azithromycin", rows: 1)
      ])
    #expect(cohort.report.routes.map { "\($0.name) \($0.rows)" } == ["gsn 5", "ndc-atc3 1"])
  }

  @Test("texts: long title, short title, a longer code's title for a truncated code, else the code") func texts() throws
  {
    let cohort = try fixture.run()
    #expect(
      cohort.vocabulary(.diagnosis).texts == [
        "Unspecified septicemia", "Unspecified essential hypertension, \"benign\" or not",
        "Peritonitis (acute) generalized",
      ])
    #expect(cohort.vocabulary(.procedure).codes == ["3605", "3722"])
    #expect(cohort.vocabulary(.procedure).texts == ["3605", "Left heart cath"])
    #expect(cohort.report.unmapped.contains { $0.kind == .procedure && $0.code == "3605" && $0.rows == 1 })
    #expect(
      cohort.vocabulary(.medication).texts == [
        "C03C",
        "N02B other analgesics and antipyretics: paracetamol, acetylsalicylic acid, metamizole sodium",
      ])
    let short = try fixture.run { $0.substancesPerText = 1 }
    #expect(short.vocabulary(.medication).texts[1] == "N02B other analgesics and antipyretics: paracetamol, …")
  }

  @Test("given medication texts come first, titles of code maps fill what the tables lack") func givenTexts() throws {
    var paths = fixture.paths
    paths.medicationTexts = try fixture.folder.write(
      "texts.tsv", "C03C\tLoop diuretics, \"strong\".\nN02BE\tPainkillers\n")
    try fixture.folder.write(
      "maps/icd9cm_procedure_titles.csv", "code,short_title,long_title\n3605,Multi PTCA,Multiple vessel PTCA\n")
    let cohort = try CohortImport.run(.mimic3, paths: paths)
    #expect(cohort.vocabulary(.medication).texts == ["Loop diuretics, \"strong\".", "Painkillers"])
    #expect(cohort.vocabulary(.procedure).texts == ["Multiple vessel PTCA", "Left heart cath"])
  }

  @Test("molecules and interactions come from the maps folder, each pair once, unknown classes left out")
  func properties() throws {
    let cohort = try fixture.run()
    #expect(cohort.smiles == [[], ["CC(=O)Nc1ccc(O)cc1"]])
    #expect(cohort.interactions == [try #require(Interaction(1, 0))])
    #expect(cohort.report.notes.contains { $0.contains("1 of 2 medications has no molecule: C03C") })
  }

  @Test("a medication without a molecule is left out on request") func requireMolecules() throws {
    let cohort = try fixture.run { $0.requireMolecules = true }
    #expect(cohort.visitIDs == ["11", "12"])
    #expect(cohort.vocabulary(.medication).codes == ["N02B"])
    #expect(cohort.report.table("PRESCRIPTIONS")?.skipped["class has no molecule"] == 4)
  }

  @Test("upper-case header, lower-case file names and gzip give the same cohort") func spelling() throws {
    let expected = try fixture.run()
    for table in ["PATIENTS", "ADMISSIONS", "DIAGNOSES_ICD", "PROCEDURES_ICD", "PRESCRIPTIONS"] {
      let text = try String(contentsOfFile: fixture.folder.path + "/\(table).csv", encoding: .utf8)
      var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      lines[0] = lines[0].uppercased()
      try fixture.folder.remove("\(table).csv")
      try fixture.folder.write("\(table.lowercased()).csv.gz", gzip(lines.joined(separator: "\r\n")))
    }
    var cohort = try fixture.run()
    #expect(cohort.report.table("ADMISSIONS")?.file == "admissions.csv.gz")
    cohort.report = expected.report
    #expect(cohort == expected)
  }

  @Test("the order of rows does not matter") func rowOrder() throws {
    let expected = try fixture.run()
    for table in ["PATIENTS", "DIAGNOSES_ICD", "PROCEDURES_ICD", "PRESCRIPTIONS"] {
      let text = try String(contentsOfFile: fixture.folder.path + "/\(table).csv", encoding: .utf8)
      let lines = text.split(separator: "\n").map(String.init)
      try fixture.folder.write("\(table).csv", ([lines[0]] + lines.dropFirst().reversed()).joined(separator: "\n"))
    }
    var cohort = try fixture.run()
    cohort.report = expected.report
    #expect(cohort == expected)
  }

  @Test("procedures need not be there when they are not required") func withoutProcedures() throws {
    try fixture.folder.write("PROCEDURES_ICD.csv", "row_id,subject_id,hadm_id,seq_num,icd9_code\n1,1,11,1,3605\n")
    #expect(sentence { _ = try fixture.run() }.contains("No patient is left after the filters"))
    let cohort = try fixture.run { $0.required = [.diagnosis, .medication] }
    #expect(cohort.visitIDs == ["11", "12", "21", "22"])
    #expect(cohort.codes(.procedure, visit: 2).isEmpty)
  }

  @Test("first day only: orders that start 24 hours after admission or later do not count") func firstDay() throws {
    let cohort = try fixture.run { $0.firstDayOnly = true }
    #expect(cohort.written(.medication, 0) == ["N02B"])
    #expect(
      cohort.report.table("PRESCRIPTIONS")?.skipped["starts later than 24 hours after the admission"] == 1)
  }

  @Test("the most frequent diagnoses are kept, ties by code") func maxDiagnoses() throws {
    let cohort = try fixture.run {
      $0.maxDiagnoses = 1
      $0.minimumVisits = 1
    }
    #expect(cohort.vocabulary(.diagnosis).codes == ["4019"])
    #expect(cohort.visitIDs == ["11", "12", "31"])
  }

  @Test("visits lost in the mapping are explained") func flow() throws {
    try fixture.folder.write("maps/gsn_atc_ndc_ethos.csv", "gsn,atc,ndc\n004489,N02BE01,1\n")
    let cohort = try fixture.run()
    #expect(cohort.visitIDs == ["11", "12"])
    let before = try #require(cohort.report.flow.first { $0.step.contains("before medications are mapped") })
    #expect(before.patients == 2)
    #expect(before.visits == 4)
    let mapped = try #require(cohort.report.flow.first { $0.step.hasPrefix("with a medication") })
    #expect(
      mapped.note == "3 visits: 3 with codes that give no medication", "\(mapped.note)")
    #expect(cohort.report.flow.last?.note.contains("2 visits fewer: 2 have no mapped medication") == true)
  }

  @Test("malformed values are counted with file and line; strict imports stop there") func malformed() throws {
    try fixture.folder.write(
      "DIAGNOSES_ICD.csv",
      """
      row_id,subject_id,hadm_id,seq_num,icd9_code
      1,1,11,2,4019
      2,1,eleven,1,0389
      3,1,12,first,4019
      4,2,21,1
      5,2,21,1,
      6,1,12,,4019
      7,9,99,1,4019

      """)
    let cohort = try fixture.run()
    let table = try #require(cohort.report.table("DIAGNOSES_ICD"))
    #expect(table.rowsRead == 7)
    #expect(table.rowsKept == 2)
    #expect(table.malformedRows == 3)
    #expect(table.skipped["no code"] == 1)
    #expect(table.skipped["hadm_id is not in ADMISSIONS"] == 1)
    #expect(
      table.examples == [
        "DIAGNOSES_ICD.csv:3: hadm_id is not a number (\"eleven\")",
        "DIAGNOSES_ICD.csv:4: seq_num is not a number (\"first\")",
        "DIAGNOSES_ICD.csv:5: too few fields (4 instead of 5)",
      ])
    #expect(sentence { _ = try fixture.run { $0.strict = true } }.hasPrefix("DIAGNOSES_ICD.csv:3: hadm_id is not"))
  }

  @Test("rows that stand twice and patients that are unknown are counted") func references() throws {
    try fixture.folder.write(
      "ADMISSIONS.csv",
      """
      SUBJECT_ID,HADM_ID,ADMITTIME
      1,11,2149-01-01 08:30:00
      1,11,2149-01-01 08:30:00
      1,12,2150-05-01
      8,81,2150-01-01
      """)
    let table = try #require(try fixture.run().report.table("ADMISSIONS"))
    #expect(table.skipped == ["hadm_id listed before": 1, "subject_id is not in PATIENTS": 1])
  }

  @Test("an absent table says what was looked for") func missingTable() throws {
    try fixture.folder.remove("PRESCRIPTIONS.csv")
    let said = sentence { _ = try fixture.run() }
    for name in [
      "PRESCRIPTIONS.csv", "PRESCRIPTIONS.csv.gz", "prescriptions.csv", "prescriptions.csv.gz", fixture.folder.path,
    ] {
      #expect(said.contains(name), "\(said)")
    }
    let nowhere = ImportPaths(root: "/no/such/folder", maps: fixture.paths.maps)
    #expect(throws: RecordsError.missingFolder("/no/such/folder")) { try CohortImport.run(.mimic3, paths: nowhere) }
  }

  @Test("an absent column says which, where, and what there is") func missingColumn() throws {
    try fixture.folder.write("PRESCRIPTIONS.csv", "hadm_id,drug,ndc\n11,x,0\n")
    #expect(throws: RecordsError.missingColumn("gsn", file: "PRESCRIPTIONS.csv", found: ["hadm_id", "drug", "ndc"])) {
      try fixture.run()
    }
  }

  @Test("a truncated table ends the import with its name and byte") func truncatedTable() throws {
    try fixture.folder.remove("PRESCRIPTIONS.csv")
    let whole = gzip("hadm_id,drug,gsn,ndc\n" + String(repeating: "11,x,004489,0\n", count: 100))
    try fixture.folder.write("PRESCRIPTIONS.csv.gz", Array(whole.dropLast(40)))
    let path = fixture.folder.path + "/PRESCRIPTIONS.csv.gz"
    #expect(throws: RecordsError.truncatedGzip(path, byte: whole.count - 40)) { try fixture.run() }
  }

  @Test("bad options are refused before anything is read") func badOptions() {
    #expect(sentence { _ = try fixture.run { $0.routes = [] } }.contains("expected one or more of gsn, ndc-atc3"))
    #expect(sentence { _ = try fixture.run { $0.minimumVisits = 0 } }.contains("minimumVisits is 0"))
    #expect(
      sentence { _ = try CohortImport.run(.mimic3, paths: ImportPaths(root: fixture.folder.path)) }.contains("maps"))
  }

  @Test("options are read from JSON; unknown keys are errors") func optionsJSON() throws {
    let options = try JSONDecoder().decode(
      ImportOptions.self, from: Data(#"{"routes": ["ndc-rxcui"], "split": "shuffled(seed: 7)", "strict": true}"#.utf8))
    #expect(options.routes == [.ndcRxCUI])
    #expect(options.split == .shuffled(seed: 7))
    #expect(options.minimumVisits == 2)
    #expect(try JSONDecoder().decode(ImportOptions.self, from: JSONEncoder().encode(options)) == options)
    #expect(throws: RecordsError.self) {
      try JSONDecoder().decode(ImportOptions.self, from: Data(#"{"route": []}"#.utf8))
    }
  }

  @Test("progress names files and reaches their size") func progress() throws {
    var last: [String: Int] = [:]
    _ = try CohortImport.run(.mimic3, paths: fixture.paths) { step in
      #expect(step.bytesRead <= step.bytesTotal)
      last[step.file] = step.bytesTotal - step.bytesRead
    }
    #expect(last["PRESCRIPTIONS.csv"] == 0)
  }
}
