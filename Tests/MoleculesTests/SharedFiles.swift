import Foundation
import Testing

/// Golden numbers and open data, which lie beside the repository and may be absent.
enum Shared {
  static let golden = ProcessInfo.processInfo.environment["THERIAC_GOLDEN"] ?? "../shared/golden"
  static let data = (ProcessInfo.processInfo.environment["THERIAC_SHARED"] ?? "../shared") + "/data"
  static let hasGolden = FileManager.default.fileExists(atPath: golden + "/molecules.json")
  static let hasMolecules = FileManager.default.fileExists(atPath: data + "/molecules")

  /// One molecule of ogb's `smiles2graph`.
  struct GoldenMolecule: Decodable {
    let name: String
    let smiles: String
    let numNodes: Int
    let nodeFeat: [[Int32]]
    let edgeIndex: [[Int32]]
    let edgeFeat: [[Int32]]
  }

  static func goldenMolecules() throws -> [GoldenMolecule] {
    struct File: Decodable { let molecules: [GoldenMolecule] }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let bytes = try Data(contentsOf: URL(fileURLWithPath: golden + "/molecules.json"))
    return try decoder.decode(File.self, from: bytes).molecules
  }

  /// Medication classes with their SMILES, ordered by code.
  static func medications(_ file: String) throws -> [(code: String, smiles: [String])] {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(data)/molecules/\(file)"))
    let classes = try JSONDecoder().decode([String: [String]].self, from: bytes)
    return classes.keys.sorted().map { ($0, classes[$0] ?? []) }
  }
}
