import Foundation
import Testing

/// docs/settings.md has the settings of FMCHS that the program lists, with the same defaults.
@Suite struct SettingsDocumentTests {
  @Test("every setting of FMCHS stands in docs/settings.md with its default")
  func herbs() throws {
    let help = try Program.run(["train", "--list-settings"])
    try #require(help.code == 0)
    let listed = try #require(help.output.components(separatedBy: "FMCHS (model: fmchs)").last)
      .split(separator: "\n").dropFirst()
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("docs/settings.md")
    let text = try String(contentsOf: path, encoding: .utf8)
    let section = try #require(text.components(separatedBy: "\n## FMCHS\n").last).prefix { $0 != "#" }
    let rows = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
      .map { $0.split(separator: "|").prefix(2).map { $0.trimmingCharacters(in: .whitespaces) } }
    // "d (64): Width …" is "| `d` | `64` | Width …"
    let expected = listed.map { line -> [String] in
      let key = line.prefix { $0 != " " }
      let value = line.dropFirst(key.count + 2).prefix { $0 != ")" }
      return ["`\(key)`", value == "no default" ? "–" : "`\(value)`"]
    }
    #expect(expected.count > 50)
    #expect(rows == expected)
  }
}
