/// A JSON document as it stands, so that a wrong type can be named instead of failing somewhere in a decoder.
enum JSONValue: Equatable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// How the value reads in an error: short, with its type visible.
  var summary: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .double(let value): "\(value)"
    case .string(let value): value.utf8.count <= 80 ? "\"\(value)\"" : "a string of \(value.utf8.count) bytes"
    case .array(let values): "a list of \(values.count)"
    case .object(let members): "an object of \(members.count) members"
    }
  }
}

/// The members of a JSON object in the order of the file.
///
/// Keys are told apart by their bytes. (Swift's own strings take é and e + ´ as equal; vocabularies have both.)
struct JSONObject: Equatable {
  struct Member: Equatable {
    let key: String
    let value: JSONValue
  }
  var members: [Member] = []

  var count: Int { members.count }

  /// The value of a key, `null` too; the last one when the key stands twice, as in most readers.
  subscript(key: String) -> JSONValue? {
    members.last { $0.key.utf8.elementsEqual(key.utf8) }?.value
  }
}

/// The members of one JSON file; every question names the file and the key when the answer is not usable.
struct JSONFile {
  let path: String
  let object: JSONObject

  /// - Throws: `unreadable` when the file cannot be opened or is not a JSON object.
  init(path: String) throws(TextEncoderError) {
    let file = try MappedFile(path: path)
    let value: JSONValue
    switch JSONParser.parse(file.bytes) {
    case .success(let parsed): value = parsed
    case .failure(let problem): throw .unreadable(path: path, reason: "it is not valid JSON: \(problem.reason)")
    }
    guard case .object(let object) = value else {
      throw .unreadable(path: path, reason: "expected a JSON object, found \(value.summary)")
    }
    self.init(path: path, object: object)
  }

  /// An object inside of a file; `path` is how errors name it.
  init(path: String, object: JSONObject) {
    self.path = path
    self.object = object
  }

  /// The value of a key; `null` counts as absent.
  subscript(key: String) -> JSONValue? {
    guard let value = object[key], value != .null else { return nil }
    return value
  }

  /// The object under a key, nil when absent or null.
  func file(_ key: String) throws(TextEncoderError) -> JSONFile? {
    switch self[key] {
    case nil: return nil
    case .object(let members)?: return JSONFile(path: "\(path): \(key)", object: members)
    case let other?:
      throw .badConfiguration(file: path, key: key, expected: "an object", found: other.summary)
    }
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
    throw .badConfiguration(file: path, key: key, expected: "a token string", found: self[key]?.summary ?? "nothing")
  }
}
