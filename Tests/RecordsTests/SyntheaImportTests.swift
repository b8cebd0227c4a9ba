import Foundation
import Records
import Testing

/// Two patients with two encounters each, in the layout of newer Synthea.
private func syntheaFolder() throws -> Folder {
  let folder = try Folder()
  try folder.write("patients.csv", "Id,BIRTHDATE\np1,1980-01-01\np2,1990-01-01\n")
  try folder.write(
    "encounters.csv",
    """
    Id,START,STOP,PATIENT,CODE
    e2,2020-02-01T10:00:00Z,,p1,1
    e1,2019-02-01T10:00:00Z,,p1,1
    e3,2020-01-01T10:00:00Z,,p2,1
    e4,2020-01-02T10:00:00Z,,p2,1
    e4,2020-01-02T10:00:00Z,,p2,1
    e5,2020-01-02T10:00:00Z,,p9,1

    """)
  try folder.write(
    "conditions.csv",
    """
    START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION
    2019-02-01,,p1,e1,444814009,Viral sinusitis (disorder)
    2020-02-01,,p1,e2,444814009,Viral sinusitis (disorder)
    2020-01-01,,p2,e3,59621000,"Hypertension, essential"
    2020-01-02,,p2,e4,59621000,"Hypertension, essential"
    2020-01-02,,p2,e1,59621000,"Hypertension, essential"
    2020-01-02,,p2,e8,59621000,"Hypertension, essential"
    2020-01-02,,p2,,59621000,"Hypertension, essential"

    """)
  try folder.write(
    "medications.csv",
    """
    START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION
    2019-02-01T10:00:00Z,,p1,e1,308192,Amoxicillin 500 MG Oral Tablet
    2020-02-01T10:00:00Z,,p1,e2,313820,Acetaminophen 160 MG Chewable Tablet
    2020-01-01T10:00:00Z,,p2,e3,999,Something
    2020-01-01T10:00:00Z,,p2,e3,313820,Acetaminophen 160 MG Chewable Tablet
    2020-01-05T10:00:00Z,,p2,e4,313820,Acetaminophen 160 MG Chewable Tablet

    """)
  // One file of old and new rows: DATE or START, the other empty.
  try folder.write(
    "procedures.csv",
    """
    START,DATE,PATIENT,ENCOUNTER,CODE,DESCRIPTION
    2019-02-01T10:00:00Z,,p1,e1,430193006,Medication Reconciliation (procedure)
    ,2020-02-01,p1,e2,430193006,Medication Reconciliation (procedure)
    ,2020-01-01,p2,e3,430193006,Medication Reconciliation (procedure)
    ,2020-01-02,p2,e4,430193006,Medication Reconciliation (procedure)

    """)
  return folder
}

private func run(
  _ folder: Folder, maps: String? = nil, _ source: SourceOptions = SourceOptions(),
  _ change: (inout ImportOptions) -> Void = { _ in }
) throws -> Cohort {
  var options = ImportOptions()
  change(&options)
  return try CohortImport.run(
    .synthea, paths: ImportPaths(root: folder.path, maps: maps), options: options, source: source)
}

@Suite struct SyntheaImportTests {
  @Test("encounters in time, RxNorm labels with their descriptions") func codes() throws {
    let cohort = try run(syntheaFolder())
    #expect(cohort.patientIDs == ["p1", "p2"])
    #expect(cohort.visitIDs == ["e1", "e2", "e3", "e4"])
    #expect(cohort.vocabulary(.medication).codes == ["308192", "313820", "999"])
    #expect(cohort.vocabulary(.medication).texts[1] == "Acetaminophen 160 MG Chewable Tablet")
    #expect(cohort.vocabulary(.diagnosis).texts == ["Viral sinusitis (disorder)", "Hypertension, essential"])
    #expect(
      cohort.report.table("encounters")?.skipped == ["encounter listed before": 1, "PATIENT is not in patients": 1])
    #expect(
      cohort.report.table("conditions")?.skipped == [
        "malformed: the encounter belongs to another patient": 1, "ENCOUNTER is not in encounters": 1,
        "no ENCOUNTER": 1,
      ])
    #expect(cohort.report.options["medicationCode"] == "rxnorm")
    #expect(cohort.report.notes.contains { $0.hasPrefix("Medications are RxNorm codes") })
  }

  @Test("ATC classes by a map from RxNorm; what is in no map is counted") func classes() throws {
    let folder = try syntheaFolder()
    try folder.write(
      "maps/rxcui2atc_fda2020.csv", "rxcui,atc4,atc5,ingredient\n308192,J01CA,J01CA04,a\n313820,N02BE,,b\n")
    let cohort = try run(folder, maps: folder.path + "/maps")
    #expect(cohort.vocabulary(.medication).codes == ["J01C", "N02B"])
    #expect(cohort.report.table("medications")?.skipped == ["drug code is in no map": 1])
    #expect(cohort.report.unmapped.map(\.text).contains("Something"))
    #expect(cohort.report.routes.map(\.rows) == [4])
    var source = SourceOptions()
    source.medicationCode = .rxnorm
    #expect(try run(folder, maps: folder.path + "/maps", source).medicationCount == 3, "the map can be declined")
    source.medicationCode = .atc
    #expect(sentence { _ = try run(folder, source) }.contains("rxcui2atc_fda2020.csv"))
  }

  @Test("tables that were swapped, or have no rows, are named") func swapped() throws {
    let folder = try syntheaFolder()
    try folder.write("conditions.csv", "START,PATIENT,ENCOUNTER,CODE,DESCRIPTION,REASONCODE\n2020-01-01,p1,e1,1,a,\n")
    let swapped = sentence { _ = try run(folder) }
    #expect(swapped.contains("conditions.csv is not the table conditions: it looks like medications"))
    try folder.write("conditions.csv", "START,PATIENT,ENCOUNTER,CODE,DESCRIPTION\n")
    #expect(sentence { _ = try run(folder) }.contains("conditions.csv has a header line but no rows"))
  }

  @Test("the first day counts from the encounter's start") func firstDay() throws {
    let cohort = try run(syntheaFolder()) {
      $0.firstDayOnly = true
      $0.minimumVisits = 1
    }
    #expect(cohort.visitIDs == ["e1", "e2", "e3"])
    #expect(cohort.report.table("medications")?.skipped == ["starts later than 24 hours after the encounter": 1])
  }

  @Test("without encounters, procedures and patients: visits are what the tables name, at their earliest time")
  func idsOnly() throws {
    let folder = try syntheaFolder()
    for name in ["encounters.csv", "procedures.csv", "patients.csv"] { try folder.remove(name) }
    try folder.write(
      "conditions.csv",
      """
      start,patient,encounter,code,description
      2020-02-01,p1,e2,1,a
      2020-02-01,p1,e1,1,a
      2020-01-01,p2,e3,1,a
      2020-01-02,p2,e4,1,a

      """)
    try folder.write(
      "medications.csv",
      """
      start,patient,encounter,code,description
      2020-02-01T08:00:00Z,p1,e1,7,x
      2020-02-01T09:00:00Z,p1,e1,7,x
      2020-02-01T07:00:00Z,p1,e2,7,x
      2020-01-01,p2,e3,7,x
      2020-01-02,p2,e4,7,x

      """)
    let cohort = try run(folder)
    #expect(cohort.visitIDs == ["e2", "e1", "e3", "e4"], "a time with a clock goes before a date alone")
    #expect(cohort.report.notes.contains { $0.hasPrefix("encounters.csv is absent") })
    #expect(
      sentence { _ = try run(folder) { $0.required = [.procedure, .medication] } }.contains("procedures.csv is absent"))
  }
}

@Suite(.enabled(if: Shared.isAvailable, "needs THERIAC_SHARED with data/synthea"))
struct SyntheaDemoTests {
  /// Rows of patients, encounters (nil: no table), conditions, medications, procedures; visits with all kinds, their
  /// patients, patients with two or more.
  static let demos: [(String, [String: Int], [Int], Int)] = [
    (
      "full",
      ["patients": 285, "encounters": 14_576, "conditions": 7_416, "medications": 12_381, "procedures": 19_598],
      [205, 1_209], 131
    ),
    ("large", ["patients": 5_682, "conditions": 25_210, "medications": 22_053], [4_692, 10_580], 3_086),
    ("medium", ["patients": 543, "conditions": 18_819, "medications": 17_225], [494, 5_685], 420),
  ]

  @Test(
    "rows, encounters with all kinds and their patients are those of the data's description", arguments: demos.indices)
  func counts(demo: Int) throws {
    let (name, rows, complete, patients) = Self.demos[demo]
    let cohort = try CohortImport.run(.synthea, paths: ImportPaths(root: Shared.path + "/data/synthea/" + name))
    for (table, count) in rows {
      #expect(cohort.report.table(table)?.rowsRead == count)
      #expect(cohort.report.table(table)?.skipped == [:])
    }
    #expect(cohort.report.tables.count == rows.count)
    let step = try #require(cohort.report.flow.first { $0.step == "with a medication" })
    #expect([step.patients, step.visits] == complete)
    #expect(cohort.patientCount == patients)
  }

  @Test("distinct codes of full and large") func distinctCodes() throws {
    func counts(_ name: String) throws -> [Int] {
      var options = ImportOptions()
      options.minimumVisits = 1
      options.required = [.medication]
      let root = Shared.path + "/data/synthea/" + name
      let medications = try CohortImport.run(.synthea, paths: ImportPaths(root: root), options: options)
      return CodeKind.allCases.map { medications.vocabulary($0).count }
    }
    #expect(try counts("full").last == 166)
    #expect(try counts("large").last == 109)
  }

  @Test("the same files as tables of one's own give the same cohort") func asTables() throws {
    let root = Shared.path + "/data/synthea/full"
    let synthea = try CohortImport.run(.synthea, paths: ImportPaths(root: root))
    var source = SourceOptions()
    source.mapping = Repository.path + "/configs/tables/synthea.yaml"
    let table = try CohortImport.run(.table, paths: ImportPaths(root: root), source: source)
    // A visit's codes stand sorted in one, in the order of rows in the other.
    for kind in CodeKind.allCases {
      #expect(table.lists[kind]?.offsets == synthea.lists[kind]?.offsets)
      for visit in 0..<table.visitCount {
        #expect(table.codes(kind, visit: visit).sorted() == synthea.codes(kind, visit: visit).sorted())
      }
    }
    #expect(table.vocabularies == synthea.vocabularies)
    #expect(table.visitIDs == synthea.visitIDs && table.patientIDs == synthea.patientIDs)
    #expect(table.splits == synthea.splits)
  }
}

/// The folder of the package.
enum Repository {
  static let path = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path
}
