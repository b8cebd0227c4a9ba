import Foundation
import TextEncoder

/// A small model folder on disk, made for one test and removed with it.
public final class TinyPLM {
  public let folder: String
  public static let tokens =
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ",", ".", "heart", "failure", "acute", "pain", "cough", "##s"]
    + (0..<19).map { "word\($0)" }

  /// width 8, 2 layers, 2 heads, feed-forward 12, 40 positions.
  public static var config: [String: Any] {
    [
      "model_type": "bert", "vocab_size": tokens.count, "hidden_size": 8, "num_hidden_layers": 2,
      "num_attention_heads": 2, "intermediate_size": 12, "hidden_act": "gelu", "max_position_embeddings": 40,
      "type_vocab_size": 2, "layer_norm_eps": 1e-12,
    ]
  }

  public static var shapes: [String: [Int]] {
    var shapes = [
      "embeddings.word_embeddings.weight": [tokens.count, 8], "embeddings.position_embeddings.weight": [40, 8],
      "embeddings.token_type_embeddings.weight": [2, 8], "embeddings.LayerNorm.weight": [8],
      "embeddings.LayerNorm.bias": [8],
    ]
    for layer in 0..<2 {
      let at = "encoder.layer.\(layer)"
      for part in ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"] {
        shapes["\(at).\(part).weight"] = [8, 8]
        shapes["\(at).\(part).bias"] = [8]
      }
      shapes["\(at).intermediate.dense.weight"] = [12, 8]
      shapes["\(at).intermediate.dense.bias"] = [12]
      shapes["\(at).output.dense.weight"] = [8, 12]
      shapes["\(at).output.dense.bias"] = [8]
      for part in ["attention.output.LayerNorm", "output.LayerNorm"] {
        shapes["\(at).\(part).weight"] = [8]
        shapes["\(at).\(part).bias"] = [8]
      }
    }
    return shapes
  }

  public init(
    config: [String: Any] = TinyPLM.config, tokens: [String] = TinyPLM.tokens, shapes: [String: [Int]] = TinyPLM.shapes,
    format: String = "F32", rename: (String) -> String = { $0 }
  ) throws {
    folder = NSTemporaryDirectory() + "theriac-plm-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try write("config.json", try JSONSerialization.data(withJSONObject: config))
    try write("vocab.txt", Data((tokens.joined(separator: "\n") + "\n").utf8))
    try write("model.safetensors", Self.safetensors(shapes, format: format, rename: rename))
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  public func write(_ name: String, _ data: Data) throws {
    try data.write(to: URL(fileURLWithPath: folder + "/" + name))
  }
  public func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: folder + "/" + name) }
  public func contents(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
  }

  /// Numbers that any of the four formats holds exactly: multiples of 1/64 below 1/2, LayerNorm weights around 1.
  public static func number(_ name: String, _ index: Int) -> Float {
    var hash: UInt32 = 2_166_136_261
    for byte in Array("\(name) \(index)".utf8) { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    hash ^= hash >> 15
    let value = Float(Int(hash % 64) - 32) / 64
    return name.hasSuffix("LayerNorm.weight") ? 1 + value : value
  }

  public static func safetensors(_ shapes: [String: [Int]], format: String, rename: (String) -> String) throws -> Data {
    var header: [String: Any] = ["__metadata__": ["format": "pt"]]
    var data = Data()
    for (name, shape) in shapes.sorted(by: { $0.key < $1.key }) {
      let start = data.count
      for index in 0..<shape.reduce(1, *) {
        let value = number(name, index)
        switch format {
        case "F16": withUnsafeBytes(of: Float16(value).bitPattern) { data.append(contentsOf: $0) }
        case "BF16": withUnsafeBytes(of: UInt16(value.bitPattern >> 16)) { data.append(contentsOf: $0) }
        case "F64": withUnsafeBytes(of: Double(value)) { data.append(contentsOf: $0) }
        case "I32": withUnsafeBytes(of: Int32(value)) { data.append(contentsOf: $0) }
        default: withUnsafeBytes(of: value) { data.append(contentsOf: $0) }
        }
      }
      header[rename(name)] = ["dtype": format, "shape": shape, "data_offsets": [start, data.count]] as [String: Any]
    }
    return file(header: try JSONSerialization.data(withJSONObject: header), data)
  }

  public static func file(header: Data, _ data: Data, length: UInt64? = nil) -> Data {
    var header = header
    while header.count % 8 != 0 { header.append(0x20) }
    var result = Data()
    withUnsafeBytes(of: (length ?? UInt64(header.count)).littleEndian) { result.append(contentsOf: $0) }
    return result + header + data
  }
}

/// The sentence of the error that `body` throws.
public func sentence(_ body: () throws -> some Any) -> String {
  do {
    _ = try body()
    return "nothing was thrown"
  } catch {
    return "\(error)"
  }
}
