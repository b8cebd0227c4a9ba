import Foundation
import HDF5
import Records
import TestSupport
import Testing
import TextEncoder

@Suite struct EmbedderTests {
  /// A model, an embedder and a path for its file; all removed afterwards.
  private func with(
    _ options: EncodingOptions = EncodingOptions(maxTokens: 40), _ body: (Embedder, String) throws -> Void
  ) throws {
    let tiny = try TinyPLM()
    try body(try Embedder(PLMFolder(path: tiny.folder), options: options), tiny.folder + "/embeddings.h5")
    withExtendedLifetime(tiny) {}
  }

  @Test("equal texts are encoded once, and everything is counted")
  func counts() throws {
    try with { embedder, path in
      let report = try embedder.embed(SmallCohort.make(), to: path)
      #expect(report.texts == 4 * 5 + 3)
      // The empty text, two diagnosis, one procedure, two medication, one joined and two full medication texts:
      // "M03" is both a visit's and a medication's text, "pain, D9" both a diagnosis and a joined text.
      #expect(report.distinct == 9)
      #expect(report.empty == 5 + 2 + 2)
      #expect(report.truncated == 0)
      #expect(report.tokens > report.distinct * 2)
    }
  }

  @Test("the file gives back what was encoded, and describes itself")
  func roundTrip() throws {
    try with { embedder, path in
      let cohort = SmallCohort.make()
      let report = try embedder.embed(cohort, to: path)
      let file = try EmbeddingsFile.open(path)
      #expect(file.visits.shape == [4, 5, 8] && file.medicationCount == 3 && file.width == 8)
      #expect(file.plm == embedder.encoder.plm.name && file.plmHash == embedder.encoder.plm.hash)
      #expect(file.pooling == .mean && file.maxTokens == 40 && file.lowercases)
      #expect(file.contentHash == report.contentHash)
      let texts = try VisitTexts(cohort)
      for visit in 0..<4 {
        for kind in VisitTextKind.allCases {
          let expected = try embedder.encoder.encode([texts.text(kind, visit: visit)])
          #expect(close(file.visit(visit, kind), expected), "visit \(visit), \(kind)")
        }
      }
      for (index, text) in texts.medications.enumerated() {
        let expected = try embedder.encoder.encode([text])
        #expect(close(file.medications[index * 8..<(index + 1) * 8], expected))
      }
      let h5 = try HDF5File.open(path)
      #expect(try h5.attribute("kinds", of: "/visits") == .string("diagnosis,procedure,symptom,medication,joined"))
      #expect(try h5.attribute("distinct_texts") == .int(Int64(report.distinct)))
    }
  }

  private func close(_ a: some Collection<Float>, _ b: [Float]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 }
  }

  @Test("the file is the same for any number of threads, byte for byte of its content")
  func threads() throws {
    try with { embedder, path in
      let one = try embedder.embed(SmallCohort.make(), to: path)
      let options = EncodingOptions(maxTokens: 40, threads: 3)
      let three = try Embedder(embedder.encoder.plm, options: options).embed(SmallCohort.make(), to: path)
      #expect(one.contentHash == three.contentHash)
    }
  }

  @Test("texts over the limit are cut and counted in all places")
  func truncation() throws {
    try with(EncodingOptions(maxTokens: 4)) { embedder, path in
      let report = try embedder.embed(SmallCohort.make(), to: path)
      let texts = try VisitTexts(SmallCohort.make())
      let visits = (0..<4).flatMap { visit in VisitTextKind.allCases.map { texts.text($0, visit: visit) } }
      let all = visits + texts.medications
      let long = all.filter { embedder.encoder.plm.tokenizer.encode($0).ids.count > 4 }
      #expect(report.truncated == long.count && long.count > 3)
      #expect(try EmbeddingsFile.open(path).maxTokens == 4)
    }
  }

  @Test("embeddings of another cohort are refused with both hashes")
  func wrongCohort() throws {
    try with { embedder, path in
      try embedder.embed(SmallCohort.make(hash: "aaaa"), to: path)
      let file = try EmbeddingsFile.open(path)
      try file.require(cohortHash: "aaaa")
      #expect(throws: TextEncoderError.wrongCohort(path: path, expected: "bbbb", found: "aaaa")) {
        try file.require(cohortHash: "bbbb")
      }
      let text = sentence { try file.require(cohortHash: "bbbb") }
      #expect(text.contains("aaaa") && text.contains("bbbb"))
    }
  }

  @Test("a cohort that was never written has no hash and is refused; nothing is left behind")
  func noHash() throws {
    try with { embedder, path in
      #expect(sentence { try embedder.embed(SmallCohort.make(hash: ""), to: path) }.contains("no content hash"))
      #expect(!FileManager.default.fileExists(atPath: path))
      #expect(sentence { try embedder.embed(SmallCohort.make(), to: path + "/no/such.h5") }.contains("such.h5"))
    }
  }

  @Test("a cohort without visits and medications gives an empty file that opens")
  func emptyCohort() throws {
    try with { embedder, path in
      let report = try embedder.embed(Cohort(name: "empty", contentHash: "e"), to: path)
      #expect(report.texts == 0 && report.distinct == 0)
      let file = try EmbeddingsFile.open(path)
      #expect(file.visitCount == 0 && file.medicationCount == 0)
    }
  }

  @Test("a missing, foreign, damaged or edited file is refused")
  func badFiles() throws {
    try with { embedder, path in
      #expect(sentence { try EmbeddingsFile.open(path) }.contains("does not exist"))
      try KindedFile.write(at: path, kind: "cohort", schemaVersion: 1) { try $0.write([1.0], shape: [1], to: "x") }
      #expect(sentence { try EmbeddingsFile.open(path) }.contains("is a cohort file, not an embeddings file"))
      try KindedFile.write(at: path, kind: "embeddings", schemaVersion: 1) { try $0.write([1.0], shape: [1], to: "x") }
      #expect(sentence { try EmbeddingsFile.open(path) }.contains("no text attribute plm"))
      try embedder.embed(SmallCohort.make(), to: path)
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      let value = try EmbeddingsFile.open(path).visit(3, .joined)[7]
      let bytes = withUnsafeBytes(of: value) { Data($0) }
      let at = try #require(whole.range(of: bytes, options: .backwards))
      var edited = whole
      edited[at.lowerBound] ^= 1
      try edited.write(to: URL(fileURLWithPath: path))
      #expect(sentence { try EmbeddingsFile.open(path) }.contains("does not match"))
      try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: path))
      #expect(sentence { try EmbeddingsFile.open(path) } != "nothing was thrown")
    }
  }

  @Test("numbers that are not finite are refused")
  func notFinite() throws {
    try with { embedder, path in
      try embedder.embed(SmallCohort.make(), to: path)
      let attributes = try HDF5File.open(path).attributes(of: "/")
      let own = ["theriac_kind", "schema_version", "content_hash", "hashed_attributes"]
      for (visits, medications, name) in [(Float.nan, Float(1), "/visits"), (1, .infinity, "/medications")] {
        try KindedFile.write(at: path, kind: "embeddings", schemaVersion: 1) { file in
          try file.write([Float](repeating: 1, count: 39) + [visits], shape: [1, 5, 8], to: "visits")
          try file.write([Float](repeating: 1, count: 7) + [medications], shape: [1, 8], to: "medications")
          try file.setAttribute("kinds", .string("diagnosis,procedure,symptom,medication,joined"), on: "visits")
          for (key, value) in attributes where !own.contains(key) { try file.setAttribute(key, value) }
        }
        #expect(sentence { try EmbeddingsFile.open(path) }.contains("\(name) holds a number that is not finite"))
      }
    }
  }
}
