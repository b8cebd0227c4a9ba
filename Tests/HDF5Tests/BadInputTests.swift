import Glibc
import HDF5
import Testing

/// Length of the stamp of a file without large contiguous datasets.
let stampBytes = 32

@Suite struct BadInputTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  private func sample(_ name: String = "a.h5") throws -> String {
    let path = directory(name)
    let file = try HDF5File.create(path)
    try file.write((0..<4096).map { Float($0) }, shape: [64, 64], to: "plain")
    try file.write((0..<4096).map { Float($0) }, shape: [64, 64], to: "g/checked", layout: .checksummed(chunk: 8))
    try file.write([Int32(1), 2, 3], shape: [3], to: "g/ints")
    try file.writeStrings(["a", "b"], to: "texts")
    try file.close()
    return path
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test("a missing file, a directory, a text file and an empty file are told apart")
  func notAFile() throws {
    let missing = directory("none.h5")
    #expect(message { _ = try HDF5File.open(missing) } == "\(missing) does not exist; check the path")
    #expect(message { _ = try HDF5File.open(missing + "/x") } == "\(missing)/x does not exist; check the path")
    #expect(throws: HDF5Error.isDirectory(directory.path)) { try HDF5File.open(directory.path) }
    #expect(throws: HDF5Error.isDirectory(directory.path)) { try HDF5File.create(directory.path) }
    let text = directory("a.csv")
    try put(Array("SUBJECT_ID,HADM_ID\n1,2\n".utf8), at: text)
    #expect(throws: HDF5Error.notHDF5(text)) { try HDF5File.open(text) }
    #expect(message { _ = try HDF5File.open(text) }.contains("is not an HDF5 file"))
    try put([], at: text)
    #expect(message { _ = try HDF5File.open(text) }.contains("is empty"))
    #expect(throws: HDF5Error.system("/dev/null", action: "read", reason: "it is a device, not a file")) {
      try HDF5File.open("/dev/null")
    }
    #expect(message { _ = try HDF5File.create(missing + "/x.h5") }.contains("there is no directory \(missing)"))
    #expect(throws: HDF5Error.self) { try HDF5File.create("/proc/theriac.h5") }
  }

  @Test("no permission is said as such", .enabled(if: geteuid() != 0, "needs a user other than root"))
  func permission() throws {
    let path = try sample()
    chmod(path, 0)
    #expect(throws: HDF5Error.noPermission(path, action: "read")) { try HDF5File.open(path) }
    chmod(directory.path, 0o500)
    defer { chmod(directory.path, 0o700) }
    #expect(message { _ = try HDF5File.create(directory("b.h5")) }.contains("Permission denied"))
  }

  /// The bytes of a file without the stamp behind HDF5's end, as h5py leaves a file that it edits.
  private func unstamped(_ path: String) throws -> [UInt8] { Array(try bytes(of: path).dropLast(stampBytes)) }

  @Test("a file cut anywhere is refused at opening, and says so")
  func truncated() throws {
    let path = try sample()
    let whole = try unstamped(path)
    for length in stride(from: 8, to: whole.count, by: 997) + [whole.count - 1] {
      try put(Array(whole[..<length]), at: path)
      let text = message { _ = try HDF5File.open(path) }
      #expect(text.hasPrefix("\(path) is cut short or damaged ("), "\(length): \(text)")
    }
  }

  @Test("a flipped bit anywhere is found at opening")
  func flippedBit() throws {
    let path = try sample()
    let whole = try bytes(of: path)
    for place in stride(from: 0, to: whole.count - stampBytes, by: 509) {
      var damaged = whole
      damaged[place] ^= 0x04
      try put(damaged, at: path)
      let text = message { _ = try HDF5File.open(path) }
      #expect(text.contains("is cut short or damaged (") || text.contains("is not an HDF5 file"), "\(place): \(text)")
    }
  }

  @Test("a large contiguous dataset is not read at opening; its content hash finds the flipped bit")
  func flippedBitInBlock() throws {
    let path = directory("a.h5")
    let values = [Float](repeating: 1.5, count: 1 << 19)
    try KindedFile.write(at: path, kind: "embeddings", schemaVersion: 1) { file in
      try file.write(values, shape: [512, 1024], to: "first")
      let writer = try file.rowWriter("second", shape: [512, 1024], as: Float.self)
      for row in stride(from: 0, to: 512, by: 256) { try writer.write(Array(values[..<(256 * 1024)]), at: row) }
    }
    let file = try HDF5File.open(path)
    try KindedFile.verify(file)
    try file.close()
    var damaged = try bytes(of: path)
    damaged[3 << 20] ^= 1
    try put(damaged, at: path)
    let again = try HDF5File.open(path)
    #expect(throws: HDF5Error.self) { try KindedFile.verify(again) }
    damaged[3 << 20] ^= 1
    damaged[40] ^= 1
    try put(damaged, at: path)
    #expect(throws: HDF5Error.self) { try HDF5File.open(path) }
  }

  @Test("without the stamp, a flipped bit in a checksummed dataset is found when it is read")
  func flippedBitUnstamped() throws {
    let path = try sample()
    var damaged = try unstamped(path)
    // Both copies, the plain and the checksummed one, are damaged in the same way.
    let pattern = [Float(1000), 1001, 1002].withUnsafeBytes { Array($0) }
    let places = damaged.indices.dropLast(12).filter { damaged[$0..<($0 + 12)].elementsEqual(pattern) }
    #expect(places.count == 2)
    for place in places { damaged[place + 1] ^= 0x10 }
    try put(damaged, at: path)
    let file = try HDF5File.open(path)
    let plain = try file.read("plain", as: Float.self)
    #expect(plain != (0..<4096).map { Float($0) })
    let found = message { _ = try file.read("g/checked", as: Float.self) }
    #expect(found.hasPrefix("the checksum of /g/checked in \(path) does not match its data"))
    #expect(throws: HDF5Error.badChecksum(dataset: "/g/checked", file: path)) { try ContentHash.of(file) }
    // Rows of other chunks are still readable.
    #expect(try file.read("g/checked", rows: 0..<8, as: Float.self).count == 512)
  }

  @Test("a missing dataset names what is there; groups and datasets are not confused")
  func missing() throws {
    let path = try sample()
    let file = try HDF5File.open(path)
    #expect(
      message { _ = try file.read("g/nothing", as: Float.self) } == "\(path) has no /g/nothing; /g has checked, ints")
    #expect(
      message { _ = try file.read("plain/x", as: Float.self) }
        == "\(path) has no /plain/x (/plain is a dataset, not a group)")
    #expect(throws: HDF5Error.wrongType("/g", file: path, expected: "a dataset", found: "a group")) {
      try file.shape(of: "g")
    }
    #expect(throws: HDF5Error.wrongType("/plain", file: path, expected: "a group", found: "a dataset")) {
      try file.children(of: "plain")
    }
    #expect(try file.children(of: "/") == ["g", "plain", "texts"])
    #expect(try file.datasetPaths() == ["/g/checked", "/g/ints", "/plain", "/texts"])
    #expect(file.exists("g/ints") && file.exists("/g") && file.exists("/") && !file.exists("g/ints/x"))
  }

  @Test("floats are not read as integers, nor strings as numbers, nor the reverse")
  func types() throws {
    let path = try sample()
    let file = try HDF5File.open(path)
    #expect(
      message { _ = try file.read("plain", as: Int32.self) } == "/plain in \(path) holds float32; expected int32")
    #expect(throws: HDF5Error.self) { try file.read("texts", as: Double.self) }
    #expect(throws: HDF5Error.self) { try file.readStrings("plain") }
    #expect(throws: HDF5Error.self) { try file.map("g/checked") }
    #expect(throws: HDF5Error.self) { try file.map("texts") }
  }

  @Test("rows outside the dataset are refused")
  func rows() throws {
    let path = try sample()
    let file = try HDF5File.open(path)
    #expect(
      message { _ = try file.read("plain", rows: 60..<65, as: Float.self) }
        == "rows 60..<65 of /plain in \(path) do not exist; it has 64 rows")
    #expect(throws: HDF5Error.self) { try file.read("plain", rows: -1..<2, as: Float.self) }
    #expect(try file.read("plain", rows: 64..<64, as: Float.self) == [])
    #expect(try file.readStrings("texts", rows: 1..<1) == [])
  }

  @Test("writing: a shape that does not fit, a name that is taken, a file open for reading, a closed file")
  func writing() throws {
    let path = directory("a.h5")
    let file = try HDF5File.create(path)
    #expect(throws: HDF5Error.self) { try file.write([1.0, 2], shape: [3], to: "x") }
    #expect(throws: HDF5Error.self) { try file.write([1.0, 2], shape: [-1, -2], to: "x") }
    #expect(throws: HDF5Error.self) { try file.write([Double](), shape: [Int.max, Int.max, 0, 2], to: "y") }
    #expect(throws: HDF5Error.self) { try file.write([1.0], shape: [1], to: "/") }
    try file.write([1.0], shape: [1], to: "x")
    #expect(throws: HDF5Error.alreadyExists("/x", file: path)) { try file.write([1.0], shape: [1], to: "/x") }
    #expect(throws: HDF5Error.self) { try file.write([1.0], shape: [1], to: "x/y") }
    try file.close()
    try file.close()
    #expect(throws: HDF5Error.closed(path)) { try file.write([1.0], shape: [1], to: "z") }
    #expect(throws: HDF5Error.closed(path)) { try file.read("x", as: Double.self) }
    #expect(!file.exists("x"))
    let read = try HDF5File.open(path)
    #expect(throws: HDF5Error.readOnly(path)) { try read.write([1.0], shape: [1], to: "z") }
  }

  @Test("a header that claims far more rows than the file can hold is refused at once, whatever reads it")
  func absurdExtent() throws {
    let path = directory("a.h5")
    let file = try HDF5File.create(path)
    let rows = try file.appendable("rows", rowShape: [], chunkRows: 4096, as: Int32.self)
    try rows.append([1, 2, 3])
    try file.close()
    // The extent of the dataset is 3, in eight bytes; behind it stands the limit, which is none.
    var whole = try unstamped(path)
    let pattern: [UInt8] = [3, 0, 0, 0, 0, 0, 0, 0] + [UInt8](repeating: 0xFF, count: 8)
    let place = try #require(whole.indices.dropLast(16).first { whole[$0..<($0 + 16)].elementsEqual(pattern) })
    whole[place + 5] = 1  // 2^40 + 3 rows
    // The header's checksum is made right again, as hostile files would.
    let header = try #require((0..<place).last { whole[$0..<($0 + 4)].elementsEqual(Array("OHDR".utf8)) })
    let end = try #require(Jenkins.end(of: whole, header: header))
    let sum = Jenkins.lookup3(Array(whole[header..<end]))
    for byte in 0..<4 { whole[end + byte] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * byte)) }
    try put(whole, at: path)
    let again = try HDF5File.open(path)
    let text = message { _ = try ContentHash.of(again) }
    #expect(text.hasPrefix("/rows in \(path) claims 4398046511116 bytes, more than the file"), "\(text)")
    #expect(message { _ = try again.read("rows", as: Int32.self) } == text)
    #expect(message { _ = try again.read("rows", rows: 0..<3, as: Int32.self) } == text)
  }

  @Test("a large dataset that is really there is read")
  func compressible() throws {
    let path = directory("a.h5")
    let file = try HDF5File.create(path)
    let count = 40 << 20
    try file.write([Int32](repeating: 7, count: count), shape: [count], to: "zeros")
    try file.close()
    let again = try HDF5File.open(path)
    #expect(try again.read("zeros", rows: (count - 2)..<count, as: Int32.self) == [7, 7])
  }

  @Test("a file may be read by many threads at once")
  func threads() async throws {
    let file = try HDF5File.open(sample())
    let sums = try await withThrowingTaskGroup(of: Float.self) { group in
      for row in 0..<64 {
        group.addTask { try file.read("g/checked", rows: row..<(row + 1), as: Float.self).reduce(0, +) }
      }
      return try await group.reduce(0, +)
    }
    #expect(sums == 4095 * 4096 / 2)
  }
}

/// HDF5's checksum of metadata: lookup3 by Bob Jenkins (public domain), `hashlittle` with seed 0.
enum Jenkins {
  /// Where the checksum of a version 2 object header stands; nil when the header is of another form.
  static func end(of file: [UInt8], header: Int) -> Int? {
    guard file[header + 4] == 2 else { return nil }
    let flags = file[header + 5]
    let width = 1 << Int(flags & 3)
    let sizeAt = header + 6 + (flags & 0x20 != 0 ? 16 : 0) + (flags & 0x10 != 0 ? 4 : 0)
    var size = 0
    for byte in (0..<width).reversed() { size = size << 8 | Int(file[sizeAt + byte]) }
    return sizeAt + width + size
  }

  static func lookup3(_ key: [UInt8]) -> UInt32 {
    func rotated(_ value: UInt32, _ by: UInt32) -> UInt32 { value << by | value >> (32 - by) }
    func word(_ at: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | (at + $1 < key.count ? UInt32(key[at + $1]) << UInt32(8 * $1) : 0) }
    }
    var a = 0xDEAD_BEEF &+ UInt32(key.count)
    var b = a
    var c = a
    var place = 0
    while key.count - place > 12 {
      a = a &+ word(place)
      b = b &+ word(place + 4)
      c = c &+ word(place + 8)
      a = (a &- c) ^ rotated(c, 4)
      c = c &+ b
      b = (b &- a) ^ rotated(a, 6)
      a = a &+ c
      c = (c &- b) ^ rotated(b, 8)
      b = b &+ a
      a = (a &- c) ^ rotated(c, 16)
      c = c &+ b
      b = (b &- a) ^ rotated(a, 19)
      a = a &+ c
      c = (c &- b) ^ rotated(b, 4)
      b = b &+ a
      place += 12
    }
    if key.count == place { return c }
    a = a &+ word(place)
    b = b &+ word(place + 4)
    c = c &+ word(place + 8)
    c = (c ^ b) &- rotated(b, 14)
    a = (a ^ c) &- rotated(c, 11)
    b = (b ^ a) &- rotated(a, 25)
    c = (c ^ b) &- rotated(b, 16)
    a = (a ^ c) &- rotated(c, 4)
    b = (b ^ a) &- rotated(a, 14)
    return (c ^ b) &- rotated(b, 24)
  }
}
