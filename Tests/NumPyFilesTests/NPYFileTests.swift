import Foundation
import NumPyFiles
import Testing

@Suite struct NPYFileTests {
  /// Bytes of a file: signature, version, length, header, values.
  static func file(_ header: String, _ values: [UInt8] = [], version: UInt8 = 1) -> [UInt8] {
    let text = Array(header.utf8)
    let length = UInt32(text.count)
    let size = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + size + text + values
  }

  static func header(_ descr: String, _ shape: String, fortran: Bool = false) -> String {
    "{'descr': '\(descr)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }          \n"
  }

  static func with<R>(_ bytes: [UInt8], _ body: (String) throws -> R) throws -> R {
    let path = NSTemporaryDirectory() + "theriac-\(UUID().uuidString).npy"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return try body(path)
  }

  static func read(_ bytes: [UInt8]) throws -> NPYFile { try with(bytes) { try NPYFile.read($0) } }

  static func sentence(_ bytes: [UInt8]) throws -> String {
    try with(bytes) { path in
      do {
        _ = try NPYFile.read(path)
        return "nothing was thrown"
      } catch {
        return "\(error)".replacingOccurrences(of: path, with: "FILE")
      }
    }
  }

  static func bytes(_ values: [Float]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value) { Array($0) } }
  }

  @Test("float32 of two axes, in all versions of the format")
  func float32() throws {
    let values: [Float] = [1, -2.5, .infinity, 0, 0x1p-140, 7]
    for version in UInt8(1)...3 {
      let bytes = Self.file(Self.header("<f4", "(2, 3)"), Self.bytes(values), version: version)
      let file = try Self.read(bytes)
      #expect(file.shape == [2, 3] && file.type.description == "float32" && file.type.isFloat)
      #expect(file.floats() == values)
      try file.requireTable(rows: 2, columns: 3)
      #expect(throws: NPYError.wrongShape(file.path, expected: "[2, 4]", found: [2, 3])) {
        try file.requireTable(rows: 2, columns: 4)
      }
      #expect(throws: NPYError.wrongType(file.path, expected: "integers or truth values", found: "float32")) {
        try file.integers()
      }
    }
  }

  @Test("every number type in either byte order")
  func types() throws {
    func check(_ descr: String, _ bytes: [UInt8], _ expected: [Int64]) throws {
      let file = try Self.read(Self.file(Self.header(descr, "(\(expected.count),)"), bytes))
      #expect(try file.integers() == expected, "\(descr)")
      #expect(file.floats() == expected.map { Float($0) }, "\(descr)")
    }
    try check("|b1", [1, 0, 1], [1, 0, 1])
    try check("|u1", [255, 0], [255, 0])
    try check("|i1", [255, 127], [-1, 127])
    try check("<i2", [0, 128, 1, 0], [-32768, 1])
    try check(">i2", [128, 0, 0, 1], [-32768, 1])
    try check("<u2", [0, 128], [32768])
    try check("<i4", [254, 255, 255, 255], [-2])
    try check(">u4", [0, 0, 1, 2], [258])
    try check("<i8", [255, 255, 255, 255, 255, 255, 255, 255], [-1])
    try check(">i8", [0, 0, 0, 0, 0, 0, 2, 1], [513])
    let half = try Self.read(
      Self.file(Self.header("<f2", "(6,)"), [0x00, 0x3C, 0x00, 0xC0, 0x01, 0x00, 0xFF, 0x7B, 0x00, 0x7C, 0x55, 0x35]))
    #expect(half.floats() == [1, -2, 0x1p-24, 65504, .infinity, 0.333251953125])
    let double = try Self.read(
      Self.file(Self.header(">f8", "()"), withUnsafeBytes(of: (0.1).bitPattern.bigEndian) { Array($0) }))
    #expect(double.shape == [] && double.count == 1 && double.floats() == [0.1])
    let large = try Self.read(Self.file(Self.header("<u8", "(1,)"), [UInt8](repeating: 255, count: 8)))
    #expect(throws: NPYError.self) { try large.integers() }
    #expect(large.floats() == [18446744073709551616])
  }

  @Test("an array in Fortran's order is given in C's")
  func fortran() throws {
    let stored: [Float] = [1, 4, 2, 5, 3, 6]  // columns of [[1, 2, 3], [4, 5, 6]]
    let file = try Self.read(Self.file(Self.header("<f4", "(2, 3)", fortran: true), Self.bytes(stored)))
    #expect(file.floats() == [1, 2, 3, 4, 5, 6])
    let cube = (0..<24).map { Float($0) }
    let three = try Self.read(Self.file(Self.header("<f4", "(2, 3, 4)", fortran: true), Self.bytes(cube))).floats()
    for index in 0..<24 {
      let (a, b, c) = (index / 12, index / 4 % 3, index % 4)
      #expect(three[index] == Float(a + 2 * b + 6 * c))
    }
    #expect(try Self.read(Self.file(Self.header("<f4", "(0, 3)", fortran: true))).floats() == [])
  }

  @Test("an array without values has none, however long its other axes")
  func empty() throws {
    for shape in ["(0,)", "(1099511627776, 1099511627776, 0)", "(0, 4611686018427387904, 4611686018427387904)"] {
      for isFortran in [false, true] {
        let file = try Self.read(Self.file(Self.header("<i4", shape, fortran: isFortran)))
        #expect(try file.count == 0 && file.floats() == [] && file.integers() == [])
      }
    }
  }

  @Test("what is not an array of numbers is refused with one sentence")
  func refused() throws {
    #expect(try Self.sentence([]).contains("is not a .npy file"))
    #expect(try Self.sentence(Array("PK".utf8)).contains("is not a .npy file"))
    #expect(try Self.sentence([0x93] + Array("NUMPY".utf8) + [1, 0]).contains("header ends after 8 bytes"))
    #expect(try Self.sentence(Self.file("x", version: 9)).contains("version 9"))
    let whole = Self.file(Self.header("<f4", "(2, 3)"), Self.bytes([1, 2, 3, 4, 5, 6]))
    #expect(try Self.sentence(Array(whole.dropLast(1))).contains("take 24 bytes, but 23 follow"))
    #expect(try Self.sentence(whole + [0]).contains("take 24 bytes, but 25 follow"))
    #expect(try Self.sentence(Array(whole.prefix(40))).contains("header should have"))
    #expect(try Self.sentence(Self.file(Self.header("|O", "(2,)"))).contains("type '|O'"))
    #expect(try Self.sentence(Self.file(Self.header("<U7", "(2,)"))).contains("type '<U7'"))
    #expect(try Self.sentence(Self.file(Self.header("<c8", "(2,)"))).contains("type '<c8'"))
    let records = "{'descr': [('a', '<f4'), ('b', '<i4')], 'fortran_order': False, 'shape': (2,), }"
    #expect(try Self.sentence(Self.file(records)).contains("holds values of NumPy's type [('a'"))
    #expect(try Self.sentence(Self.file(Self.header("<f4", "(2, x)"))).contains("not a tuple of numbers"))
    #expect(try Self.sentence(Self.file(Self.header("<f4", "(-2,)"))).contains("not a tuple of numbers"))
    #expect(try Self.sentence(Self.file(Self.header("<f4", "(4611686018427387904, 4)"))).contains("2⁶³ or more"))
    #expect(try Self.sentence(Self.file("{'descr': '<f4', 'shape': (2,)}")).contains("no fortran_order"))
    #expect(try Self.sentence(Self.file("\u{0}{}")).contains("no fortran_order"))
    for path in ["/no/such/file.npy", NSTemporaryDirectory()] {
      #expect(throws: NPYError.self) { try NPYFile.read(path) }
    }
  }
}
