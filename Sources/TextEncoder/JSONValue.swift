import Foundation

/// A JSON document as it stands, so that a wrong type can be named instead of failing somewhere in a decoder.
enum JSONValue: Decodable, Equatable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .int(value)
    } else if let value = try? container.decode(Double.self) {
      self = .double(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// How the value reads in an error: short, with its type visible.
  var summary: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case .string(let value): "\"\(value)\""
    case .array(let values): "a list of \(values.count)"
    case .object(let members): "an object of \(members.count) members"
    }
  }
}

/// The members of one JSON file; every question names the file and the key when the answer is not usable.
struct JSONFile {
  let path: String
  let members: [String: JSONValue]

  /// - Throws: `unreadable` when the file cannot be opened or is not a JSON object.
  init(path: String) throws(TextEncoderError) {
    self.path = path
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw .unreadable(path: path, reason: "the file cannot be opened")
    }
    guard let value = try? JSONDecoder().decode(JSONValue.self, from: data) else {
      throw .unreadable(path: path, reason: "it is not valid JSON")
    }
    guard case .object(let members) = value else {
      throw .unreadable(path: path, reason: "expected a JSON object, found \(value.summary)")
    }
    self.members = members
  }

  /// The value of a key; `null` counts as absent.
  subscript(key: String) -> JSONValue? {
    guard let value = members[key], value != .null else { return nil }
    return value
  }

  func int(_ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil) throws(TextEncoderError) -> Int {
    let expected = "an integer in \(range.lowerBound)...\(range.upperBound)"
    guard let value = self[key] else {
      if let fallback { return fallback }
      throw .badConfiguration(file: path, key: key, expected: expected, found: "nothing")
    }
    guard case .int(let number) = value, range.contains(number) else {
      throw .badConfiguration(file: path, key: key, expected: expected, found: value.summary)
    }
    return number
  }

  func double(_ key: String, default fallback: Double) throws(TextEncoderError) -> Double {
    switch self[key] {
    case nil: return fallback
    case .double(let number)?: return number
    case .int(let number)?: return Double(number)
    case let other?: throw .badConfiguration(file: path, key: key, expected: "a number", found: other.summary)
    }
  }

  func bool(_ key: String) throws(TextEncoderError) -> Bool? {
    switch self[key] {
    case nil: return nil
    case .bool(let flag)?: return flag
    case let other?: throw .badConfiguration(file: path, key: key, expected: "true or false", found: other.summary)
    }
  }

  func string(_ key: String) throws(TextEncoderError) -> String? {
    switch self[key] {
    case nil: return nil
    case .string(let text)?: return text
    case let other?: throw .badConfiguration(file: path, key: key, expected: "a string", found: other.summary)
    }
  }

  /// A token that is a string, or an object with its string under `content`.
  func token(_ key: String) throws(TextEncoderError) -> String? {
    switch self[key] {
    case nil: return nil
    case .string(let text)?: return text
    case .object(let members)?:
      if case .string(let text)? = members["content"] { return text }
    default: break
    }
    throw .badConfiguration(
      file: path, key: key, expected: "a token string", found: members[key]?.summary ?? "nothing")
  }
}
