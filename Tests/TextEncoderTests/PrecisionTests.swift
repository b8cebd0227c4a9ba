import Foundation
import TestSupport
import Testing
import TextEncoder

/// Products in bfloat16.
@Suite struct PrecisionTests {
  /// The ways of bfloat16 that this machine can compute.
  static let ways = EncoderPrecision.allCases.filter { way in
    way != .float32 && (try? EncoderPrecision(wish: way.rawValue)) != nil
  }

  private func texts(_ count: Int) -> [String] {
    let words = TinyPLM.tokens.filter { !$0.hasPrefix("[") && !$0.hasPrefix("#") }
    return (0..<count).map { text in
      (0..<text % 37).map { words[($0 * 5 + text * 3) % words.count] }.joined(separator: " ")
    }
  }

  /// Least cosine of corresponding rows.
  private func cosine(_ a: [Float], _ b: [Float], width: Int) -> Double {
    stride(from: 0, to: a.count, by: width).map { start in
      var (ab, aa, bb) = (0.0, 0.0, 0.0)
      for i in start..<start + width {
        ab += Double(a[i]) * Double(b[i])
        aa += Double(a[i]) * Double(a[i])
        bb += Double(b[i]) * Double(b[i])
      }
      return ab / (aa * bb).squareRoot()
    }.min() ?? 1
  }

  @Test("every text has a cosine of 0.9999 to float32, in every way, with every activation", arguments: ways)
  func agrees(way: EncoderPrecision) throws {
    for activation in ["gelu", "gelu_new", "relu"] {
      var config = TinyPLM.config
      config["hidden_act"] = activation
      let tiny = try TinyPLM(config: config)
      let plm = try PLMFolder(path: tiny.folder)
      let exact = try BERTEncoder(plm, options: EncodingOptions(maxTokens: 40))
      let rough = try BERTEncoder(plm, options: EncodingOptions(maxTokens: 40, precision: way))
      #expect(exact.identity.precision == "float32" && rough.identity.precision == way.rawValue)
      let texts = texts(300)
      let (a, b) = (try exact.encode(texts), try rough.encode(texts))
      #expect(a != b)
      #expect(cosine(a, b, width: 8) > 0.9999, "\(activation): \(cosine(a, b, width: 8))")
      let threads = try BERTEncoder(plm, options: EncodingOptions(maxTokens: 40, threads: 3, precision: way))
      #expect(try threads.encode(texts) == b)
      withExtendedLifetime(tiny) {}
    }
  }

  @Test("weights that are not mapped are packed as well", arguments: ["F16", "BF16"])
  func formats(format: String) throws {
    let tiny = try TinyPLM(format: format)
    let plm = try PLMFolder(path: tiny.folder)
    let exact = try BERTEncoder(plm, options: EncodingOptions(maxTokens: 40))
    let rough = try BERTEncoder(plm, options: EncodingOptions(maxTokens: 40, precision: .plain))
    #expect(cosine(try exact.encode(texts(40)), try rough.encode(texts(40)), width: 8) > 0.9999)
    // The float32 weights are still there, for an encoder that needs them.
    let again = try BERTEncoder(plm, options: EncodingOptions(maxTokens: 40))
    #expect(try again.encode(texts(40)) == exact.encode(texts(40)))
  }

  @Test(
    "all-MiniLM-L6-v2 in bfloat16: a cosine of 0.9999 for two hundred texts",
    .enabled(if: MiniLMTests.folder != nil, "needs THERIAC_PLM: the Hugging Face folder of all-MiniLM-L6-v2"))
  func miniLM() throws {
    let way = EncoderPrecision.best == .float32 ? EncoderPrecision.plain : .best
    let plm = try PLMFolder(path: try #require(MiniLMTests.folder))
    let words = ["acute", "heart", "failure", "insulin", "chronic", "pain", "of", "the", "left", "kidney", "10", "mg"]
    let texts = (0..<200).map { text in
      (0..<1 + text % 60).map { words[($0 * $0 + text * 7) % words.count] }.joined(separator: " ")
    }
    let exact = try BERTEncoder(plm, options: EncodingOptions(threads: 2)).encode(texts)
    let rough = try BERTEncoder(plm, options: EncodingOptions(threads: 2, precision: way)).encode(texts)
    #expect(cosine(exact, rough, width: plm.configuration.hiddenSize) > 0.9999)
  }

  @Test("the file says what was used, and parts of another precision are not taken over")
  func file() throws {
    let tiny = try TinyPLM()
    let plm = try PLMFolder(path: tiny.folder)
    let path = tiny.folder + "/p.h5"
    var recipe = EncoderRecipe(plm: tiny.folder)
    recipe.precision = "bf16-plain"
    let rough = try recipe.encoder(plm)
    try Embedder(rough).embed(texts: texts(9), source: "t", to: path)
    let file = try TextEmbeddings.open(path)
    #expect(file.encoder.precision == "bf16-plain" && file.encoder == rough.identity)
    #expect(file.encoder.summary.hasSuffix("products in bf16-plain"))
    let report = try Embedder(plm, options: EncodingOptions(maxTokens: 40))
      .embed(texts: texts(10), source: "t", to: path, reuse: [path])
    #expect(report.reused == 0 && report.notes.count == 1 && report.notes[0].contains("products in bf16-plain"))
  }

  @Test("bf16 becomes what the machine has; other words, and what it has not, are refused")
  func wishes() throws {
    #expect(try EncoderPrecision(wish: "bf16") == EncoderPrecision.best)
    #expect(try EncoderPrecision(wish: "float32") == .float32)
    #expect(sentence { try EncoderPrecision(wish: "fp16") }.contains("float32 or bf16, found \"fp16\""))
    let tiny = try TinyPLM()
    let plm = try PLMFolder(path: tiny.folder)
    for way in EncoderPrecision.allCases where way != .float32 && !Self.ways.contains(way) {
      #expect(sentence { try EncoderPrecision(wish: way.rawValue) }.contains("what this processor can compute"))
      let options = EncodingOptions(maxTokens: 40, precision: way)
      #expect(sentence { try BERTEncoder(plm, options: options) }.contains(way.rawValue))
    }
  }
}
