import Foundation
import Records
import Testing
import TextEncoder

@Suite struct EmbeddingsWritingTests {
  private let cohort = Cohort(
    name: "two", vocabularies: [.medication: Vocabulary(codes: ["N02B"], texts: [""])], patientIDs: ["a"],
    visitOffsets: [0, 2], visitIDs: ["1", "2"], smiles: [[]], splits: [.train], contentHash: "00ff")

  private func path() -> String { NSTemporaryDirectory() + "theriac-\(UUID().uuidString).h5" }

  @Test("what another program computed is written and read back") func roundTrip() throws {
    let path = path()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let hash = try EmbeddingsFile.write(
      to: path, cohort: cohort, origin: .init(plm: "bio_pt", plmHash: "cd"), width: 3, medications: [7, 8, 9]
    ) { range in range.flatMap { visit in (0..<15).map { Float(visit * 15 + $0) } } }
    let file = try EmbeddingsFile.open(path)
    #expect(file.contentHash == hash)
    #expect(file.visitCount == 2 && file.medicationCount == 1 && file.width == 3)
    #expect(file.visit(1, .joined) == [27, 28, 29])
    #expect(file.visit(0, .medication) == [9, 10, 11])
    #expect(file.medications == [7, 8, 9])
    #expect(file.plm == "bio_pt" && file.plmHash == "cd" && file.maxTokens == 0 && file.pooling == .mean)
    try file.require(cohortHash: "00ff")
  }

  @Test("wrong sizes, numbers that are not finite and cohorts that were not written are refused; nothing is left")
  func refused() throws {
    func failure(_ cohort: Cohort, _ medications: [Float], _ visits: @escaping (Range<Int>) throws -> [Float]) -> String
    {
      let path = path()
      defer { #expect(!FileManager.default.fileExists(atPath: path)) }
      do {
        try EmbeddingsFile.write(
          to: path, cohort: cohort, origin: .init(plm: "", plmHash: ""), width: 3, medications: medications,
          visits: visits)
        return ""
      } catch { return "\(error)" }
    }
    let right: (Range<Int>) throws -> [Float] = { range in [Float](repeating: 1, count: range.count * 15) }
    #expect(failure(cohort, [1, 2], right).contains("1 medications"))
    #expect(failure(cohort, [1, 2, .nan], right).contains("medication 0 is not finite"))
    #expect(
      failure(cohort, [1, 2, 3]) { range in [Float](repeating: 1, count: range.count * 15 - 1) }.contains("numbers"))
    #expect(
      failure(cohort, [1, 2, 3]) { range in [Float](repeating: .infinity, count: range.count * 15) }.contains("finite"))
    var unwritten = cohort
    unwritten.contentHash = ""
    #expect(failure(unwritten, [1, 2, 3], right).contains("write it to a file first"))
  }
}
