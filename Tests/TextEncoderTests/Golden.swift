import Foundation
import Testing

/// The golden numbers, where they are: `THERIAC_GOLDEN`, else `../shared/golden`.
enum Golden {
  static let directory =
    ProcessInfo.processInfo.environment["THERIAC_GOLDEN"] ?? "../shared/golden"
  static let bert = directory + "/bert_tiny"
  static let isAvailable = FileManager.default.fileExists(atPath: bert + "/golden.json")

  /// Ids and mean embedding of one text by transformers, for one of the two tokenizers.
  struct Case {
    let text: String
    let full, ids128, ids512: [Int32]
    let mean128, mean512: [Float]
  }

  static func cases(lowercase: Bool) throws -> [Case] {
    let name = lowercase ? "uncased" : "cased"
    return try #require(try root()["cases"] as? [[String: Any]]).map { item in
      Case(
        text: try #require(item["text"] as? String), full: try ids(item["\(name)_ids_full"]),
        ids128: try ids(item["\(name)_ids_128"]), ids512: try ids(item["\(name)_ids_512"]),
        mean128: try floats(item["\(name)_mean_128"]), mean512: try floats(item["\(name)_mean_512"]))
    }
  }

  /// The last hidden state of one text: `[tokens][width]`, with its ids.
  static func lastHidden() throws -> (ids: [Int32], rows: [[Float]]) {
    let example = try #require(try root()["last_hidden_example"] as? [String: Any])
    let item = try cases(lowercase: false)[try #require(example["index"] as? Int)]
    return (item.ids512, try #require(example["last_hidden"] as? [Any]).map { try floats($0) })
  }

  static func root() throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: bert + "/golden.json"))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private static func ids(_ value: Any?) throws -> [Int32] {
    try #require(value as? [Any]).map { Int32(try #require($0 as? Int)) }
  }

  private static func floats(_ value: Any?) throws -> [Float] {
    try #require(value as? [Any]).map { Float(try #require($0 as? Double)) }
  }
}
