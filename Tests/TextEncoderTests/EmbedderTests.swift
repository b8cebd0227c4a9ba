import Foundation
import HDF5
import Records
import TestSupport
import Testing
import TextEncoder

@Suite struct EmbedderTests {
  /// A model, an embedder and a path for its file; all removed afterwards.
  private func with(
    _ options: EncodingOptions = EncodingOptions(maxTokens: 40),
    _ body: (_ embedder: Embedder, _ encoder: BERTEncoder, _ path: String) throws -> Void
  ) throws {
    let tiny = try TinyPLM()
    let encoder = try BERTEncoder(PLMFolder(path: tiny.folder), options: options)
    try body(Embedder(encoder), encoder, tiny.folder + "/embeddings.h5")
    withExtendedLifetime(tiny) {}
  }

  @Test("equal texts are encoded once, and everything is counted")
  func counts() throws {
    try with { embedder, encoder, path in
      let report = try embedder.embed(SmallCohort.make(), to: path)
      #expect(report.texts == 4 * 5 + 3)
      // The empty text, two diagnosis, one procedure, two medication, one joined and two full medication texts:
      // "M03" is both a visit's and a medication's text, "pain, D9" both a diagnosis and a joined text.
      #expect(report.distinct == 9)
      #expect(report.empty == 5 + 2 + 2)
      #expect(report.long == 0 && report.resumed == 0)
      #expect(report.tokens > report.distinct * 2)
    }
  }

  @Test("the file gives back what was encoded, and describes itself")
  func roundTrip() throws {
    try with { embedder, encoder, path in
      let cohort = SmallCohort.make()
      let report = try embedder.embed(cohort, to: path)
      let file = try EmbeddingsFile.open(path)
      #expect(file.visits.shape == [4, 5, 8] && file.medicationCount == 3 && file.width == 8)
      #expect(file.plm == embedder.identity.plm && file.plmHash == embedder.identity.plmHash)
      #expect(file.pooling == .mean && file.maxTokens == 40 && file.lowercases)
      #expect(file.contentHash == report.contentHash)
      let texts = try VisitTexts(cohort)
      for visit in 0..<4 {
        for kind in VisitTextKind.allCases {
          let expected = try encoder.encode([texts.text(kind, visit: visit)])
          #expect(close(file.visit(visit, kind), expected), "visit \(visit), \(kind)")
        }
      }
      for (index, text) in texts.medications.enumerated() {
        let expected = try encoder.encode([text])
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
    try with { embedder, encoder, path in
      let one = try embedder.embed(SmallCohort.make(), to: path)
      let options = EncodingOptions(maxTokens: 40, threads: 3)
      let three = try Embedder(encoder.plm, options: options).embed(SmallCohort.make(), to: path)
      #expect(one.contentHash == three.contentHash)
    }
  }

  @Test("texts over the limit are cut and counted in all places")
  func truncation() throws {
    try with(EncodingOptions(maxTokens: 4)) { embedder, encoder, path in
      let report = try embedder.embed(SmallCohort.make(), to: path)
      let texts = try VisitTexts(SmallCohort.make())
      let visits = (0..<4).flatMap { visit in VisitTextKind.allCases.map { texts.text($0, visit: visit) } }
      let all = visits + texts.medications
      let long = all.filter { encoder.plm.tokenizer.encode($0).ids.count > 4 }
      #expect(report.long == long.count && long.count > 3)
      #expect(try EmbeddingsFile.open(path).maxTokens == 4)
    }
  }

  @Test("embeddings of another cohort are refused with both hashes")
  func wrongCohort() throws {
    try with { embedder, encoder, path in
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
    try with { embedder, encoder, path in
      #expect(sentence { try embedder.embed(SmallCohort.make(hash: ""), to: path) }.contains("no content hash"))
      #expect(!FileManager.default.fileExists(atPath: path))
      #expect(sentence { try embedder.embed(SmallCohort.make(), to: path + "/no/such.h5") }.contains("such.h5"))
    }
  }

  @Test("a cohort without visits and medications gives an empty file that opens")
  func emptyCohort() throws {
    try with { embedder, encoder, path in
      let report = try embedder.embed(Cohort(name: "empty", contentHash: "e"), to: path)
      #expect(report.texts == 0 && report.distinct == 0)
      let file = try EmbeddingsFile.open(path)
      #expect(file.visitCount == 0 && file.medicationCount == 0)
    }
  }

  @Test("a missing, foreign, damaged or edited file is refused")
  func badFiles() throws {
    try with { embedder, encoder, path in
      #expect(sentence { try EmbeddingsFile.open(path) }.contains("does not exist"))
      try KindedFile.write(at: path, kind: "cohort", schemaVersion: 1) { try $0.write([1.0], shape: [1], to: "x") }
      #expect(sentence { try EmbeddingsFile.open(path) }.contains("is a cohort file, not an embeddings file"))
      try KindedFile.write(at: path, kind: "embeddings", schemaVersion: 1) { try $0.write([1.0], shape: [1], to: "x") }
      #expect(sentence { try EmbeddingsFile.open(path) }.contains("no text attribute cohort_hash"))
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
    try with { embedder, encoder, path in
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

  @Test("a run that was cut off goes on to the same file, and does nothing twice")
  func resumes() throws {
    try with { embedder, encoder, path in
      // Long enough for several parts: 32 KiB of text each.
      let words = TinyPLM.tokens.filter { $0.hasPrefix("word") }
      let texts = (0..<900).map { text in
        (0..<60 + text % 7).map { words[($0 * 7 + text) % words.count] }.joined(separator: " ") + " \(text % 800)"
      }
      struct Cut: Error {}
      let count = Recorder()
      let whole = try embedder.embed(texts: texts, source: "t", to: path)
      try FileManager.default.removeItem(atPath: path)
      let cut = Embedder(encoder.identity) { job in
        #expect(job.remaining.count > 2)
        let part = job.remaining[1]
        try job.store(part, try encoder.encoded(job.texts(ofPart: part), progress: nil))
        throw Cut()
      }
      #expect(throws: Cut.self) { try cut.embed(texts: texts, source: "t", to: path) }
      #expect(!FileManager.default.fileExists(atPath: path))
      // What a kill in the middle of a write leaves behind.
      let handle = try #require(FileHandle(forWritingAtPath: path + ".partial"))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data([0, 0, 0, 0, 9, 9, 9]))
      try handle.close()
      let resumed = try embedder.embed(texts: texts, source: "t", to: path) { progress in
        count.append(EncodingProgress(progress))
      }
      #expect(resumed.contentHash == whole.contentHash && resumed.resumed > 0 && whole.resumed == 0)
      #expect(resumed.distinct == whole.distinct && resumed.tokens == whole.tokens)
      #expect(count.all.allSatisfy { $0.textsDone >= resumed.resumed })
      #expect(!FileManager.default.fileExists(atPath: path + ".partial"))
      // Kept parts of other settings are not taken.
      #expect(throws: Cut.self) { try cut.embed(texts: texts, source: "t", to: path) }
      let other = try BERTEncoder(encoder.plm, options: EncodingOptions(pooling: .cls, maxTokens: 40))
      #expect(try Embedder(other).embed(texts: texts, source: "t", to: path).resumed == 0)
    }
  }

  @Test("two processes do not encode into one file")
  func locked() throws {
    try with { embedder, encoder, path in
      let outer = Embedder(encoder.identity) { job in
        #expect(sentence { try embedder.embed(texts: ["pain"], source: "t", to: path) }.contains("another process"))
        try job.store(0, try encoder.encoded(job.texts(ofPart: 0), progress: nil))
      }
      try outer.embed(texts: ["pain"], source: "t", to: path)
    }
  }

  @Test("rows that are not those of a part are refused")
  func wrongRows() throws {
    try with { _, encoder, path in
      let bad = Embedder(encoder.identity) { job in
        try job.store(0, EncodedTexts(embeddings: [1, 2], tokens: [2], isLong: [false]))
      }
      #expect(sentence { try bad.embed(texts: ["pain"], source: "t", to: path) }.contains("part 0 came back"))
      let lazy = Embedder(encoder.identity) { _ in }
      #expect(sentence { try lazy.embed(texts: ["pain"], source: "t", to: path) }.contains("1 parts of the texts"))
    }
  }

  @Test("texts of a file go into emb in their order, and the file describes itself")
  func textFile() throws {
    try with { embedder, encoder, path in
      let lines = ["pain", "", "acute heart failure", "pain"]
      let report = try embedder.embed(texts: lines, source: "notes.txt", to: path)
      #expect(report.texts == 4 && report.distinct == 3 && report.empty == 1)
      let file = try HDF5File.open(path)
      let rows = try file.read("emb", as: Float.self)
      #expect(try file.shape(of: "emb") == [4, 8] && close(rows[...], try encoder.encode(lines)))
      try file.close()
      let opened = try TextEmbeddings.open(path)
      #expect(opened.count == 4 && opened.encoder == encoder.identity)
      #expect(opened.textsHash == TextEmbeddings.hash(of: lines))
      #expect(TextEmbeddings.hash(of: ["ab", "c"]) != TextEmbeddings.hash(of: ["a", "bc"]))
    }
  }

  @Test("lines end at line feeds; empty ones count, bytes that are not UTF-8 are named by line")
  func lines() throws {
    let path = NSTemporaryDirectory() + "theriac-\(UUID().uuidString).txt"
    defer { try? FileManager.default.removeItem(atPath: path) }
    func read(_ bytes: [UInt8]) throws -> [String] {
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      return try TextEmbeddings.lines(of: path)
    }
    #expect(try read([]) == [])
    #expect(try read(Array("a\r\n\nb\r".utf8)) == ["a", "", "b\r"])
    #expect(try read([0xEF, 0xBB, 0xBF] + Array("é\n".utf8)) == ["é"])
    #expect(sentence { try read(Array("a\nb".utf8) + [0xFF, 0x0A]) }.contains("line 2 is not UTF-8"))
  }

  @Test("long texts in windows: the mean of full windows, recorded in the file")
  func windows() throws {
    let options = EncodingOptions(maxTokens: 10, longTexts: .windows(overlap: 3))
    try with(options) { embedder, encoder, path in
      // 19 words: windows of 8 begin at 0, 5, 10 and 11.
      let words = (0..<19).map { "word\($0)" }
      let long = words.joined(separator: " ")
      let single = try BERTEncoder(encoder.plm, options: EncodingOptions(maxTokens: 10))
      let parts = [0, 5, 10, 11].map { words[$0..<$0 + 8].joined(separator: " ") }
      let expected = try single.encode(parts)
      let mean = (0..<8).map { i in (0..<4).reduce(0) { $0 + expected[$1 * 8 + i] } / 4 }
      let found = try encoder.encoded([long, "pain"], progress: nil)
      #expect(close(found.embeddings[..<8], mean) && found.isLong == [true, false])
      #expect(found.tokens == [40, 3])
      #expect(close(found.embeddings[8...], try single.encode(["pain"])))
      let report = try embedder.embed(texts: [long, "pain"], source: "t", to: path)
      #expect(report.long == 1 && report.tokens == 43)
      #expect(try TextEmbeddings.open(path).encoder.longTexts == .windows(overlap: 3))
      let exact = words[..<8].joined(separator: " ")
      #expect(try encoder.encode([exact]) == single.encode([exact]))
      let file = try HDF5File.open(path)
      #expect(try file.attribute("windowed_texts") == .int(1) && file.attribute("truncated_texts") == .int(0))
    }
    let tiny = try TinyPLM()
    let plm = try PLMFolder(path: tiny.folder)
    func make(_ tokens: Int, _ overlap: Int) -> String {
      let options = EncodingOptions(maxTokens: tokens, longTexts: .windows(overlap: overlap))
      return sentence { try BERTEncoder(plm, options: options) }
    }
    #expect(make(10, 8).contains("window_overlap must be 0...7"))
    #expect(make(10, -1).contains("window_overlap"))
    #expect(make(2, 0).contains("max_tokens must be 3...40"))
    #expect(make(10, 7) == sentence { try BERTEncoder(plm, options: EncodingOptions(maxTokens: 10)) })
  }

  @Test("a file with an unknown encoder or treatment of long texts is refused, an old one without them is read")
  func attributes() throws {
    try with { embedder, _, path in
      try embedder.embed(SmallCohort.make(), to: path)
      let old = try HDF5File.open(path)
      let attributes = try old.attributes(of: "/")
      let visits = try old.read("visits", as: Float.self)
      let medications = try old.read("medications", as: Float.self)
      try old.close()
      let own = ["theriac_kind", "schema_version", "content_hash", "hashed_attributes"]
      func rewrite(_ change: [String: HDF5Attribute?]) throws -> String {
        try KindedFile.write(at: path, kind: "embeddings", schemaVersion: 1) { file in
          try file.write(visits, shape: [4, 5, 8], to: "visits")
          try file.write(medications, shape: [3, 8], to: "medications")
          try file.setAttribute("kinds", .string("diagnosis,procedure,symptom,medication,joined"), on: "visits")
          for (key, value) in attributes where !own.contains(key) && change[key] == nil {
            try file.setAttribute(key, value)
          }
          for case (let key, let value?) in change { try file.setAttribute(key, value) }
        }
        return sentence { try EmbeddingsFile.open(path) }
      }
      #expect(try rewrite(["encoder": .string("gpt")]).contains("encoder is the unknown \"gpt\""))
      #expect(try rewrite(["long_texts": .string("fold")]).contains("long_texts is the unknown \"fold\""))
      #expect(try rewrite(["long_texts": .int(1)]).contains("attribute long_texts is not a text"))
      #expect(try rewrite(["window_overlap": .string("a")]).contains("window_overlap is not an integer"))
      #expect(try rewrite(["plm_hash": .none]).contains("no text attribute plm_hash"))
      let missing: [String: HDF5Attribute?] = [
        "encoder": .none, "long_texts": .none, "window_overlap": .none, "precision": .none,
      ]
      _ = try rewrite(missing)
      let file = try EmbeddingsFile.open(path)
      #expect(file.encoder.kind == .bert && file.encoder.longTexts == .truncate && file.encoder.precision == "float32")
    }
  }
}

extension EncodingProgress {
  init(_ progress: EmbeddingProgress) {
    self.init(
      textsDone: progress.textsDone, texts: progress.texts, tokensDone: progress.tokensDone, tokens: 0,
      seconds: progress.seconds)
  }
}
