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
}
