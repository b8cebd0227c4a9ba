import Foundation
import Testing
import TextEncoder

/// all-MiniLM-L6-v2 against transformers; `tools/golden_minilm.py` made the fixture.
@Suite struct MiniLMTests {
  static let folder = ProcessInfo.processInfo.environment["THERIAC_PLM"]

  private struct Fixture: Decodable {
    struct Case: Decodable {
      let text: String
      let ids: [Int32]
      let mean8: [Float]
      let norm: Float
    }
    let cases: [Case]
  }

  @Test(
    "ids equal and embeddings agree with transformers on twenty sentences",
    .enabled(if: folder != nil, "needs THERIAC_PLM: the Hugging Face folder of all-MiniLM-L6-v2"))
  func sentences() throws {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Fixtures/minilm.json"
    let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    let encoder = try BERTEncoder(PLMFolder(path: try #require(Self.folder)), options: EncodingOptions(threads: 2))
    let found = try encoder.encode(fixture.cases.map(\.text))
    #expect(fixture.cases.count == 20)
    for (index, item) in fixture.cases.enumerated() {
      #expect(encoder.tokens(item.text).ids == item.ids, "\(item.text)")
      let row = found[index * encoder.width..<(index + 1) * encoder.width]
      let norm = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(norm - item.norm) < 1e-5 * item.norm)
      // 1e-5 of the embedding's norm, absolute for each element: float32 sums in another order.
      for (a, b) in zip(row, item.mean8) { #expect(abs(a - b) < 1e-5 * item.norm, "\(item.text)") }
    }
  }
}
