import Foundation
import Records
import Testing

/// The order of a table's rows says nothing: any order gives the same cohort.
@Suite struct RowOrderTests {
  /// Writes tables with their rows in an order of their own.
  private func write(_ tables: [String: (header: String, rows: [String])], turned by: Int, in folder: Folder) throws {
    for (name, table) in tables {
      let cut = by % max(table.rows.count, 1)
      var rows = Array(table.rows[cut...] + table.rows[..<cut])
      if by % 2 == 1 { rows.reverse() }
      try folder.write(name, ([table.header] + rows).joined(separator: "\n") + "\n")
    }
  }

  private func expectSame(
    _ format: ImportFormat, _ tables: [String: (header: String, rows: [String])], texts: [CodeKind: [String]]
  ) throws {
    var first: Cohort?
    for turn in 0..<6 {
      let folder = try Folder()
      try write(tables, turned: turn, in: folder)
      var options = ImportOptions()
      options.minimumVisits = 1
      let cohort = try CohortImport.run(format, paths: ImportPaths(root: folder.path), options: options)
      for (kind, wanted) in texts { #expect(cohort.vocabulary(kind).texts == wanted, "order \(turn)") }
      guard let known = first else {
        first = cohort
        continue
      }
      #expect(cohort.patientIDs == known.patientIDs && cohort.visitIDs == known.visitIDs)
      #expect(cohort.visitOffsets == known.visitOffsets && cohort.splits == known.splits)
      #expect(cohort.vocabularies == known.vocabularies, "order \(turn)")
      #expect(cohort.lists == known.lists, "order \(turn)")
    }
  }

  @Test("Synthea: the most frequent description of a code, of equally frequent ones the first by bytes")
  func synthea() throws {
    try expectSame(
      .synthea,
      [
        "conditions.csv": (
          "START,PATIENT,ENCOUNTER,CODE,DESCRIPTION",
          [
            "2020-01-01,p1,e1,30,Rare", "2020-01-01,p1,e1,20,b", "2020-01-01,p1,e1,10,One", "2020-01-02,p2,e2,30,Usual",
            "2020-01-03,p3,e3,30,Usual", "2020-01-02,p2,e2,20,a", "2020-01-02,p2,e2,10,",
          ]
        ),
        "medications.csv": (
          "START,PATIENT,ENCOUNTER,CODE,DESCRIPTION",
          [
            "2020-01-01,p1,e1,7,Drug 5 MG", "2020-01-02,p2,e2,7,Drug", "2020-01-03,p3,e3,7,Drug",
            "2020-01-01,p1,e1,6,Other",
          ]
        ),
      ], texts: [.diagnosis: ["One", "a", "Usual"], .medication: ["Other", "Drug"]])
  }

  @Test("eICU: the same for the paths of diagnoses, with and without diagnosisid", arguments: [true, false])
  func eicu(numbered: Bool) throws {
    let diagnoses = [
      "1,x|rare,428.0,Other", "1,p|one,401.9,Other", "1,z|last,276.2,Primary", "2,x|usual,428.0,Other",
      "3,x|usual,428.0,Major", "2,q|b,276.2,Other", "3,q|a,276.2,Other",
    ]
    try expectSame(
      .eicu,
      [
        "patient.csv": (
          "patientunitstayid,patienthealthsystemstayid,hospitaldischargeyear,unitvisitnumber,uniquepid",
          ["1,10,2014,1,A", "2,20,2014,1,B", "3,30,2015,1,B"]
        ),
        "diagnosis.csv": (
          (numbered ? "diagnosisid," : "") + "patientunitstayid,diagnosisstring,icd9code,diagnosispriority",
          diagnoses.enumerated().map { numbered ? "\($0),\($1)" : $1 }
        ),
        "medication.csv": (
          "patientunitstayid,drugname,gtc,drugordercancelled",
          ["1,ASPIRIN,5,No", "2,ASPIRIN,5,No", "3,HEPARIN,5,No", "3,WARFARIN,6,No"]
        ),
      ], texts: [.diagnosis: ["q, a", "p, one", "x, usual"], .medication: ["aspirin, heparin", "warfarin"]])
  }
}
