import Foundation
import Random
import Records
import Testing

/// Bytes in pieces of given sizes, repeated.
final class Pieces: ByteStream {
  let bytes: [UInt8]
  let sizes: [Int]
  private(set) var position = 0
  private var turn = 0
  var size: Int { bytes.count }

  init(_ bytes: [UInt8], sizes: [Int]) {
    self.bytes = bytes
    self.sizes = sizes
  }

  func read(into buffer: UnsafeMutableBufferPointer<UInt8>) throws(RecordsError) -> Int {
    let count = min(sizes[turn % sizes.count], buffer.count, bytes.count - position)
    turn += 1
    for index in 0..<count { buffer[index] = bytes[position + index] }
    position += count
    return count
  }

  func digest() throws(RecordsError) -> String { "" }
}

/// What a reader says about an input, or what it should say.
struct Reading: Equatable {
  var rows: [[[UInt8]]] = []
  var lines: [Int] = []
  var skipped: [String: Int] = [:]
  var foreign = 0
  /// The line of a quote that ends the reading.
  var openLine: Int?

  init(_ bytes: [UInt8], delimiter: Delimiter, columns: Int, sizes: [Int]) throws {
    let names = (0..<columns).map { "c\($0)" }
    let reader = try CSVReader(Pieces(bytes, sizes: sizes), shownAs: "f", delimiter: delimiter, columns: names)
    do {
      while try reader.next() {
        rows.append((0..<columns).map { reader.bytes($0) })
        lines.append(reader.line)
      }
    } catch {
      guard case .openQuote(_, let line, _) = error else { throw error }
      openLine = line
    }
    let table = try reader.summary("F")
    skipped = table.skipped
    foreign = table.examples.first { $0.contains("Latin-1") }.flatMap { Int($0.split(separator: "(")[1].prefix { $0.isNumber }) } ?? 0
  }

  init(reference bytes: [UInt8], delimiter: Delimiter, columns: Int) {
    for row in ReferenceCSV.rows(bytes, delimiter: delimiter.byte) {
      if row.fields == [[]], row.fault == nil { continue }
      var reason: String?
      if row.fault == .openQuote {
        if row.lastLine > row.openLine {
          openLine = row.openLine
          return
        }
        reason = "a quote is not closed"
      } else if row.fault == .textAfterQuote {
        reason = "text after a closing quote"
      } else if row.hasZero {
        reason = "a zero byte"
      } else if row.fields.count != columns {
        reason = row.fields.count < columns ? "too few fields" : "too many fields"
      }
      if let reason {
        skipped["malformed: " + reason, default: 0] += 1
      } else {
        rows.append(row.fields.map(Self.trimmed))
        lines.append(row.line)
        if row.fields.contains(where: { String(validating: $0, as: UTF8.self) == nil }) { foreign += 1 }
      }
    }
  }

  static func trimmed(_ field: [UInt8]) -> [UInt8] {
    let blanks: [UInt8] = [0x20, 0x09]
    return Array(field.drop { blanks.contains($0) }.reversed().drop { blanks.contains($0) }.reversed())
  }
}

extension CSVReader {
  fileprivate func bytes(_ column: Int) -> [UInt8] { Array(field(column).bytes) }
}

@Suite struct CSVFuzzTests {
  /// Draws bytes, most of them those that mean something.
  private func input(_ random: inout SequentialRandom, length: Int, delimiter: Delimiter) -> [UInt8] {
    let telling = [delimiter.byte] + Array("\"\"\n\r".utf8)
    let rare: [UInt8] = [0, 0xFF, 0xE9, 0x20, 0x09, 0x3B]
    return (0..<length).map { _ in
      switch Int.random(in: 0..<20, using: &random) {
      case 0..<9: UInt8.random(in: 0x61...0x66, using: &random)
      case 9..<18: telling[Int.random(in: 0..<telling.count, using: &random)]
      case 18: rare[Int.random(in: 0..<rare.count, using: &random)]
      default: UInt8.random(in: 0...255, using: &random)
      }
    }
  }

  /// The first sixteen bytes may make it another format (zeros in every other byte, an archive's mark).
  private func isText(_ bytes: [UInt8]) -> Bool {
    !bytes.prefix(16).contains(0) && !bytes.starts(with: [0xFF, 0xFE]) && !bytes.starts(with: [0xFE, 0xFF])
  }

  @Test("random short inputs: the same rows, lines and faults as the plain parser, in pieces of every size")
  func short() throws {
    var random = SequentialRandom(seed: 20, stream: 1)
    for round in 0..<6_000 {
      let delimiter = Delimiter.allCases[round % Delimiter.allCases.count]
      let bytes = input(&random, length: Int.random(in: 0...48, using: &random), delimiter: delimiter)
      guard isText(bytes) else { continue }
      let columns = 1 + round % 3
      let expected = Reading(reference: bytes, delimiter: delimiter, columns: columns)
      for sizes in [[1], [2], [3], [7], [1, 5], [1 << 20]] {
        let found = try Reading(bytes, delimiter: delimiter, columns: columns, sizes: sizes)
        #expect(found == expected, "\(bytes.map { Character(Unicode.Scalar($0)) }) in pieces of \(sizes)")
        if found != expected { return }
      }
    }
  }

  @Test("every split of one input in two pieces gives the same rows")
  func everySplit() throws {
    let text = "a,b\r\n\"x, \"\"y\"\"\",1\n\"line\r\nbreak\",\"\"\r\n\"z\"\"\",\"q\"\r\n\u{e9},\"\u{20ac}\"\n,\n\"last\",\"\"\"\"\r\n"
    let bytes = Array(text.utf8)
    let expected = Reading(reference: bytes, delimiter: .comma, columns: 2)
    #expect(expected.rows.count == 7)
    for first in 1..<bytes.count {
      #expect(try Reading(bytes, delimiter: .comma, columns: 2, sizes: [first, bytes.count]) == expected, "\(first)")
    }
  }

  @Test("long inputs cross the stretches that are indexed, and the buffer's end", arguments: [3, 4, 5, 6])
  func long(seed: UInt64) throws {
    var random = SequentialRandom(seed: seed, stream: 2)
    // Rows of mixed kinds, some longer than the stretch of 16 KiB or the buffer of 512 KiB.
    var bytes: [UInt8] = []
    while bytes.count < 1_500_000 {
      let lengths = [3, 3, 20, 20, 20, 200, 200, 3_000, 3_000, 20_000, 300_000]
      let length = lengths[Int.random(in: 0..<lengths.count, using: &random)]
      let word = (0..<length).map { _ in UInt8.random(in: 0x61...0x7A, using: &random) }
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes += word + Array(",1\n".utf8)
      case 1: bytes += Array("\"".utf8) + word + Array(",\"\"\n\",2\r\n".utf8)
      case 2: bytes += Array("\"a\",\"".utf8) + word + Array("\"\n".utf8)
      default: bytes += Array("\u{e9}b,".utf8) + word + Array("\n".utf8)
      }
    }
    let expected = Reading(reference: bytes, delimiter: .comma, columns: 2)
    #expect(expected.rows.count > 30)
    for sizes in [[1 << 20], [65_537], [1, 262_144], [16_384]] {
      #expect(try Reading(bytes, delimiter: .comma, columns: 2, sizes: sizes) == expected)
    }
  }

  @Test("mutated files, plain and gzip, never trap: rows, or an error in one sentence") func mutatedImports() throws {
    let fixture = try MIMIC3Fixture()
    var random = SequentialRandom(seed: 7, stream: 3)
    let names = ["PATIENTS", "ADMISSIONS", "DIAGNOSES_ICD", "PROCEDURES_ICD", "PRESCRIPTIONS", "D_ICD_DIAGNOSES"].map { $0 + ".csv" }
      + ["maps/gsn_atc_ndc_ethos.csv", "maps/atc_names_ethos.csv", "maps/ddi_atc3_union.csv", "maps/atc3_smiles_nlammr_m3.json"]
    let originals = try names.map { Array(try Data(contentsOf: URL(fileURLWithPath: fixture.folder.path + "/" + $0))) }
    let end = ContinuousClock.now + .seconds(3)
    var outcomes = (kept: 0, refused: 0)
    for round in 0..<2_000 where ContinuousClock.now < end {
      let which = round % names.count
      var bytes = originals[which]
      for _ in 0..<Int.random(in: 1...6, using: &random) { mutate(&bytes, &random) }
      let isPacked = round % 5 == 4 && names[which].hasSuffix(".csv")
      if isPacked {
        bytes = gzip(String(decoding: bytes, as: UTF8.self))
        mutate(&bytes, &random)
      }
      try fixture.folder.write(names[which], bytes)
      do {
        let cohort = try fixture.run { $0.minimumVisits = 1 }
        #expect(cohort.fault == nil)
        outcomes.kept += 1
      } catch let error as RecordsError {
        #expect([".", "?"].contains(error.description.last) && !error.description.contains("\n"), "<\(error)>")
        outcomes.refused += 1
      }
      try fixture.folder.write(names[which], originals[which])
    }
    #expect(outcomes.kept > 10 && outcomes.refused > 10, "\(outcomes)")
  }

  /// Flips, removes, repeats or inserts bytes.
  private func mutate(_ bytes: inout [UInt8], _ random: inout SequentialRandom) {
    guard !bytes.isEmpty else { return }
    let place = Int.random(in: 0..<bytes.count, using: &random)
    let length = min(Int.random(in: 1...12, using: &random), bytes.count - place)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 2: bytes.removeSubrange(place..<(place + length))
    case 3: bytes.insert(contentsOf: bytes[place..<(place + length)], at: place)
    case 4: bytes.insert([0x22, 0x2C, 0x0A, 0x0D, 0x00, 0x2D, 0xFF][length % 7], at: place)
    default: bytes.replaceSubrange(place..<(place + length), with: Array("99999999999999999999".utf8.prefix(length + 8)))
    }
  }
}
