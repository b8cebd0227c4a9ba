import Foundation
import Records
import Testing

/// Patients A (unit stays 1, 2 of hospital stay 100; 3 of 200; 4 of 90) and B (5, 6), in the layout of eICU.
private struct EICUFixture {
  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write(
      "patient.csv",
      """
      patientunitstayid,patienthealthsystemstayid,age,hospitaladmitoffset,hospitaldischargeyear,unitvisitnumber,uniquepid
      2,100,> 89,-2000,2014,2,A
      1,100,> 89,-10,2014,1,A
      3,200,> 89,0,2015,1,A
      4,90,> 89,0,2014,1,A
      5,300,40,0,2015,1,B
      6,301,40,0,2015,1,B
      7,302,40,0,never,1,B
      1,100,> 89,-10,2014,1,A

      """)
    try folder.write(
      "diagnosis.csv",
      """
      diagnosisid,patientunitstayid,diagnosisoffset,diagnosisstring,icd9code,diagnosispriority
      14,1,5,cardiovascular|ventricular disorders|hypertension,"401.9, I10",Other
      12,1,5,neurologic|altered mental status / pain|change in mental status,"780.09, R41.82",Primary
      13,1,9,cardiovascular|ventricular disorders|hypertension,"401.9, I10",Other
      15,2,5,toxicology|drug overdose,"E980.2, 965.00, T40.60",Major
      16,3,5,endocrine|electrolyte,"276.2, E87.2",Primary
      17,4,5,burns,,Primary
      18,4,6,surgery|tracheostomy,31.1,Other
      19,4,7,cardiovascular|shock,I95.9,Other
      20,5,1,cardiovascular|shock,"458.9, I95.9",Primary
      21,6,1,cardiovascular|shock,"458.9, I95.9",Primary
      22,99,1,cardiovascular|shock,"458.9, I95.9",Primary

      """)
    try folder.write(
      "medication.csv",
      """
      medicationid,patientunitstayid,drugstartoffset,drugordercancelled,drugname,drughiclseqno,gtc
      1,1,0,No,5 ML VIAL : DILTIAZEM HCL 25 MG/5ML IV SOLN,182,38
      2,1,2000,No,NITROGLYCERIN 0.4 MG SL SUBL,37,38
      3,1,0,No,nitroglycerin,37,38
      4,1,0,Yes,WARFARIN SODIUM 5 MG PO TABS,2812,36
      5,2,0,No,WARFARIN SODIUM 5 MG PO TABS,2812,36
      6,3,-20,No,,,36
      7,4,0,No,ACETAMINOPHEN 325 MG,1866,2
      8,5,0,No,ASPIRIN,1820,0
      9,5,0,No,,1866,2
      10,6,0,No,,1866,2
      11,99,0,No,,1866,2

      """)
  }

  func run(
    _ source: SourceOptions = SourceOptions(), maps: String? = nil, _ change: (inout ImportOptions) -> Void = { _ in }
  ) throws -> Cohort {
    var options = ImportOptions()
    change(&options)
    return try CohortImport.run(
      .eicu, paths: ImportPaths(root: folder.path, maps: maps), options: options, source: source)
  }
}

@Suite struct EICUImportTests {
  @Test("unit stays in the order of year, hospital stay, unit visit; GTC labels named by their drugs")
  func unitStays() throws {
    let cohort = try EICUFixture().run()
    #expect(cohort.patientIDs == ["A", "B"])
    #expect(cohort.visitIDs == ["1", "2", "3", "5", "6"], "stay 4 has no ICD-9 diagnosis")
    #expect(cohort.written(.diagnosis, 0) == ["780.09", "401.9"], "primary first, each code once")
    #expect(cohort.written(.diagnosis, 1) == ["E980.2", "965.00"])
    #expect(cohort.written(.diagnosis, 2) == ["276.2"], "E87.2 is ICD-10")
    #expect(cohort.vocabulary(.medication).codes == ["2", "36", "38"])
    #expect(
      cohort.vocabulary(.medication).texts == ["acetaminophen", "warfarin sodium", "nitroglycerin, diltiazem hcl"])
    let text = try #require(cohort.vocabulary(.diagnosis).indexByCode()["401.9"])
    #expect(cohort.vocabulary(.diagnosis).texts[text] == "cardiovascular, ventricular disorders, hypertension")
    #expect(cohort.vocabulary(.procedure).count == 0 && cohort.vocabulary(.symptom).count == 0)
    let report = cohort.report
    #expect(
      report.table("patient")?.skipped == [
        "malformed: hospitaldischargeyear is not a year": 1, "patientunitstayid listed before": 1,
      ])
    #expect(
      report.table("diagnosis")?.skipped == [
        "no ICD code": 1, "icd9code holds no diagnosis code": 1, "no ICD-9 code beside the other": 1,
        "patientunitstayid is not in patient": 1,
      ])
    #expect(
      report.table("medication")?.skipped == [
        "order was cancelled": 1, "no drug code": 1, "patientunitstayid is not in patient": 1,
      ])
    #expect(report.notes.contains { $0.contains("2 patients have two or more hospital stays in one year") })
    #expect(report.options["medicationCode"] == "gtc" && report.options["visitUnit"] == "unit-stay")
  }

  @Test("hospital stays hold their unit stays' codes") func hospitalStays() throws {
    var source = SourceOptions()
    source.visitUnit = .hospitalStay
    source.diagnosisCode = .path
    source.keepCancelled = true
    let cohort = try EICUFixture().run(source)
    #expect(cohort.visitIDs == ["90", "100", "200", "300", "301"], "stays of one year by their number")
    #expect(cohort.written(.medication, 1) == ["36", "38"])
    #expect(cohort.written(.diagnosis, 1).count == 3)
    #expect(cohort.vocabulary(.diagnosis).codes.contains("surgery|tracheostomy"))
    #expect(cohort.report.table("medication")?.skipped["order was cancelled"] == nil)
  }

  @Test("ICD-10, HICL, the first day") func others() throws {
    var source = SourceOptions()
    source.diagnosisCode = .icd10
    source.medicationCode = .hicl
    let cohort = try EICUFixture().run(source) { $0.firstDayOnly = true }
    #expect(cohort.vocabulary(.diagnosis).codes.contains("I95.9"))
    #expect(!cohort.vocabulary(.diagnosis).codes.contains("401.9"))
    #expect(cohort.vocabulary(.medication).codes == ["182", "37", "1820", "1866", "2812"].sorted())
    #expect(cohort.report.table("medication")?.skipped["starts later than 24 hours after the admission"] == 1)
    #expect(cohort.report.table("medication")?.skipped["no drug code"] == 1)
    // Of a hospital stay, the first day begins with the admission to the hospital, 2000 minutes before unit stay 2.
    source.visitUnit = .hospitalStay
    let late = try EICUFixture().run(source) { $0.firstDayOnly = true }
    #expect(late.report.table("medication")?.skipped["starts later than 24 hours after the admission"] == 2)
  }

  @Test("a map of one's own makes ATC classes of GTC") func medicationMap() throws {
    let fixture = try EICUFixture()
    var source = SourceOptions()
    source.medicationMap = try fixture.folder.write("map.csv", "Code,ATC\n38,C08D\n36,B01AA03\nx,\n")
    let cohort = try fixture.run(source) { $0.minimumVisits = 1 }
    #expect(cohort.vocabulary(.medication).codes == ["B01A", "C08D"])
    #expect(cohort.vocabulary(.medication).texts == ["warfarin sodium", "nitroglycerin, diltiazem hcl"])
    #expect(cohort.report.table("medication")?.skipped["drug code is in no map"] == 3)
    #expect(cohort.report.unmapped.first.map { [$0.code, "\($0.rows)"] } == ["GTC 2", "3"])
    #expect(cohort.report.routes == [ImportReport.Route(name: "medication-map", files: ["map.csv"], rows: 5)])
  }

  @Test("settings of another source, routes and absent kinds are refused in a sentence") func refused() throws {
    let fixture = try EICUFixture()
    var source = SourceOptions()
    source.medicationCode = .rxnorm
    #expect(
      sentence { _ = try fixture.run(source) }.contains("medication-code is rxnorm; expected gtc or hicl for eicu"))
    source = SourceOptions()
    source.mapping = "x.yaml"
    #expect(sentence { _ = try fixture.run(source) }.contains("mapping is x.yaml; expected it for table only"))
    #expect(sentence { _ = try fixture.run { $0.routes = [.gsn] } }.contains("route is gsn"))
    #expect(
      sentence { _ = try fixture.run { $0.required = [.procedure, .medication] } }
        .contains("eICU has no table of procedures"))
    source = SourceOptions()
    source.visitUnit = .unitStay
    #expect(throws: RecordsError.self) {
      try CohortImport.run(.synthea, paths: ImportPaths(root: fixture.folder.path), source: source)
    }
  }
}

@Suite(.enabled(if: Shared.isAvailable, "needs THERIAC_SHARED with data/eicu-demo"))
struct EICUDemoTests {
  let data = Shared.path + "/data"

  func run(_ source: SourceOptions, maps: Bool = false, minimumVisits: Int = 2) throws -> Cohort {
    var options = ImportOptions()
    options.minimumVisits = minimumVisits
    return try CohortImport.run(
      .eicu, paths: ImportPaths(root: data + "/eicu-demo", maps: maps ? data + "/codemaps" : nil), options: options,
      source: source)
  }

  func flow(_ cohort: Cohort, _ prefix: String) -> [Int]? {
    cohort.report.flow.first { $0.step.hasPrefix(prefix) }.map { [$0.patients, $0.visits] }
  }

  @Test("rows, patients, stays with diagnosis and medication are those of the data's description")
  func counts() throws {
    var source = SourceOptions()
    source.diagnosisCode = .path
    source.keepCancelled = true
    let cohort = try run(source)
    for (table, rows) in ["patient": 2_520, "diagnosis": 24_978, "medication": 75_604] {
      #expect(cohort.report.table(table)?.rowsRead == rows)
      #expect(cohort.report.table(table)?.malformedRows == 0)
    }
    #expect(flow(cohort, "in patient")?.first == 1_841)
    #expect(flow(cohort, "with a unit stay") == [1_841, 2_520])
    #expect(flow(cohort, "with a medication order")?.last == 1_602)
    #expect(flow(cohort, "of patients with 2 or more such visits, before")?.first == 212)
    #expect(cohort.report.table("medication")?.skipped == ["no drug code": 8_218], "gtc is 0 in 11 %")
    source.visitUnit = .hospitalStay
    #expect(flow(try run(source), "with a hospital stay") == [1_841, 2_174])
  }

  @Test("defaults: ICD-9 of the cell, GTC, no cancelled orders") func defaults() throws {
    let cohort = try run(SourceOptions(), maps: true)
    #expect(cohort.report.table("medication")?.skipped["order was cancelled"] == 2_636)
    #expect(cohort.report.table("diagnosis")?.skipped["no ICD code"] == 3_772)
    #expect(cohort.report.table("diagnosis")?.skipped["icd9code holds no diagnosis code"] == 34, "31.1 is a procedure")
    #expect(cohort.vocabulary(.diagnosis).codes.allSatisfy { !$0.hasPrefix("I") && !$0.contains(",") })
    let hypertension = try #require(cohort.vocabulary(.diagnosis).indexByCode()["401.9"])
    #expect(cohort.vocabulary(.diagnosis).texts[hypertension] == "Unspecified essential hypertension")
    #expect(cohort.vocabulary(.medication).count == 41)
    #expect(cohort.vocabulary(.medication).texts.allSatisfy { !$0.isEmpty })
    // What pandas counts for the same rules.
    #expect(cohort.patientCount == 182 && cohort.visitCount == 467 && cohort.vocabulary(.diagnosis).count == 226)
    var hicl = SourceOptions()
    hicl.medicationCode = .hicl
    #expect(try run(hicl, minimumVisits: 1).vocabulary(.medication).count > 900, "of 1,028 in all rows")
  }
}
