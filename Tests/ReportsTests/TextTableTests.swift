import Reports
import Testing

@Suite struct TextTableTests {
  func herbs() throws -> TextTable {
    var table = TextTable([.init("herb"), .init("n", .right), .init("note")])
    try table.append(["甘草", "9", ""])
    try table.append(["ginseng", "120", "a|b\nc"])
    return table
  }

  @Test("text columns line up, counting wide characters as two")
  func text() throws {
    #expect(
      try herbs().text() == """
        herb       n  note
        ───────  ───  ─────
        甘草       9
        ginseng  120  a|b c

        """)
  }

  @Test("Markdown escapes bars")
  func markdown() throws {
    #expect(
      try herbs().markdown() == """
        | herb | n | note |
        |---|---:|---|
        | 甘草 | 9 |  |
        | ginseng | 120 | a\\|b c |

        """)
  }

  @Test("CSV quotes and reads back")
  func csv() throws {
    let table = try herbs()
    #expect(table.csv() == "herb,n,note\n甘草,9,\nginseng,120,\"a|b\nc\"\n")
    #expect(try CSVTable(table.csv(), file: "t.csv").rows == table.rows)
  }

  @Test("a row of another length is refused")
  func wrongLength() {
    var table = TextTable([.init("a"), .init("b")])
    #expect(throws: ReportError.cellCount(expected: 2, found: 1)) { try table.append(["1"]) }
  }

  @Test(
    "display width",
    arguments: [
      ("abc", 3), ("甘草", 4), ("é", 1), ("e\u{301}", 1), ("한", 2), ("ｱ", 1), ("Ａ", 2), ("±", 1), ("👍🏽", 2), ("", 0),
    ])
  func width(text: String, columns: Int) {
    #expect(DisplayWidth.of(text) == columns)
  }

  @Test("cutting respects wide characters")
  func truncation() {
    #expect(DisplayWidth.truncated("abcdef", to: 6) == "abcdef")
    #expect(DisplayWidth.truncated("abcdef", to: 4) == "abc…")
    #expect(DisplayWidth.truncated("甘草甘草", to: 6) == "甘草…")
    #expect(DisplayWidth.truncated("abc", to: 0) == "")
  }
}
