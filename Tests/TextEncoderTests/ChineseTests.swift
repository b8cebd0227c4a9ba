import TestSupport
import Testing
import TextEncoder

/// Chinese texts, as symptoms and herbs have them. Ids by transformers 5.23.0 (`BertTokenizer`) over the same tokens.
@Suite struct ChineseTests {
  static let tokens = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "发", "热", "头", "痛", "咳", "嗽", "便", "溏", "舌", "苔", "薄", "白", "脉",
    "浮", "数", "，", "。", "、", "（", "）", "##热", "##痛", "b12", "vit", "##a", "##min", "3", "##9", "℃", "39", ".", "乾",
  ]
  static let golden: [(text: String, ids: [Int32])] = [
    ("发热", [2, 5, 6, 3]),  // each character alone, never ##热
    ("头痛 发热", [2, 7, 8, 5, 6, 3]),
    ("咳嗽、便溏", [2, 9, 10, 22, 11, 12, 3]),
    ("舌苔薄白，脉浮数。", [2, 13, 14, 15, 16, 20, 17, 18, 19, 21, 3]),
    ("Vitamin B12（发热39℃）", [2, 28, 29, 30, 27, 23, 5, 6, 1, 24, 3]),
    ("人参", [2, 1, 1, 3]),
    ("發热", [2, 1, 6, 3]),
    ("头\u{3000}痛", [2, 7, 8, 3]),
    ("发热3.9", [2, 5, 6, 31, 35, 1, 3]),
    ("乾\u{F9CE}乾", [2, 36, 1, 36, 3]),
  ]

  @Test(
    "ideographs are words of their own, between which Latin words and numbers stay whole", arguments: golden.indices)
  func ids(index: Int) throws {
    let tokenizer = try WordPieceTokenizer(
      vocabulary: WordPieceVocabulary(tokens: Self.tokens), normalizer: TextNormalizer(lowercases: true))
    #expect(tokenizer.encode(Self.golden[index].text).ids == Self.golden[index].ids)
  }

  @Test("a model folder with a Chinese vocabulary tells Chinese texts apart")
  func folder() throws {
    var config = TinyPLM.config
    config["vocab_size"] = Self.tokens.count
    var shapes = TinyPLM.shapes
    shapes["embeddings.word_embeddings.weight"] = [Self.tokens.count, 8]
    let plm = try TinyPLM(config: config, tokens: Self.tokens, shapes: shapes)
    let encoder = try BERTEncoder(PLMFolder(path: plm.folder), options: EncodingOptions(maxTokens: 40))
    #expect(encoder.plm.tokenizer.unreadable(["发热", "人参", "发發", "发热發", "人参发热发", "", " "]) == 2)
    let rows = try encoder.encode(["发热", "头痛", "发热 "])
    #expect(rows[0..<8] != rows[8..<16] && rows[0..<8] == rows[16..<24])
  }
}
