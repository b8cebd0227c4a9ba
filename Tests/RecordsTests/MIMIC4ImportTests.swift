import Foundation
import Records
import Testing

@Suite struct MIMIC4ImportTests {
  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write("hosp/patients.csv", "subject_id,gender\n1,F\n")
    try folder.write(
      "hosp/admissions.csv", "subject_id,hadm_id,admittime\n1,11,2150-01-01 10:00:00\n1,12,2151-01-01 10:00:00\n")
    // icd_code is padded with blanks in some releases; code E119 exists in both versions.
    try folder.write(
      "hosp/diagnoses_icd.csv",
      """
      subject_id,hadm_id,seq_num,icd_code,icd_version
      1,11,1,E119   ,9
      1,11,2,E119,10
      1,12,1,0389 ,9
      1,12,2,T814XXA,10
      1,12,3,X,11
      """)
    try folder.write(
      "hosp/procedures_icd.csv",
      """
      subject_id,hadm_id,seq_num,chartdate,icd_code,icd_version
      1,11,1,2150-01-01,5491,9
      1,12,1,2151-01-01,0016070,10
      """)
    try folder.write(
      "hosp/prescriptions.csv",
      """
      subject_id,hadm_id,starttime,drug,gsn,ndc
      1,11,2150-01-01 12:00:00,Fentanyl,,
      1,11,2150-01-01 12:00:00,Tylenol,004489 016995,0
      1,12,2151-01-01 12:00:00,Tylenol,004489,0
      """)
    try folder.write(
      "hosp/d_icd_diagnoses.csv",
      """
      icd_code,icd_version,long_title
      E119,9,Accident of kind 9
      E119 ,10,Type 2 diabetes
      0389,9,Septicemia
      T814,10,Infection following a procedure
      """)
    try folder.write("hosp/d_icd_procedures.csv", "icd_code,icd_version,long_title\n5491,9,Percutaneous drainage\n")
    try folder.write("maps/gsn_atc_ndc_ethos.csv", "gsn,atc,ndc\n004489,N02BE01,1\n016995,R03AC02,1\n")
    try folder.write(
      "maps/icd10pcs_titles_2020_composed.csv", "code,title,section\n0016070,\"Bypass of Cerebral Ventricle, Open\",M\n"
    )
  }

  var paths: ImportPaths { ImportPaths(root: folder.path, maps: folder.path + "/maps") }

  @Test("codes carry their version, blanks are stripped, titles are of the same version") func versions() throws {
    let cohort = try CohortImport.run(.mimic4, paths: paths)
    #expect(cohort.vocabulary(.diagnosis).codes == ["10:E119", "10:T814XXA", "9:0389", "9:E119"])
    #expect(
      cohort.vocabulary(.diagnosis).texts == [
        "Type 2 diabetes", "Infection following a procedure", "Septicemia", "Accident of kind 9",
      ])
    #expect(cohort.written(.diagnosis, 0) == ["9:E119", "10:E119"])
    #expect(cohort.vocabulary(.procedure).texts == ["Bypass of Cerebral Ventricle, Open", "Percutaneous drainage"])
    #expect(cohort.report.notes.contains { $0.contains("named by the title of a shorter code: 10:T814XXA") })
    let table = try #require(cohort.report.table("DIAGNOSES_ICD"))
    #expect(table.file == "hosp/diagnoses_icd.csv")
    #expect(table.examples == ["hosp/diagnoses_icd.csv:6: icd_version is neither 9 nor 10 (\"11\")"])
  }

  @Test("the first known of several GSN counts; empty and zero NDC are none") func medications() throws {
    let cohort = try CohortImport.run(.mimic4, paths: paths)
    #expect(cohort.vocabulary(.medication).codes == ["N02B"])
    #expect(cohort.report.table("PRESCRIPTIONS")?.skipped == ["no drug code": 1])
    #expect(cohort.report.notes.contains { $0.contains("route ndc-rxcui is not used") })
  }

  @Test("the root may be the hosp folder itself") func hospRoot() throws {
    let whole = try CohortImport.run(.mimic4, paths: paths)
    var cohort = try CohortImport.run(.mimic4, paths: ImportPaths(root: folder.path + "/hosp", maps: paths.maps))
    #expect(cohort.report.table("ADMISSIONS")?.file == "admissions.csv")
    cohort.report = whole.report
    #expect(cohort == whole)
  }

  @Test("maps without a medication route are refused, naming the files") func noRoute() throws {
    try folder.remove("maps/gsn_atc_ndc_ethos.csv")
    let said = sentence { _ = try CohortImport.run(.mimic4, paths: paths) }
    #expect(said.contains("No medication route (gsn, ndc-atc3, ndc-rxcui, ndc-atc4)"), "\(said)")
    #expect(said.contains("ndc2RXCUI.txt"), "\(said)")
  }

  @Test("symptoms come from note/discharge beside hosp, or from a file that is given") func symptoms() throws {
    let text = "note_id,subject_id,hadm_id,text\n1,1,11,\"Chief Complaint:\nCough\n \nFoo\"\n"
    try folder.write("note/discharge.csv", text)
    try folder.write("maps/symptoms_list.txt", "Cough\nfoo\n\nCough\n")
    let cohort = try CohortImport.run(.mimic4, paths: paths)
    #expect(cohort.vocabulary(.symptom).codes == ["Cough", "foo"])
    #expect(cohort.report.table("symptoms_list.txt")?.skipped == ["listed before": 1])
    let bare = ImportPaths(root: folder.path + "/hosp", maps: paths.maps)
    #expect(try CohortImport.run(.mimic4, paths: bare).vocabulary(.symptom).count == 2, "the root may be hosp itself")
    try folder.remove("note/discharge.csv")
    let without = try CohortImport.run(.mimic4, paths: paths)
    #expect(without.report.notes.contains { $0.contains("note/discharge is absent") })
    var given = paths
    given.notes = try folder.write("elsewhere.csv", text)
    #expect(try CohortImport.run(.mimic4, paths: given).vocabulary(.symptom).count == 2)
    given.notes = "/no/such/file.csv"
    #expect(throws: RecordsError.missingFile("/no/such/file.csv")) { try CohortImport.run(.mimic4, paths: given) }
  }
}
