import Foundation
import TestSupport
import Testing
import TextEncoder

/// Folders that `tools/golden_text.py` made with transformers: tiny encoders in every form that is read.
enum GoldenFolder {
  static let plms = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Fixtures/plms"

  struct File: Decodable {
    struct Case: Decodable {
      let text: String
      let ids128, ids512: [Int32]
      let mean, cls, inner: [Float]
      enum CodingKeys: String, CodingKey {
        case text, ids128, ids512, mean, cls
        case inner = "mean-without-special"
      }
    }
    let limit: Int
    let cases: [Case]
  }

  static func golden(_ name: String) throws -> File {
    try JSONDecoder().decode(File.self, from: Data(contentsOf: URL(fileURLWithPath: "\(plms)/\(name)/golden.json")))
  }

  /// max |a − b| / max |b|
  static func distance(_ a: some Collection<Float>, _ b: some Collection<Float>) -> Float {
    zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } / b.reduce(1e-30) { max($0, abs($1)) }
  }
}

@Suite struct GoldenFolderTests {
  @Test(
    "token ids and all three poolings agree with transformers", arguments: ["uncased", "cased", "roberta"])
  func folder(name: String) throws {
    let plm = try PLMFolder(path: "\(GoldenFolder.plms)/\(name)")
    let golden = try GoldenFolder.golden(name)
    #expect(golden.cases.count > 30)
    for item in golden.cases {
      #expect(plm.tokenizer.encode(item.text, maxTokens: 128).ids == item.ids128, "\(item.text.debugDescription)")
      #expect(plm.tokenizer.encode(item.text, maxTokens: 512).ids == item.ids512, "\(item.text.debugDescription)")
    }
    for pooling in Pooling.allCases {
      let options = EncodingOptions(pooling: pooling, maxTokens: golden.limit, threads: 2)
      let encoder = try BERTEncoder(plm, options: options)
      let found = try encoder.encode(golden.cases.map(\.text))
      for (index, item) in golden.cases.enumerated() {
        let row = found[index * encoder.width..<(index + 1) * encoder.width]
        let expected =
          switch pooling {
          case .mean: item.mean
          case .cls: item.cls
          case .meanWithoutSpecial: item.inner
          }
        #expect(GoldenFolder.distance(row, expected) < 1e-5, "\(pooling) of \(item.text.debugDescription)")
      }
    }
  }

  /// A folder with the uncased model's config and vocabulary and one form of its weights.
  private func folder(_ copies: [(from: String, to: String)]) throws -> TinyPLM {
    let tiny = try TinyPLM()
    try tiny.remove("model.safetensors")
    for name in ["config.json", "vocab.txt", "tokenizer_config.json"] {
      try tiny.write(name, Data(contentsOf: URL(fileURLWithPath: "\(GoldenFolder.plms)/uncased/\(name)")))
    }
    for (from, to) in copies {
      try tiny.write(to, Data(contentsOf: URL(fileURLWithPath: "\(GoldenFolder.plms)/forms/\(from)")))
    }
    return tiny
  }

  private static let texts = ["Acute heart failure, unspecified", "", "pneumonia of the left lobe; café"]

  private func embeddings(_ folder: String) throws -> [Float] {
    try BERTEncoder(PLMFolder(path: folder), options: EncodingOptions(maxTokens: 64)).encode(Self.texts)
  }

  /// Relative rounding of the formats: f16 has 11 bits, bf16 has 8; two layers pass it on.
  @Test(
    "the same weights in any form give the same embeddings, to the form's rounding",
    arguments: [
      ("zip.bin", "pytorch_model.bin", 0), ("legacy.bin", "pytorch_model.bin", 0),
      ("old-zip.bin", "pytorch_model.bin", 0), ("old-legacy.bin", "pytorch_model.bin", 0),
      ("f16.safetensors", "model.safetensors", 0.005), ("legacy-f16.bin", "pytorch_model.bin", 0.005),
      ("bf16.safetensors", "model.safetensors", 0.05), ("zip-bf16.bin", "pytorch_model.bin", 0.05),
    ] as [(String, String, Float)])
  func forms(file: String, name: String, tolerance: Float) throws {
    let expected = try embeddings(GoldenFolder.plms + "/uncased")
    let tiny = try folder([(file, name)])
    let found = try embeddings(tiny.folder)
    if tolerance == 0 { #expect(found == expected) }
    #expect(GoldenFolder.distance(found, expected) <= tolerance)
    let notes = try PLMFolder(path: tiny.folder).notes
    #expect(notes.contains { $0.contains("left aside") } == true)
  }

  @Test("weights in several files with an index are read", arguments: ["model|safetensors", "pytorch_model|bin"])
  func sharded(stem: String) throws {
    let parts = stem.split(separator: "|")
    let files = (1...2).map { "\(parts[0])-0000\($0)-of-00002.\(parts[1])" } + ["\(parts[0]).\(parts[1]).index.json"]
    let tiny = try folder(files.map { ($0, $0) })
    #expect(try embeddings(tiny.folder) == embeddings(GoldenFolder.plms + "/uncased"))
    let plm = try PLMFolder(path: tiny.folder)
    #expect(plm.files.suffix(3) == [files[2], files[0], files[1]])
    try tiny.remove(files[1])
    #expect(sentence { try PLMFolder(path: tiny.folder) }.contains("has no \(files[1]);"))
    try tiny.write(files[1], Data(contentsOf: URL(fileURLWithPath: "\(GoldenFolder.plms)/forms/\(files[0])")))
    #expect(sentence { try PLMFolder(path: tiny.folder) }.contains("which is not there"))
    try tiny.write(files[2], Data(#"{"weight_map":{"a":"../../etc/passwd"}}"#.utf8))
    #expect(sentence { try PLMFolder(path: tiny.folder) }.contains("the name of a file beside the index"))
  }

  @Test("weights in order and aligned are the file's own memory in PyTorch's zip, transposed ones are copied")
  func mapped() throws {
    let zip = try TorchFile(path: GoldenFolder.plms + "/forms/zip.bin")
    let old = try TorchFile(path: GoldenFolder.plms + "/forms/old-zip.bin")
    let name = "encoder.layer.0.output.dense.weight"
    #expect(try zip.floats(name, shape: [8, 12]).isMapped)
    #expect(try !old.floats("bert." + name, shape: [8, 12]).isMapped)
    #expect(
      try zip.floats(name, shape: [8, 12]).array == old.floats("bert." + name, shape: [8, 12]).array)
    #expect(sentence { try zip.floats(name, shape: [12, 8]) }.contains("must have shape [12, 8]"))
    #expect(sentence { try zip.floats("nothing", shape: [1]) }.contains("no tensor \"nothing\""))
    #expect(sentence { try old.floats("bert.embeddings.position_ids", shape: [1, 64]) }.contains("stored as I64"))
  }
}
