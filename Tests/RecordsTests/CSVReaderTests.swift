import Foundation
import Records
import Testing

@Suite struct CSVReaderTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  func rows(_ text: String, strict: Bool = false) throws -> (rows: [[String]], table: ImportReport.Table) {
    try rows(Array(text.utf8), strict: strict)
  }

  func rows(_ bytes: [UInt8], strict: Bool = false) throws -> (rows: [[String]], table: ImportReport.Table) {
    let reader = try CSVReader(folder.write("t.csv", bytes), shownAs: "t.csv", strict: strict)
    var rows: [[String]] = []
    while try reader.next() { rows.append(reader.header.indices.map { reader.field($0).string }) }
    return (rows, try reader.summary("T"))
  }

  @Test("reads quotes, doubled quotes, line breaks inside quotes, CRLF, a byte-order mark and no final line break")
  func rfc4180() throws {
    let text = "\u{FEFF}a,b,c\r\n1,\"x, \"\"y\"\"\",\r\n2,\"line\r\nbreak\",\"\"\r\n\r\n3,plain \"quote\",\" z\""
    let (rows, table) = try rows(text)
    #expect(rows == [["1", "x, \"y\"", ""], ["2", "line\r\nbreak", ""], ["3", "plain \"quote\"", "z"]])
    #expect(table.rowsRead == 3)
    #expect(table.rowsKept == 3)
  }

  @Test("rows that cross the buffer's end are read whole", arguments: [1_048_570, 1_048_575, 1_048_576, 1_048_577])
  func bufferEdge(filler: Int) throws {
    let long = String(repeating: "q", count: filler - 10)
    let tail = "\"a\"\"b\",\"c\nd\"\r\nx,y\n"
    let (rows, _) = try rows("h,i\n" + long + ",1\n" + tail + long + long + ",2\n")
    #expect(rows.map(\.[1]) == ["1", "c\nd", "y", "2"])
    #expect(rows[1][0] == "a\"b")
    #expect(rows[3][0].utf8.count == 2 * (filler - 10))
  }

  @Test("rows with too few or too many fields and broken quotes are counted with file and line")
  func malformed() throws {
    let (rows, table) = try rows("a,b\n1,2\n3\n\"x\ny\",4,5\n\"z\"w,6\n7,8\n9,\"open\n")
    #expect(rows == [["1", "2"], ["7", "8"]])
    #expect(table.rowsRead == 6)
    #expect(table.rowsKept == 2)
    #expect(
      table.skipped == [
        "malformed: too few fields": 1, "malformed: too many fields": 1, "malformed: text after a closing quote": 1,
        "malformed: a quote is not closed": 1,
      ])
    #expect(
      table.examples == [
        "t.csv:3: too few fields (1 instead of 2)",
        "t.csv:4: too many fields (3 instead of 2, lines 4–5, 2 lines)",
        "t.csv:6: text after a closing quote", "t.csv:8: a quote is not closed",
        "t.csv: 1 malformed row holds 2 lines: a stray quote makes one row of all lines up to the next quote, look for "
          + "one there",
      ])
  }

  @Test("a strict reader stops at the first malformed row") func strict() {
    #expect(throws: RecordsError.malformedRow(file: "t.csv", line: 3, reason: "too few fields (1 instead of 2)")) {
      try rows("a,b\n1,2\n3\n", strict: true)
    }
  }

  @Test("an absent column is named with the file and the columns there are") func missingColumn() throws {
    let reader = try CSVReader(folder.write("t.csv", "Alpha,BETA\n"), shownAs: "t.csv")
    #expect(try reader.column("beta") == 1)
    #expect(throws: RecordsError.missingColumn("gamma", file: "t.csv", found: ["Alpha", "BETA"])) {
      try reader.column("gamma")
    }
  }

  @Test("an empty file is no table", arguments: ["", "\n\n"]) func empty(text: String) {
    #expect(throws: RecordsError.emptyTable("t.csv")) { try rows(text) }
  }

  @Test("gzip is recognised by content, several members are one file, zeros after them are padding")
  func gzipMembers() throws {
    let bytes = gzip("a,b\n1,") + gzip("2\n3,4\n") + [0, 0, 0]
    #expect(try rows(bytes).rows == [["1", "2"], ["3", "4"]])
  }

  @Test("a gzip file that is cut anywhere is refused, with the byte", arguments: [3, 11, 30, 60_100, -1, -8])
  func truncatedGzip(end: Int) throws {
    let whole = gzip("a,b\n" + String(repeating: "1,2\n", count: 30_000))
    let cut = Array(whole[..<(end > 0 ? end : whole.count + end)])
    #expect(throws: RecordsError.truncatedGzip(folder.path + "/t.csv", byte: cut.count)) { try rows(cut) }
  }

  @Test("a damaged gzip file is refused, not read wrongly") func corruptGzip() throws {
    var bytes = gzip("a,b\n1,2\n")
    bytes[bytes.count - 6] ^= 1
    let said = sentence { _ = try rows(bytes) }
    #expect(said.contains("t.csv is damaged near byte"), "\(said)")
    #expect(said.contains("incorrect data check"), "\(said)")
    #expect(sentence { _ = try rows(gzip("a\n1\n") + [1, 2, 3]) }.contains("is damaged near byte"))
  }

  @Test("SHA-256 is that of the file on disk, also of a compressed one") func sha256() throws {
    let plain = try rows("a\n1\n").table.sha256
    #expect(plain == "309b0e45a73d3fc5325e2b6ed0a01ef8b9cde6b05a5633c1f893f970d52bfddc")
    #expect(try rows(gzip("a\n1\n")).table.sha256 != plain)
  }

  @Test(
    "numbers and times are read exactly or not at all",
    arguments: [
      ("1970-01-01", 0), ("1970-01-02 00:00:01", 86_401), ("2000-03-01 00:00:00", 951_868_800),
      ("2164-10-23 21:09:00", 6_147_695_340), ("2164-10-23T21:09", 6_147_695_340), ("1969-12-31 23:59:59", -1),
      ("2164-13-01", nil), ("2164-10-23 25:00:00", nil), ("yesterday", nil), ("2164/10/23", nil), ("", nil),
    ] as [(String, Int?)])
  func times(text: String, seconds: Int?) throws {
    let reader = try CSVReader(folder.write("t.csv", "a,b\n\(text),x\n"), shownAs: "t.csv")
    _ = try reader.next()
    #expect(reader.field(0).seconds == seconds)
  }

  @Test(arguments: [("007", 7), ("-3", -3), ("1.0", nil), ("", nil), ("1234567890123456789", nil)] as [(String, Int?)])
  func integers(text: String, value: Int?) throws {
    let reader = try CSVReader(folder.write("t.csv", "a,b\n \(text) ,x\n"), shownAs: "t.csv")
    _ = try reader.next()
    #expect(reader.field(0).int == value)
  }
}
