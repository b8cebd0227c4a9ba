import HDF5
import Testing

@Suite struct WriterTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  @Test("appended rows come back in order whatever the sizes of the pieces", arguments: [true, false], [1, 3, 64])
  func appending(checksummed: Bool, chunkRows: Int) throws {
    let path = directory("a.h5")
    let file = try HDF5File.create(path)
    let numbers = try file.appendable(
      "n/v", rowShape: [2], chunkRows: chunkRows, as: Int32.self, checksummed: checksummed)
    let ids = try file.appendableStrings("n/ids", chunkRows: chunkRows)
    var expected: [Int32] = []
    var names: [String] = []
    for piece in [0, 1, 5, 2, 130, 1, 7] {
      let rows = (0..<(2 * piece)).map { Int32(expected.count + $0) }
      try numbers.append(rows)
      expected += rows
      let more = (0..<piece).map { "π\(names.count + $0)" }
      try ids.append(more)
      names += more
      #expect(numbers.rows == expected.count / 2)
      #expect(ids.rows == names.count)
    }
    try file.close()
    #expect(throws: HDF5Error.closed(path)) { try numbers.append([1, 2]) }
    let read = try HDF5File.open(path)
    #expect(try read.shape(of: "n/v") == [146, 2])
    #expect(try read.read("n/v") == expected)
    #expect(try read.readStrings("n/ids") == names)
    #expect(try read.read("n/v", rows: 3..<5, as: Int64.self) == [6, 7, 8, 9])
    #expect(try read.readStrings("n/ids", rows: 144..<146) == ["π144", "π145"])
  }

  @Test("buffered rows are part of the content hash before the file is closed")
  func hashFlushes() throws {
    func hash(_ name: String, _ chunkRows: Int) throws -> String {
      let file = try HDF5File.create(directory(name))
      let rows = try file.appendable("v", rowShape: [], chunkRows: chunkRows, as: Double.self)
      try rows.append([1, 2, 3])
      return try ContentHash.of(file)
    }
    #expect(try hash("a.h5", 2) == hash("b.h5", 100))
  }

  @Test("an appender refuses part of a row")
  func partOfRow() throws {
    let file = try HDF5File.create(directory("a.h5"))
    let rows = try file.appendable("v", rowShape: [3], chunkRows: 2, as: Float.self)
    #expect(throws: HDF5Error.self) { try rows.append([1, 2]) }
    #expect(throws: HDF5Error.self) { try file.appendable("w", rowShape: [0], chunkRows: 2, as: Float.self) }
    #expect(throws: HDF5Error.self) { try file.appendable("w", rowShape: [1], chunkRows: 0, as: Float.self) }
  }

  @Test("rows are written in any order; those left out are zero")
  func rowWriter() throws {
    let path = directory("a.h5")
    let file = try HDF5File.create(path)
    let writer = try file.rowWriter("v", shape: [4, 2, 2], as: Float.self)
    try writer.write([9, 10, 11, 12], at: 2)
    try writer.write([1, 2, 3, 4, 5, 6, 7, 8], at: 0)
    try writer.write([], at: 4)
    #expect(throws: HDF5Error.self) { try writer.write([1, 2, 3, 4], at: 4) }
    #expect(throws: HDF5Error.self) { try writer.write([1, 2, 3, 4], at: -1) }
    #expect(throws: HDF5Error.self) { try writer.write([1, 2, 3, 4], at: Int.max) }
    #expect(throws: HDF5Error.self) { try writer.write([1, 2, 3], at: 0) }
    try file.close()
    #expect(throws: HDF5Error.closed(path)) { try writer.write([1, 2, 3, 4], at: 0) }
    let read = try HDF5File.open(path)
    #expect(try read.read("v", as: Float.self) == (1...12).map { Float($0) } + [0, 0, 0, 0])
    let mapped = try read.map("v")
    try read.close()
    #expect(mapped.shape == [4, 2, 2])
    #expect(Array(mapped[2]) == [9, 10, 11, 12])
    #expect(mapped.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) % 64 } == 0)
  }
}
