import Foundation
import HDF5
import NumPyFiles

/// Vectors of molecules that another program computed (Uni-Mol, say), one for each SMILES.
///
/// Two forms:
/// - an HDF5 file with `/smiles` (n texts) and `/vectors` (floats `[n, width]`); its root attribute `model`, if there, says
///   what made them
/// - NAME.npy (floats `[n, width]`) with NAME.smi beside it: a SMILES a line; what follows it behind white space is left
public struct MoleculeVectorFile: Equatable, Sendable {
  public let path: String
  public let smiles: [String]
  public let width: Int
  /// `[n, width]`, row by row; all finite, no row zero.
  public let values: [Float]
  /// What made the vectors, for people; nil when the file does not say.
  public let model: String?
  private let rows: [String: Int]

  static let smilesName = "/smiles"
  static let vectorsName = "/vectors"

  public var count: Int { smiles.count }

  /// One line for reports: the file's name without its folder, its model and width.
  public var source: String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    return "\(name)\(model.map { " (\($0))" } ?? ""), \(count) molecules of width \(width)"
  }

  /// The vector of a SMILES, compared as text; nil when the file has none.
  public func vector(_ smiles: String) -> ArraySlice<Float>? {
    rows[Self.key(smiles)].map { values[$0 * width..<($0 + 1) * width] }
  }

  /// Whether an HDF5 file has the two datasets.
  public static func isOne(_ file: HDF5File) -> Bool { file.exists(smilesName) && file.exists(vectorsName) }

  /// Reads and checks a file of either form; `.npy` at the end of the name tells which.
  /// - Throws: `badVectors`, `file`, `npy`
  public static func read(_ path: String) throws(MoleculeError) -> MoleculeVectorFile {
    path.hasSuffix(".npy") ? try readNPY(path) : try readHDF5(path)
  }

  private typealias Parts = (smiles: [String], width: Int, values: [Float], model: String?)

  private static func readHDF5(_ path: String) throws(MoleculeError) -> MoleculeVectorFile {
    let parts: Parts
    do throws(HDF5Error) {
      let file = try HDF5File.open(path)
      defer { try? file.close() }
      parts = try read(file)
    } catch {
      throw .file(error)
    }
    return try MoleculeVectorFile(path, parts)
  }

  private static func read(_ file: HDF5File) throws(HDF5Error) -> Parts {
    let names = try file.shape(of: smilesName)
    let shape = try file.shape(of: vectorsName)
    guard names.count == 1 else {
      throw .wrongShape(smilesName, file: file.path, expected: "[n]", found: "\(names)")
    }
    guard shape.count == 2 else {
      throw .wrongShape(vectorsName, file: file.path, expected: "[n, width]", found: "\(shape)")
    }
    return (
      try file.readStrings(smilesName), shape[1], try file.read(vectorsName, as: Float.self),
      try file.attribute("model")?.stringValue
    )
  }

  private static func readNPY(_ path: String) throws(MoleculeError) -> MoleculeVectorFile {
    let array: NPYFile
    do throws(NPYError) {
      array = try NPYFile.read(path)
      try array.requireTable()
    } catch {
      throw .npy(error)
    }
    guard array.type.isFloat else {
      throw .badVectors(path: path, reason: "it holds \(array.type); vectors are float32")
    }
    let list = path.dropLast(4) + ".smi"
    return try MoleculeVectorFile(path, (try lines(String(list)), array.shape[1], array.floats(), nil))
  }

  /// The first word of every line.
  private static func lines(_ path: String) throws(MoleculeError) -> [String] {
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw .badVectors(
        path: path,
        reason: "it should list the SMILES of the .npy file beside it, a line each, but is not there or no text")
    }
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines.map { $0.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? "" }
  }

  private init(_ path: String, _ parts: Parts) throws(MoleculeError) {
    func bad(_ reason: String) -> MoleculeError { .badVectors(path: path, reason: reason) }
    let (smiles, width, values, model) = parts
    guard !smiles.isEmpty else { throw bad("it lists no molecule") }
    guard width > 0 else { throw bad("its vectors have no numbers") }
    guard values.count == smiles.count * width else {
      throw bad("it has \(smiles.count) SMILES, but \(values.count / width) vectors")
    }
    var rows: [String: Int] = [:]
    rows.reserveCapacity(smiles.count)
    for (row, text) in smiles.enumerated() {
      let key = Self.key(text)
      guard !key.isEmpty else { throw bad("SMILES \(row + 1) is empty") }
      if let first = rows.updateValue(row, forKey: key) {
        throw bad("SMILES \(first + 1) and \(row + 1) are both \(quoted(key)); list each once")
      }
      let vector = values[row * width..<(row + 1) * width]
      guard vector.allSatisfy(\.isFinite) else {
        throw bad("the vector of SMILES \(row + 1), \(quoted(key)), holds a number that is not finite")
      }
      guard vector.contains(where: { $0 != 0 }) else {
        throw bad("the vector of SMILES \(row + 1), \(quoted(key)), is zero; leave out molecules without a vector")
      }
    }
    (self.path, self.smiles, self.width, self.values, self.model) = (path, smiles, width, values, model)
    self.rows = rows
  }

  private static func key(_ smiles: String) -> String {
    String(decoding: SMILESParser.trimmed(smiles), as: UTF8.self)
  }
}
