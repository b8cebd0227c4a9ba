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
    #expect(throws: HDF5Error.notHDF5("/dev/null")) { try HDF5File.open("/dev/null") }
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
