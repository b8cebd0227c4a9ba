import Foundation
import TestSupport
import Testing
import TextEncoder

@Suite struct PLMFolderTests {
  private func open(_ config: [String: Any]) throws -> String {
    let plm = try TinyPLM(config: TinyPLM.config.merging(config) { $1 })
    return sentence { try PLMFolder(path: plm.folder) }
  }

  private func normalizer(_ plm: PLMFolder) throws -> TextNormalizer {
    try #require(plm.tokenizer as? WordPieceTokenizer).normalizer
  }

  @Test("a whole folder opens, and its sizes are those of config.json")
  func opens() throws {
    let tiny = try TinyPLM()
    let plm = try PLMFolder(path: tiny.folder + "/")
    #expect(tiny.folder.hasSuffix("/" + plm.name))
    #expect(plm.configuration.hiddenSize == 8 && plm.configuration.layers == 2 && plm.configuration.headSize == 4)
    #expect(try normalizer(plm) == TextNormalizer(lowercases: true, stripsAccents: true))
    #expect(plm.files == ["config.json", "vocab.txt", "model.safetensors"] && plm.notes.isEmpty)
    #expect(plm.hash.count == 32)
  }

  @Test(
    "a missing file is named with its folder",
    arguments: [
      ("config.json", "config.json"), ("vocab.txt", "vocab.txt"),
      ("model.safetensors", "model.safetensors or pytorch_model.bin"),
    ])
  func missingFile(name: String, said: String) throws {
    let tiny = try TinyPLM()
    try tiny.remove(name)
    #expect(sentence { try PLMFolder(path: tiny.folder) }.hasPrefix("The PLM folder \(tiny.folder) has no \(said);"))
  }

  @Test("weights in another form are recognised and the way out is said")
  func otherForms() throws {
    let tiny = try TinyPLM()
    try tiny.remove("model.safetensors")
    try tiny.write("tf_model.h5", Data())
    #expect(sentence { try PLMFolder(path: tiny.folder) }.contains("tf_model.h5 is not read; take"))
    #expect(sentence { try PLMFolder(path: tiny.folder + "/nowhere") }.contains("expected the Hugging Face folder"))
    try tiny.remove("vocab.txt")
    try tiny.write("sentencepiece.bpe.model", Data())
    #expect(sentence { try PLMFolder(path: tiny.folder) }.contains("(SentencePiece) is not read"))
  }

  @Test("settings of config.json that cannot be honoured are refused by name")
  func badConfig() throws {
    #expect(try open(["model_type": "deberta"]).contains("\"model_type\" must be \"bert\" or \"roberta\""))
    #expect(try open(["model_type": NSNull()]) == "nothing was thrown")
    #expect(try open(["model_type": NSNull(), "architectures": ["T5Model"]]).contains("\"architectures\""))
    #expect(try open(["embedding_size": 4]).contains("\"embedding_size\" must be hidden_size (8), found 4"))
    #expect(try open(["hidden_act": "swish"]).contains("\"hidden_act\" must be one of gelu"))
    #expect(try open(["position_embedding_type": "relative_key"]).contains("must be \"absolute\""))
    #expect(try open(["is_decoder": true]).contains("\"is_decoder\""))
    #expect(try open(["hidden_size": 7]).contains("a multiple of num_attention_heads (2), found 7"))
    #expect(try open(["hidden_size": "8"]).contains("must be an integer in"))
    #expect(try open(["num_hidden_layers": 0]).contains("\"num_hidden_layers\" must be an integer in 1..."))
    #expect(try open(["layer_norm_eps": -1]).contains("\"layer_norm_eps\""))
    let tiny = try TinyPLM()
    try tiny.write("config.json", Data("{".utf8))
    #expect(sentence { try PLMFolder(path: tiny.folder) }.contains("config.json cannot be read: it is not valid JSON"))
  }

  @Test("a missing tensor is named with its shape")
  func missingTensor() throws {
    var shapes = TinyPLM.shapes
    shapes["encoder.layer.1.output.dense.bias"] = nil
    let tiny = try TinyPLM(shapes: shapes)
    #expect(
      throws: TextEncoderError.missingTensor(
        name: "encoder.layer.1.output.dense.bias", expected: [8], path: tiny.folder + "/model.safetensors",
        tensorsInFile: shapes.count)
    ) { try PLMFolder(path: tiny.folder) }
  }

  @Test("a tensor of the wrong shape is named with both shapes")
  func wrongShape() throws {
    let name = "encoder.layer.0.intermediate.dense.weight"
    let tiny = try TinyPLM(shapes: TinyPLM.shapes.merging([name: [8, 12]]) { $1 })
    let text = sentence { try PLMFolder(path: tiny.folder) }
    #expect(text.contains(name) && text.contains("[12, 8] by config.json, found [8, 12]"))
  }

  @Test("a vocabulary of another length than the embeddings is refused")
  func vocabularySize() throws {
    let tiny = try TinyPLM(tokens: TinyPLM.tokens + ["more"])
    let path = tiny.folder + "/vocab.txt"
    #expect(throws: TextEncoderError.vocabularySize(path: path, lines: 33, rows: 32)) {
      try PLMFolder(path: tiny.folder)
    }
    // A few rows without a token pad the matrix to a multiple of 8; one row of an odd matrix does not.
    let padded = try TinyPLM(tokens: Array(TinyPLM.tokens.dropLast()))
    #expect(try PLMFolder(path: padded.folder).notes.contains { $0.contains("32 rows for 31 tokens") })
    try padded.write("vocab.txt", Data("[PAD]\n[UNK]\n[CLS]\n[SEP]\n".utf8))
    #expect(try PLMFolder(path: padded.folder).tokenizer.vocabularyCount == 4)
    let odd = try TinyPLM(
      config: TinyPLM.config.merging(["vocab_size": 33]) { $1 },
      shapes: TinyPLM.shapes.merging(["embeddings.word_embeddings.weight": [33, 8]]) { $1 })
    #expect(sentence { try PLMFolder(path: odd.folder) }.contains("has 32 tokens, but the word embeddings have 33"))
  }

  @Test("heads and poolers are left aside with one line, positions are not counted")
  func unusedTensors() throws {
    let heads = ["pooler.dense.weight": [8, 8], "cls.predictions.bias": [32], "embeddings.position_ids": [1, 40]]
    let tiny = try TinyPLM(shapes: TinyPLM.shapes.merging(heads) { $1 })
    let notes = try PLMFolder(path: tiny.folder).notes
    #expect(
      notes == [
        "2 tensors that no embedding needs were left aside: cls.predictions.bias, pooler.dense.weight"
      ])
  }

  @Test("a cased vocabulary whose folder does not say so is lower-cased, as in transformers, with a note")
  func casedNote() throws {
    let tiny = try TinyPLM(tokens: Array(TinyPLM.tokens.dropLast()) + ["Heart"])
    #expect(try PLMFolder(path: tiny.folder).notes.contains { $0.contains("--no-lower-case") })
    #expect(try PLMFolder(path: tiny.folder, lowercase: false).notes.isEmpty)
  }

  @Test("the prefix bert. and the names gamma and beta are understood")
  func oldNames() throws {
    let new = try TinyPLM()
    let old = try TinyPLM(rename: { name in
      "bert."
        + name.replacingOccurrences(of: "LayerNorm.weight", with: "LayerNorm.gamma")
        .replacingOccurrences(of: "LayerNorm.bias", with: "LayerNorm.beta")
    })
    let texts = ["acute heart failure", "pain"]
    let a = try BERTEncoder(PLMFolder(path: new.folder), options: EncodingOptions(maxTokens: 40)).encode(texts)
    let b = try BERTEncoder(PLMFolder(path: old.folder), options: EncodingOptions(maxTokens: 40)).encode(texts)
    #expect(a == b)
  }

  @Test("tokenizer_config.json decides the case, the caller overrides it, and the rest is not ignored")
  func tokenizerConfig() throws {
    let tiny = try TinyPLM()
    func write(_ json: String) throws { try tiny.write("tokenizer_config.json", Data(json.utf8)) }
    try write(#"{"do_lower_case": false, "strip_accents": true, "tokenize_chinese_chars": false}"#)
    let plm = try PLMFolder(path: tiny.folder)
    #expect(try normalizer(plm) == TextNormalizer(lowercases: false, stripsAccents: true, spacesIdeographs: false))
    #expect(try PLMFolder(path: tiny.folder, lowercase: true).tokenizer.lowercases)
    try write(#"{"cls_token": {"content": "[MASK]"}}"#)
    #expect(try PLMFolder(path: tiny.folder).tokenizer.encode("").ids == [4, 3])
    try write(#"{"cls_token": "[START]"}"#)
    #expect(sentence { try PLMFolder(path: tiny.folder) }.contains("no line \"[START]\""))
    try write(#"{"tokenizer_class": "BertJapaneseTokenizer"}"#)
    #expect(sentence { try PLMFolder(path: tiny.folder) }.contains("\"tokenizer_class\" must be BertTokenizer"))
    try write(#"{"do_lower_case": "yes"}"#)
    #expect(sentence { try PLMFolder(path: tiny.folder) }.contains("\"do_lower_case\" must be true or false"))
  }

  @Test("the hash changes with each file that decides the numbers")
  func hash() throws {
    let tiny = try TinyPLM()
    var hashes: Set<String> = [try PLMFolder(path: tiny.folder).hash]
    #expect(hashes == [try PLMFolder(path: tiny.folder).hash])
    try tiny.write("README.md", Data("not read".utf8))
    #expect(hashes == [try PLMFolder(path: tiny.folder).hash])
    for name in ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"] {
      try tiny.write(name, Data("{}".utf8))
      hashes.insert(try PLMFolder(path: tiny.folder).hash)
    }
    for name in ["config.json", "vocab.txt"] {
      try tiny.write(name, try tiny.contents(name) + Data([0x0A]))
      if name == "vocab.txt" { try tiny.write(name, Data(TinyPLM.tokens.joined(separator: "\r\n").utf8)) }
      hashes.insert(try PLMFolder(path: tiny.folder).hash)
    }
    try tiny.write("model.safetensors", TinyPLM.safetensors(TinyPLM.shapes, format: "F64", rename: { $0 }))
    hashes.insert(try PLMFolder(path: tiny.folder).hash)
    #expect(hashes.count == 7)
  }
}
