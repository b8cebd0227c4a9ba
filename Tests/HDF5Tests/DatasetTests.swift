import Glibc
import HDF5
import Testing

@Suite struct DatasetTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  private func roundTrip<T: HDF5Scalar & Equatable>(_ values: [T], _ shape: [Int], _ layout: HDF5Layout) throws {
    let path = directory("a.h5")
    let file = try HDF5File.create(path)
    try file.write(values, shape: shape, to: "x/y/values", layout: layout)
    try file.close()
    let read = try HDF5File.open(path)
    #expect(try read.shape(of: "/x/y/values") == shape)
    #expect(try read.typeName(of: "x/y/values") == T.scalarType.rawValue)
    #expect(try read.read("x/y/values", as: T.self) == values)
  }

  @Test("all number types come back as written, in both layouts")
  func numbers() throws {
    for layout in [HDF5Layout.contiguous, .checksummed(), .checksummed(chunk: 2), .checksummed(chunk: 100)] {
      try roundTrip([1.5, -2, .infinity, Float.leastNonzeroMagnitude, 5, 6], [3, 2], layout)
      try roundTrip([1.5, -2, Double.pi, 1e300], [2, 2], layout)
      try roundTrip([Int32.min, 0, .max], [3], layout)
      try roundTrip([Int64.min, 0, .max], [3, 1], layout)
      try roundTrip([UInt8.min, 7, .max], [3], layout)
      try roundTrip([UInt32.min, 7, .max], [1, 3], layout)
      try roundTrip([UInt64.min, 7, .max], [3], layout)
    }
  }

  @Test("scalars have shape [], empty datasets keep their axes")
  func edges() throws {
    try roundTrip([42.0], [], .contiguous)
    try roundTrip([42.0], [], .checksummed())
    try roundTrip([Float](), [0, 7], .contiguous)
    try roundTrip([Float](), [0, 7], .checksummed())
    try roundTrip([Int32](), [3, 0], .checksummed())
  }

  @Test("widths are converted within integers and within floats; a value that does not fit is an error")
  func conversions() throws {
    let path = directory("a.h5")
    let file = try HDF5File.create(path)
    try file.write([Int32(-5), .max], shape: [2], to: "i")
    try file.write([Int64(1), 1 << 40], shape: [2], to: "wide")
    try file.write([0.1, 1e300, -.infinity], shape: [3], to: "d")
    #expect(try file.read("i", as: Int64.self) == [-5, Int64(Int32.max)])
    #expect(try file.read("wide", rows: 0..<1, as: UInt8.self) == [1])
    #expect(try file.read("d", as: Float.self) == [0.1, .infinity, -.infinity])
    #expect(throws: HDF5Error.outOfRange("/wide", file: path, type: "int32")) { try file.read("wide", as: Int32.self) }
    #expect(throws: HDF5Error.outOfRange("/i", file: path, type: "uint32")) { try file.read("i", as: UInt32.self) }
    #expect(throws: HDF5Error.wrongType("/i", file: path, expected: "float64", found: "int32")) {
      try file.read("i", as: Double.self)
    }
  }

  @Test("a mapped dataset gives the values, and outlives the file's name")
  func mapping() throws {
    let path = directory("a.h5")
    let values = (0..<100_000).map { Float($0) }
    let file = try HDF5File.create(path)
    try file.writeStrings(["first"], to: "a/strings")
    try file.write(values, shape: [1000, 5, 20], to: "b/floats")
    try file.write([Float](), shape: [0, 5], to: "b/none")
    try file.close()
    let read = try HDF5File.open(path)
    let mapped = try read.map("b/floats")
    let none = try read.map("b/none")
    try read.close()
    try put(Array("other".utf8), at: directory("b.h5"))
    #expect(rename(directory("b.h5"), path) == 0)
    #expect(mapped.rows == 1000 && mapped.rowWidth == 100 && mapped.count == 100_000)
    #expect(mapped.withUnsafeBufferPointer { Array($0) } == values)
    #expect(Array(mapped[999]) == Array(values[99_900...]))
    #expect(none.count == 0 && none.rows == 0 && none.shape == [0, 5])
  }
}
