import Foundation
import HDF5
import Records
import TestSupport
import Testing
import TextEncoder

@Suite struct VocabularyEmbeddingsTests {
  /// Three symptoms and four herbs; no diagnoses, no procedures.
  static func cohort(hash: String = "herbs") -> Cohort {
    Cohort(
      name: "herbs",
      vocabularies: [
        .symptom: Vocabulary(codes: ["S1", "S2", "S3"], texts: ["pain", "cough", ""]),
        .medication: Vocabulary(
          codes: ["H1", "H2", "H3", "H4"], texts: ["word1 word2", "pain", "acute. word3", "word1 word2"]),
      ],
      patientIDs: ["a"], visitOffsets: [0, 1], visitIDs: ["1"],
      lists: [.symptom: CodeLists([[0, 2]]), .medication: CodeLists([[1, 3]])], smiles: [[], [], [], []],
      splits: [.train],
      contentHash: hash)
  }

  private func with(_ body: (_ embedder: Embedder, _ encoder: BERTEncoder, _ path: String) throws -> Void) throws {
    let tiny = try TinyPLM()
    let encoder = try BERTEncoder(PLMFolder(path: tiny.folder), options: EncodingOptions(maxTokens: 40))
    try body(Embedder(encoder), encoder, tiny.folder + "/embeddings.h5")
    withExtendedLifetime(tiny) {}
  }

  @Test("every code has the vector of its whole text, in the order of the vocabulary")
  func roundTrip() throws {
    try with { embedder, encoder, path in
      let report = try embedder.embed(vocabularyOf: Self.cohort(), to: path)
      #expect(report.texts == 7 && report.distinct == 5 && report.empty == 0)
      let file = try VocabularyEmbeddings.open(path)
      #expect(file.width == 8 && file.encoder == encoder.identity && file.cohortHash == "herbs")
      #expect(file.contentHash == report.contentHash)
      #expect(CodeKind.allCases.map(file.count) == [0, 0, 3, 4])
      #expect(file.vectors(of: .diagnosis) == [])
      for (kind, texts) in [
        (CodeKind.symptom, ["pain", "cough", "S3"]),
        (.medication, ["word1 word2", "pain", "acute. word3", "word1 word2"]),
      ] {
        let found = file.vectors(of: kind)
        #expect(found.count == texts.count * 8)
        for (index, text) in texts.enumerated() {
          let expected = try encoder.encode([text])
          #expect(zip(found[index * 8..<(index + 1) * 8], expected).allSatisfy { abs($0 - $1) < 1e-5 }, "\(text)")
        }
      }
      try file.require(Self.cohort())
      #expect(throws: TextEncoderError.wrongCohort(path: path, expected: "other", found: "herbs")) {
        try file.require(Self.cohort(hash: "other"))
      }
      let h5 = try HDF5File.open(path)
      #expect(try h5.shape(of: "/vocabulary/symptom") == [3, 8] && h5.shape(of: "/vocabulary/diagnosis") == [0, 8])
      #expect(try h5.attribute("theriac_kind") == .string("vocabulary_embeddings"))
      #expect(try h5.attribute("distinct_texts") == .int(5) && h5.attribute("plm_hash") != nil)
    }
  }

  @Test("each reader refuses the other layouts with one sentence")
  func layouts() throws {
    try with { embedder, _, path in
      try embedder.embed(vocabularyOf: Self.cohort(), to: path)
      #expect(
        sentence { try EmbeddingsFile.open(path) }
          == "\(path) holds vectors of the vocabulary, but those of visits are needed; "
          + "make them with `theriac embed --no-vocabulary`.")
      #expect(sentence { try TextEmbeddings.open(path) }.contains("holds vectors of the vocabulary"))
      try embedder.embed(SmallCohort.make(), to: path)
      #expect(
        sentence { try VocabularyEmbeddings.open(path) }
          == "\(path) holds vectors of visits, but those of the vocabulary are needed; "
          + "make them with `theriac embed --vocabulary`.")
      try embedder.embed(texts: ["pain"], source: "t", to: path)
      #expect(sentence { try VocabularyEmbeddings.open(path) }.contains("holds vectors of the lines of a text file"))
      try KindedFile.write(at: path, kind: "cohort", schemaVersion: 1) { try $0.write([1.0], shape: [1], to: "x") }
      #expect(
        sentence { try VocabularyEmbeddings.open(path) }.contains("is a cohort file, not a vocabulary_embeddings"))
    }
  }

  @Test("vectors are taken over from files of any layout, and into them")
  func reuse() throws {
    try with { embedder, _, path in
      let whole = try embedder.embed(vocabularyOf: Self.cohort(), to: path)
      let other = path + ".2"
      let lines = try embedder.embed(texts: ["cough", "pain", "word9"], source: "t", to: other, reuse: [path])
      #expect(lines.reused == 2 && lines.notes.isEmpty)
      let again = try embedder.embed(vocabularyOf: Self.cohort(), to: path + ".3", reuse: [other, path])
      #expect(again.reused == 5 && again.contentHash == whole.contentHash)
    }
  }

  @Test("damaged, edited or incomplete files are refused")
  func badFiles() throws {
    try with { embedder, _, path in
      try embedder.embed(vocabularyOf: Self.cohort(), to: path)
      let attributes = try HDF5File.open(path).attributes(of: "/")
      let own = ["theriac_kind", "schema_version", "content_hash", "hashed_attributes"]
      func rewritten(_ symptom: [Float], _ shape: [Int], leavingOut: String = "") throws -> String {
        try KindedFile.write(at: path, kind: "vocabulary_embeddings", schemaVersion: 1) { file in
          for kind in ["diagnosis", "procedure", "medication"] where kind != leavingOut {
            try file.write([Float](), shape: [0, 8], to: "/vocabulary/\(kind)")
          }
          try file.write(symptom, shape: shape, to: "/vocabulary/symptom")
          for (key, value) in attributes where !own.contains(key) && key != leavingOut {
            try file.setAttribute(key, value)
          }
        }
        return sentence { try VocabularyEmbeddings.open(path) }
      }
      let ones = [Float](repeating: 1, count: 8)
      #expect(try rewritten(ones + ones.dropLast() + [.nan], [2, 8]).contains("not finite, in row 1"))
      #expect(try rewritten(ones, [2, 4]).contains("/vocabulary/symptom has shape [2, 4], expected [codes, 8]"))
      #expect(try rewritten(ones, [1, 8], leavingOut: "medication").contains("no dataset /vocabulary/medication"))
      #expect(try rewritten(ones, [1, 8], leavingOut: "d").contains("it has no width d"))
      #expect(try rewritten(ones, [1, 8], leavingOut: "cohort_hash").contains("no text attribute cohort_hash"))
      #expect(try rewritten(ones, [1, 8], leavingOut: "plm").contains("no text attribute plm"))
      #expect(try rewritten(ones, [1, 8]) == "nothing was thrown")
      let sizes = sentence { try VocabularyEmbeddings.open(path).require(Self.cohort()) }
      #expect(sizes.contains("it has 1 symptoms, but the cohort has 3"))
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      try bytes.prefix(bytes.count - 40).write(to: URL(fileURLWithPath: path))
      #expect(sentence { try VocabularyEmbeddings.open(path) }.contains(path))
    }
  }

  @Test("a cohort without a hash, without codes, or of unequal lists is refused")
  func badCohorts() throws {
    try with { embedder, _, path in
      func fail(_ cohort: Cohort) -> String { sentence { try embedder.embed(vocabularyOf: cohort, to: path) } }
      #expect(fail(Self.cohort(hash: "")).contains("no content hash"))
      #expect(fail(Cohort(name: "empty", contentHash: "e")).contains("its vocabularies are empty"))
      var uneven = Self.cohort()
      uneven.vocabularies[.symptom]?.texts.removeLast()
      #expect(fail(uneven).contains("symptom vocabulary has 3 codes, but 2 texts"))
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }
}
