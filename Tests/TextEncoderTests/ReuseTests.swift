import Foundation
import HDF5
import Records
import Synchronization
import TestSupport
import Testing
import TextEncoder

/// Rows that earlier files have are not computed again.
@Suite struct ReuseTests {
  /// An embedder that writes down what it encodes.
  private final class Noting: Sendable {
    private let seen = Mutex<[String]>([])
    let encoder: BERTEncoder

    init(_ encoder: BERTEncoder) { self.encoder = encoder }

    var embedder: Embedder {
      Embedder(encoder.identity) { [self] job in
        for part in job.remaining {
          let texts = job.texts(ofPart: part)
          seen.withLock { $0 += texts }
          try job.store(part, try encoder.encoded(texts, progress: nil))
        }
      }
    }

    /// What was encoded since the last call, sorted.
    func take() -> [String] {
      seen.withLock { seen in
        defer { seen = [] }
        return seen.sorted()
      }
    }
  }

  private func with(_ body: (_ noting: Noting, _ folder: String) throws -> Void) throws {
    let tiny = try TinyPLM()
    let options = EncodingOptions(maxTokens: 8)
    try body(Noting(try BERTEncoder(PLMFolder(path: tiny.folder), options: options)), tiny.folder)
    withExtendedLifetime(tiny) {}
  }

  private func close(_ a: [Float], _ b: [Float]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 }
  }

  @Test("of a longer text file only the new lines are encoded; the counts are those of a whole run")
  func lines() throws {
    try with { noting, folder in
      let (path, fresh) = (folder + "/a.h5", folder + "/b.h5")
      let first = ["pain", "", "acute heart failure", "pain", "word1 word2 word3 word4 word5 word6 word7 word8"]
      #expect(try noting.embedder.embed(texts: first, source: "t", to: path).reused == 0)
      #expect(noting.take().count == 4)
      let old = try HDF5File.open(path).read("emb", as: Float.self)
      let grown = ["cough", "pain", "word1, pain"] + first
      let report = try noting.embedder.embed(texts: grown, source: "t", to: path, reuse: [path])
      #expect(noting.take() == ["cough", "word1, pain"])
      #expect(report.reused == 4 && report.distinct == 6 && report.texts == 8 && report.notes.isEmpty)
      let whole = try noting.embedder.embed(texts: grown, source: "t", to: fresh)
      #expect(report.long == whole.long && whole.long == 1 && report.tokens == whole.tokens)
      #expect(report.empty == whole.empty && noting.take().count == 6)
      let (a, b) = (try HDF5File.open(path), try HDF5File.open(fresh))
      let rows = try a.read("emb", as: Float.self)
      #expect(close(rows, try b.read("emb", as: Float.self)))
      #expect(Array(rows[(3 * 8)...]) == old, "rows are taken over as they are")
      for name in ["keys/emb"] {
        let (found, expected) = (try a.read(name, as: UInt64.self), try b.read(name, as: UInt64.self))
        #expect(found == expected)
      }
      // XXH3-128 of nothing, as the library documents it.
      let keys = try a.read("keys/emb", as: UInt64.self)
      #expect(try a.shape(of: "keys/emb") == [8, 2] && keys[8] == 0x99aa_06d3_0147_98d8)
      #expect(keys[9] == 0x6001_c324_468d_497f)
    }
  }

  @Test("of a grown cohort only the new texts are encoded, from a file of another cohort or of lines")
  func cohort() throws {
    try with { noting, folder in
      let (path, lines) = (folder + "/a.h5", folder + "/lines.h5")
      try noting.embedder.embed(SmallCohort.make(), to: path)
      #expect(noting.take().count == 9)
      var grown = SmallCohort.make(hash: "grown")
      grown.patientIDs.append("c")
      grown.visitOffsets.append(5)
      grown.visitIDs.append("5")
      grown.splits.append(.train)
      grown.lists[.diagnosis] = CodeLists([[0, 1], [1, 2], [], [0, 1], [2, 0]])
      grown.lists[.procedure] = CodeLists([[0], [], [], [0], []])
      grown.lists[.medication] = CodeLists([[0, 1], [2], [], [0, 1], [1]])
      grown.lists[.symptom] = CodeLists([[], [], [], [], []])
      let report = try noting.embedder.embed(grown, to: path, reuse: [path])
      #expect(noting.take() == ["D9, acute heart failure", "word5"])
      #expect(report.reused == 9 && report.distinct == 11)
      let file = try EmbeddingsFile.open(path)
      #expect(file.visitCount == 5 && file.cohortHash == "grown")
      #expect(close(file.visit(4, .medication), try noting.encoder.encode(["word5"])))
      #expect(close(file.visit(3, .joined), try noting.encoder.encode(["acute heart failure, pain. word1 word2"])))
      #expect(close(Array(file.medications[8..<16]), try noting.encoder.encode(["word5. word8 of word9"])))
      try noting.embedder.embed(texts: ["word5", "cough"], source: "t", to: lines, reuse: [path, path])
      #expect(noting.take() == ["cough"])
      let third = folder + "/c.h5"
      let all = try noting.embedder.embed(
        texts: ["cough", "acute heart failure, pain"], source: "t", to: third, reuse: [lines, path])
      #expect(noting.take().isEmpty && all.reused == 2)
    }
  }

  @Test("files of other settings, of other versions or damaged ones are named, not used")
  func unfit() throws {
    try with { noting, folder in
      let (path, other, old) = (folder + "/a.h5", folder + "/other.h5", folder + "/old.h5")
      let cls = try BERTEncoder(noting.encoder.plm, options: EncodingOptions(pooling: .cls, maxTokens: 8))
      try Embedder(cls).embed(texts: ["pain"], source: "t", to: other)
      let written = try noting.embedder.embed(texts: ["pain"], source: "t", to: path)
      let source = try HDF5File.open(path)
      try KindedFile.write(at: old, kind: "text_embeddings", schemaVersion: 1) { file in
        try file.write(try source.read("emb", as: Float.self), shape: [1, 8], to: "emb")
        for (key, value) in try source.attributes(of: "/")
        where !["theriac_kind", "schema_version", "content_hash", "hashed_attributes"].contains(key) {
          try file.setAttribute(key, value)
        }
      }
      try source.close()
      _ = noting.take()
      let out = folder + "/out.h5"
      let report = try noting.embedder.embed(texts: ["pain"], source: "t", to: out, reuse: [other, old])
      #expect(noting.take() == ["pain"] && report.reused == 0 && report.notes.count == 2)
      #expect(report.notes[0].contains("other.h5 was made by another encoder") && report.notes[0].contains("cls"))
      #expect(report.notes[1].contains("old.h5 does not say which texts"))
      func fail(_ files: [String]) -> String {
        sentence { try noting.embedder.embed(texts: ["cough"], source: "t", to: out, reuse: files) }
      }
      #expect(fail([folder + "/none.h5"]).contains("none.h5"))
      #expect(fail([folder + "/config.json"]).contains("config.json"))
      try Data("no file".utf8).write(to: URL(fileURLWithPath: out))
      let replaced = try noting.embedder.embed(texts: ["pain"], source: "t", to: out, reuse: [out, path])
      #expect(replaced.notes.count == 1 && replaced.notes[0].contains("out.h5") && replaced.reused == 1)
      #expect(replaced.contentHash == written.contentHash)
    }
  }
}
