import Foundation
import TestSupport
import Testing
import TextEncoder

@Suite struct BERTEncoderTests {
  /// max |a − b| / max |b|
  private func distance(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Float {
    zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } / b.reduce(1e-30) { max($0, abs($1)) }
  }

  @Test(
    "embeddings agree with transformers to 1e-5 of the largest number",
    .enabled(if: Golden.isAvailable, "needs the golden directory"), arguments: [true, false])
  func goldenEmbeddings(lowercase: Bool) throws {
    let plm = try PLMFolder(path: Golden.bert, lowercase: lowercase)
    let cases = try Golden.cases(lowercase: lowercase)
    for limit in [128, 512] {
      let encoder = try BERTEncoder(plm, options: EncodingOptions(maxTokens: limit))
      let found = try encoder.encode(cases.map(\.text))
      for (index, item) in cases.enumerated() {
        let expected = limit == 128 ? item.mean128 : item.mean512
        let row = found[index * encoder.width..<(index + 1) * encoder.width]
        #expect(distance(row, expected) < 1e-5, "\(item.text.debugDescription) at \(limit)")
      }
    }
  }

  @Test(
    "every last hidden state agrees with transformers", .enabled(if: Golden.isAvailable, "needs the golden directory"))
  func goldenLastHidden() throws {
    let encoder = try BERTEncoder(PLMFolder(path: Golden.bert, lowercase: false))
    let (ids, rows) = try Golden.lastHidden()
    let found = try encoder.lastHidden(ids)
    #expect(found.count == rows.count * encoder.width && !rows.isEmpty)
    #expect(distance(found, rows.flatMap { $0 }) < 1e-5)
  }

  private func tiny(_ body: (PLMFolder) throws -> Void) throws {
    let tiny = try TinyPLM()
    try body(try PLMFolder(path: tiny.folder))
    withExtendedLifetime(tiny) {}
  }

  private let texts = (0..<60).map { text in
    (0..<(text * 7 % 23)).map { "word\(($0 + text) % 19)" }.joined(separator: " ")
  }

  @Test("the numbers do not depend on the number of threads, bit for bit", arguments: [2, 3, 7])
  func threads(count: Int) throws {
    try tiny { plm in
      let one = try BERTEncoder(plm, options: EncodingOptions(maxTokens: 40, batchTokens: 64)).encode(texts)
      let many = try BERTEncoder(plm, options: EncodingOptions(maxTokens: 40, threads: count, batchTokens: 64))
      for _ in 0..<3 { #expect(try many.encode(texts) == one) }
    }
  }

  @Test("a text has the same embedding alone and in company, to rounding", arguments: [1, 50, 100_000])
  func batches(budget: Int) throws {
    try tiny { plm in
      let encoder = try BERTEncoder(plm, options: EncodingOptions(maxTokens: 40, batchTokens: budget))
      let together = try encoder.encode(texts)
      for (index, text) in texts.enumerated() {
        #expect(distance(together[index * 8..<(index + 1) * 8], try encoder.encode([text])) < 1e-5)
      }
    }
  }

  @Test(
    "the fast forward agrees with plain loops in double precision, for each activation",
    arguments: ["gelu", "gelu_new", "gelu_pytorch_tanh", "relu"])
  func plainLoops(activation: String) throws {
    let tiny = try TinyPLM(config: TinyPLM.config.merging(["hidden_act": activation]) { $1 })
    let plm = try PLMFolder(path: tiny.folder)
    let file = try SafeTensors(path: tiny.folder + "/model.safetensors")
    let ids: [Int32] = [2, 7, 8, 5, 20, 31, 12, 9, 3]
    let expected = try PlainBERT(file: file, configuration: plm.configuration).lastHidden(ids)
    let found = try BERTEncoder(plm, options: EncodingOptions(maxTokens: 40)).lastHidden(ids)
    #expect(distance(found, expected.flatMap { $0.map(Float.init) }) < 1e-5)
  }

  @Test("pooling takes the rows it says", arguments: Pooling.allCases)
  func pooling(pooling: Pooling) throws {
    try tiny { plm in
      let encoder = try BERTEncoder(plm, options: EncodingOptions(pooling: pooling, maxTokens: 40))
      for text in ["acute heart failure", ""] {
        let ids = encoder.tokens(text).ids
        let hidden = try encoder.lastHidden(ids)
        let rows =
          switch pooling {
          case .mean: 0..<ids.count
          case .cls: 0..<1
          case .meanWithoutSpecial: text.isEmpty ? 0..<2 : 1..<ids.count - 1
          }
        let expected = (0..<8).map { i in rows.reduce(0) { $0 + hidden[$1 * 8 + i] } / Float(rows.count) }
        #expect(distance(try encoder.encode([text]), expected) < 1e-5)
      }
    }
  }

  @Test("progress ends with all texts and tokens, and never goes back")
  func progress() throws {
    try tiny { plm in
      let encoder = try BERTEncoder(plm, options: EncodingOptions(maxTokens: 40, threads: 2, batchTokens: 64))
      let seen = Recorder()
      _ = try encoder.encode(texts) { seen.append($0) }
      let done = seen.all.map(\.textsDone)
      #expect(done == done.sorted() && done.count > 3)
      #expect(done.last == texts.count)
      #expect(seen.all.last?.tokensDone == seen.all.last?.tokens)
    }
  }

  @Test("no texts give no embeddings")
  func nothing() throws {
    try tiny { plm in
      let found = try BERTEncoder(plm, options: EncodingOptions(maxTokens: 40)).encode([String]())
      #expect(found.isEmpty)
    }
  }

  @Test("settings and tokens out of range are refused by name")
  func refusals() throws {
    try tiny { plm in
      func make(_ options: EncodingOptions) -> String { sentence { try BERTEncoder(plm, options: options) } }
      #expect(make(EncodingOptions()).contains("max_tokens must be 2...40"))
      #expect(make(EncodingOptions(maxTokens: 1)).contains("max_tokens"))
      #expect(make(EncodingOptions(maxTokens: 40, threads: 0)).contains("threads must be 1...256, found 0"))
      #expect(make(EncodingOptions(maxTokens: 40, batchTokens: 0)).contains("batch_tokens"))
      let encoder = try BERTEncoder(plm, options: EncodingOptions(maxTokens: 40))
      func encode(_ ids: [Int32]) -> String {
        var lists = TokenLists()
        lists.append(TokenizedText(ids: ids))
        return sentence { try encoder.encode(lists) }
      }
      #expect(encode([]).contains("0 tokens"))
      #expect(encode(Array(repeating: 2, count: 41)).contains("41 tokens"))
      #expect(encode([2, 32]).contains("token id 32, the vocabulary has 0..<32"))
      #expect(encode([-1]).contains("token id -1"))
    }
  }

  @Test("weights that are not finite are noticed, with the text")
  func notFinite() throws {
    let tiny = try TinyPLM()
    var data = try tiny.contents("model.safetensors")
    // The first data bytes are those of the first tensor in name order: embeddings.LayerNorm.bias.
    let header = Int(data[0]) + Int(data[1]) << 8
    data.replaceSubrange(8 + header..<12 + header, with: [0, 0, 0xC0, 0x7F])
    try tiny.write("model.safetensors", data)
    let encoder = try BERTEncoder(PLMFolder(path: tiny.folder), options: EncodingOptions(maxTokens: 40))
    #expect(throws: TextEncoderError.notFinite(text: "[CLS] acute pain [SEP]")) { try encoder.encode(["acute pain"]) }
  }
}

/// Collects progress from several threads.
final class Recorder: @unchecked Sendable {
  private let lock = NSLock()
  private var items: [EncodingProgress] = []
  func append(_ item: EncodingProgress) { lock.withLock { items.append(item) } }
  var all: [EncodingProgress] { lock.withLock { items } }
}
