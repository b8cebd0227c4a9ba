import Foundation
import Records
import Testing

@Suite struct TableImportTests {
  /// Writes a mapping and runs it on a folder.
  private func run(
    _ folder: Folder, _ mapping: String, maps: String? = nil, map: String? = nil,
    _ change: (inout ImportOptions) -> Void = { _ in }
  ) throws -> Cohort {
    var options = ImportOptions()
    change(&options)
    var source = SourceOptions()
    source.mapping = try folder.write("mapping.yaml", mapping)
    source.medicationMap = map
    return try CohortImport.run(
      .table, paths: ImportPaths(root: folder.path, maps: maps), options: options, source: source)
  }

  private let oneTable = """
    delimiter: semicolon
    time_format: d.M.yyyy H:mm
    tables:
      - file: events.csv
        columns: {patient: Patient, visit: Fall, time: Zeit, kind: Art, code: Code, text: Text, order: Rang}
        kinds: {DX: diagnosis, OPS: procedure, RX: medication, SY: symptom}
    """

  @Test("one long table: kinds by a column, German times, order in the visit, texts") func long() throws {
    let folder = try Folder()
    try folder.write(
      "events.csv.gz",
      gzip(
        """
        Patient;Fall;Zeit;Art;Code;Text;Rang
        7;f2;2.1.2021 9:00;DX;I10;Hypertonie;2
        7;f2;2.1.2021 8:00;DX;E11;"Diabetes; Typ 2";1
        7;f2;2.1.2021 9:00;RX;C03C;Furosemid;
        7;f1;15.12.2020 23:59;DX;I10;;
        7;f1;15.12.2020 23:59;RX;B01A;;
        7;f1;15.12.2020 23:59;SY;R07;Brustschmerz;
        7;f1;15.12.2020 23:59;LAB;NA;Natrium;
        7;f1;31.2.2020 10:00;DX;I10;;
        7;f1;15.12.2020 10:00;DX;;;
        7;f1;15.12.2020 10:00;DX;I50;;erster
        ;f1;15.12.2020 10:00;DX;I50;;
        7;;15.12.2020 10:00;DX;I50;;
        8;f1;15.12.2020 10:00;DX;I50;;
        7;f1;15.12.2020 10:00;OPS;5-010;;
        7;f2;2.1.2021 9:00;OPS;5-010;;

        """))
    let cohort = try run(folder, oneTable)
    #expect(cohort.patientIDs == ["7"])
    #expect(cohort.visitIDs == ["f1", "f2"])
    #expect(cohort.written(.diagnosis, 1) == ["E11", "I10"])
    #expect(
      cohort.vocabulary(.diagnosis) == Vocabulary(codes: ["E11", "I10"], texts: ["Diabetes; Typ 2", "Hypertonie"]))
    #expect(cohort.vocabulary(.symptom).texts == ["Brustschmerz"])
    #expect(cohort.vocabulary(.medication).codes == ["B01A", "C03C"])
    #expect(
      cohort.report.table("events.csv")?.skipped == [
        "malformed: Zeit is not a time of the format": 1, "no code": 1, "malformed: Rang is not a number": 1,
        "no patient": 1, "no visit": 1, "malformed: the visit belongs to another patient": 1,
        "kind is not in the mapping": 1,
      ])
    #expect(cohort.report.table("events.csv")?.file == "events.csv.gz")
    #expect(cohort.report.notes.contains { $0.contains("LAB (1)") })
    #expect(sentence { _ = try run(folder, oneTable) { $0.strict = true } }.contains("events.csv.gz:"))
  }

  /// A table of visits, one per kind, titles of their own.
  private func severalTables() throws -> Folder {
    let folder = try Folder()
    try folder.write("stays.csv", "pid,sid,day\n1,1,5\n1,2,3\n2,1,9\n2,2,10\n2,2,11\n")
    try folder.write("dx.csv", "pid,sid,icd\n1,1,I10\n1,2,E11\n2,1,I10\n2,2,I10\n2,3,I10\n")
    try folder.write(
      "sub/rx.tsv", "pid\tsid\tatc\n1\t1\tN02BE01\n1\t2\tN02BA01\n2\t1\tB01\n2\t1\tB01AA03\n2\t2\tC03C\n")
    try folder.write("icd.csv", "code,title\nI10,Hypertension\nI10,Again\nE11,\n")
    return folder
  }

  private let several = """
    name: Clinic
    time_format: number
    visit_ids: per-patient
    medication: atc
    tables:
      - file: stays.csv
        columns: {patient: pid, visit: sid, time: day}
      - file: dx.csv
        kind: diagnosis
        columns: {patient: pid, visit: sid, code: icd}
      - file: sub/rx.tsv
        delimiter: tab
        kind: medication
        columns: {patient: pid, visit: sid, code: atc}
    titles:
      - file: icd.csv
        kind: diagnosis
        columns: {code: code, text: title}
    """

  @Test("several tables: visits numbered within patients, ATC codes of any level, titles") func tables() throws {
    let cohort = try run(severalTables(), several)
    #expect(cohort.name == "Clinic")
    #expect(cohort.visitIDs == ["1/2", "1/1", "2/1", "2/2"])
    #expect(cohort.vocabulary(.medication).codes == ["B01A", "C03C", "N02B"])
    #expect(cohort.vocabulary(.diagnosis).texts == ["E11", "Hypertension"])
    #expect(cohort.report.table("stays.csv")?.skipped == ["visit listed before": 1])
    #expect(cohort.report.table("dx.csv")?.skipped == ["visit is not in stays.csv": 1])
    #expect(cohort.report.table("sub/rx.tsv")?.skipped == ["drug code is in no map": 1])
    #expect(cohort.report.unmapped.first?.code == "ATC B01")
    #expect(cohort.report.table("icd.csv")?.skipped == ["code was named before": 1, "no code or no text": 1])
  }

  @Test("without a visit column a visit is a day of a patient; the first day counts from the visit's time")
  func days() throws {
    let folder = try Folder()
    try folder.write(
      "all.csv",
      """
      who,when,what,kind
      a,2020-01-31 10:00,I10,diagnosis
      a,2020-01-31 23:00,X,medications
      a,2020-02-01 00:10,I10,diagnosis
      a,2020-02-01 00:20,Y,medication
      a,,Y,medication

      """)
    let mapping = "tables:\n  - file: all.csv\n    columns: {patient: who, time: when, code: what, kind: kind}\n"
    let cohort = try run(folder, mapping)
    #expect(cohort.visitIDs == ["a/2020-01-31", "a/2020-02-01"])
    #expect(cohort.report.table("all.csv")?.skipped == ["no time": 1])
    let procedures = sentence { _ = try run(folder, mapping) { $0.required = [.procedure, .medication] } }
    #expect(procedures.contains("no row of the tables is a procedure"))
    #expect(try run(folder, mapping) { $0.firstDayOnly = true }.visitCount == 2)
    let numbered = mapping.replacing("time: when", with: "visit: when, time: when") + "time_format: number\n"
    #expect(
      sentence { _ = try run(folder, numbered) { $0.firstDayOnly = true } }.contains(
        "a column time with dates in all.csv"))
  }

  @Test("NDC, GSN and RxNorm codes through the maps, or through a map of one's own") func maps() throws {
    let folder = try Folder()
    try folder.write("maps/gsn_atc_ndc_ethos.csv", "gsn,atc,ndc\n004489,N02BE01,1\n")
    try folder.write("maps/atc3_ndc_molerec.csv", "atc3,ndc11\nN02B,00182844789\n")
    try folder.write("maps/RXCUI2atc4.csv", "YEAR,MONTH,NDC,RXCUI,ATC4\n2020,6,1,313820,N02BE\n")
    try folder.write("dx.csv", "p,v,c\n1,1,I10\n1,2,I10\n")
    func mapping(_ medication: String) -> String {
      """
      medication: \(medication)
      tables:
        - {file: dx.csv, kind: diagnosis, columns: {patient: p, visit: v, code: c}}
        - {file: rx.csv, kind: medication, columns: {patient: p, visit: v, code: c, text: n}}
      """
    }
    for (medication, code, route) in [
      ("ndc", "00182-8447-89", "ndc-atc3"), ("gsn", "004489", "gsn"), ("rxcui", "313820", "rxcui"),
    ] {
      try folder.write("rx.csv", "p,v,c,n\n1,1,\(code),x\n1,2,\(code),x\n1,2,77,unknown\n1,2,,none\n")
      let cohort = try run(folder, mapping(medication), maps: folder.path + "/maps")
      #expect(cohort.vocabulary(.medication).codes == ["N02B"])
      #expect(cohort.report.routes.first { $0.rows == 2 }?.name == route)
      #expect(cohort.report.table("rx.csv")?.skipped == ["drug code is in no map": 1, "no drug code": 1])
      #expect(cohort.report.unmapped.first?.text == "unknown")
      #expect(sentence { _ = try run(folder, mapping(medication)) }.contains("maps is not given"))
    }
    let map = try folder.write("own.csv", "code,atc\n77,B01AA03\n313820,N02B\n")
    #expect(try run(folder, mapping("map"), map: map).vocabulary(.medication).codes == ["B01A", "N02B"])
    #expect(sentence { _ = try run(folder, mapping("map")) }.contains("medication-map is not given"))
    #expect(
      sentence { _ = try run(folder, mapping("label"), map: map) }.contains("`medication: map` in the column mapping"))
    let labels = try run(folder, mapping("label"))
    #expect(labels.vocabulary(.medication) == Vocabulary(codes: ["313820", "77"], texts: ["x", "unknown"]))
  }

  @Test("descriptions and interactions of labels that are no ATC classes") func labels() throws {
    let folder = try Folder()
    try folder.write("rx.csv", "p,v,c\n1,1,herb-1\n1,1,herb-2\n1,2,herb-2\n")
    try folder.write("ddi.csv", "atc3_a,atc3_b\nherb-2,herb-1\n")
    try folder.write("texts.tsv", "herb-1\tginseng\nherb-2\tliquorice\n")
    var options = ImportOptions()
    options.required = [.medication]
    var source = SourceOptions()
    source.mapping = try folder.write(
      "m.yaml", "tables: [{file: rx.csv, kind: medication, columns: {patient: p, visit: v, code: c}}]")
    let cohort = try CohortImport.run(
      .table,
      paths: ImportPaths(
        root: folder.path, interactions: folder.path + "/ddi.csv", medicationTexts: folder.path + "/texts.tsv"),
      options: options, source: source)
    #expect(cohort.vocabulary(.medication).texts == ["ginseng", "liquorice"])
    #expect(cohort.interactions.count == 1)
  }

  @Test("missing tables and columns are named with what is there") func missing() throws {
    let folder = try severalTables()
    #expect(
      sentence { _ = try run(folder, several.replacing("code: icd}", with: "code: icd10}")) }
        .contains("dx.csv has no column icd10; its columns are pid, sid, icd"))
    #expect(
      sentence { _ = try run(folder, several.replacing("dx.csv", with: "dxx.csv")) }
        .contains("looked for dxx.csv, dxx.csv.gz"))
    #expect(throws: RecordsError.self) {
      try CohortImport.run(.table, paths: ImportPaths(root: folder.path))
    }
  }
}
