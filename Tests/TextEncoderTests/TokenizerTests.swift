import Foundation
import Testing
import TextEncoder

@Suite struct TokenizerTests {
  static func golden(lowercase: Bool) throws -> WordPieceTokenizer {
    let text = try String(contentsOfFile: Golden.bert + "/vocab.txt", encoding: .utf8)
    return try WordPieceTokenizer(
      vocabulary: WordPieceVocabulary(text: text), normalizer: TextNormalizer(lowercases: lowercase))
  }

  static let small = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "heart", "failure", "##s", "a", "##a", "##b", ",", "e", "E", "É", "(",
  ]
  static func small(lowercase: Bool = true) throws -> WordPieceTokenizer {
    try WordPieceTokenizer(
      vocabulary: WordPieceVocabulary(tokens: small), normalizer: TextNormalizer(lowercases: lowercase))
  }
  static func words(_ text: String, lowercase: Bool = true) throws -> [String] {
    let tokenizer = try small(lowercase: lowercase)
    return Array(tokenizer.tokens(tokenizer.encode(text).ids).dropFirst().dropLast())
  }

  @Test(
    "ids equal those of transformers: whole, at most 128 and at most 512",
    .enabled(if: Golden.isAvailable, "needs the golden directory"), arguments: [true, false])
  func goldenIDs(lowercase: Bool) throws {
    let tokenizer = try Self.golden(lowercase: lowercase)
    let cases = try Golden.cases(lowercase: lowercase)
    #expect(cases.count > 40)
    for item in cases {
      let full = tokenizer.encode(item.text)
      #expect(full.ids == item.full, "\(item.text.debugDescription)")
      #expect(!full.isTruncated)
      for (limit, ids) in [(128, item.ids128), (512, item.ids512)] {
        let cut = tokenizer.encode(item.text, maxTokens: limit)
        #expect(cut.ids == ids, "\(item.text.debugDescription) at \(limit)")
        #expect(cut.isTruncated == (item.full.count > limit))
      }
    }
  }

  @Test("the longest piece wins, and a word that cannot be covered is one unknown token")
  func longestMatch() throws {
    #expect(
      try Self.words("Heart failures, (hearts)") == [
        "heart", "failure", "##s", ",", "(", "heart", "##s", "[UNK]",
      ])
    #expect(try Self.words("aab heartx") == ["a", "##a", "##b", "[UNK]"])
  }

  @Test("accents are stripped only when letters become small, and may be told apart")
  func accents() throws {
    #expect(try Self.words("É") == ["e"])
    #expect(try Self.words("É", lowercase: false) == ["É"])
    let tokenizer = try WordPieceTokenizer(
      vocabulary: WordPieceVocabulary(tokens: Self.small),
      normalizer: TextNormalizer(lowercases: false, stripsAccents: true))
    #expect(tokenizer.tokens(tokenizer.encode("É").ids) == ["[CLS]", "E", "[SEP]"])
  }

  @Test("a word of more than 100 characters is unknown, one of 100 is not")
  func longWords() throws {
    #expect(try Self.words(String(repeating: "a", count: 100)).count == 100)
    #expect(try Self.words(String(repeating: "a", count: 101)) == ["[UNK]"])
  }

  @Test("special strings in a text are the special tokens; small letters are not")
  func specials() throws {
    #expect(try Self.words("a[SEP]a [MASK]") == ["a", "[SEP]", "a", "[MASK]"])
    #expect(try Self.words("[sep]") == ["[UNK]", "[UNK]", "[UNK]"])
  }

  @Test("truncation keeps the two specials and says so; a text that just fits is not truncated")
  func truncation() throws {
    let tokenizer = try Self.small()
    let cut = tokenizer.encode("heart heart heart", maxTokens: 4)
    #expect(tokenizer.tokens(cut.ids) == ["[CLS]", "heart", "heart", "[SEP]"])
    #expect(cut.isTruncated)
    #expect(!tokenizer.encode("heart heart heart", maxTokens: 5).isTruncated)
    #expect(tokenizer.encode("heart", maxTokens: 2).ids == [2, 3])
    #expect(tokenizer.encode("", maxTokens: 2).ids == [2, 3])
  }

  @Test("a vocabulary without [CLS] is refused by name")
  func missingSpecial() {
    #expect(throws: TextEncoderError.missingSpecialToken("[CLS]", path: "v.txt")) {
      try WordPieceTokenizer(
        vocabulary: WordPieceVocabulary(tokens: ["[UNK]", "[SEP]"]), normalizer: TextNormalizer(lowercases: true),
        path: "v.txt")
    }
  }

  @Test("line ends of vocab.txt do not count, and of two equal lines the later one wins")
  func vocabularyFile() {
    let vocabulary = WordPieceVocabulary(text: "a\r\nb\n\na\n")
    #expect(vocabulary.count == 4)
    #expect(vocabulary.id(of: "a") == 3)
    #expect(vocabulary.id(of: "b") == 1)
    #expect(vocabulary.id(of: "c") == nil)
  }
}
