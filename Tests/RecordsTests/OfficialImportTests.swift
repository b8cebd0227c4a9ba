import Foundation
import Records
import Testing

@Suite struct OfficialImportTests {
  /// Three patients as tools/official_to_json writes them; replaces parts of the text.
  private func folder(_ changes: [(String, String)] = []) throws -> Folder {
    let folder = try Folder()
    var json = """
      {"theriac_official":1,"name":"official","kinds":["diagnosis","procedure","medication"],
      "vocabularies":{"diagnosis":["4019","0389"],"procedure":["3722"],"medication":["N02B","B01A","A10B"]},
      "records":[[[[1,0],[0],[2,0]],[[0],[],[1]]],[[[0],[0],[1]]],[[[1],[0],[0,1]]]],
      "molecules":{"N02B":["CC(=O)NC1=CC=C(O)C=C1"],"B01A":["","CCO"],"V99Z":["CC"]},"interactions":[[0,2]],
      "embeddings":{"width":2,"visits":4,"medications":3,"texts":["diagnosis","procedure","symptom","medication","joined"],
      "plm":"bio_pt"},
      "sources":[{"name":"records","file":"records_ori_iii.pkl","sha256":"ab","rows":4},
      {"name":"visit embeddings","file":"bio_pt/*.pt","sha256":"cd","rows":4}],"notes":["A note."]}
      """
    for (old, new) in changes { json = json.replacing(old, with: new) }
    try folder.write("official.json", json)
    try folder.write(
      "visits.f32",
      (0..<40).flatMap { index in withUnsafeBytes(of: Float(index).bitPattern.littleEndian) { Array($0) } })
    try folder.write("medications.f32", [UInt8](repeating: 0, count: 24))
    return folder
  }

  private func run(
    _ folder: Folder, maps: String? = nil, molecules: String? = nil, _ change: (inout ImportOptions) -> Void = { _ in }
  ) throws -> Cohort {
    var options = ImportOptions()
    change(&options)
    return try CohortImport.run(
      .official, paths: ImportPaths(root: folder.path, maps: maps, molecules: molecules), options: options)
  }

  @Test("patients, visits and vocabularies in the files' order") func order() throws {
    let cohort = try run(folder())
    #expect(cohort.patientIDs == ["0", "1", "2"] && cohort.visitIDs == ["0", "1", "2", "3"])
    #expect(cohort.visitOffsets == [0, 2, 3, 4])
    #expect(cohort.vocabulary(.medication).codes == ["N02B", "B01A", "A10B"])
    #expect(cohort.written(.diagnosis, 0) == ["0389", "4019"])
    #expect(Array(cohort.codes(.medication, visit: 0)) == [0, 2], "medications by their place in the vocabulary")
    #expect(cohort.codes(.procedure, visit: 1).isEmpty, "visits are taken as they are")
    #expect(cohort.smiles == [["CC(=O)NC1=CC=C(O)C=C1"], ["CCO"], []])
    #expect(cohort.interactions == [Interaction(0, 2)].compactMap { $0 })
    #expect(cohort.splits == [.train, .train, .validation], "the official split of three")
    #expect(cohort.report.notes.contains("A note."))
    #expect(cohort.report.tables.map(\.sha256) == ["ab", "cd"])
    #expect(try run(folder()) { $0.split = .shuffled(seed: 3) }.splitRule == "shuffled(seed: 3)")
  }

  @Test("titles and names from maps; molecules of one's own go before the files'") func texts() throws {
    let folder = try folder()
    try folder.write("maps/icd9cm_diagnosis_titles.csv", "code,long_title\n4019,Hypertension\n")
    try folder.write("maps/atc_names_ethos.csv", "atc_code,atc_name\nN02B,analgesics\n")
    try folder.write("maps/atc3_smiles_x.json", "{\"A10B\": [\"C\"]}")
    let cohort = try run(folder, maps: folder.path + "/maps")
    #expect(cohort.vocabulary(.diagnosis).texts == ["Hypertension", "0389"])
    #expect(cohort.vocabulary(.medication).texts == ["N02B analgesics", "B01A", "A10B"])
    #expect(cohort.smiles[2].isEmpty && cohort.report.table("atc3_smiles_x.json") == nil)
    let own = try run(folder, molecules: folder.path + "/maps/atc3_smiles_x.json")
    #expect(own.smiles == [[], [], ["C"]])
  }

  @Test("rules of an import are refused, not ignored") func rules() throws {
    let folder = try folder()
    for change: (inout ImportOptions) -> Void in [
      { $0.minimumVisits = 1 }, { $0.maxDiagnoses = 2_000 }, { $0.firstDayOnly = true }, { $0.requireMolecules = true },
    ] {
      #expect(sentence { _ = try run(folder, change) }.contains("the visits of official files are taken as they are"))
    }
  }

  @Test(
    "files that contradict themselves are named with what to do",
    arguments: [
      ("\"theriac_official\":1", "\"theriac_official\":2", "its version is 2 and this program reads 1"),
      ("\"notes\":[\"A note.\"]", "\"n\":[]", "it has no notes"),
      ("[[1,0],[0],[2,0]]", "[[1,0],[0]]", "a visit of patient 0 has 2 lists for 3 kinds"),
      ("[[1,0],[0],[2,0]]", "[[1,0],[0],[7]]", "visit 0 has medication 7, but that vocabulary has 3 codes"),
      ("[[1,0],[0],[2,0]]", "[[1,1],[0],[2]]", "visit 0 lists diagnosis 1 twice"),
      ("[[1,0],[0],[2,0]]", "[[1,\"a\"],[0],[2]]", "at records[0][0][0][1]"),
      ("\"interactions\":[[0,2]]", "\"interactions\":[[0,3]]", "is not between two of the 3 medications"),
      ("\"procedure\":[\"3722\"]", "\"x\":[]", "it has no vocabulary of procedures"),
      ("[\"4019\",\"0389\"]", "[\"4019\",\"4019\"]", "lists 4019 twice"),
      ("{\"theriac", "[\"theriac", "cannot be used"),
    ])
  func faults(old: String, new: String, expected: String) throws {
    let folder = try folder([(old, new)])
    let found = sentence { _ = try run(folder) }
    #expect(found.contains(expected), "\(found)")
    #expect(found.contains(folder.path))
  }

  @Test("no conversion, no folder") func missing() throws {
    let folder = try folder()
    try folder.remove("official.json")
    #expect(sentence { _ = try run(folder) }.contains("tools/official_to_json --raw FOLDER --out"))
    #expect(throws: RecordsError.missingFolder("/nowhere")) {
      try CohortImport.run(.official, paths: ImportPaths(root: "/nowhere"))
    }
  }

  @Test("embeddings are read by visits; a file of the wrong size is refused") func embeddings() throws {
    let folder = try folder()
    let embeddings = try #require(try OfficialEmbeddings(root: folder.path))
    #expect(embeddings.plm == "bio_pt" && embeddings.width == 2 && embeddings.sourceHash == "cd")
    #expect(try embeddings.readVisits(1..<3) == (10..<30).map { Float($0) })
    #expect(try embeddings.readMedications() == [Float](repeating: 0, count: 6))
    try folder.write("medications.f32", [UInt8](repeating: 0, count: 20))
    #expect(sentence { _ = try OfficialEmbeddings(root: folder.path) }.contains("it has 20 bytes, expected 24"))
    try folder.remove("visits.f32")
    #expect(sentence { _ = try OfficialEmbeddings(root: folder.path) }.contains("it has no bytes, expected 160"))
    let bare = try self.folder([("\"embeddings\":", "\"e\":")])
    #expect(try OfficialEmbeddings(root: bare.path) == nil)
  }
}
