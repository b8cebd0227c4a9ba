/// Reads JSON (RFC 8259) from bytes that nobody vouches for: strict, one pass, and at most 64 levels deep.
///
/// Foundation's decoder puts members into a dictionary, in which keys of equal Unicode meaning become one; and it is
/// slow for the hundred thousand members of a tokenizer.
struct JSONParser {
  struct Problem: Error, Equatable {
    let reason: String
  }

  static let deepest = 64

  static func parse(_ bytes: UnsafeRawBufferPointer) -> Result<JSONValue, Problem> {
    var parser = JSONParser(bytes: bytes)
    do throws(Problem) {
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
      let value = try parser.value(depth: 0)
      parser.skipSpace()
      guard parser.position == bytes.count else { throw parser.problem("more follows behind its end") }
      return .success(value)
    } catch {
      return .failure(error)
    }
  }

  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  private func problem(_ what: String) -> Problem { Problem(reason: "\(what) (byte \(position))") }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }

  /// The next byte that is not white space; not taken.
  private mutating func peek() throws(Problem) -> UInt8 {
    skipSpace()
    guard position < bytes.count else { throw problem("it ends too early") }
    return bytes[position]
  }

  private mutating func value(depth: Int) throws(Problem) -> JSONValue {
    guard depth < Self.deepest else { throw problem("it is more than \(Self.deepest) levels deep") }
    switch try peek() {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ text: StaticString, _ value: JSONValue) throws(Problem) -> JSONValue {
    let count = text.utf8CodeUnitCount
    guard bytes.count - position >= count, (0..<count).allSatisfy({ bytes[position + $0] == text.utf8Start[$0] }) else {
      throw problem("unknown word")
    }
    position += count
    return value
  }

  private mutating func array(_ depth: Int) throws(Problem) -> JSONValue {
    position += 1
    var items: [JSONValue] = []
    if try peek() == UInt8(ascii: "]") {
      position += 1
      return .array(items)
    }
    while true {
      items.append(try value(depth: depth + 1))
      if try !hasMore(closing: UInt8(ascii: "]")) { return .array(items) }
    }
  }

  private mutating func object(_ depth: Int) throws(Problem) -> JSONValue {
    position += 1
    var object = JSONObject()
    if try peek() == UInt8(ascii: "}") {
      position += 1
      return .object(object)
    }
    while true {
      guard try peek() == UInt8(ascii: "\"") else { throw problem("expected a key") }
      let key = try string()
      guard try peek() == UInt8(ascii: ":") else { throw problem("expected \":\"") }
      position += 1
      object.members.append(.init(key: key, value: try value(depth: depth + 1)))
      if try !hasMore(closing: UInt8(ascii: "}")) { return .object(object) }
    }
  }

  private mutating func hasMore(closing: UInt8) throws(Problem) -> Bool {
    let byte = try peek()
    guard byte == closing || byte == UInt8(ascii: ",") else { throw problem("expected \",\" or a closing bracket") }
    position += 1
    return byte != closing
  }

  private mutating func number() throws(Problem) -> JSONValue {
    let start = position
    while position < bytes.count, Self.isNumeric(bytes[position]) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard position - start <= 400, text.first != "+", let last = text.utf8.last, last != UInt8(ascii: ".") else {
      position = start
      throw problem("unknown value")
    }
    if let whole = Int(text) { return .int(whole) }
    guard let value = Double(text) else {
      position = start
      throw problem("unknown value")
    }
    return .double(value)
  }

  private static func isNumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  private mutating func string() throws(Problem) -> String {
    position += 1
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let result = String(validating: text, as: UTF8.self) else { throw problem("a string is not UTF-8") }
        return result
      case UInt8(ascii: "\\"):
        position += 1
        try escape(into: &text)
      case 0..<0x20: throw problem("a control character inside of a string")
      default:
        text.append(byte)
        position += 1
      }
    }
    throw problem("a string without an end")
  }

  private mutating func escape(into text: inout [UInt8]) throws(Problem) {
    guard position < bytes.count else { throw problem("it ends too early") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "f"): text.append(12)
    case UInt8(ascii: "n"): text.append(10)
    case UInt8(ascii: "r"): text.append(13)
    case UInt8(ascii: "t"): text.append(9)
    case UInt8(ascii: "u"):
      var code = try unit()
      if 0xD800..<0xDC00 ~= code {
        guard bytes.count - position >= 2, bytes[position] == UInt8(ascii: "\\"),
          bytes[position + 1] == UInt8(ascii: "u")
        else { throw problem("half of a surrogate pair") }
        position += 2
        let low = try unit()
        guard 0xDC00..<0xE000 ~= low else { throw problem("half of a surrogate pair") }
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw problem("half of a surrogate pair") }
      text.append(contentsOf: Array(String(scalar).utf8))
    default: throw problem("unknown escape")
    }
  }

  /// Four hexadecimal digits.
  private mutating func unit() throws(Problem) -> UInt32 {
    guard bytes.count - position >= 4 else { throw problem("it ends too early") }
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
        throw problem("unknown escape")
      }
      code = code << 4 | UInt32(digit)
      position += 1
    }
    return code
  }
}
