import Foundation
import HDF5
import Records
import Testing

@Suite struct CohortFileTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  var path: String { folder.path + "/cohort.h5" }

  /// Three patients with 2, 1 and 3 visits; no symptoms.
  func cohort() throws -> Cohort {
    Cohort(
      name: "small é",
      vocabularies: [
        .diagnosis: Vocabulary(codes: ["0389", "4019"], texts: ["Septicemia", "Hypertension, “benign”"]),
        .procedure: Vocabulary(codes: ["3722"], texts: [""]),
        .medication: Vocabulary(codes: ["A01A", "B01A", "N02B"], texts: ["a", "b", "n"]),
      ],
      patientIDs: ["1", "2", "x"], visitOffsets: [0, 2, 3, 6], visitIDs: ["11", "12", "21", "31", "32", "33"],
      lists: [
        .diagnosis: CodeLists([[0], [1, 0], [1], [], [0], [0, 1]]),
        .procedure: CodeLists([[0], [0], [], [], [], [0]]),
        .medication: CodeLists([[0, 1, 2], [1], [2, 0], [], [0, 2], [1]]),
      ],
      smiles: [["C", "CC"], [], ["c1ccccc1"]], interactions: [try #require(Interaction(2, 0))],
      splits: [.train, .test, .validation], splitRule: "by hand",
      report: ImportReport(
        source: "test", options: ["a": "1", "b": ""],
        tables: [
          .init(
            name: "T", file: "t.csv", sha256: "ab", rowsRead: 5, rowsKept: 2, skipped: ["x": 1, "malformed: y": 2],
            examples: ["t.csv:2: y"]),
          .init(name: "U", file: "u.csv"),
        ],
        flow: [.init(step: "all", patients: 3, visits: 6, note: "none lost")],
        routes: [.init(name: "gsn", files: ["g.csv", "h.csv"], rows: 4)],
        unmapped: [.init(kind: .medication, code: "NDC 1", text: "Drug", rows: 7)], notes: ["A sentence."]))
  }

  @Test("a cohort comes back as it was written, with its content hash, and nothing else is left in the folder")
  func roundTrip() throws {
    var expected = try cohort()
    expected.contentHash = try CohortFile.write(expected, to: path)
    let read = try CohortFile.read(path)
    #expect(read == expected)
    #expect(read.contentHash.count == 32)
    #expect(folder.files == ["cohort.h5"])
    #expect(read.vocabularies.count == 4)
    #expect(read.visits(in: .validation) == [3, 4, 5])
    #expect(read.patientOfVisit() == [0, 0, 1, 2, 2, 2])
  }

  @Test("a cohort without patients, codes or report comes back too") func empty() throws {
    var expected = Cohort(name: "")
    expected.contentHash = try CohortFile.write(expected, to: path)
    #expect(try CohortFile.read(path) == expected)
  }

  @Test("equal cohorts give equal bytes; a changed code gives another hash") func bytes() throws {
    let first = try CohortFile.write(cohort(), to: path)
    let second = try CohortFile.write(cohort(), to: folder.path + "/again.h5")
    #expect(first == second)
    #expect(FileManager.default.contentsEqual(atPath: path, andPath: folder.path + "/again.h5"))
    var other = try cohort()
    other.lists[.diagnosis]?.indices[0] = 1
    #expect(try CohortFile.write(other, to: path) != first)
    var renamed = try cohort()
    renamed.name = "other"
    #expect(try CohortFile.write(renamed, to: path) != first)
  }

  @Test("the streaming writer gives the same file as the whole cohort, also over many blocks") func streaming() throws {
    let count = 9_001
    let lists = (0..<count).map { [Int32($0 % 3)] }
    let none = [[Int32]](repeating: [], count: count)
    let whole = Cohort(
      name: "many", vocabularies: [.medication: Vocabulary(codes: ["A", "B", "C"], texts: ["", "", ""])],
      patientIDs: (0..<count).map { "p\($0)" }, visitOffsets: Array(0...count), visitIDs: (0..<count).map { "v\($0)" },
      lists: [.medication: CodeLists(lists), .diagnosis: CodeLists(none)], smiles: [[], [], []],
      splits: SplitRule.shuffled(seed: 3).assign(patients: count), splitRule: "shuffled(seed: 3)",
      report: ImportReport(source: "s"))
    let expected = try CohortFile.write(whole, to: path)
    let writer = try CohortWriter(
      path: folder.path + "/stream.h5", header: CohortHeader(name: "many", vocabularies: whole.vocabularies))
    for patient in 0..<count {
      try writer.append(
        patientID: "p\(patient)", visits: [CohortVisit(id: "v\(patient)", medications: lists[patient])])
    }
    #expect(writer.visitCount == count)
    #expect(!folder.files.contains("stream.h5"), "nothing under the final name before it is whole")
    #expect(try writer.finish(split: .shuffled(seed: 3), report: whole.report) == expected)
    #expect(try CohortFile.read(folder.path + "/stream.h5").visitIDs.last == "v9000")
  }

  @Test("an abandoned writer leaves an older file as it was and no temporary file") func abandon() throws {
    try CohortFile.write(cohort(), to: path)
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    do {
      let writer = try CohortWriter(path: path, header: CohortHeader(name: "half", vocabularies: [:]))
      try writer.append(patientID: "1", visits: [CohortVisit(id: "1")])
      #expect(folder.files.count == 2)
    }
    #expect(folder.files == ["cohort.h5"])
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
  }

  @Test("the writer refuses what would be no cohort") func refusals() throws {
    let writer = try CohortWriter(
      path: path, header: CohortHeader(name: "", vocabularies: [.medication: Vocabulary(codes: ["A"], texts: [""])]))
    let visits: [(CohortVisit, String)] = [
      (CohortVisit(id: "7", medications: [1]), "visit 7 has medication 1, but that vocabulary has 1 codes"),
      (CohortVisit(id: "7", medications: [-1]), "visit 7 has medication -1, but that vocabulary has 1 codes"),
      (CohortVisit(id: "7", medications: [0, 0]), "visit 7 lists medication 0 twice"),
      (CohortVisit(id: "7", symptoms: [0]), "visit 7 has symptom 0, but that vocabulary has 0 codes"),
    ]
    for (visit, reason) in visits {
      let writer = try CohortWriter(
        path: path, header: CohortHeader(name: "", vocabularies: [.medication: Vocabulary(codes: ["A"], texts: [""])]))
      #expect(throws: RecordsError.invalidCohort(reason: reason)) {
        try writer.append(patientID: "1", visits: [visit])
      }
    }
    #expect(throws: RecordsError.invalidCohort(reason: "patient 1 has no visit")) {
      try writer.append(patientID: "1", visits: [])
    }
    #expect(throws: RecordsError.invalidCohort(reason: "there are 1 splits for 0 patients")) {
      try writer.finish(splits: [.train], rule: "", report: ImportReport(source: ""))
    }
    #expect(
      sentence { _ = try CohortWriter(path: "/no/such/folder/c.h5", header: CohortHeader(name: "", vocabularies: [:])) }
        .contains("/no/such/folder"))
    #expect(
      throws: RecordsError.invalidCohort(reason: "the diagnosis vocabulary lists A twice")
    ) {
      try CohortWriter(
        path: path,
        header: CohortHeader(name: "", vocabularies: [.diagnosis: Vocabulary(codes: ["A", "A"], texts: ["", ""])]))
    }
  }

  @Test("files that are no cohorts are refused with what they are") func notACohort() throws {
    #expect(throws: RecordsError.missingFile(path)) { try CohortFile.read(path) }
    try folder.write("cohort.h5", "subject_id,hadm_id\n")
    #expect(throws: RecordsError.notACohort(path, found: "no HDF5 file")) { try CohortFile.read(path) }
    try KindedFile.write(at: path, kind: "embeddings", schemaVersion: 1) { file in
      try file.write([Float(1)], shape: [1], to: "/visits")
    }
    #expect(throws: RecordsError.notACohort(path, found: "a Theriac file of the kind embeddings")) {
      try CohortFile.read(path)
    }
    try KindedFile.write(at: path, kind: "cohort", schemaVersion: 99) { file in
      try file.write([Float(1)], shape: [1], to: "/visits")
    }
    #expect(throws: RecordsError.unsupportedSchema(path, found: "99", supported: 1)) { try CohortFile.read(path) }
  }

  @Test("a cohort file that is cut off is refused", arguments: [0.3, 0.7, 0.99]) func truncated(part: Double) throws {
    try CohortFile.write(cohort(), to: path)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    try folder.write("cohort.h5", Array(bytes.prefix(Int(Double(bytes.count) * part))))
    #expect(sentence { _ = try CohortFile.read(path) }.contains("cohort.h5"))
  }

  /// Copies a good cohort file dataset by dataset with some replaced, sealed as if it were right.
  func rewritten(_ replace: @escaping (String, HDF5File) throws -> Bool) throws -> String {
    try CohortFile.write(cohort(), to: path)
    let source = try HDF5File.open(path)
    let damaged = folder.path + "/damaged.h5"
    try KindedFile.write(at: damaged, kind: "cohort", schemaVersion: 1) { file in
      for name in ["name", "split_rule", "source"] { try file.setAttribute(name, .string("")) }
      for dataset in try source.datasetPaths() where !(try replace(dataset, file)) {
        let shape = try source.shape(of: dataset)
        switch try source.typeName(of: dataset) {
        case "int64": try file.write(source.read(dataset, as: Int64.self), shape: shape, to: dataset)
        case "int32": try file.write(source.read(dataset, as: Int32.self), shape: shape, to: dataset)
        case "uint8": try file.write(source.read(dataset, as: UInt8.self), shape: shape, to: dataset)
        default: try file.writeStrings(source.readStrings(dataset), to: dataset)
        }
      }
    }
    return sentence { _ = try CohortFile.read(damaged) }
  }

  @Test(
    "each contradiction inside the file is one clear sentence",
    arguments: [
      ("/patients/visit_offsets", [0, 3, 2, 6], "/patients/visit_offsets falls from 3 to 2 at entry 2"),
      ("/patients/visit_offsets", [0, 2, 3, 5], "/patients/visit_offsets ends with 5, but there are 6 entries"),
      ("/patients/visit_offsets", [1, 2, 3, 6], "/patients/visit_offsets does not begin with 0"),
      ("/patients/visit_offsets", [0, 2, 6], "/patients/visit_offsets has 3 entries for 3 patients"),
      ("/patients/visit_offsets", [0, 2, 2, 6], "patient 2 has no visit"),
      ("/visits/medication/offsets", [0, 3, 4, 9], "/visits/medication/offsets has 4 entries for 6 visits"),
      ("/molecules/offsets", [0, 2, 3], "there are molecules for 2 medications, but 3 medications"),
    ] as [(String, [Int64], String)])
  func offsets(dataset: String, values: [Int64], expected: String) throws {
    let said = try rewritten { name, file in
      if name == dataset { try file.write(values, shape: [values.count], to: name) }
      return name == dataset
    }
    #expect(said.contains(expected), "\(said)")
    #expect(said.contains("damaged.h5"), "\(said)")
  }

  @Test(
    "codes, pairs and splits outside their range are one clear sentence",
    arguments: [
      (
        "/visits/medication/indices", [0, 1, 2, 1, 2, 0, 0, 3, 1],
        "visit 32 has medication 3, but that vocabulary has 3"
      ),
      ("/visits/medication/indices", [0, 1, 2, 1, 2, 2, 0, 2, 1], "visit 21 lists medication 2 twice"),
      ("/interactions", [2, 0], "/interactions has the pair 2, 0; the first must be less"),
      ("/interactions", [0, 3], "the interaction 0–3 is not between two of the 3 medications"),
      ("/patients/split", [0, 1, 3], "patient 2 has the split 3; 0, 1 and 2 are known"),
      ("/patients/split", [0, 1], "there are 2 splits for 3 patients"),
    ] as [(String, [Int32], String)])
  func values(dataset: String, values: [Int32], expected: String) throws {
    let said = try rewritten { name, file in
      guard name == dataset else { return false }
      if name == "/patients/split" {
        try file.write(values.map { UInt8($0) }, shape: [values.count], to: name)
      } else {
        try file.write(values, shape: name == "/interactions" ? [1, 2] : [values.count], to: name)
      }
      return true
    }
    #expect(said.contains(expected), "\(said)")
  }

  @Test(
    "properties that contradict the medications are one clear sentence",
    arguments: [
      ([3], ["a"], 3, "/properties/values has the shape [3]; expected [medications, 1]"),
      ([3, 1], ["a", "b"], 3, "/properties/values has the shape [3, 1]; expected [medications, 2]"),
      ([2, 1], ["a"], 2, "there are 2 property values for 3 medications of 1 properties (3 expected)"),
      ([3, 2], ["a", "a"], 6, "two columns a"), ([3, 0], [], 0, "no column"),
    ] as [([Int], [String], Int, String)])
  func properties(shape: [Int], names: [String], count: Int, expected: String) throws {
    let said = try rewritten { name, file in
      if name == "/visits/ids" {
        try file.writeStrings(names, to: "/properties/names")
        try file.write([UInt8](repeating: 1, count: count), shape: shape, to: "/properties/values")
      }
      return false
    }
    #expect(said.contains(expected) && said.contains("damaged.h5"), "\(said)")
    let lost = try rewritten { name, file in
      if name == "/visits/ids" { try file.writeStrings(names, to: "/properties/names") }
      return false
    }
    #expect(lost.contains("/properties/values"), "\(lost)")
  }

  @Test("a dataset that is missing is named") func missingDataset() throws {
    #expect(try rewritten { name, _ in name == "/visits/ids" }.contains("/visits/ids"))
  }

  @Test("a byte changed after writing is noticed") func changed() throws {
    try CohortFile.write(cohort(), to: path)
    var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    let text = Array("Septicemia".utf8)
    let at = try #require((0..<(bytes.count - text.count)).first { Array(bytes[$0..<($0 + text.count)]) == text })
    bytes[at] = UInt8(ascii: "T")
    try folder.write("cohort.h5", bytes)
    let said = sentence { _ = try CohortFile.read(path) }
    #expect(said.contains("cohort.h5") && said.contains("damaged"), "\(said)")
  }
}
