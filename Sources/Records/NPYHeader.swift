/// The header of a `.npy` file: `{'descr': '<i4', 'fortran_order': False, 'shape': (805, 27), }`.
struct NPYHeader {
  private(set) var type = NPYType.float64
  private(set) var shape: [Int] = []

  /// - Throws: `badHeader`, `fortranOrder`, `objects`, `bigEndian`, `unsupportedType`.
  init(_ bytes: ArraySlice<UInt8>) throws(NPYFault) {
    var cursor = Cursor(rest: bytes)
    var seen: Set<String> = []
    var isFortran = false
    try cursor.expect("{")
    while !cursor.take("}") {
      if !seen.isEmpty {
        try cursor.expect(",")
        if cursor.take("}") { break }
      }
      let key = try cursor.string()
      guard seen.insert(key).inserted else { throw .badHeader("the key \(key) stands there twice") }
      try cursor.expect(":")
      switch key {
      case "descr": type = try Self.type(&cursor)
      case "fortran_order": isFortran = try cursor.boolean()
      case "shape": shape = try cursor.tuple()
      default: throw .badHeader("the key \(key) is not known")
      }
    }
    for key in ["descr", "fortran_order", "shape"] where !seen.contains(key) {
      throw .badHeader("the key \(key) is missing")
    }
    guard cursor.isAtEnd else { throw .badHeader("something stands behind its closing brace") }
    if isFortran { throw .fortranOrder }
  }

  private static func type(_ cursor: inout Cursor) throws(NPYFault) -> NPYType {
    if cursor.take("[") { throw .unsupportedType("a record of several fields") }
    let text = try cursor.string()
    guard let order = text.first, text.count >= 2 else { throw .unsupportedType(text) }
    let name = String(text.dropFirst())
    if name.hasPrefix("O") { throw .objects }
    guard let type = NPYType(rawValue: name) else { throw .unsupportedType(text) }
    if order == ">", type.size > 1 { throw .bigEndian(text) }
    guard "<>|=".contains(order) else { throw .unsupportedType(text) }
    return type
  }

  /// Reads the Python literals that such a header is made of.
  private struct Cursor {
    var rest: ArraySlice<UInt8>

    var isAtEnd: Bool {
      mutating get {
        skipBlanks()
        return rest.isEmpty
      }
    }

    private mutating func skipBlanks() {
      rest = rest.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 || $0 == 0x0D }
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      skipBlanks()
      guard let first = rest.first, UInt32(first) == character.value else { return false }
      rest.removeFirst()
      return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws(NPYFault) {
      if !take(character) { throw .badHeader("\(character) is missing where \(shown) stands") }
    }

    private var shown: String {
      rest.isEmpty ? "its end" : "\"\(String(decoding: rest.prefix(12), as: UTF8.self))\""
    }

    mutating func string() throws(NPYFault) -> String {
      let quote: UInt8 = take("'") ? 0x27 : take("\"") ? 0x22 : 0
      guard quote != 0, let end = rest.firstIndex(of: quote) else {
        throw .badHeader("a text in quotes is missing where \(shown) stands")
      }
      defer { rest = rest[(end + 1)...] }
      return String(decoding: rest[..<end], as: UTF8.self)
    }

    mutating func boolean() throws(NPYFault) -> Bool {
      skipBlanks()
      for (word, value) in [("True", true), ("False", false)] where rest.starts(with: word.utf8) {
        rest = rest.dropFirst(word.utf8.count)
        return value
      }
      throw .badHeader("True or False is missing where \(shown) stands")
    }

    mutating func tuple() throws(NPYFault) -> [Int] {
      try expect("(")
      var numbers: [Int] = []
      while !take(")") {
        if !numbers.isEmpty {
          try expect(",")
          if take(")") { break }
        }
        skipBlanks()
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard let number = Int(String(decoding: digits, as: UTF8.self)) else {
          throw .badHeader("a length of an axis is missing where \(shown) stands")
        }
        numbers.append(number)
        rest = rest.dropFirst(digits.count)
        if rest.first == 0x4C { rest.removeFirst() }  // Python 2 wrote 805L
      }
      return numbers
    }
  }
}
