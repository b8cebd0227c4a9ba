import Foundation
import Records
import Testing

@Suite struct NPYFileTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  @Test("every type of numbers is read exactly")
  func types() throws {
    let files: [(String, [UInt8], [Double])] = [
      ("|b1", [1, 0], [1, 0]), ("|u1", [255, 7], [255, 7]), ("|i1", [255, 7], [-1, 7]),
      ("<i2", littleEndian([Int16(-300), 2]), [-300, 2]), ("<u2", littleEndian([UInt16(65_535), 2]), [65_535, 2]),
      ("<i4", int32([-70_000, 3]), [-70_000, 3]), ("<u4", littleEndian([UInt32.max, 0]), [4_294_967_295, 0]),
      ("<i8", littleEndian([Int64(-1) << 53, 5]), [-9_007_199_254_740_992, 5]),
      ("<u8", littleEndian([UInt64(1) << 40, 5]), [1_099_511_627_776, 5]),
      ("<f4", littleEndian([Float(0.1).bitPattern, Float.infinity.bitPattern]), [Double(Float(0.1)), .infinity]),
      ("<f8", littleEndian([Double(0.1).bitPattern, Double(-2.5).bitPattern]), [0.1, -2.5]),
    ]
    for (type, bytes, values) in files {
      for version in [1, 2, 3] as [UInt8] {
        let array = try NPYFile.array(npy(type, [2], bytes, version: version))
        #expect(array == NPYArray(shape: [2], type: String(type.dropFirst()), values: values))
      }
    }
  }

  @Test("shapes: a single number, an empty array, three axes; gzip")
  func shapes() throws {
    #expect(try NPYFile.array(npy("|u1", [], [9])).shape.isEmpty)
    #expect(try NPYFile.array(npy("|u1", [], [9])).values == [9])
    #expect(try NPYFile.array(npy("<f4", [0, 5], [])) == NPYArray(shape: [0, 5], type: "f4", values: []))
    #expect(try NPYFile.array(npy("|u1", [2, 1, 2], [1, 2, 3, 4])).shape == [2, 1, 2])
    let old = npy(header: "{\"shape\": (2L, 1), 'fortran_order':False,'descr':'|u1'}", [1, 2])
    #expect(try NPYFile.array(old).shape == [2, 1], "as Python 2 wrote it, keys in another order")
    let path = try folder.write("a.npy", npy("<i4", [1, 2], int32([4, -5])))
    #expect(try NPYFile.read(path).values == [4, -5])
  }

  @Test("what cannot be read is told by its own error")
  func faults() throws {
    let whole = npy("<i4", [2, 2], int32([1, 2, 3, 4]))
    let faults: [([UInt8], NPYFault)] = [
      (Array("PK".utf8), .notNPY), ([], .notNPY),
      (npy("<i4", [2, 2], int32([1, 2, 3, 4]), fortran: true), .fortranOrder), (npy("|O", [1], [1]), .objects),
      (npy(">i4", [1], int32([1])), .bigEndian(">i4")), (npy("<f2", [1], [0, 0]), .unsupportedType("<f2")),
      (npy("<U3", [1], [0, 0]), .unsupportedType("<U3")), (npy("?i4", [1], int32([1])), .unsupportedType("?i4")),
      (
        npy(header: "{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,)}", int32([1])),
        .unsupportedType("a record of several fields")
      ),
      (npy("|u1", [2], [1], version: 4), .unsupportedVersion(4, 0)),
      (Array(whole.dropLast()), .truncated(bytes: whole.count - 1, expected: whole.count)),
      (Array(whole.prefix(60)), .truncated(bytes: 60, expected: whole.count - 16)),
      (Array(whole.prefix(8)), .truncated(bytes: 8, expected: 10)),
      (whole + [0], .trailing(bytes: 1)), (npy("<i8", [1], littleEndian([Int64.max])), .inexact(index: 0)),
      (npy("<i8", [1 << 40, 1 << 40], []), .tooLarge([1 << 40, 1 << 40])),
      (npy("<i8", [1 << 61], []), .tooLarge([1 << 61])),
      (npy(header: "{'descr': '<i4', 'shape': (1,)}", int32([1])), .badHeader("the key fortran_order is missing")),
      (npy(header: "{'descr': '<i4', 'descr': '<i4'}", []), .badHeader("the key descr stands there twice")),
      (npy(header: "{'colour': 1}", []), .badHeader("the key colour is not known")),
    ]
    for (bytes, fault) in faults {
      #expect(throws: fault) { try NPYFile.array(bytes) }
      #expect(!fault.description.isEmpty)
    }
    for header in ["{'descr", "{'descr': 3}", "{'shape': (-1,)}", "{'shape': (1 2)}", "{'fortran_order': 0}", "x", ""] {
      let error = #expect(throws: NPYFault.self, "\(header)") { try NPYFile.array(npy(header: header, [])) }
      if case .badHeader = error {} else { Issue.record("\(header): \(String(describing: error))") }
    }
    let path = try folder.write("b.npy", [1, 2, 3])
    #expect(throws: RecordsError.badArray(path, .notNPY)) { try NPYFile.read(path) }
    #expect(sentence { _ = try NPYFile.read(path) }.contains("does not begin as a NumPy array"))
    #expect(throws: RecordsError.missingFile("/no/such.npy")) { try NPYFile.read("/no/such.npy") }
  }

  @Test("no damaged header traps")
  func fuzz() {
    let whole = npy("<i4", [2, 2], int32([1, 2, 3, 4]))
    var refused = 0
    for place in 0..<whole.count {
      for value in [0, 0x27, 0x28, 0x2C, 0x39, 0x7D, 0xFF] as [UInt8] {
        var bytes = whole
        bytes[place] = value
        if (try? NPYFile.array(bytes)) == nil { refused += 1 }
      }
      if (try? NPYFile.array(Array(whole.prefix(place)))) == nil { refused += 1 }
    }
    #expect(refused > whole.count, "every cut and most changes of the header are refused")
  }
}
