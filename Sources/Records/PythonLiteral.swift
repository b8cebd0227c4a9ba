/// Reads the one form of Python literal that code maps come in: `{'00338500341': u'1665046', 'idx': 4203, …}`.
enum PythonLiteral {
  struct Fault: Error, CustomStringConvertible {
    let byte: Int
    let expected: String
    var description: String { "expected \(expected) at byte \(byte)" }
  }

  /// The pairs of a dictionary, in order. Keys and values may be quoted either way, with or without `u`, or be whole
  /// numbers; all are returned as texts.
  static func stringPairs(_ bytes: [UInt8]) throws(Fault) -> [(String, String)] {
    var cursor = Cursor(bytes: bytes)
    try cursor.expect("{")
    var pairs: [(String, String)] = []
    while !cursor.take("}") {
      if !pairs.isEmpty {
        try cursor.expect(",")
        if cursor.take("}") { break }
      }
      let key = try cursor.text()
      try cursor.expect(":")
      pairs.append((key, try cursor.text()))
    }
    return pairs
  }

  private struct Cursor {
    let bytes: [UInt8]
    var position = 0

    mutating func skipBlanks() {
      while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    mutating func take(_ character: Character) -> Bool {
      skipBlanks()
      guard position < bytes.count, bytes[position] == character.asciiValue else { return false }
      position += 1
      return true
    }

    mutating func expect(_ character: Character) throws(Fault) {
      guard take(character) else { throw Fault(byte: position, expected: "\"\(character)\"") }
    }

    mutating func text() throws(Fault) -> String {
      _ = take("u")
      skipBlanks()
      var first = position
      while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
      if position > first { return String(decoding: bytes[first..<position], as: UTF8.self) }
      guard position < bytes.count, bytes[position] == 0x27 || bytes[position] == 0x22 else {
        throw Fault(byte: position, expected: "a quoted string or a number")
      }
      let quote = bytes[position]
      position += 1
      first = position
      while position < bytes.count, bytes[position] != quote, bytes[position] != 0x5C { position += 1 }
      guard position < bytes.count, bytes[position] == quote else {
        throw Fault(byte: position, expected: "the closing quote of the string at byte \(first - 1)")
      }
      defer { position += 1 }
      return String(decoding: bytes[first..<position], as: UTF8.self)
    }
  }
}
