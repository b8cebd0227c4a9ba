import Foundation
import Random
import Records
import Testing

/// Tables whose rows are mostly simple (one line, no quote inside a field) with other rows between them: the two ways
/// of scanning take turns, and every construct falls on every place of a vector.
@Suite struct SimpleRowTests {
  private static let columns = 5

  /// One row; kinds from 12 on are faulty or of several lines.
  private func row(_ kind: Int, _ random: inout SequentialRandom) -> String {
    let word = String(repeating: "w", count: Int.random(in: 0...40, using: &random))
    switch kind {
    case 12: return "1,\(word),5\" tape,x,y\n"
    case 13: return "1,\"say \"\"\(word)\"\"\",x,,y\n"
    case 14: return "1,\"two\nlines \(word)\",x,,y\n"
    case 15: return "1,\"\(word)\"x,y,z,\n"
    case 16: return "1,\(word),y\n"
    case 17: return "1,\(word),y,,,,\n"
    case 18: return "\n"
    case 19: return "1,caf\u{e9} \(word),\"\u{20ac}\",x,y\n"
    case 20: return "1,\(word)\u{0},x,y,z\n"
    case 21: return "1,\"\(word)\"\r,x,y,z\n"
    case 22: return "1,\(word)\r,x,y,\"z\"\r\n"
    case 23: return "1,x,y,\(word),\"\"\"\"\n"
    case 6..<9: return "\(kind),\"\(word)\",\"a,b\",,\"\"\n"
    case 9: return "\(kind),\(word),\"\",x,\"last\"\r\n"
    case 10: return "\(kind),\(word), blank ,\t,x\r\n"
    default: return "\(kind),\(word),2149-01-01 00:00:00,x,y\n"
    }
  }

  private func table(_ random: inout SequentialRandom, rows: Int, oddShare: Int) -> [UInt8] {
    var text = ""
    for _ in 0..<rows {
      let isOdd = Int.random(in: 0..<oddShare, using: &random) == 0
      text += row(Int.random(in: isOdd ? 12...23 : 0...10, using: &random), &random)
    }
    return Array(text.utf8)
  }

  @Test("rows of all kinds behind 0 to 130 bytes: the same as the plain parser") func everyPlace() throws {
    var random = SequentialRandom(seed: 11, stream: 4)
    for shift in 0...130 {
      let bytes = Array(String(repeating: "s", count: shift).utf8) + table(&random, rows: 60, oddShare: 4)
      let expected = Reading(reference: bytes, delimiter: .comma, columns: Self.columns)
      #expect(expected.rows.count > 20)
      for sizes in [[1 << 20], [shift + 1], [64, 1]] {
        #expect(try Reading(bytes, delimiter: .comma, columns: Self.columns, sizes: sizes) == expected, "\(shift)")
      }
    }
  }

  @Test("every split of a table in two pieces gives the same rows, lines and messages") func everySplit() throws {
    var random = SequentialRandom(seed: 12, stream: 4)
    let bytes = table(&random, rows: 60, oddShare: 3)
    let expected = Reading(reference: bytes, delimiter: .comma, columns: Self.columns)
    let whole = try messages(bytes, sizes: [bytes.count])
    #expect(whole.count > 3)
    for first in 1..<bytes.count {
      let sizes = [first, bytes.count]
      #expect(try Reading(bytes, delimiter: .comma, columns: Self.columns, sizes: sizes) == expected, "\(first)")
      #expect(try messages(bytes, sizes: sizes) == whole)
    }
  }

  @Test("long tables, few and many odd rows", arguments: [2, 20, 1_000]) func long(oddShare: Int) throws {
    var random = SequentialRandom(seed: UInt64(oddShare), stream: 5)
    let bytes = table(&random, rows: 30_000, oddShare: oddShare)
    let expected = Reading(reference: bytes, delimiter: .comma, columns: Self.columns)
    #expect(expected.rows.count > 15_000)
    for sizes in [[1 << 20], [16_384], [262_144, 3]] {
      #expect(try Reading(bytes, delimiter: .comma, columns: Self.columns, sizes: sizes) == expected)
    }
  }

  @Test("malformed rows are told with their lines, behind simple rows and rows of several lines") func lines() throws {
    let good = String(repeating: "1,2,3,4,\"5\"\n", count: 3_000)
    let text = good + "1,2\n" + good + "1,\"a\nb\nc\",3,4,5\n1,2,3,4,5,6\n" + good + "1,\"2\"x,3,4,5\n"
    #expect(
      try messages(Array(text.utf8), sizes: [7_777]) == [
        "f:3001: too few fields (2 instead of 5)", "f:6005: too many fields (6 instead of 5)",
        "f:9006: text after a closing quote",
      ])
  }

  private func messages(_ bytes: [UInt8], sizes: [Int]) throws -> [String] {
    let names = (0..<Self.columns).map { "c\($0)" }
    let reader = try CSVReader(Pieces(bytes, sizes: sizes), shownAs: "f", columns: names)
    while try reader.next() {}
    return try reader.summary("F").examples
  }

  @Test("the same cohort whether rows are simple or not") func sameCohort() throws {
    let fixture = try MIMIC3Fixture()
    let plain = try fixture.run { $0.minimumVisits = 1 }
    for name in ["PATIENTS.csv", "ADMISSIONS.csv", "DIAGNOSES_ICD.csv", "PROCEDURES_ICD.csv", "PRESCRIPTIONS.csv"] {
      let text = try String(contentsOfFile: fixture.folder.path + "/" + name, encoding: .utf8)
      // Each row gets a field with a line break and a doubled quote. Rows of the fixture that span lines stay as they are.
      if name == "ADMISSIONS.csv" { continue }
      let rows = text.split(separator: "\n").enumerated().map { $1 + ($0 == 0 ? ",note" : ",\"x \"\"y\"\"\nz\"") }
      try fixture.folder.write(name, rows.joined(separator: "\n") + "\n")
    }
    let odd = try fixture.run { $0.minimumVisits = 1 }
    #expect(odd.patientIDs == plain.patientIDs && odd.visitIDs == plain.visitIDs)
    #expect(odd.visitOffsets == plain.visitOffsets)
    #expect(odd.vocabularies == plain.vocabularies && odd.lists == plain.lists)
    #expect(plain.visitCount > 3)
    #expect(odd.report.tables.map(\.rowsKept) == plain.report.tables.map(\.rowsKept))
  }
}

@Suite struct DrugCodeTests {
  @Test("pairs of codes of every length keep their meaning while thousands are added") func pairs() throws {
    var random = SequentialRandom(seed: 8, stream: 6)
    var text = ""
    for _ in 0..<30_000 {
      // Few digits, so that pairs repeat and differ in one place; up to 10 and 20 of them, so that some are long.
      let parts = [10, 20].map { limit in
        let count = Int.random(in: 0...limit, using: &random)
        let first = String(repeating: "0", count: max(count - 2, 0))
        return first + (0..<min(count, 2)).map { _ in String(Int.random(in: 0...2, using: &random)) }.joined()
      }
      text += parts.joined(separator: ",") + "\n"
    }
    let reader = try CSVReader(Pieces(Array(text.utf8), sizes: [99_999]), shownAs: "f", columns: ["gsn", "ndc"])
    var codes = DrugCodes()
    var expected: [[[UInt8]]: DrugCodes.Meaning] = [:]
    var found = 0
    while try reader.next() {
      let (gsn, ndc) = (reader.field(0), reader.field(1))
      let key = [Array(gsn.bytes), Array(ndc.bytes)]
      let known = codes.meaning(gsn, ndc)
      #expect(known == expected[key])
      found += known == nil ? 0 : 1
      if known != nil { continue }
      let number = expected.count
      let meanings: [DrugCodes.Meaning] = [
        .noCode, .unmapped(number: number), .mapped(number: Int32(number), route: number % 5),
      ]
      codes.note(meanings[number % 3])
      expected[key] = meanings[number % 3]
    }
    #expect(expected.count > 8_000 && found > 5_000)
  }
}
