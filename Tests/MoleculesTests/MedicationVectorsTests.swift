import Foundation
import HDF5
import Molecules
import Testing

@Suite struct MedicationVectorsTests {
  static let smiles = [["CCO", "O"], [], ["CCO", "CCO", "N"], ["O"]]
  static let codes = ["A", "B", "C", "D"]

  /// The sentence of the error that `body` throws.
  static func sentence(_ body: () throws -> some Any) -> String {
    do {
      _ = try body()
      return "nothing was thrown"
    } catch {
      return "\(error)"
    }
  }

  @Test("a medication is the normalised sum of its molecules; without any it is zero and not known")
  func sums() throws {
    let projection = try MorganProjection(width: 16)
    let vectors = try MedicationVectors.morgan(medications: Self.codes, smiles: Self.smiles, projection: projection)
    #expect(vectors.isKnown == [true, false, true, true] && vectors.knownCount == 3 && vectors.medicationCount == 4)
    #expect(vectors.moleculeCount == 3 && vectors.leftOut.isEmpty && vectors.values.count == 64)
    #expect(vectors[1].allSatisfy { $0 == 0 })
    #expect(Array(vectors[3]) == (try projection.vector("O")))
    let (a, b) = (try projection.vector("CCO"), try projection.vector("N"))
    let sum = zip(a, b).map { 2 * $0 + $1 }
    let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
    #expect(zip(vectors[2], sum).allSatisfy { abs($0 - $1 / length) < 1e-6 })
    #expect(vectors.source.contains("radius 2, 2048 bits") && vectors.source.contains("seed 0"))
  }

  @Test("the hash tells vectors apart, and is the same for the same")
  func hash() throws {
    func hash(_ smiles: [[String]], seed: UInt64 = 0) throws -> String {
      let projection = try MorganProjection(width: 8, seed: seed)
      let codes = smiles.indices.map { "\($0)" }
      return try MedicationVectors.morgan(medications: codes, smiles: smiles, projection: projection).contentHash
    }
    #expect(try hash(Self.smiles) == hash(Self.smiles) && hash(Self.smiles).count == 32)
    #expect(try hash(Self.smiles) != hash(Self.smiles, seed: 1))
    #expect(try hash(Self.smiles) != hash([["CCO", "O"], [], ["CCO", "N"], ["O"]]))
  }

  @Test("a SMILES that RDKit refuses stops, or is left out and listed once")
  func unparsable() throws {
    let projection = try MorganProjection(width: 8)
    let smiles = [["O"], ["C1CC", "O"], ["C1CC"]]
    let codes = ["A", "B", "C"]
    let expected = MoleculeError.unparsableMedication(code: "B", smiles: "C1CC", reason: "unclosed ring")
    #expect(throws: expected) {
      try MedicationVectors.morgan(medications: codes, smiles: smiles, projection: projection)
    }
    let vectors = try MedicationVectors.morgan(
      medications: codes, smiles: smiles, projection: projection, unparsable: .skip)
    #expect(vectors.isKnown == [true, true, false] && vectors.moleculeCount == 1)
    #expect(vectors.leftOut.map(\.description) == ["medication B: left out SMILES \"C1CC\": unclosed ring"])
    #expect(throws: MoleculeError.medicationCount(codes: 1, smiles: 3)) {
      try MedicationVectors.morgan(medications: ["A"], smiles: smiles, projection: projection)
    }
  }

  // MARK: - Vectors of another program

  /// A folder with files of three molecules, removed afterwards.
  static func with(_ body: (_ folder: String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "theriac-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  static let rows: [Float] = [3, 4, 0, 2, 1, 0]

  @discardableResult
  static func writeHDF5(
    _ folder: String, smiles: [String] = ["CCO", "O", "N"], rows: [Float] = rows, shape: [Int] = [3, 2],
    _ more: (HDF5File) throws -> Void = { _ in }
  ) throws -> String {
    let path = folder + "/molecules.h5"
    let file = try HDF5File.create(path)
    try file.writeStrings(smiles, to: "smiles")
    try file.write(rows, shape: shape, to: "vectors")
    try more(file)
    try file.close()
    return path
  }

  @discardableResult
  static func writeNPY(_ folder: String, list: String?, rows: [Float] = rows, shape: String = "(3, 2)") throws -> String
  {
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
    var bytes = [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
    for row in rows { withUnsafeBytes(of: row) { bytes += $0 } }
    try Data(bytes).write(to: URL(fileURLWithPath: folder + "/vectors.npy"))
    if let list { try Data(list.utf8).write(to: URL(fileURLWithPath: folder + "/vectors.smi")) }
    return folder + "/vectors.npy"
  }

  @Test("HDF5 and .npy give the same vectors")
  func files() throws {
    try Self.with { folder in
      let hdf5 = try Self.writeHDF5(folder) { try $0.setAttribute("model", .string("Uni-Mol")) }
      let npy = try Self.writeNPY(folder, list: "CCO ethanol\nO\twater\nN\r\n")
      let first = try MedicationVectors.file(hdf5, medications: Self.codes, smiles: Self.smiles)
      let second = try MedicationVectors.file(npy, medications: Self.codes, smiles: Self.smiles)
      #expect(first.values == second.values && first.contentHash == second.contentHash)
      #expect(first.width == 2 && first.moleculeCount == 3 && first.isKnown == [true, false, true, true])
      #expect(Array(first[3]) == [0, 1] && first.source.contains("molecules.h5 (Uni-Mol)"))
      // 2 · (3, 4) + (1, 0), scaled to length 1.
      let length = Float(7 * 7 + 8 * 8).squareRoot()
      #expect(zip(first[2], [7 / length, 8 / length]).allSatisfy { abs($0 - $1) < 1e-6 })
      let table = try MoleculeVectorFile.read(hdf5)
      #expect(table.count == 3 && table.model == "Uni-Mol" && table.vector(" O\n").map(Array.init) == [0, 2])
      #expect(table.vector("C") == nil)
    }
  }

  @Test("molecules without a vector stop with the first few, or are left out and counted")
  func missing() throws {
    try Self.with { folder in
      let path = try Self.writeHDF5(folder)
      let smiles = [["CCO"], ["C", "O", "CC"], ["CC"], ["CCC", "CCCC"]]
      let refused = MoleculeError.missingVectors(path: path, count: 4, of: 6, examples: ["C", "CC", "CCC"])
      #expect(throws: refused) { try MedicationVectors.file(path, medications: Self.codes, smiles: smiles) }
      #expect("\(refused)".contains("no vector of 4 of the 6 molecules, such as \"C\", \"CC\", \"CCC\""))
      let vectors = try MedicationVectors.file(path, medications: Self.codes, smiles: smiles, missing: .skip)
      #expect(vectors.isKnown == [true, true, false, false] && vectors.moleculeCount == 2)
      #expect(vectors.leftOut.map(\.smiles) == ["C", "CC", "CCC", "CCCC"])
    }
  }

  @Test("a file that cannot be used is refused with one sentence")
  func badFiles() throws {
    try Self.with { folder in
      func read(_ path: String) -> String { Self.sentence { try MoleculeVectorFile.read(path) } }
      func hdf5(_ smiles: [String], _ rows: [Float], _ shape: [Int]) throws -> String {
        read(try Self.writeHDF5(folder, smiles: smiles, rows: rows, shape: shape))
      }
      #expect(try hdf5(["C", "O"], Self.rows, [3, 2]).contains("it has 2 SMILES, but 3 vectors"))
      #expect(try hdf5(["C", "O", "C"], Self.rows, [3, 2]).contains("SMILES 1 and 3 are both \"C\""))
      #expect(try hdf5(["C", "", "N"], Self.rows, [3, 2]).contains("SMILES 2 is empty"))
      #expect(try hdf5(["C", "O", "N"], Self.rows, [6]).contains("has shape [6]; expected [n, width]"))
      #expect(try hdf5(["C", "O", "N"], [], [3, 0]).contains("have no numbers"))
      #expect(try hdf5([], [], [0, 1 << 40]).contains("it lists no molecule"))
      let nan = try hdf5(["C", "O", "N"], [1, 2, .nan, 1, 1, 1], [3, 2])
      #expect(nan.contains("SMILES 2, \"O\", holds a number that is not finite"))
      #expect(try hdf5(["C", "O", "N"], [1, 2, 3, 4, 0, 0], [3, 2]).contains("SMILES 3, \"N\", is zero"))
      let file = try HDF5File.create(folder + "/other.h5")
      try file.write([Float(1)], shape: [1, 1], to: "vectors")
      try file.close()
      #expect(read(folder + "/other.h5").contains("has no /smiles"))
      let numbers = try HDF5File.create(folder + "/numbers.h5")
      try numbers.writeStrings(["C"], to: "smiles")
      try numbers.write([Int32(1)], shape: [1, 1], to: "vectors")
      try numbers.close()
      #expect(read(folder + "/numbers.h5").contains("holds int32; expected float32"))
      let whole = try Data(contentsOf: URL(fileURLWithPath: try Self.writeHDF5(folder)))
      try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: folder + "/molecules.h5"))
      #expect(read(folder + "/molecules.h5").contains("damaged"))
      #expect(read(folder + "/none.h5").contains("does not exist"))

      #expect(read(try Self.writeNPY(folder, list: nil)).contains("vectors.smi cannot be used"))
      #expect(read(try Self.writeNPY(folder, list: "C\nO\n")).contains("it has 2 SMILES, but 3 vectors"))
      #expect(read(try Self.writeNPY(folder, list: "C\n\nN\n")).contains("SMILES 2 is empty"))
      #expect(read(try Self.writeNPY(folder, list: "C\nO\nN", shape: "(6,)")).contains("has shape [6]"))
      #expect(read(try Self.writeNPY(folder, list: "C\nO\nN", shape: "(3, 3)")).contains("damaged"))
      let none = try Self.writeNPY(folder, list: "", rows: [], shape: "(0, 1073741824)")
      #expect(read(none).contains("it lists no molecule"))
      #expect(read(folder + "/none.npy").contains("no such file"))
    }
  }
}
