import Foundation
import Records
import Testing

/// Tables of MIMIC that are swapped, empty, damaged or contradict themselves.
@Suite struct BadMIMICTests {
  let fixture: MIMIC3Fixture
  init() throws { fixture = try MIMIC3Fixture() }

  private func copy(_ from: String, as to: String) throws {
    let text = try String(contentsOfFile: fixture.folder.path + "/\(from).csv", encoding: .utf8)
    try fixture.folder.write(to + ".csv", text)
  }

  private var said: String { sentence { _ = try fixture.run() } }

  @Test(
    "a table under another's name is recognised by its columns",
    arguments: [
      ("DIAGNOSES_ICD", "PRESCRIPTIONS", "DIAGNOSES_ICD or PROCEDURES_ICD"), ("ADMISSIONS", "PATIENTS", "ADMISSIONS"),
      ("PRESCRIPTIONS", "DIAGNOSES_ICD", "PRESCRIPTIONS"), ("PATIENTS", "ADMISSIONS", "PATIENTS"),
      ("PRESCRIPTIONS", "PATIENTS", "PRESCRIPTIONS"),
      ("D_ICD_DIAGNOSES", "DIAGNOSES_ICD", "D_ICD_DIAGNOSES or D_ICD_PROCEDURES"),
    ])
  func swapped(given: String, name: String, found: String) throws {
    try copy(given, as: name)
    #expect(
      said == "\(name).csv is not the table \(name): it looks like \(found); were files renamed or swapped?")
  }

  @Test("diagnoses and procedures have the same columns: the form of their codes tells them apart") func swappedCodes()
    throws
  {
    let header = "row_id,subject_id,hadm_id,seq_num,icd9_code\n"
    let diagnoses = header + (0..<60).map { "\($0),1,11,\($0),\(["V4581", "42731", "4019"][$0 % 3])\n" }.joined()
    let procedures = header + (0..<60).map { "\($0),1,11,\($0),\(["3722", "966"][$0 % 2])\n" }.joined()
    try fixture.folder.write("PROCEDURES_ICD.csv", diagnoses)
    #expect(said.contains("PROCEDURES_ICD.csv is not the table PROCEDURES_ICD: it looks like DIAGNOSES_ICD"), "\(said)")
    try fixture.folder.write("PROCEDURES_ICD.csv", procedures)
    try fixture.folder.write("DIAGNOSES_ICD.csv", procedures)
    #expect(said.contains("DIAGNOSES_ICD.csv is not the table DIAGNOSES_ICD: it looks like PROCEDURES_ICD"), "\(said)")
    try fixture.folder.write("DIAGNOSES_ICD.csv", diagnoses)
    #expect(!said.contains("is not the table"), "\(said)")
  }

  @Test(
    "a needed table with a header alone is named",
    arguments: [
      ("PATIENTS", "subject_id,gender"), ("ADMISSIONS", "subject_id,hadm_id,admittime"),
      ("DIAGNOSES_ICD", "hadm_id,seq_num,icd9_code"), ("PROCEDURES_ICD", "hadm_id,seq_num,icd9_code"),
      ("PRESCRIPTIONS", "hadm_id,drug,gsn,ndc"),
    ])
  func headerOnly(name: String, header: String) throws {
    try fixture.folder.write(name + ".csv", header + "\n")
    #expect(throws: RecordsError.noRows(name + ".csv")) { try fixture.run() }
  }

  @Test("semicolons instead of commas are named with what to do") func semicolons() throws {
    let text = try String(contentsOfFile: fixture.folder.path + "/PRESCRIPTIONS.csv", encoding: .utf8)
    try fixture.folder.write("PRESCRIPTIONS.csv", text.replacingOccurrences(of: ",", with: ";"))
    #expect(throws: RecordsError.wrongDelimiter("PRESCRIPTIONS.csv", expected: .comma, found: .semicolon)) {
      try fixture.run()
    }
  }

  @Test("an unclosed quote in a table names file and line, not an empty cohort") func openQuote() throws {
    let text = try String(contentsOfFile: fixture.folder.path + "/PRESCRIPTIONS.csv", encoding: .utf8)
    let damaged = text.replacingOccurrences(of: "Furosemide,008205,0051", with: "\"Furosemide,008205,0051")
    try fixture.folder.write("PRESCRIPTIONS.csv", damaged)
    let said = said
    #expect(said.hasPrefix("PRESCRIPTIONS.csv:3: a quote is opened here and never closed, so 6 lines"), "\(said)")
  }

  @Test("negative numbers and impossible times are counted; contradictions of time are kept and told")
  func contradictions() throws {
    try fixture.folder.write(
      "PATIENTS.csv", "subject_id,gender,dob\n1,F,2100-01-01\n2,M,2140-01-01\n-3,F,2100-01-01\n3,F,\n")
    try fixture.folder.write(
      "ADMISSIONS.csv",
      """
      subject_id,hadm_id,admittime,dischtime
      1,12,2150-05-01 10:00:00,2150-05-03 10:00:00
      1,11,2149-01-01 08:30:00,2148-12-31 08:30:00
      2,21,2130-01-01 00:00:00,2130-01-02 00:00:00
      2,22,2131-02-30 00:00:00,2131-03-02 00:00:00
      2,22,2131-02-28 00:00:00,2131-03-02 25:00:00
      3,-31,2160-07-07 07:07:07,
      2,22,2131-02-28 00:00:00,2131-03-02 00:00:00

      """)
    let cohort = try fixture.run()
    #expect(cohort.visitIDs == ["11", "12", "21", "22"])
    #expect(cohort.report.table("PATIENTS")?.skipped == ["malformed: subject_id is negative": 1])
    let table = try #require(cohort.report.table("ADMISSIONS"))
    #expect(
      table.skipped == [
        "malformed: admittime is not a time": 1, "malformed: hadm_id is negative": 1, "hadm_id listed before": 1,
      ])
    #expect(
      table.examples == [
        "ADMISSIONS.csv:5: admittime is not a time (\"2131-02-30 00:00:00\")",
        "ADMISSIONS.csv:7: hadm_id is negative (\"-31\")",
        "ADMISSIONS.csv:3: dischtime is before admittime; kept (1 such row)",
        "ADMISSIONS.csv:4: admittime is before dob; kept (2 such rows)",
      ])
    #expect(sentence { _ = try fixture.run { $0.strict = true } }.hasPrefix("PATIENTS.csv:4: subject_id is negative"))
  }

  @Test("Latin-1 in names and titles is read and counted") func latin1() throws {
    let latin = try #require("row_id,icd9_code,short_title,long_title\n1,0389,x,Sepsis für\n".data(using: .isoLatin1))
    try fixture.folder.write("D_ICD_DIAGNOSES.csv", Array(latin))
    let cohort = try fixture.run()
    #expect(cohort.vocabulary(.diagnosis).texts.first == "Sepsis für")
    let examples = cohort.report.table("D_ICD_DIAGNOSES")?.examples
    #expect(examples == ["D_ICD_DIAGNOSES.csv:2: not UTF-8, read as Latin-1 (1 such row)"])
  }

  @Test("a table may be a folder by mistake") func directory() throws {
    try fixture.folder.remove("PRESCRIPTIONS.csv")
    try FileManager.default.createDirectory(
      atPath: fixture.folder.path + "/PRESCRIPTIONS.csv", withIntermediateDirectories: false)
    #expect(said.contains("it is a folder, not a file"), "\(said)")
  }

  @Test("large tables are read ahead: the same cohort, hash and errors", arguments: [false, true])
  func readAhead(isPacked: Bool) throws {
    let expected = try fixture.run()
    let text = try String(contentsOfFile: fixture.folder.path + "/PRESCRIPTIONS.csv", encoding: .utf8)
    let lines = text.split(separator: "\n")
    let body = lines.dropFirst().joined(separator: "\n") + "\n"
    // Repeated rows are the same medications.
    let long = lines[0] + "\n" + String(repeating: body, count: 7_000)
    try fixture.folder.remove("PRESCRIPTIONS.csv")
    let name = isPacked ? "PRESCRIPTIONS.csv.gz" : "PRESCRIPTIONS.csv"
    let path = try fixture.folder.write(name, isPacked ? gzip(long) : Array(long.utf8))
    var cohort = try fixture.run()
    #expect(cohort.report.table("PRESCRIPTIONS")?.rowsRead == 56_000)
    let digest = cohort.report.table("PRESCRIPTIONS")?.sha256
    #expect(try ByteDigest.of(path) == digest)
    cohort.report = expected.report
    #expect(cohort == expected)
    // An error far behind, and a reader that is left in the middle.
    let whole = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    try fixture.folder.write(name, whole + (isPacked ? [1, 2] : Array("9,\"\n\n".utf8)))
    #expect(said.contains(isPacked ? "is damaged near byte" : "PRESCRIPTIONS.csv:56002: a quote is opened"), "\(said)")
    let left = try CSVReader(path, shownAs: name)
    #expect(try left.next())
  }
}

/// SHA-256 of a file by the system's own program.
enum ByteDigest {
  static func of(_ path: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
    process.arguments = [path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return String(text.prefix(64))
  }
}
