import Foundation
import Records
import Testing

/// Tables of MIMIC that contradict each other about whose an admission is.
@Suite struct MixedAdmissionTests {
  let fixture: MIMIC3Fixture
  init() throws { fixture = try MIMIC3Fixture() }
  private init(fixture: MIMIC3Fixture) { self.fixture = fixture }

  /// A table of the fixture, its rows changed.
  private func change(_ table: String, _ rows: (inout [String]) -> Void) throws {
    let file = fixture.folder.path + "/\(table).csv"
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map(String.init)
    var body = Array(lines.dropFirst())
    rows(&body)
    try fixture.folder.write(table + ".csv", ([lines[0]] + body).joined(separator: "\n") + "\n")
  }

  @Test("rows of another patient than the admission's are counted and left out, in whatever order they stand")
  func otherPatient() throws {
    let before = try fixture.run()
    let reason = "malformed: subject_id is another patient's than the admission's"
    let strangers = [
      "DIAGNOSES_ICD": "90,2,11,3,5672", "PROCEDURES_ICD": "91,3,12,2,3605",
      "PRESCRIPTIONS": "92,2,11,2149-01-01 00:00:00,Furosemide,008205,",
    ]
    for first in [true, false] {
      let fixture = try MIMIC3Fixture()
      for (table, row) in strangers {
        let tests = MixedAdmissionTests(fixture: fixture)
        try tests.change(table) { $0.insert(row, at: first ? 0 : $0.count) }
        // Zeros in front make no other patient, and who is not named is none either.
        try tests.change(table) { rows in
          rows = rows.map { $0.replacingOccurrences(of: ",1,12,", with: ",001,12,") }
            .map { $0.replacingOccurrences(of: ",2,21,", with: ",,21,") }
        }
      }
      let after = try fixture.run()
      for table in strangers.keys { #expect(after.report.table(table)?.skipped[reason] == 1, "\(table)") }
      #expect(after.lists == before.lists && after.vocabularies == before.vocabularies)
      #expect(
        sentence { _ = try fixture.run { $0.strict = true } }.contains("another patient's than the admission's (\"2\")")
      )
    }
  }

  @Test("an admission of two patients is malformed, not one that was listed before") func admissionOfTwo() throws {
    try change("ADMISSIONS") {
      $0 = $0.filter { !$0.contains("LINE") && !$0.contains("BREAK") } + ["9,2,11,2149-01-01 08:30:00,X"]
    }
    let cohort = try fixture.run { $0.minimumVisits = 1 }
    let skipped = cohort.report.table("ADMISSIONS")?.skipped
    #expect(skipped?["malformed: hadm_id belongs to another subject_id above"] == 1, "\(skipped ?? [:])")
    #expect(skipped?["hadm_id listed before"] == nil)
    #expect(
      sentence { _ = try fixture.run { $0.strict = true } }
        .contains("hadm_id \"11\" belongs to subject_id 1 above, here it is \"2\""))
  }

  @Test("a pipe or device in place of a table is refused, not waited for") func pipes() throws {
    try fixture.folder.remove("PATIENTS.csv")
    #expect(mkfifo(fixture.folder.path + "/PATIENTS.csv", 0o600) == 0)
    let said = sentence { _ = try fixture.run() }
    #expect(said.contains("PATIENTS.csv: it is a device, pipe or socket, not a file"), "\(said)")
  }
}
