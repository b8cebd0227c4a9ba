import HDF5
import TestSupport
import Testing
import TextEncoder

@Suite struct HashingEncoderTests {
  private func encode(_ texts: [String], width: Int = 64) throws -> [[Float]] {
    let rows = try HashingEncoder(width: width).encoded(texts, progress: nil).embeddings
    return texts.indices.map { Array(rows[$0 * width..<($0 + 1) * width]) }
  }

  private func dot(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  @Test("one word is one element of +1 or −1, at the place and sign that its hash says")
  func known() throws {
    // XXH3-64("pain") = 0x0BAD... is not assumed: the value is that of xxhash 3.x, see `tools/golden_text.py`.
    let row = try encode(["pain"])[0]
    let hash = Array("pain".utf8).withUnsafeBytes(Checksum.xxh3)
    var expected = [Float](repeating: 0, count: 64)
    expected[Int(hash % (1 << 63) % 64)] = hash >= 1 << 63 ? -1 : 1
    #expect(row == expected)
    #expect(try encode(["PAIN "])[0] == row && encode(["paín"])[0] == row)
  }

  @Test("vectors have length one, and texts that share words are nearer than those that do not")
  func similarity() throws {
    let rows = try encode(
      ["acute heart failure", "chronic heart failure", "left renal disease", "failure heart acute"], width: 768)
    for row in rows { #expect(abs(dot(row, row) - 1) < 1e-5) }
    #expect(dot(rows[0], rows[1]) > 0.3 && dot(rows[0], rows[2]) < 0.3)
    #expect(dot(rows[0], rows[3]) < 0.99, "the order of words counts")
  }

  @Test("a text without words gives zeros; words are counted; nothing is long")
  func empty() throws {
    let found = try HashingEncoder(width: 8).encoded(["", " \t", "a, b"], progress: nil)
    #expect(found.embeddings[..<16].allSatisfy { $0 == 0 })
    #expect(found.tokens == [0, 0, 3] && found.isLong == [false, false, false])
  }

  @Test("it says what it is, and a width out of range is refused")
  func identity() throws {
    let identity = try HashingEncoder(width: 32).identity
    #expect(identity.kind == .hashing && identity.plm == "hashing-32" && identity.plmHash.count == 32)
    #expect(try HashingEncoder(width: 40).identity.plmHash != identity.plmHash)
    #expect(identity.caution?.contains("not those of a language model") == true)
    #expect(sentence { try HashingEncoder(width: 7) }.contains("width must be 8...65536, found 7"))
  }
}
