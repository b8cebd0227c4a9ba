import Foundation
import Molecules
import Records
import Testing

/// The PhysioNet demos of MIMIC-III and MIMIC-IV; the numbers are those of the data's own description.
@Suite(.enabled(if: Shared.isAvailable, "needs THERIAC_SHARED with data/mimic3-demo"))
struct DemoImportTests {
  let data = Shared.path + "/data"

  func run(_ format: ImportFormat, _ change: (inout ImportOptions) -> Void = { _ in }) throws -> Cohort {
    var options = ImportOptions()
    change(&options)
    let molecules = format == .mimic3 ? "nlammr_m3" : "nlammr_m4"
    return try CohortImport.run(
      format,
      paths: ImportPaths(
        root: data + (format == .mimic3 ? "/mimic3-demo" : "/mimic4-demo"), maps: data + "/codemaps",
        molecules: data + "/molecules/atc3_smiles_\(molecules).json"),
      options: options)
  }

  func flow(_ cohort: Cohort, _ prefix: String) -> [Int]? {
    cohort.report.flow.first { $0.step.hasPrefix(prefix) }.map { [$0.patients, $0.visits] }
  }

  @Test("MIMIC-III demo: rows, filters and vocabulary") func mimic3() throws {
    let cohort = try run(.mimic3)
    let rows = [
      "PATIENTS": 100, "ADMISSIONS": 129, "DIAGNOSES_ICD": 1_761, "PROCEDURES_ICD": 506, "PRESCRIPTIONS": 10_398,
    ]
    for (table, count) in rows {
      let read = try #require(cohort.report.table(table))
      #expect(read.rowsRead == count)
      #expect(read.malformedRows == 0)
      #expect(read.sha256.count == 64)
    }
    #expect(flow(cohort, "with a prescription") == [82, 107])
    #expect(flow(cohort, "of patients with 2 or more such visits, before") == [11, 36])
    #expect(flow(cohort, "of patients with 2 or more such visits") == [11, 36])
    #expect(cohort.report.flow.last.map { [$0.patients, $0.visits] } == [11, 36])
    #expect(cohort.patientCount == 11)
    #expect(cohort.visitCount == 36)
    #expect(cohort.report.table("PRESCRIPTIONS")?.skipped == ["no drug code": 1_276, "drug code is in no map": 81])
    #expect(cohort.report.table("atc_names_ethos.csv.gz")?.skipped == ["code was named before": 184])
    #expect(cohort.report.table("ndc2rxcui.csv.gz")?.skipped == ["no RxCUI": 20, "NDC is not a number": 1])
    let counts = CodeKind.allCases.map { cohort.vocabulary($0).count }
    #expect(counts == [227, 57, 0, 108])
    #expect(cohort.vocabulary(.diagnosis).codes.contains("0389"), "leading zeros are kept")
    let profile = CohortProfile(cohort)
    #expect(profile.splits["train"]?.patients == 7)
    #expect(profile.splits["test"]?.patients == 2)
  }

  @Test("MIMIC-III demo: the classic route alone, from CSV or from the Python dictionary, is the same")
  func classicRoute() throws {
    let cohort = try run(.mimic3) { $0.routes = [.ndcRxCUI] }
    let mapped = try #require(cohort.report.routes.first?.rows)
    #expect(Double(mapped) / 10_398 > 0.65 && Double(mapped) / 10_398 < 0.72, "README: 70 %")
    let maps = try Folder()
    for name in ["ndc2RXCUI.txt", "RXCUI2atc4_compat.csv.gz"] {
      try FileManager.default.copyItem(atPath: data + "/codemaps/" + name, toPath: maps.path + "/" + name)
    }
    var options = ImportOptions()
    options.routes = [.ndcRxCUI]
    let literal = try CohortImport.run(
      .mimic3, paths: ImportPaths(root: data + "/mimic3-demo", maps: maps.path), options: options)
    #expect(literal.lists == cohort.lists)
    #expect(literal.report.table("ndc2RXCUI.txt")?.rowsRead == 4_204)
    #expect(literal.report.table("ndc2RXCUI.txt")?.skipped == ["no RxCUI": 20, "NDC is not a number": 1])
  }

  @Test("MIMIC-IV demo: rows, filters and vocabulary") func mimic4() throws {
    let cohort = try run(.mimic4)
    let rows = [
      "PATIENTS": 100, "ADMISSIONS": 275, "DIAGNOSES_ICD": 4_506, "PROCEDURES_ICD": 722, "PRESCRIPTIONS": 18_087,
    ]
    for (table, count) in rows { #expect(cohort.report.table(table)?.rowsRead == count) }
    #expect(flow(cohort, "with a prescription") == [92, 186])
    #expect(flow(cohort, "of patients with 2 or more such visits, before") == [38, 132])
    #expect(cohort.report.flow.last.map { [$0.patients, $0.visits] } == [38, 132])
    let counts = CodeKind.allCases.map { cohort.vocabulary($0).count }
    #expect(counts == [994, 257, 0, 129])
    #expect(cohort.vocabulary(.diagnosis).codes.allSatisfy { $0.hasPrefix("9:") || $0.hasPrefix("10:") })
    #expect(cohort.report.table("PRESCRIPTIONS")?.skipped == ["no drug code": 2_519])
    let unnamed = cohort.report.unmapped.filter { $0.kind == .procedure }.map(\.code)
    #expect(unnamed == ["10:5A1D60Z", "10:5A1D00Z"])
  }

  @Test("without procedures the MIMIC-IV demo has 46 patients") func withoutProcedures() throws {
    let cohort = try run(.mimic4) { $0.required = [.diagnosis, .medication] }
    #expect(flow(cohort, "of patients with 2 or more such visits, before")?.first == 46)
  }

  @Test("two imports give the same bytes", arguments: [ImportFormat.mimic3, .mimic4]) func twice(format: ImportFormat)
    throws
  {
    let folder = try Folder()
    let first = try CohortFile.write(run(format), to: folder.path + "/1.h5")
    let second = try CohortFile.write(run(format), to: folder.path + "/2.h5")
    #expect(first == second)
    #expect(FileManager.default.contentsEqual(atPath: folder.path + "/1.h5", andPath: folder.path + "/2.h5"))
    #expect(try CohortFile.read(folder.path + "/1.h5").fault == nil)
  }

  @Test("a truncated copy of a real table is refused with its byte") func truncated() throws {
    let folder = try Folder()
    for name in try FileManager.default.contentsOfDirectory(atPath: data + "/mimic3-demo") {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: data + "/mimic3-demo/" + name))
      try folder.write(name, Array(name == "PRESCRIPTIONS.csv.gz" ? bytes.prefix(100_000) : bytes))
    }
    let paths = ImportPaths(root: folder.path, maps: data + "/codemaps")
    #expect(throws: RecordsError.truncatedGzip(folder.path + "/PRESCRIPTIONS.csv.gz", byte: 100_000)) {
      try CohortImport.run(.mimic3, paths: paths)
    }
  }

  @Test(
    "published molecules that are of their class, by the codes of the drug table",
    arguments: [
      ("safedrug_m3", 194, 269), ("nlammr_m3", 185, 269), ("nlammr_m4", 144, 324), ("molerec", 211, 284),
    ])
  func moleculeCheck(list: String, right: Int, listed: Int) throws {
    // By the first block of InChIKeys: 194, 184, 144, 210. The one molecule more is tipranavir, drawn as another
    // tautomer under its own class J05A.
    let drugs = data + "/drugbank-text-NC/drugs.csv.gz"
    var paths = ImportPaths(
      root: data + "/mimic3-demo", maps: data + "/codemaps", molecules: data + "/molecules/atc3_smiles_\(list).json")
    paths.drugs = drugs
    paths.moleculeIdentity = MoleculeIdentity(name: "skeleton") { try? SMILESParser.graph($0).skeletonKey }
    let cohort = try CohortImport.run(.mimic3, paths: paths)
    #expect(
      cohort.report.notes.contains {
        $0.hasPrefix("\(right) of \(listed) molecules in atc3_smiles_\(list).json are of")
      },
      "\(cohort.report.notes)")
    var options = ImportOptions()
    options.moleculeRule = .byATC
    paths.molecules = nil
    let byClass = try CohortImport.run(.mimic3, paths: paths, options: options)
    let paracetamol = try #require(byClass.vocabulary(.medication).indexByCode()["N02B"])
    #expect(byClass.smiles[paracetamol].count == 3)
    #expect(byClass.vocabulary(.medication).texts[paracetamol].hasPrefix("N02B other analgesics and antipyretics. "))
    #expect(byClass.smiles.filter(\.isEmpty).count < cohort.smiles.filter(\.isEmpty).count)
  }

  @Test("the paper's 112 classes in the order of its matrix") func paperClasses() throws {
    var paths = ImportPaths(root: data + "/mimic3-demo", maps: data + "/codemaps")
    paths.interactions = data + "/codemaps/ddi_atc3_nlammr_m3_112.csv.gz"
    var options = ImportOptions()
    options.classes = .interactions
    options.classOrder = .list
    let cohort = try CohortImport.run(.mimic3, paths: paths, options: options)
    let order = try String(contentsOfFile: data + "/codemaps/ddi_atc3_nlammr_m3_112_order.txt", encoding: .utf8)
      .split(separator: "\n").map(String.init)
    #expect(order.count == 112)
    let codes = cohort.vocabulary(.medication).codes
    #expect(codes == order.filter { codes.contains($0) })
    #expect(codes.count > 70)
    #expect(codes.first == "N02B")
  }
}
