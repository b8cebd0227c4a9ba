import Foundation
import TestSupport
import Testing
import TextEncoder

@Suite struct ByteLevelTests {
  private static let pieces =
    ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    + ["l", "o", "w", "e", "r", "\u{120}", "lo", "low", "er", "\u{120}low"]

  private func tokenizer(
    merges: [(String, String)] = [("l", "o"), ("lo", "w"), ("e", "r"), ("\u{120}", "low")], addsSpace: Bool = false,
    added: [AddedToken] = []
  ) throws -> ByteLevelTokenizer {
    try ByteLevelTokenizer(vocabulary: Self.pieces, merges: merges, added: added, addsSpace: addsSpace)
  }

  private func pieces(_ text: String, _ tokenizer: ByteLevelTokenizer) -> [String] {
    Array(tokenizer.tokens(tokenizer.encode(text).ids).dropFirst().dropLast())
  }

  @Test("pairs are merged by rank, and a space belongs to the word behind it")
  func merges() throws {
    let plain = try tokenizer()
    #expect(pieces("lower low", plain) == ["low", "er", "\u{120}low"])
    #expect(pieces("low", try tokenizer(addsSpace: true)) == ["\u{120}low"])
    // The other order of ranks: w-e has no merge, so e-r still joins, but l-o-w does not meet.
    #expect(pieces("lower", try tokenizer(merges: [("e", "r"), ("l", "o")])) == ["lo", "w", "er"])
    #expect(plain.encode("").ids == [0, 2])
  }

  @Test("bytes without a token are dropped, special strings are tokens, a limit is kept")
  func edges() throws {
    let plain = try tokenizer()
    #expect(pieces("lxo", plain) == ["lo"])
    #expect(pieces("<mask>low</s>", plain) == ["<mask>", "low", "</s>"])
    let cut = plain.encode("low low low", maxTokens: 4)
    #expect(cut.ids == [0, 12, 14, 2] && cut.isTruncated)
  }

  @Test("added tokens: single words, white space around them, the longest first")
  func added() throws {
    func token(_ text: String, _ id: Int32, _ change: (inout AddedToken) -> Void) -> AddedToken {
      var token = AddedToken(text, id: id)
      change(&token)
      return token
    }
    let single = try tokenizer(added: [token("low", 5) { $0.isSingleWord = true }])
    #expect(pieces("lower low", single) == ["low", "er", "\u{120}", "l"])
    let spaces = try tokenizer(
      added: [
        token("<mask>", 4) {
          $0.takesSpaceBefore = true
          $0.takesSpaceBehind = true
        }
      ])
    #expect(pieces("low  <mask>  low", spaces) == ["low", "<mask>", "low"])
    let longest = try tokenizer(added: [AddedToken("lo", id: 7), AddedToken("low", id: 8)])
    #expect(pieces("lowlo", longest) == ["e", "w"])
  }

  @Test("a merge without its token, and a vocabulary without <s>, are refused by name")
  func refusals() throws {
    #expect(sentence { try tokenizer(merges: [("o", "w")]) }.contains("merge 1, \"o w\", has no token"))
    #expect(
      sentence { try ByteLevelTokenizer(vocabulary: ["a", "</s>"], merges: []) }.contains("no line \"<s>\""))
  }

  @Test("a run of one letter of any length is merged in reasonable time")
  func longRun() throws {
    let doubling = try ByteLevelTokenizer(
      vocabulary: ["<s>", "</s>", "a", "aa", "aaaa"], merges: [("a", "a"), ("aa", "aa")])
    let ids = doubling.encode(String(repeating: "a", count: 200_001)).ids
    #expect(ids.count == 50_003 && ids[1] == 4 && ids[50_001] == 2)
  }

  @Test("a RoBERTa folder: settings and files that do not fit are refused by name")
  func folder() throws {
    func copy(_ change: (TinyPLM) throws -> Void) throws -> String {
      let tiny = try TinyPLM()
      try tiny.remove("vocab.txt")
      for name in ["config.json", "vocab.json", "merges.txt", "tokenizer_config.json", "model.safetensors"] {
        try tiny.write(name, Data(contentsOf: URL(fileURLWithPath: "\(GoldenFolder.plms)/roberta/\(name)")))
      }
      try change(tiny)
      return sentence { try PLMFolder(path: tiny.folder) }
    }
    #expect(try copy { _ in } == "nothing was thrown")
    #expect(try copy { try $0.remove("merges.txt") }.contains("has no merges.txt; vocab.json needs it"))
    #expect(try copy { try $0.write("merges.txt", Data("#version: 0.2\na b c\n".utf8)) }.contains("line 2 is not two"))
    #expect(try copy { try $0.write("merges.txt", Data([0xFF])) }.contains("not UTF-8"))
    #expect(try copy { try $0.write("vocab.json", Data(#"{"a": 0, "b": 0}"#.utf8)) }.contains("both have the id 0"))
    #expect(try copy { try $0.write("vocab.json", Data(#"{"a": 99999}"#.utf8)) }.contains("but the id 99999"))
    #expect(try copy { try $0.write("vocab.json", Data(#"{"a": -1}"#.utf8)) }.contains("has the id -1"))
    let plm = GoldenFolder.plms + "/roberta"
    #expect(sentence { try PLMFolder(path: plm, lowercase: true) }.contains("lower_case must be false"))
    #expect(try PLMFolder(path: plm).configuration.maxTokens == 64)
  }

  @Test("a tokenizer.json whose rules are not ours is refused by key")
  func wholeTokenizer() throws {
    let text = try String(contentsOfFile: GoldenFolder.plms + "/cased/tokenizer.json", encoding: .utf8)
    func change(_ from: String, _ to: String) throws -> String {
      let tiny = try TinyPLM()
      for name in ["config.json", "tokenizer_config.json", "model.safetensors"] {
        try tiny.write(name, Data(contentsOf: URL(fileURLWithPath: "\(GoldenFolder.plms)/cased/\(name)")))
      }
      #expect(text.contains(from))
      try tiny.write("tokenizer.json", Data(text.replacingOccurrences(of: from, with: to).utf8))
      return sentence { try PLMFolder(path: tiny.folder) }
    }
    #expect(try change("BertNormalizer", "BertNormalizer") == "nothing was thrown")
    #expect(try change("BertNormalizer", "NFKC").contains("\"normalizer\" must be BertNormalizer"))
    #expect(try change("BertPreTokenizer", "Whitespace").contains("\"pre_tokenizer\" must be BertPreTokenizer"))
    #expect(try change("\"WordPiece\",\n    \"unk", "\"Unigram\",\n    \"unk").contains("\"type\" must be"))
    #expect(try change("TemplateProcessing", "ByteLevel").contains("one special token in front"))
    #expect(try change("prefix\": \"##\",\n    \"max", "prefix\": \"@@\",\n    \"max").contains("must be \"##\""))
    #expect(try change("chars_per_word\": 100", "chars_per_word\": 50").contains("must be 100"))
    #expect(try change("{", "[").contains("not valid JSON"))
  }
}
