import Foundation
import Records
import Testing

@Suite struct TableMappingTests {
  private func fault(_ yaml: String) -> String { sentence { _ = try TableMapping(yaml: yaml, source: "m.yaml") } }

  private let long = """
    tables:
      - file: events.csv
        columns: {patient: p, visit: v, time: t, kind: k, code: c}
    """

  @Test("the example of the repository holds together, with its defaults and a table's own settings")
  func example() throws {
    let mapping = try TableMapping(file: Repository.path + "/configs/tables/example.yaml")
    #expect(mapping.name == "St. Elsewhere")
    #expect(mapping.medication == .atc && mapping.visitIDs == .global)
    #expect(mapping.tables.map(\.file) == ["stays.csv", "diagnoses.csv", "events.tsv"])
    #expect(mapping.tables.map(\.delimiter) == [.comma, .comma, .tab])
    #expect(mapping.tables[2].timeFormat == .pattern("dd.MM.yyyy HH:mm"))
    #expect(mapping.tables[0].kind == .visits)
    #expect(mapping.tables[1].kind == .all(.diagnosis))
    #expect(mapping.tables[2].kind == .column(["OPS": .procedure, "RX": .medication]))
    #expect(mapping.titles.map(\.code) == ["ops"])
  }

  @Test("a kind column without kinds holds our own words") func ownWords() throws {
    let mapping = try TableMapping(yaml: long, source: "m.yaml")
    guard case .column(let words) = mapping.tables[0].kind else {
      Issue.record("no kind column")
      return
    }
    #expect(words["diagnosis"] == .diagnosis && words["medications"] == .medication && words.count == 8)
  }

  /// Forty lists of nine references to the one before, as a key.
  private static let bomb: String = {
    var lines = ["tables:", "  - &l0 [x,x,x,x,x,x,x,x,x]"]
    for level in 1...40 {
      let references = Array(repeating: "*l\(level - 1)", count: 9).joined(separator: ",")
      lines.append("  - &l\(level) [\(references)]")
    }
    return (lines + ["  - {? *l40 : 1, ? [*l40, y] : 2}", ""]).joined(separator: "\n")
  }()

  @Test(
    "every fault is a sentence with file and line",
    arguments: [
      ("", "m.yaml cannot be used: it is empty"),
      ("tables: [", "it is no YAML"),
      ("tables: [&a x, *a]", "it uses the anchor &a and its alias *a"),
      (bomb, "m.yaml cannot be used: it is no YAML that is read"),
      ("- a", "m.yaml:1 cannot be used: the file is no mapping"),
      ("name: x", "it lists no tables"),
      ("tabels: []", "m.yaml:1 cannot be used: the file has the unknown key tabels; known are name, delimiter"),
      ("tables: {file: x}", "tables is no list"),
      ("delimiter: colon\ntables: []", "delimiter is colon; expected one of comma, semicolon, tab, pipe"),
      ("time_format: dd.MM\ntables: []", "time_format is dd.MM; expected iso, number, or a pattern"),
      ("medication: rx\ntables: []", "medication is rx; expected one of label, atc, ndc, gsn, rxcui, map"),
      ("tables:\n  - kind: diagnosis", "m.yaml:2 cannot be used: a table has no `file:`"),
      ("tables:\n  - file: a.csv", "the table a.csv has no `columns:`"),
      (
        "tables:\n  - file: a.csv\n    columns: {codes: x}",
        "columns has the unknown key codes; known are patient, visit"
      ),
      (
        "tables:\n  - file: a.csv\n    kind: drug\n    columns: {code: x}",
        "drug is no kind of code; expected one of diagnosis"
      ),
      ("tables:\n  - file: a.csv\n    columns: {patient: p, visit: v, code: x}", "does not say the kind of its codes"),
      (
        "tables:\n  - file: a.csv\n    kind: diagnosis\n    columns: {patient: p, visit: v}",
        "has a kind but no column code"
      ),
      (
        "tables:\n  - file: a.csv\n    kind: diagnosis\n    columns: {kind: k, code: x}",
        "has both `kind: diagnosis` and a column kind"
      ),
      (
        "tables:\n  - file: a.csv\n    kind: medication\n    kinds: {a: medication}\n    columns: {code: x}",
        "has `kinds:`, which goes with a column kind"
      ),
      (
        "tables:\n  - file: a.csv\n    kinds: {A: drug}\n    columns: {kind: k, code: x}", "drug is no kind of code"
      ),
      (
        "tables:\n  - file: a.csv\n    kind: medication\n    columns: {visit: v, code: x}",
        "m.yaml:2 cannot be used: a.csv: a column patient is needed, because no table lists the visits"
      ),
      (
        "tables:\n  - file: a.csv\n    kind: medication\n    columns: {patient: p, code: x}",
        "without a column visit, a column time is needed"
      ),
      (
        "time_format: number\ntables:\n  - file: a.csv\n    kind: medication\n    columns: {patient: p, time: t, code: x}",
        "time_format number gives no days"
      ),
      (
        "tables:\n  - file: v.csv\n    columns: {patient: p, visit: v}\n  - file: a.csv\n    kind: medication\n"
          + "    columns: {patient: p, time: t, code: x}",
        "one table has a column visit and another has not"
      ),
      (
        "visit_ids: per-patient\ntables:\n  - file: v.csv\n    columns: {patient: p, visit: v}\n  - file: a.csv\n"
          + "    kind: medication\n    columns: {visit: v, code: x}",
        "m.yaml:5 cannot be used: a.csv: a column patient is needed, because visit_ids is per-patient"
      ),
      ("tables:\n  - file: v.csv\n    columns: {patient: p}", "needs a column visit or a column time"),
      (
        "tables:\n  - file: a.csv\n    kind: diagnosis\n    columns: {patient: p, visit: v, code: x}",
        "no table has medications"
      ),
      (
        "tables:\n  - file: a.csv\n    kind: medication\n    columns: {patient: p, visit: v, code: x}\ntitles:\n  - file: t.csv\n"
          + "    kind: diagnosis",
        "the titles of t.csv have no `columns:`"
      ),
    ])
  func faults(yaml: String, expected: String) {
    let found = fault(yaml)
    #expect(found.contains(expected), "\(found)")
    #expect(found.contains("m.yaml"))
    #expect(found.filter { $0 == "\n" }.isEmpty)
  }

  @Test("a missing file is named") func missing() {
    #expect(throws: RecordsError.missingFile("/nowhere/m.yaml")) { try TableMapping(file: "/nowhere/m.yaml") }
  }

  @Test(
    "time formats: a year, a month and a day are needed, each once; letters that mean nothing are refused",
    arguments: [
      ("yyyy-MM-dd", true), ("d.M.yyyy HH:mm:ss", true), ("yyyyMMdd", true), ("yyyy-MM-ddTHH:mm", true), ("iso", true),
      ("number", true), ("dd.MM", false), ("yy-MM-dd", false), ("yyyy-MM-dd dd", false), ("yyyy-MM-dd mm", false),
      ("yyyy-MM-dd hh:mm", false), ("", false), ("yyyy-MM-dd 12:00", false),
    ])
  func timeFormats(text: String, isKnown: Bool) { #expect((TimeFormat(text) != nil) == isKnown) }
}
