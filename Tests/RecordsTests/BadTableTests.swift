import Foundation
import Records
import Testing

/// Files that are no proper table: each is refused or counted with a sentence that says where and what to do.
@Suite struct BadTableTests {
  let folder: Folder
  init() throws { folder = try Folder() }

  struct Outcome {
    var rows: [[String]] = []
    var table: ImportReport.Table
  }

  private func read(_ bytes: [UInt8], delimiter: Delimiter = .comma, strict: Bool = false) throws -> Outcome {
    let reader = try CSVReader(folder.write("t.csv", bytes), shownAs: "t.csv", delimiter: delimiter, strict: strict)
    var rows: [[String]] = []
    while try reader.next() { rows.append(reader.header.indices.map { reader.field($0).string }) }
    return Outcome(rows: rows, table: try reader.summary("T"))
  }

  private func read(_ text: String, delimiter: Delimiter = .comma, strict: Bool = false) throws -> Outcome {
    try read(Array(text.utf8), delimiter: delimiter, strict: strict)
  }

  private func said(_ bytes: [UInt8], strict: Bool = false) -> String {
    sentence { _ = try read(bytes, strict: strict) }
  }

  private func said(_ text: String, strict: Bool = false) -> String { said(Array(text.utf8), strict: strict) }

  @Test("a quote that is never closed ends the import, with the line it was opened in")
  func openQuote() {
    #expect(
      said("a,b\n1,2\n3,\"x\n4,5\n6,7\n")
        == "t.csv:3: a quote is opened here and never closed, so 2 lines behind it cannot be read; close the quote, "
        + "double it, or remove it.")
    // Opened in the third line of a row.
    #expect(throws: RecordsError.openQuote("t.csv", line: 5, lost: "1 line")) {
      try read("a,b\n1,2\n\"x\ny\nz\",\"w\n3,4")
    }
    // In the header.
    #expect(throws: RecordsError.openQuote("t.csv", line: 1, lost: "2 lines")) { try read("a,\"b\n1,2\n3,4\n") }
    // In the last line nothing is lost but the row.
    #expect(said("a,b\n1,\"2\n") == "no error")
    #expect(said("a,\"b") == "t.csv:1: the header line cannot be read: a quote is not closed; expected column names.")
  }

  @Test("a field without end is refused before memory is full, with the line of its quote")
  func endless() throws {
    let text = Array("a,b\n1,2\n3,\"".utf8) + [UInt8](repeating: 0x71, count: 66 << 20) + Array("\"\n".utf8)
    #expect(throws: RecordsError.openQuote("t.csv", line: 3, lost: "64 MiB and more")) { try read(text) }
    let line = Array("a,b\n1,2\n3,".utf8) + [UInt8](repeating: 0x71, count: 66 << 20)
    #expect(said(line) == "Cannot read t.csv: line 3 is longer than 64 MiB, which no row of a table is.")
    let long = try read(Array("a,b\n1,\"".utf8) + [UInt8](repeating: 0x0A, count: 5 << 20) + Array("z\"\n2,3".utf8))
    #expect(long.rows.count == 2 && long.rows[0][1].utf8.count == (5 << 20) + 1)
  }

  @Test("a row that swallowed others names its lines, and they are counted") func span() throws {
    let table = try read("a,b\n1,\"x\n2,y\n3,z\",4\n5,6\n").table
    #expect(table.examples.first == "t.csv:2: too many fields (3 instead of 2, lines 2–4, 3 lines)")
    #expect(table.examples.last?.hasPrefix("t.csv: 1 malformed row holds 3 lines: a stray quote") == true)
    let lines = (1...200).map { "\($0),\($0 == 40 ? "\"" : "")x\($0 == 150 ? ",\"y\"z" : "")" }
    let stray = try read("a,b\n" + lines.joined(separator: "\n") + "\n").table
    #expect(stray.examples.first == "t.csv:41: text after a closing quote (lines 41–151, 111 lines)")
    #expect(stray.rowsRead == 90 && stray.rowsKept == 89)
    let added = stray.rowsRead - 1 + 111
    #expect(added == 200, "kept rows and the lines of the malformed one are all lines")
  }

  @Test("another delimiter in the header is recognised and named")
  func delimiters() throws {
    for (text, found) in [("a;b;c\n1;2;3\n", Delimiter.semicolon), ("a\tb\n1\t2\n", .tab), ("a|b\n", .pipe)] {
      let reader = try CSVReader(folder.write("t.csv", text), shownAs: "t.csv")
      #expect(throws: RecordsError.wrongDelimiter("t.csv", expected: .comma, found: found)) { try reader.column("a") }
    }
    let comma = try CSVReader(folder.write("t.csv", "a,b\n"), shownAs: "t.csv", delimiter: .semicolon)
    let text = sentence { _ = try comma.column("b") }
    #expect(text.hasPrefix("t.csv seems to have its columns separated by commas, where semicolons are expected"))
  }

  @Test("every delimiter can be read, quoted or not", arguments: Delimiter.allCases) func everyDelimiter(one: Delimiter)
    throws
  {
    let mark = String(Unicode.Scalar(one.byte))
    let found = try read("a\(mark)b\n1\(mark)\"x\(mark)\"\"y\"\"\"\n\(mark)\n", delimiter: one)
    #expect(found.rows == [["1", "x\(mark)\"y\""], ["", ""]])
    #expect(found.table.malformedRows == 0)
  }

  @Test("a column name that stands twice is an error when it is asked for")
  func repeatedColumns() throws {
    let path = try folder.write("t.csv", "id,HADM_ID,id,hadm_id\n1,2,3,4\n")
    let reader = try CSVReader(path, shownAs: "t.csv")
    #expect(throws: RecordsError.repeatedColumn("HADM_ID", file: "t.csv")) { try reader.column("hadm_id") }
    let optional = try CSVReader(path, shownAs: "t.csv")
    #expect(optional.optionalColumn("id") == 0)
    #expect(throws: RecordsError.repeatedColumn("id", file: "t.csv")) { try optional.next() }
    let others = try CSVReader(folder.write("t.csv", "x,x,y\n1,2,3\n"), shownAs: "t.csv")
    #expect(try others.column("y") == 2)
    #expect(try others.next())
  }

  @Test("text that is not UTF-8 is read as Latin-1 and counted; strict imports refuse it")
  func latin1() throws {
    let bytes =
      Array("a,b\n1,".utf8) + [0xDC, 0x62, 0x65, 0x6C, 0x2C] + Array("x\n2,".utf8)
      + [0xFC, 0x80, 0x0A] + Array("3,\u{fc}\n4,".utf8) + [0xE9]
    let found = try read(bytes)
    #expect(found.rows == [["2", "ü€"], ["3", "ü"], ["4", "é"]])
    #expect(
      found.table.examples == [
        "t.csv:2: too many fields (3 instead of 2)", "t.csv:3: not UTF-8, read as Latin-1 (2 such rows)",
      ])
    let strict = said(Array("a,b\n1,".utf8) + [0xFC, 0x0A], strict: true)
    #expect(strict.hasPrefix("t.csv:2: the text is not UTF-8; convert it (iconv"), "\(strict)")
    #expect(try read("a,b\nä,🙂\n", strict: true).rows == [["ä", "🙂"]])
  }

  @Test(
    "a surrogate, an overlong form and a cut sequence are no UTF-8",
    arguments: [
      [0xED, 0xA0, 0x80], [0xC0, 0xAF], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80], [0xF0, 0x80, 0x80, 0x80], [0x80],
      [0xE2, 0x28, 0xA1], [0xFF],
    ] as [[UInt8]])
  func notUTF8(bytes: [UInt8]) throws {
    let found = try read(Array("a,b\n1,".utf8) + bytes + [0x0A])
    #expect(found.table.examples.count == 1)
    #expect(found.rows[0][1].unicodeScalars.count == bytes.count)
  }

  @Test("UTF-16, archives and other formats are refused by name")
  func formats() {
    let text = "row_id,subject_id\n1,2\n"
    let little = text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    let big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    for bytes in [[0xFF, 0xFE] + little, [0xFE, 0xFF] + big, little, big] {
      #expect(said(bytes) == "t.csv is UTF-16 text, not a table of text; convert it: iconv -f UTF-16 -t UTF-8.")
    }
    #expect(said(Array("PK\u{3}\u{4}\u{14}".utf8)).contains("a zip archive or a spreadsheet"))
    #expect(said("BZh91AY").contains("compressed with bzip2"))
    #expect(said([0x28, 0xB5, 0x2F, 0xFD, 0]).contains("compressed with zstd"))
    #expect(said([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]).contains("compressed with xz"))
    #expect(said("PAR1\u{15}").contains("a Parquet file"))
    #expect(said("<!DOCTYPE html><html>").contains("a web page"))
  }

  @Test("rows with a zero byte are counted") func zeroBytes() throws {
    let found = try read("a,b\n1,x\u{0}y\n2,\"\u{0}\"\n3,z\n")
    #expect(found.rows == [["3", "z"]])
    #expect(found.table.skipped == ["malformed: a zero byte": 2])
    #expect(found.table.examples.first == "t.csv:2: a zero byte")
    #expect(said("a,b\u{0}\n1,2\n").contains("t.csv:1: the header line cannot be read: a zero byte"))
  }

  @Test("a folder, a file that may not be read, an absent file") func places() throws {
    let text = sentence { _ = try CSVReader(folder.path, shownAs: "x") }
    #expect(text == "Cannot read \(folder.path): it is a folder, not a file.")
    #expect(throws: RecordsError.missingFile(folder.path + "/no.csv")) {
      try CSVReader(folder.path + "/no.csv", shownAs: "no.csv")
    }
    if geteuid() != 0 {
      let path = try folder.write("closed.csv", "a\n1\n")
      chmod(path, 0)
      #expect(sentence { _ = try CSVReader(path, shownAs: "closed.csv") }.contains("Permission denied"))
    }
  }

  @Test("header only, no line break at the end, blank lines, blanks in the header") func small() throws {
    #expect(try read("a,b").rows.isEmpty)
    #expect(try read("a,b\n").table.rowsRead == 0)
    #expect(try read("a,b\r\n1,2").rows == [["1", "2"]])
    #expect(try read("\n\na , b\n\n1,2\n\n\n").rows == [["1", "2"]])
    #expect(try read("a,b\n1,").rows == [["1", ""]])
    let onlyMark = said([0xEF, 0xBB, 0xBF])
    #expect(onlyMark.contains("is empty"), "\(onlyMark)")
  }

  @Test(
    "dates that no calendar has are no dates",
    arguments: [
      "2101-02-30", "2101-02-29", "2100-02-29", "2101-04-31", "2101-00-10", "2101-13-10", "2101-01-00",
      "2101-01-01 25:61",
      "2101-01-01 24:00:00", "2101-01-01 10:60:00", "2101-01-01 10:00:99", "2101-01-01 10:00:00x",
      "2101-01-01 10:00:00.",
      "2101-1-1", "01/02/2101", "2101-01-01 10", "20010-01-01",
    ])
  func impossibleDates(text: String) throws {
    let reader = try CSVReader(folder.write("t.csv", "a,b\n\(text),x\n"), shownAs: "t.csv")
    #expect(try reader.next())
    #expect(reader.field(0).seconds == nil)
  }

  @Test(
    "leap days, fractions and Z are read",
    arguments: [
      ("2104-02-29", 4_233_686_400), ("2000-02-29 00:00:01.250", 951_782_401), ("2000-02-29T00:00:01Z", 951_782_401),
    ])
  func dates(text: String, seconds: Int) throws {
    let reader = try CSVReader(folder.write("t.csv", "a,b\n\(text),x\n"), shownAs: "t.csv")
    #expect(try reader.next())
    #expect(reader.field(0).seconds == seconds)
  }
}
