import Reports
import Testing

@Suite struct CSVTextTests {
  @Test("awkward fields survive a round trip")
  func roundTrip() throws {
    let rows = [
      ["plain", "with, comma", "with \"quotes\""], ["two\nlines", "", " edge "], ["\r\n", "\"", "中文"],
    ]
    let text = CSVText.line(["a", "b", "c"]) + rows.map(CSVText.line).joined()
    #expect(try CSVTable(text, file: "t.csv").rows == rows)
    let single = CSVText.line(["a"]) + CSVText.line([""]) + CSVText.line(["x"])
    #expect(try CSVTable(single, file: "t.csv").rows == [[""], ["x"]])
  }

  @Test("a byte order mark, CRLF, empty lines and a missing last line feed are accepted")
  func lenient() throws {
    let table = try CSVTable("\u{FEFF}a,b\r\n\r\n1,\"2\"\r\n3,4", file: "t.csv")
    #expect(table.columns == ["a", "b"])
    #expect(table.rows == [["1", "2"], ["3", "4"]])
  }

  @Test("numbers are read by column, empty fields as nil")
  func numbers() throws {
    let table = try CSVTable("epoch,loss\n1,0.5\n2,\n3,1e-3\n", file: "metrics.csv")
    #expect(try table.numbers("loss") == [0.5, nil, 0.001])
    #expect(try table.texts("epoch") == ["1", "2", "3"])
    let missing = ReportError.missingColumn("f1", file: "metrics.csv", columns: ["epoch", "loss"])
    #expect(throws: missing) { try table.numbers("f1") }
    let words = try CSVTable("a\nx\n", file: "t.csv")
    #expect(throws: ReportError.notANumber("x", column: "a", file: "t.csv", row: 1)) { try words.numbers("a") }
  }

  @Test(
    "damaged tables are refused with the line",
    arguments: [
      ("", ReportError.emptyTable(file: "t.csv")),
      ("a,b\n1,2\n\"x\ny\",3\n4\n", .fieldCount(file: "t.csv", line: 5, expected: 2, found: 1)),
      ("a,b\n1,\"2\n", .badQuote(file: "t.csv", line: 2)),
      ("a,b\n1,\"2\"x\n", .badQuote(file: "t.csv", line: 2)),
      ("a,a\n", .repeatedColumn("a", file: "t.csv")),
    ])
  func damaged(text: String, error: ReportError) {
    #expect(throws: error) { try CSVTable(text, file: "t.csv") }
  }
}
