import Foundation
import Records
import Testing

/// What an import says of tables that were spoilt on their way, and of what is missing for training.
@Suite struct ImportAdviceTests {
  let fixture: MIMIC3Fixture

  init() throws { fixture = try MIMIC3Fixture() }

  /// Sixty diagnoses of the fixture's visits.
  private func diagnoses(_ code: (Int) -> String) -> String {
    let visits = ["11", "12", "21", "22"]
    let rows = (0..<60).map { "\($0),\(1 + $0 % 4 / 2),\(visits[$0 % 4]),\($0 + 1),\(code($0))\n" }
    return "row_id,subject_id,hadm_id,seq_num,icd9_code\n" + rows.joined()
  }

  @Test("ICD-9 codes without a leading zero are doubted: said, not named by longer codes, refused when strict")
  func lostZeros() throws {
    try fixture.folder.write("DIAGNOSES_ICD.csv", diagnoses { $0 % 10 == 0 ? "389" : "\(400 + $0)19" })
    try fixture.folder.write(
      "D_ICD_DIAGNOSES.csv", "icd9_code,long_title\n0389,Septicemia\n38910,Sensorineural hearing loss\n")
    let cohort = try fixture.run()
    let notes = cohort.report.notes
    #expect(notes.first?.hasPrefix("Not one of the 60 ICD-9 codes of DIAGNOSES_ICD.csv begins with 0") == true)
    let place = try #require(cohort.vocabulary(.diagnosis).codes.firstIndex(of: "389"))
    #expect(cohort.vocabulary(.diagnosis).texts[place] == "389")
    #expect(notes.contains { $0.contains("1 of 55 diagnosis codes are named by the code itself (they are doubtful") })
    #expect(cohort.report.unmapped.contains { $0.kind == .diagnosis && $0.code == "389" })
    let refused = sentence { _ = try fixture.run { $0.strict = true } }
    #expect(refused.hasPrefix("Not one of the 60 ICD-9 codes"), "\(refused)")
    #expect(refused.hasSuffix("import without --strict."), "\(refused)")

    try fixture.folder.write("DIAGNOSES_ICD.csv", diagnoses { $0 % 10 == 0 ? "0389" : "\(400 + $0)19" })
    let whole = try fixture.run { $0.strict = true }
    #expect(!whole.report.notes.contains { $0.contains("begins with 0") })
  }

  @Test("a table of which no row can be read comes first in the reason, with an example") func unread() throws {
    try fixture.folder.write(
      "ADMISSIONS.csv", "subject_id,hadm_id,admittime\n1,11,1.2.2150\n1,12,2150-02-02\n")
    let said = sentence { _ = try fixture.run() }
    #expect(said.contains("No patient is left") && !said.contains("cannot be read"), "one row can: \(said)")
    try fixture.folder.write("ADMISSIONS.csv", "subject_id,hadm_id,admittime\n1,11,1.2.2150\n1,12,2.2.2150\n")
    let none = sentence { _ = try fixture.run() }
    #expect(
      none.hasPrefix(
        "No patient is left after the filters: all 2 rows of ADMISSIONS cannot be read, the first is "
          + "ADMISSIONS.csv:2: admittime is not a time (\"1.2.2150\"); write that column as 2150-01-31 12:30:00"),
      "\(none)")
  }

  @Test("drug codes that are no digits are named") func drugCodes() throws {
    let path = fixture.folder.path + "/PRESCRIPTIONS.csv"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try fixture.folder.write("PRESCRIPTIONS.csv", text.replacing("11111111111", with: "4032801.0"))
    let notes = try fixture.run().report.notes
    #expect(
      notes.contains {
        $0.hasPrefix("1 drug code in the column ndc of PRESCRIPTIONS.csv is not digits, as \"4032801.0\"")
      }, "\(notes)")
    #expect(!(try MIMIC3Fixture().run().report.notes.contains { $0.contains("not digits") }))
  }

  @Test("a cohort without a molecule says so; which of several files is read, too") func files() throws {
    try fixture.folder.write("maps/atc3_smiles_other.json", #"{"A01A": ["C"]}"#)
    try fixture.folder.write("prescriptions.csv.gz", gzip("x\n"))
    let notes = try fixture.run().report.notes
    #expect(
      notes.contains {
        $0.hasPrefix(
          "Molecules are those of atc3_smiles_nlammr_m3.json, the file that goes with this data set; not read: "
            + "atc3_smiles_other.json")
      }, "\(notes)")
    #expect(notes.contains("PRESCRIPTIONS.csv is read; prescriptions.csv.gz is there as well and is not."))
    #expect(notes.contains("1 of 2 medications has no molecule: C03C."))
    try fixture.folder.remove("maps/atc3_smiles_other.json")
    try fixture.folder.write("maps/atc3_smiles_nlammr_m3.json", #"{"A01A": ["C"]}"#)
    #expect(try fixture.run().report.notes.contains { $0.contains("NLA-MMR cannot be trained on it") })
  }

  @Test("the other MIMIC is recognised") func otherMIMIC() throws {
    let said = sentence { _ = try CohortImport.run(.mimic4, paths: fixture.paths) }
    #expect(said.contains("DIAGNOSES_ICD.csv is one of MIMIC-III: use theriac import mimic3"), "\(said)")
  }
}
