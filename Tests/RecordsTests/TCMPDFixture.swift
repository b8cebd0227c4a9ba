import Foundation
import Records

/// Three symptoms (0, 1, 2), four herbs (3 … 6) and ten prescriptions in the layout of TCM-PD.
struct TCMPDFixture {
  let folder: Folder

  static let rows = [
    "[0],[3]", #""[0,1]","[4,3]""#, "[2],[5]", #"[1],"[3,4,5]""#, "[0],[3]", #""[2,0]",[4]"#, "[1],[5]",
    #"[2],"[5,3]""#, "[0],[3]", "[0],[4]",
  ]

  init() throws {
    folder = try Folder()
    try folder.write("prescript_1195.csv", "s,h\n" + Self.rows.joined(separator: "\n") + "\n")
    try folder.write("symptoms.csv", "id,name,count\n2,咳嗽,9\n0,头痛,1\n1,发热,1\n")
    try folder.write("herbs.csv", "id,column,name\n3,0,麻黄\n4,1,桂枝\n5,2,杏仁\n6,3,甘草\n")
    try folder.write("herb_4_2_oneHot.npy", npy("<i4", [4, 2], int32([1, 0, 0, 0, 1, 1, 0, 0])))
  }

  func run(_ change: (inout TCMPDPaths, inout TCMPDOptions) throws -> Void = { _, _ in }) throws -> Cohort {
    var paths = TCMPDPaths(root: folder.path)
    var options = TCMPDOptions()
    try change(&paths, &options)
    return try TCMPDImporter.run(paths: paths, options: options)
  }
}

/// The bytes of a `.npy` file of version 1.
func npy(_ type: String, _ shape: [Int], _ values: [UInt8], fortran: Bool = false, version: UInt8 = 1) -> [UInt8] {
  let lengths = shape.map { "\($0), " }.joined()
  let order = fortran ? "True" : "False"
  return npy(header: "{'descr': '\(type)', 'fortran_order': \(order), 'shape': (\(lengths)), }", values, version)
}

func npy(header: String, _ values: [UInt8], _ version: UInt8 = 1) -> [UInt8] {
  var text = Array(header.utf8)
  let prefix = version == 1 ? 10 : 12
  while (prefix + text.count + 1) % 64 != 0 { text.append(0x20) }
  text.append(0x0A)
  let length = UInt32(text.count)
  let bytes = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: length >> (8 * UInt32($0))) }
  return [0x93] + Array("NUMPY".utf8) + [version, 0] + bytes + text + values
}

func littleEndian<T: FixedWidthInteger>(_ values: [T]) -> [UInt8] {
  values.flatMap { value in withUnsafeBytes(of: value.littleEndian) { Array($0) } }
}

func int32(_ values: [Int32]) -> [UInt8] { littleEndian(values) }
