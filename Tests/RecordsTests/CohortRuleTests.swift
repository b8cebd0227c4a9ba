import Foundation
import Records
import Testing

/// The rules by which visits, codes and classes are chosen, on the small MIMIC-III fixture.
@Suite struct CohortRuleTests {
  let fixture: MIMIC3Fixture

  init() throws { fixture = try MIMIC3Fixture() }

  func run(
    _ change: (inout ImportOptions) -> Void = { _ in }, paths: (inout ImportPaths) -> Void = { _ in }
  ) throws -> Cohort {
    var options = ImportOptions()
    change(&options)
    var places = fixture.paths
    paths(&places)
    return try CohortImport.run(.mimic3, paths: places, options: options)
  }

  @Test("any kinds may be required, medication always is") func required() throws {
    try fixture.folder.write("PROCEDURES_ICD.csv", "row_id,subject_id,hadm_id,seq_num,icd9_code\n1,1,11,1,3605\n")
    try fixture.folder.write(
      "DIAGNOSES_ICD.csv", "row_id,subject_id,hadm_id,seq_num,icd9_code\n1,1,11,1,4019\n2,1,12,1,4019\n")
    #expect(try run { $0.required = [.medication] }.visitIDs == ["11", "12", "21", "22"])
    #expect(try run { $0.required = [.medication, .diagnosis] }.visitIDs == ["11", "12"])
    #expect(
      try run {
        $0.required = [.medication, .diagnosis, .procedure]
        $0.minimumVisits = 1
      }.visitIDs == ["11"])
    for kinds in [[CodeKind.diagnosis], [], [.medication, .medication]] {
      #expect(sentence { _ = try run { $0.required = kinds } }.contains("medication"))
    }
  }

  @Test("an empty result says which patients have how many visits, what the others lack, and what to try")
  func nothing() throws {
    let few = sentence { _ = try run { $0.minimumVisits = 3 } }
    #expect(
      few == "No patient is left after the filters: no patient has three complete visits (each with a diagnosis, a "
        + "procedure and a medication): 2 have two, 1 has one; try --min-visits 2.", "\(few)")
    try fixture.folder.write(
      "PROCEDURES_ICD.csv", "row_id,subject_id,hadm_id,seq_num,icd9_code\n1,1,11,1,3605\n2,3,31,1,3605\n")
    let one = sentence { _ = try run() }
    #expect(one.contains("no patient has two complete visits"), "\(one)")
    #expect(one.contains("2 have one, 1 lack procedures; try --min-visits 1"), "\(one)")
    try fixture.folder.write("PROCEDURES_ICD.csv", "row_id,subject_id,hadm_id,seq_num,icd9_code\n1,1,99,1,3605\n")
    let lacking = sentence { _ = try run() }
    #expect(lacking.contains("3 lack procedures; try --require diagnosis,medication"), "\(lacking)")
    #expect(
      lacking.contains("none of the 1 rows of PROCEDURES_ICD was kept (hadm_id is not in ADMISSIONS)"), "\(lacking)")
    try fixture.folder.write("maps/gsn_atc_ndc_ethos.csv", "gsn,atc,ndc\n999998,N02BE01,1\n")
    try fixture.folder.remove("maps/atc3_ndc_molerec.csv")
    let unmapped = sentence { _ = try run { $0.required = [.diagnosis, .medication] } }
    #expect(unmapped.contains("3 have no prescription that maps to a wanted class; check the code maps"), "\(unmapped)")
    try fixture.folder.write("ADMISSIONS.csv", "subject_id,hadm_id,admittime\n1,11,yesterday\n")
    let none = sentence { _ = try run() }
    #expect(none.contains("no visit could be read"), "\(none)")
    #expect(
      none.contains(
        "the only row of ADMISSIONS cannot be read, the first is ADMISSIONS.csv:2: admittime is not a time"),
      "\(none)")
  }

  @Test("classes of a list alone; its order is the vocabulary's on request") func classes() throws {
    let list = try fixture.folder.write("classes.txt", "seperator\nN02B\n\nC03C\nA01A\nN02B\n")
    let both = try run({ $0.classes = .file }, paths: { $0.classes = list })
    #expect(both.vocabulary(.medication).codes == ["C03C", "N02B"])
    #expect(
      both.report.notes.contains { $0 == "Of the 4 classes in classes.txt, 2 are in no kept visit: seperator, A01A." })
    let ordered = try run(
      {
        $0.classes = .file
        $0.classOrder = .list
      }, paths: { $0.classes = list })
    #expect(ordered.vocabulary(.medication).codes == ["N02B", "C03C"])
    #expect(ordered.written(.medication, 0) == ["N02B", "C03C"])
    #expect(ordered.smiles == [["CC(=O)Nc1ccc(O)cc1"], []])
    let one = try fixture.folder.write("one.txt", "N02B\n")
    let few = try run({ $0.classes = .file }, paths: { $0.classes = one })
    #expect(few.visitIDs == ["11", "12"])
    #expect(few.report.table("PRESCRIPTIONS")?.skipped["class is not in one.txt"] == 4)
    #expect(try run { $0.classes = .molecules }.vocabulary(.medication).codes == ["N02B"])
    #expect(try run { $0.classes = .interactions }.vocabulary(.medication).codes == ["C03C", "N02B"])
    try fixture.folder.write("maps/ddi_atc3_union_order.txt", "decoder_point\nN02B\nC03C\n")
    let matrix = try run {
      $0.classes = .interactions
      $0.classOrder = .list
    }
    #expect(matrix.vocabulary(.medication).codes == ["N02B", "C03C"])
    #expect(matrix.report.table("ddi_atc3_union_order.txt")?.skipped == ["no ATC class": 1])
  }

  @Test("rules without what they need, and settings without effect, are refused") func contradictions() throws {
    #expect(sentence { _ = try run { $0.classOrder = .list } }.contains("classOrder is list"))
    #expect(sentence { _ = try run { $0.classes = .file } }.contains("one class a line"))
    #expect(sentence { _ = try run(paths: { $0.classes = "x.txt" }) }.contains("classes is x.txt"))
    #expect(sentence { _ = try run { $0.moleculeRule = .byATC } }.contains("--drugs FILE"))
    #expect(sentence { _ = try run { $0.moleculesPerClass = -1 } }.contains("moleculesPerClass is -1"))
    #expect(sentence { _ = try run { $0.maxMedications = 0 } }.contains("maxMedications is 0"))
    var mixed = SymptomOptions()
    mixed.sections = ["all", "hpi"]
    #expect(sentence { _ = try run { $0.symptoms = mixed } }.contains("symptom sections"))
    var none = SymptomOptions()
    none.categories = []
    #expect(sentence { _ = try run { $0.symptoms = none } }.contains("note categories"))
    let empty = try fixture.folder.write("empty.txt", "\n \n")
    #expect(sentence { _ = try run({ $0.classes = .file }, paths: { $0.classes = empty }) }.contains("no entry"))
    try fixture.folder.remove("maps/atc3_smiles_nlammr_m3.json")
    #expect(sentence { _ = try run { $0.requireMolecules = true } }.contains("none was found"))
    try fixture.folder.remove("maps/ddi_atc3_union.csv")
    #expect(sentence { _ = try run { $0.classes = .interactions } }.contains("--ddi"))
  }

  @Test("the most frequent procedures and medications") func most() throws {
    #expect(try run { $0.maxProcedures = 1 }.vocabulary(.procedure).codes == ["3722"])
    let cohort = try run {
      $0.maxMedications = 1
      $0.minimumVisits = 1
    }
    #expect(cohort.vocabulary(.medication).codes == ["C03C"])
    #expect(
      cohort.report.notes.contains {
        $0.contains("1 most frequent medication codes are kept; 1 codes are left out: N02B")
      })
  }

  @Test("of several classes of a code the preferred or the first counts; GAMENet's names of maps are known")
  func ambiguity() throws {
    try fixture.folder.remove("maps/gsn_atc_ndc_ethos.csv")
    try fixture.folder.remove("maps/atc3_ndc_molerec.csv")
    try fixture.folder.write(
      "maps/ndc2rxnorm_mapping.txt", "{'00182844789': u'161', '00517570425': u'4603', '11111111111': ''}")
    try fixture.folder.write(
      "maps/ndc2atc_level4.csv",
      "YEAR,MONTH,NDC,RXCUI,ATC4\n2019,1,1,161,S01XA\n2019,1,1,161,N02BE\n2019,1,1,4603,C03CA\n")
    func classes(_ ambiguity: Ambiguity) throws -> [String] {
      try run {
        $0.routes = [.ndcRxCUI]
        $0.minimumVisits = 1
        $0.ambiguity = ambiguity
      }.vocabulary(.medication).codes
    }
    #expect(try classes(.preferred) == ["C03C", "N02B"])
    #expect(try classes(.first) == ["C03C", "S01X"])
  }

  @Test("by time: train is earlier than the last visit of everybody else") func byTime() throws {
    #expect(SplitRule.byTime([30, 10, 20, 60, 40, 50]) == [.train, .train, .train, .test, .train, .validation])
    #expect(SplitRule.byTime([5, 5, 5]) == [.train, .train, .validation])
    #expect(SplitRule.byTime([]).isEmpty)
    #expect(try SplitRule("by-time") == .byTime)
    let cohort = try run {
      $0.split = .byTime
      $0.minimumVisits = 1
    }
    // Last visits: patient 1 in 2150, 2 in 2131, 3 in 2160.
    #expect(cohort.patientIDs == ["1", "2", "3"])
    #expect(cohort.splits == [.train, .train, .validation])
    #expect(cohort.splitRule == "by-time")
    #expect(cohort.report.notes.contains("3 patients are too few to divide: there are none in test."))
    #expect(cohort.report.notes.contains { $0.hasPrefix("Split by time: MIMIC-III shifts the dates") })
    let folder = try Folder()
    let writer = try CohortWriter(path: folder.path + "/c.h5", header: CohortHeader(name: "x", vocabularies: [:]))
    try writer.append(
      patientID: "1", visits: [CohortVisit(id: "1", diagnoses: [], procedures: [], symptoms: [], medications: [])])
    #expect(sentence { try writer.finish(split: .byTime, report: ImportReport(source: "")) }.contains("no times"))
  }

  @Test("drugs: sentences joined per class, molecules of the class, approved ones first") func drugs() throws {
    let table = try fixture.folder.write(
      "drugs.csv",
      """
      drugbank_id,name,groups,atc_codes,smiles,description
      1,Bumetanide,experimental,C03CA02,CCC,"Bumetanide is a loop diuretic of the sulfamyl category. It is strong."
      2,Furosemide,approved|vet_approved,C03CA01|C03EB01,CCO,A benzoic-sulfonamide-furan that is given for edema and the like.
      3,Acetaminophen,approved,N02BE01|N02BE51,CC(=O)Nc1ccc(O)cc1,
      4,Nothing,approved,,C,no code
      5,Torasemide,approved,C03CA04,,

      """)
    let cohort = try run(
      {
        $0.moleculeRule = .byATC
        $0.moleculesPerClass = 1
      }, paths: { $0.drugs = table })
    #expect(cohort.smiles == [["CCO"], ["CC(=O)Nc1ccc(O)cc1"]])
    #expect(
      cohort.vocabulary(.medication).texts[0]
        == "C03C. Furosemide: A benzoic-sulfonamide-furan that is given for edema and the like. "
        + "Bumetanide is a loop diuretic of the sulfamyl category.")
    #expect(cohort.vocabulary(.medication).texts[1].hasPrefix("N02B other analgesics"), "no drug of it is described")
    #expect(cohort.report.table("drugs.csv")?.skipped == ["no ATC code of the third level or below": 1])
    let all = try run(
      {
        $0.moleculeRule = .byATC
        $0.moleculesPerClass = 0
      }, paths: { $0.drugs = table })
    #expect(all.smiles[0] == ["CCO", "CCC"])
    let bare = try fixture.folder.write("bare.csv", "name,atc_codes\nx,N02BE01\n")
    #expect(sentence { _ = try run(paths: { $0.drugs = bare }) }.contains("neither a column description nor"))
    let textOnly = try fixture.folder.write("text.csv", "atc_codes,description\nN02BE01,x\n")
    #expect(
      sentence { _ = try run({ $0.moleculeRule = .byATC }, paths: { $0.drugs = textOnly }) }.contains(
        "no column smiles"))
  }

  @Test("published molecules are checked against the drugs' codes") func moleculeCheck() throws {
    try fixture.folder.write(
      "maps/atc3_smiles_nlammr_m3.json", #"{"N02B": ["CC(=O)NC1", "OCC", "C", "bad"], "C03C": ["C"], "A01A": []}"#)
    let table = try fixture.folder.write(
      "drugs.csv", "atc_codes,smiles\nN02BE01,cc(=o)nc1\nC03CA01,CCO\nV03AB|N02BA,c\nD01,C\n")
    let identity = MoleculeIdentity(name: "letters") { $0 == "bad" ? nil : String($0.lowercased().sorted()) }
    let cohort = try run(paths: {
      $0.drugs = table
      $0.moleculeIdentity = identity
    })
    #expect(
      cohort.report.notes.contains {
        $0
          == "2 of 5 molecules in atc3_smiles_nlammr_m3.json are of the class they are listed under, by the ATC codes in "
          + "drugs.csv (same molecule: letters); 2 are of another class, 1 are no drug of that table; 1 classes have none of "
          + "their own: C03C."
      }, "\(cohort.report.notes)")
  }

  @Test("the audit: repeated codes, unmapped codes as CSV, the flow with what each filter took") func audit() throws {
    try fixture.folder.write(
      "DIAGNOSES_ICD.csv",
      """
      row_id,subject_id,hadm_id,seq_num,icd9_code
      1,1,11,3,4019
      2,1,11,1,0389
      3,1,11,2,4019
      4,1,12,1,4019
      5,2,21,1,0389
      6,2,22,1,5672
      """)
    let cohort = try fixture.run()
    #expect(cohort.written(.diagnosis, 0) == ["0389", "4019"])
    #expect(cohort.report.repeated == ["diagnosis": 1, "procedure": 0, "symptom": 0, "medication": 0])
    let path = fixture.folder.path + "/cohort.h5"
    try CohortFile.write(cohort, to: path)
    let read = try CohortFile.read(path)
    #expect(read.report == cohort.report)
    #expect(
      read.report.unmappedCSV() == """
        kind,code,text,rows
        medication,NDC 11111111111 GSN 123456,Azithromycin,1
        procedure,3605,3605,1

        """)
    let lines = read.report.flowText().split(separator: "\n").map(String.init)
    #expect(lines[1].hasPrefix("in PATIENTS"))
    #expect(
      lines.contains {
        $0.hasPrefix("with a diagnosis ") && $0.split(separator: " ").suffix(4) == ["2", "1", "4", "1"]
      })
    #expect(lines.contains { $0.hasPrefix("(of patients with 2 or more such visits, before medications are mapped)") })
    #expect(read.report.text().contains("Rows that repeat a code of their visit: 1 diagnosis"))
    #expect(read.report.hashText().contains(try #require(read.report.table("ADMISSIONS")).sha256))
    var odd = read.report
    odd.unmapped = [ImportReport.UnmappedCode(kind: .medication, code: "a,b", text: "say \"x\"", rows: 2)]
    #expect(odd.unmappedCSV() == "kind,code,text,rows\nmedication,\"a,b\",\"say \"\"x\"\"\",2\n")
  }

  @Test("options with rules survive JSON; no symptoms are null") func json() throws {
    var options = ImportOptions()
    options.required = [.medication]
    options.maxProcedures = 3
    options.ambiguity = .first
    options.classes = .interactions
    options.classOrder = .list
    options.moleculeRule = .byATC
    options.symptoms?.sections = ["all"]
    options.split = .byTime
    #expect(try JSONDecoder().decode(ImportOptions.self, from: JSONEncoder().encode(options)) == options)
    options.symptoms = nil
    #expect(try JSONDecoder().decode(ImportOptions.self, from: JSONEncoder().encode(options)) == options)
    #expect(try JSONDecoder().decode(ImportOptions.self, from: Data("{}".utf8)) == ImportOptions())
  }
}
