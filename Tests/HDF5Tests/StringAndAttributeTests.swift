import HDF5
import Testing

@Suite struct StringAndAttributeTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  @Test("strings come back, empty and non-ASCII ones included")
  func strings() throws {
    let values = ["", "fever", "头痛", "naïve 💊", String(repeating: "long ", count: 50_000)]
    let file = try HDF5File.create(directory("a.h5"))
    try file.writeStrings(values, to: "s/values")
    try file.writeStrings([], to: "s/none")
    try file.close()
    let read = try HDF5File.open(directory("a.h5"))
    #expect(try read.readStrings("s/values") == values)
    #expect(try read.readStrings("s/none") == [])
    #expect(try read.shape(of: "s/none") == [0])
    #expect(try read.readStrings("s/values", rows: 1..<3) == ["fever", "头痛"])
  }

  @Test("a zero byte in a string is refused, not cut off")
  func zeroByte() throws {
    let file = try HDF5File.create(directory("a.h5"))
    #expect(throws: HDF5Error.self) { try file.writeStrings(["ok", "a\0b"], to: "s") }
    #expect(throws: HDF5Error.self) { try file.setAttribute("s", .string("a\0b")) }
  }

  @Test("attributes of groups and datasets come back and can be replaced")
  func attributes() throws {
    let file = try HDF5File.create(directory("a.h5"))
    try file.write([1.0], shape: [1], to: "g/d")
    let long = String(repeating: "key: value\n", count: 20_000)
    try file.setAttribute("text", .string("αβγ"))
    try file.setAttribute("text", .string(long))
    try file.setAttribute("count", .int(.min), on: "g")
    try file.setAttribute("mean", .double(.pi), on: "/g/d")
    try file.setAttribute("empty", .string(""), on: "/g/d")
    try file.close()
    let read = try HDF5File.open(directory("a.h5"))
    #expect(try read.attribute("text") == .string(long))
    #expect(try read.attribute("nothing") == nil)
    #expect(try read.attributes(of: "g") == ["count": .int(.min)])
    #expect(try read.attributes(of: "g/d") == ["mean": .double(.pi), "empty": .string("")])
    #expect(throws: HDF5Error.readOnly(read.path)) { try read.setAttribute("x", .int(1)) }
    #expect(HDF5Attribute.int(3).doubleValue == 3)
    #expect(HDF5Attribute.int(3).stringValue == nil)
  }
}
