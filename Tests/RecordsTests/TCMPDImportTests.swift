import Foundation
import Records
import Testing

@Suite struct TCMPDImportTests {
  let fixture: TCMPDFixture

  init() throws { fixture = try TCMPDFixture() }

  @Test("a prescription is a patient with one visit: ids, names, sets, properties, split")
  func whole() throws {
    let cohort = try fixture.run()
    #expect(cohort.fault == nil)
    #expect(cohort.name == "TCM-PD")
    #expect(cohort.isOfSets)
    #expect(cohort.vocabulary(.symptom) == Vocabulary(codes: ["0", "1", "2"], texts: ["头痛", "发热", "咳嗽"]))
    #expect(cohort.vocabulary(.medication).codes == ["3", "4", "5", "6"])
    #expect(cohort.vocabulary(.medication).texts == ["麻黄", "桂枝", "杏仁", "甘草"])
    #expect(cohort.vocabulary(.diagnosis).count + cohort.vocabulary(.procedure).count == 0)
    #expect(cohort.patientIDs == (1...10).map(String.init))
    #expect(cohort.visitIDs == cohort.patientIDs)
    #expect(cohort.visitOffsets == Array(0...10))
    #expect(Array(cohort.codes(.symptom, visit: 5)) == [0, 2])
    #expect(Array(cohort.codes(.medication, visit: 1)) == [0, 1])
    #expect(cohort.medicationProperties?.names == ["property 1", "property 2"])
    #expect(cohort.medicationProperties.map { Array($0[2]) } == [1, 1])
    #expect(cohort.medicationProperties?.emptyRows == [1, 3])
    #expect(cohort.splits == Array(repeating: .train, count: 7) + [.validation, .test, .test])
    #expect(cohort.splitRule == "ordered 7:1:2")
    #expect(cohort.report.source == "tcm-pd")
    #expect(cohort.report.table("prescript_1195.csv")?.rowsKept == 10)
    #expect(cohort.report.notes.contains { $0.contains("2 herbs without any") }, "\(cohort.report.notes)")
    let sets = try #require(SetProfile(cohort))
    #expect(sets.distinctRows == 8)
    #expect(sets.distinctSymptomSets == 5)
    #expect([sets.symptomsInTraining, sets.medicationsInTraining] == [3, 3] as [Int])
    #expect([sets.testRows, sets.testRowsInTraining, sets.testSymptomSetsInTraining] == [2, 1, 2] as [Int])
  }

  @Test("the other header, blanks in lists, a mark, CRLF, blank lines and gzip make no difference")
  func variant() throws {
    let expected = try CohortFile.write(fixture.run(), to: fixture.folder.path + "/a.h5")
    // Blanks inside lists and around bare fields, as the copies of KDHR and PresRecST have them.
    let rows = TCMPDFixture.rows.map {
      $0.replacing(",", with: ", ").replacing(", \"", with: ",\"").replacing("], [", with: "] , [")
    }
    #expect(rows[1] == #""[0, 1]","[4, 3]""#)
    try fixture.folder.remove("prescript_1195.csv")
    try fixture.folder.write(
      "prescript_1195.csv.gz", gzip("\u{FEFF}症状,草药\r\n" + rows.joined(separator: "\r\n\r\n") + "\r\n\r\n"))
    let cohort = try fixture.run()
    #expect(cohort.report.table("prescript_1195.csv.gz")?.rowsRead == 10)
    #expect(try CohortFile.write(cohort, to: fixture.folder.path + "/b.h5") == expected)
  }

  @Test(
    "repeated ids count once and are told; rows without symptoms or herbs are left out, and rows keep their numbers")
  func rows() throws {
    try fixture.folder.write(
      "prescript_1195.csv",
      "s,h\n[],[3]\n\"[1,1,0,1]\",\"[4,4]\"\n[0],[]\n[2],[5]\n,[5]\n[0],[ ]\n[2],[3]\n1,[3]\n\"[1,x]\",[3]\n[1],[3\n[1]\n"
    )
    let cohort = try fixture.run()
    #expect(cohort.patientIDs == ["2", "4", "7"])
    #expect(Array(cohort.codes(.symptom, visit: 0)) == [0, 1])
    #expect(cohort.report.repeated == ["symptom": 2, "medication": 1])
    let table = try #require(cohort.report.table("prescript_1195.csv"))
    #expect(
      table.skipped == [
        "no symptoms": 2, "no herbs": 2, "malformed: the symptoms are no list of ids": 2,
        "malformed: the herbs are no list of ids": 1, "malformed: too few fields": 1,
      ])
    #expect(table.rowsRead == 11)
    #expect(table.examples.contains("prescript_1195.csv:10: the symptoms are no list of ids (\"[1,x]\")"))
    #expect(
      throws: RecordsError.malformedRow(
        file: "prescript_1195.csv", line: 9, reason: "the symptoms are no list of ids (\"1\")")
    ) { try fixture.run { $1.strict = true } }
  }

  @Test(
    "an id out of range is an error with file, line, id and what is expected",
    arguments: [
      ("[3],[3]", CodeKind.symptom, 3, "0 to 2, the ids of symptoms.csv"),
      ("[-1],[3]", .symptom, -1, "0 to 2, the ids of symptoms.csv"),
      ("[0],\"[3,7]\"", .medication, 7, "3 to 6, the ids of herbs.csv"),
      ("[0],[2]", .medication, 2, "3 to 6, the ids of herbs.csv"),
    ])
  func outOfRange(row: String, kind: CodeKind, id: Int, expected: String) throws {
    try fixture.folder.write("prescript_1195.csv", "s,h\n[0],[3]\n[0],[3]\n[0],[3]\n\(row)\n")
    let error = RecordsError.unknownID(file: "prescript_1195.csv", line: 5, kind: kind, id: "\(id)", expected: expected)
    #expect(throws: error) { try fixture.run() }
    #expect(
      error.description
        == "prescript_1195.csv:5: the \(kind.rawValue) id \(id) is out of range; expected \(expected).")
  }

  @Test(
    "an id of too many digits is out of range as well, wherever it stands in its list",
    arguments: [
      ("[99999999999999999999],[3]", CodeKind.symptom, "99999999999999999999"),
      ("[-99999999999999999999],[3]", .symptom, "-99999999999999999999"),
      ("\"[0, 9223372036854775808]\",[3]", .symptom, "9223372036854775808"),
      ("[0],\"[3, 1000000000000000000 ,4]\"", .medication, "1000000000000000000"),
      ("[12345678901234567890],[98765432109876543210]", .symptom, "12345678901234567890"),
    ])
  func manyDigits(row: String, kind: CodeKind, id: String) throws {
    try fixture.folder.write("prescript_1195.csv", "s,h\n[0],[3]\n[0],[3]\n[0],[3]\n\(row)\n")
    let source = kind == .symptom ? "0 to 2, the ids of symptoms.csv" : "3 to 6, the ids of herbs.csv"
    #expect(
      throws: RecordsError.unknownID(file: "prescript_1195.csv", line: 5, kind: kind, id: id, expected: source)
    ) { try fixture.run() }
    // Without lists of the ids it is not taken for the last of them.
    try fixture.folder.remove("symptoms.csv")
    try fixture.folder.remove("herbs.csv")
    try fixture.folder.remove("herb_4_2_oneHot.npy")
    #expect(sentence { _ = try fixture.run() }.contains("the \(kind.rawValue) id \(id) is out of range; expected"))
  }

  @Test("tables in GBK are refused with the remedy, and so is any other encoding")
  func encodings() throws {
    let gbk: [String: [UInt8]] = [
      "症状,草药": [0xD6, 0xA2, 0xD7, 0xB4, 0x2C, 0xB2, 0xDD, 0xD2, 0xA9], "麻黄": [0xC2, 0xE9, 0xBB, 0xC6],
    ]
    func expect(_ file: String, _ line: Int, isGBK: Bool = true, _ source: Int = #line) {
      let error = RecordsError.notUTF8(file, line: line, isGBK: isGBK)
      #expect(throws: error, "line \(source)") { try fixture.run() }
      let found = error.description
      #expect(found.hasPrefix("\(file):\(line): the text is not UTF-8"))
      #expect(found.contains(isGBK ? "seems to be GBK; convert" : "UTF-8; convert"))
      #expect(found.contains(isGBK ? "iconv -f GB18030 -t UTF-8" : "iconv -f ITS-ENCODING -t UTF-8"))
    }
    let header = try #require(gbk["症状,草药"])
    let name = try #require(gbk["麻黄"])
    let table = try Array(Data(contentsOf: URL(fileURLWithPath: fixture.folder.path + "/prescript_1195.csv")))
    try fixture.folder.write("prescript_1195.csv", header + table.dropFirst(3))
    expect("prescript_1195.csv", 1)
    try fixture.folder.write("prescript_1195.csv", table)
    let herbs = Array("id,name\n4,桂枝\n5,杏仁\n6,甘草\n3,".utf8)
    try fixture.folder.write("herbs.csv", Array("id,name\n3,".utf8) + name + Array("\n4,x\n5,y\n6,z\n".utf8))
    expect("herbs.csv", 2)
    try fixture.folder.write("herbs.csv", herbs + [0x63, 0x61, 0x66, 0xE9, 0x0A])
    expect("herbs.csv", 5, isGBK: false)
    try fixture.folder.write("herbs.csv", herbs + Array("麻黄\n".utf8))
    let molecules = try fixture.folder.write(
      "m.csv", Array("herb_name,smiles\n".utf8) + name + Array(",CCO\n".utf8))
    #expect(throws: RecordsError.notUTF8("m.csv", line: 2, isGBK: true)) {
      try fixture.run { paths, _ in paths.molecules = molecules }
    }
    // Where ids tell the herbs, a column that is not read may be in any encoding.
    try fixture.folder.write("m.csv", Array("herb_id,name,smiles\n3,".utf8) + name + Array(",CCO\n".utf8))
    #expect(try fixture.run { paths, _ in paths.molecules = molecules }.smiles[0] == ["CCO"])
    let texts = try fixture.folder.write("t.csv", Array("herb_id,text\n3,".utf8) + name + Array("\n".utf8))
    #expect(throws: RecordsError.notUTF8("t.csv", line: 2, isGBK: true)) {
      try fixture.run { paths, _ in paths.herbTexts = texts }
    }
  }

  private func leakageLine(_ profile: CohortProfile) -> String? {
    profile.table().split(separator: "\n").first { $0.hasPrefix("Leakage ") }
      .map { $0.dropFirst("Leakage".count).trimmingCharacters(in: .whitespaces) }
  }

  @Test("describe: rows of two splits, in the table and in JSON alike")
  func leakage() throws {
    try fixture.folder.write("prescript_1195.csv", "s,h\n" + Array(repeating: "[0],[3]\n", count: 10).joined())
    let same = CohortProfile(try fixture.run())
    #expect(same.leakage == CohortLeakage(patients: 0, sequences: 10))
    #expect(leakageLine(same) == "10 rows stand, code by code, also in another split")
    let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(same)) as? [String: Any]
    #expect((object?["leakage"] as? [String: Int]) == ["patients": 0, "sequences": 10])
    let rows = (0..<10).map { "[\($0 % 3)],\"[\(3 + $0 % 4)\($0 > 4 ? ",\(3 + ($0 + 1) % 4)" : "")]\"\n" }
    try fixture.folder.write("prescript_1195.csv", "s,h\n" + rows.joined())
    #expect(leakageLine(CohortProfile(try fixture.run())) == "no row stands in two splits")
  }

  @Test("without symptoms.csv and herbs.csv the ids tell the numbers, and stand for names")
  func withoutNames() throws {
    try fixture.folder.remove("symptoms.csv")
    try fixture.folder.remove("herbs.csv")
    #expect(
      sentence { _ = try fixture.run() }.contains("has 4 rows for 3 herbs (3 to 5, the first to the last herb id"))
    try fixture.folder.remove("herb_4_2_oneHot.npy")
    let cohort = try fixture.run()
    #expect(cohort.vocabulary(.symptom) == Vocabulary(codes: ["0", "1", "2"], texts: ["0", "1", "2"]))
    #expect(cohort.vocabulary(.medication) == Vocabulary(codes: ["3", "4", "5"], texts: ["3", "4", "5"]))
    #expect(cohort.medicationProperties == nil)
    for start in ["No herbs.csv", "No symptoms.csv", "No properties", "No molecules"] {
      #expect(cohort.report.notes.contains { $0.hasPrefix(start) }, "\(start): \(cohort.report.notes)")
    }
    try fixture.folder.write("prescript_1195.csv", "s,h\n[0],[3]\n[4],[9]\n[0],[3]\n")
    #expect(
      sentence { _ = try fixture.run() }
        == "prescript_1195.csv:3: the symptom id 4 is out of range; expected 0 to 2, up to where the herb ids begin "
        + "(there is no symptoms.csv).")
    try fixture.folder.write("prescript_1195.csv", "s,h\n[0],[0]\n[4],[9]\n[0],[1000000]\n")
    #expect(sentence { _ = try fixture.run() }.contains("medication id 1000000 is out of range; expected 0 to 9, "))
    try fixture.folder.write("prescript_1195.csv", "s,h\n[0],[3]\n[1],\"[4,999999]\"\n[0],[5]\n")
    #expect(
      sentence { _ = try fixture.run() }
        == "prescript_1195.csv:3: the medication ids run to 999999 here, but only 4 of the 999997 from 3 on occur; mend "
        + "the id, or put herbs.csv with the ids that there are beside the table.")
    try fixture.folder.write("prescript_1195.csv", "s,h\n[0],[0]\n[1],[1]\n[500],[1]\n")
    #expect(sentence { _ = try fixture.run() }.contains(":4: the symptom ids run to 500 here, but only 3 of the 501"))
    try fixture.folder.write("prescript_1195.csv", "a,b\n[0],[0]\n[1],[1]\n[2],[1]\n")
    #expect(
      sentence { _ = try fixture.run() }.contains(
        "no column s or 症状 (its header is s,h or 症状,草药); its columns are a, b"))
    try fixture.folder.write("prescript_1195.csv", "s,h\n[0],[0]\n[4],[1]\n[0],[1]\n")
    #expect(try fixture.run().vocabulary(.symptom).count == 5)
  }

  @Test("names: ids with gaps, bad rows counted, an empty name is the id")
  func names() throws {
    try fixture.folder.write("symptoms.csv", "id,name\n0,头痛\n7,\n0,again\nx,y\n1,发热\n2,z\n")
    let cohort = try fixture.run()
    #expect(cohort.vocabulary(.symptom) == Vocabulary(codes: ["0", "1", "2", "7"], texts: ["头痛", "发热", "z", "7"]))
    #expect(
      cohort.report.table("symptoms.csv")?.skipped == [
        "malformed: the id is listed before": 1, "malformed: id is not a number of 0 or more": 1,
      ])
    try fixture.folder.write("prescript_1195.csv", "s,h\n[5],[3]\n[0],[3]\n[0],[3]\n")
    #expect(sentence { _ = try fixture.run() }.contains("expected one of 4 from 0 to 7, the ids of symptoms.csv"))
    try fixture.folder.write("symptoms.csv", "id,name\n")
    #expect(throws: RecordsError.noRows("symptoms.csv")) { try fixture.run() }
    try fixture.folder.write("symptoms.csv", "number,name\n0,a\n")
    #expect(throws: RecordsError.missingColumn("id", file: "symptoms.csv", found: ["number", "name"])) {
      try fixture.run()
    }
  }

  @Test("files that are missing, empty or doubled")
  func files() throws {
    #expect(throws: RecordsError.missingFolder("/no/such")) {
      try TCMPDImporter.run(paths: TCMPDPaths(root: "/no/such"))
    }
    try fixture.folder.write("prescript_1195.csv", "s,h\n[0],[3]\n[0],[3]\n")
    #expect(sentence { _ = try fixture.run() }.contains("has 2 rows with symptoms and herbs"))
    try fixture.folder.write("prescript_1195.csv", "s,h\n")
    #expect(throws: RecordsError.noRows("prescript_1195.csv")) { try fixture.run() }
    try fixture.folder.write("prescript_1195.csv", "")
    #expect(throws: RecordsError.emptyTable("prescript_1195.csv")) { try fixture.run() }
    try fixture.folder.write("prescript_1195.csv", "a,b\n[0],[3]\n")
    #expect(throws: RecordsError.self) { try fixture.run() }
    try fixture.folder.remove("prescript_1195.csv")
    #expect(sentence { _ = try fixture.run() }.contains("looked for prescript_1195.csv, prescript_1195.csv.gz"))
    try fixture.folder.write("Prescript_7.csv.gz", gzip("s,h\n[0],[3]\n[0],[3]\n[1],[4]\n"))
    #expect(try fixture.run().visitCount == 3)
    try fixture.folder.write("prescript_8.csv", "s,h\n[0],[3]\n")
    #expect(sentence { _ = try fixture.run() }.contains("which has Prescript_7.csv.gz, prescript_8.csv"))
  }

  @Test("graphs that were made of all rows are told and not used")
  func graphs() throws {
    try fixture.folder.write("hh_graph.npy", [1])
    try fixture.folder.write("sh_graph.npy", [1])
    #expect(try fixture.run().report.notes.contains { $0.hasPrefix("Not used: hh_graph.npy, sh_graph.npy.") })
  }

  @Test("the general import takes its own few options and refuses the others")
  func general() throws {
    var options = ImportOptions()
    options.name = "mine"
    options.split = .shuffled(seed: 3)
    let cohort = try CohortImport.run(.tcmPD, paths: ImportPaths(root: fixture.folder.path), options: options)
    #expect(cohort.name == "mine")
    #expect(cohort.splitRule == "shuffled 7:1:2 (seed: 3)")
    #expect(cohort.lists == (try fixture.run()).lists)
    options.minimumVisits = 1
    #expect(
      sentence {
        _ = try CohortImport.run(.tcmPD, paths: ImportPaths(root: fixture.folder.path), options: options)
      }.contains("The option minimumVisits is 1"))
    #expect(
      sentence {
        _ = try CohortImport.run(.tcmPD, paths: ImportPaths(root: fixture.folder.path, maps: "m"))
      }.contains("The option maps is m"))
    options = ImportOptions()
    options.split = .byTime
    #expect(throws: RecordsError.self) {
      try CohortImport.run(.tcmPD, paths: ImportPaths(root: fixture.folder.path), options: options)
    }
  }

  @Test("7:1:2 as scikit-learn rounds it; shuffled: the same numbers, other rows, the same for a seed")
  func split() {
    func sizes(_ splits: [Split]) -> [Int] { [.train, .validation, .test].map { part in splits.count { $0 == part } } }
    for (rows, expected) in [
      (33_765, [23_635, 3_377, 6_753]), (3, [1, 1, 1]), (10, [7, 1, 2]), (11, [7, 1, 3]), (100, [70, 10, 20]),
    ] {
      let ordered = SetSplit.ordered.assign(rows: rows)
      #expect(sizes(ordered) == expected)
      #expect(ordered.prefix(expected[0]).allSatisfy { $0 == .train })
      #expect(ordered.suffix(expected[2]).allSatisfy { $0 == .test })
      #expect(sizes(SetSplit.shuffled(seed: 1).assign(rows: rows)) == expected)
    }
    let first = SetSplit.shuffled(seed: 1).assign(rows: 100)
    #expect(first == SetSplit.shuffled(seed: 1).assign(rows: 100))
    #expect(first != SetSplit.shuffled(seed: 2).assign(rows: 100))
    #expect(first != SetSplit.ordered.assign(rows: 100))
  }
}
