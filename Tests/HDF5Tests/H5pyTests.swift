import HDF5
import Testing

@Suite("files exchanged with h5py", .enabled(if: Python.hasH5py, "needs python3 with h5py"))
struct H5pyTests {
  let directory: TemporaryDirectory
  init() throws { directory = try TemporaryDirectory() }

  @Test("h5py reads numbers, strings and attributes as written")
  func ours() throws {
    let path = directory("a.h5")
    let file = try HDF5File.create(path)
    try file.write([Float(1.5), -2, 3, 4, 5, 6], shape: [2, 3], to: "g/floats", layout: .checksummed())
    try file.write([UInt64.max], shape: [], to: "g/scalar")
    try file.writeStrings(["fever", "头痛", ""], to: "g/texts")
    let appender = try file.appendable("g/rows", rowShape: [2], chunkRows: 2, as: Int64.self)
    try appender.append([1, 2, 3, 4, 5, 6])
    let ids = try file.appendableStrings("g/ids", chunkRows: 2)
    try ids.append(["a", "β", "c"])
    try file.setAttribute("kind", .string("cohört"))
    try file.setAttribute("n", .int(-7), on: "g")
    try file.setAttribute("x", .double(0.5), on: "g/floats")
    try file.close()
    let printed = try Python.run(
      """
      import sys, h5py
      f = h5py.File(sys.argv[1])
      g = f["g"]
      print(g["floats"].dtype, g["floats"][()].tolist(), g["floats"].fletcher32)
      print(g["scalar"].shape, g["scalar"].dtype, g["scalar"][()])
      print(g["texts"].asstr()[()].tolist(), g["ids"].asstr()[()].tolist())
      print(g["rows"][()].tolist(), g["rows"].maxshape)
      print(repr(f.attrs["kind"]), int(g.attrs["n"]), float(g["floats"].attrs["x"]))
      """, path)
    #expect(
      printed == """
        float32 [[1.5, -2.0, 3.0], [4.0, 5.0, 6.0]] True
        () uint64 18446744073709551615
        ['fever', '头痛', ''] ['a', 'β', 'c']
        [[1, 2], [3, 4], [5, 6]] (None, 2)
        'cohört' -7 0.5

        """)
  }

  @Test("reads what h5py writes: other widths, byte orders, compression, fixed-length strings, numpy attributes")
  func theirs() throws {
    let path = directory("b.h5")
    try Python.run(
      """
      import sys, h5py, numpy as np
      f = h5py.File(sys.argv[1], "w")
      f["f64"] = np.array([[0.1, 2], [3, 4]])
      f["f16"] = np.array([0.5, 2], "float16")
      f["big"] = np.array([1, 2, 70000], ">i4")
      f["i16"] = np.array([-1, 300], "int16")
      f["fixed"] = np.array([b"ab", b"c", b"defg"])
      f["utf8"] = np.array(["é".encode(), b"x"], h5py.string_dtype("utf-8", 5))
      f["variable"] = ["one", "zwei", "三"]
      f["grid"] = np.array([["a", "b"], ["c", "d"]], dtype=object)
      f.create_dataset("zip", data=np.arange(10000, dtype="i8"), compression="gzip", chunks=(100,))
      f["bool"] = np.array([True, False])
      f["null"] = h5py.Empty("f")
      f["latin"] = np.array([b"\\xe9"])
      f.attrs["text"] = "héllo"
      f.attrs["bytes"] = np.bytes_(b"abc")
      f.attrs["i"] = np.uint16(7)
      f.attrs["f"] = np.float32(0.5)
      f.attrs["one"] = np.array([5])
      f["big"].attrs["many"] = [1, 2, 3]
      """, path)
    let file = try HDF5File.open(path)
    #expect(try file.read("f64", as: Float.self) == [0.1, 2, 3, 4])
    #expect(try file.read("f16", as: Double.self) == [0.5, 2])
    #expect(try file.read("big", as: Int64.self) == [1, 2, 70000])
    #expect(try file.read("i16", as: Int32.self) == [-1, 300])
    #expect(try file.readStrings("fixed") == ["ab", "c", "defg"])
    #expect(try file.readStrings("utf8") == ["é", "x"])
    #expect(try file.readStrings("variable") == ["one", "zwei", "三"])
    #expect(try file.readStrings("variable", rows: 1..<3) == ["zwei", "三"])
    #expect(try file.readStrings("grid") == ["a", "b", "c", "d"])
    #expect(try file.readStrings("grid", rows: 1..<2) == ["c", "d"])
    #expect(try file.read("zip", rows: 9_998..<10_000, as: Int32.self) == [9998, 9999])
    #expect(try file.read("null", as: Float.self) == [])
    #expect(
      try file.attributes(of: "/") == [
        "text": .string("héllo"), "bytes": .string("abc"), "i": .int(7), "f": .double(0.5), "one": .int(5),
      ])
    #expect(throws: HDF5Error.outOfRange("/big", file: path, type: "uint8")) { try file.read("big", as: UInt8.self) }
    #expect(throws: HDF5Error.outOfRange("/i16", file: path, type: "uint64")) { try file.read("i16", as: UInt64.self) }
    #expect(throws: HDF5Error.badString("/latin", file: path, index: 0, reason: "is not UTF-8")) {
      try file.readStrings("latin")
    }
    #expect(throws: HDF5Error.wrongType("/bool", file: path, expected: "uint8", found: "an enumeration")) {
      try file.read("bool", as: UInt8.self)
    }
    #expect(throws: HDF5Error.self) { try file.attributes(of: "big") }
    #expect(throws: HDF5Error.wrongType("/f64", file: path, expected: "float32", found: "float64")) {
      try file.map("f64")
    }
  }

  @Test("the content hash of a file rewritten by h5py with other chunks and compression is the same")
  func rewritten() throws {
    let ours = directory("a.h5")
    let theirs = directory("b.h5")
    let file = try HDF5File.create(ours)
    try file.write((0..<3000).map { Float($0) }, shape: [30, 100], to: "g/v")
    try file.writeStrings(["a", "ü"], to: "s")
    try file.close()
    try Python.run(
      """
      import sys, h5py
      a = h5py.File(sys.argv[1])
      b = h5py.File(sys.argv[2], "w")
      b["s"] = a["s"].asstr()[()].tolist()
      b.create_dataset("g/v", data=a["g/v"][()], chunks=(7, 13), compression="gzip")
      """, ours, theirs)
    #expect(try ContentHash.of(HDF5File.open(ours)) == ContentHash.of(HDF5File.open(theirs)))
  }

  @Test("a file that h5py edits still opens, and verify says that its content changed")
  func edited() throws {
    let path = directory("a.h5")
    try KindedFile.write(at: path, kind: "cohort", schemaVersion: 1) { file in
      try file.write([1.0, 2, 3], shape: [3], to: "v")
      try file.writeStrings(["a", "b"], to: "s")
    }
    try Python.run("import sys, h5py; h5py.File(sys.argv[1], 'r+').attrs['note'] = 'mine'", path)
    let file = try KindedFile.open(path, kind: "cohort", schemaVersions: 1...1)
    try KindedFile.verify(file)
    #expect(try file.attribute("note") == .string("mine"))
    try file.close()
    try Python.run("import sys, h5py; h5py.File(sys.argv[1], 'r+')['v'][1] = 7", path)
    let again = try KindedFile.open(path, kind: "cohort", schemaVersions: 1...1)
    #expect(throws: HDF5Error.self) { try KindedFile.verify(again) }
  }
}
