import Foundation
import HDF5
import Molecules
import Testing

@Suite(.enabled(if: Shared.hasGolden, "needs the golden files (THERIAC_GOLDEN)"))
struct MoleculeGoldenTests {
  @Test("every molecule has ogb's features, edges and bond features exactly")
  func ogbFeatures() throws {
    let molecules = try Shared.goldenMolecules()
    #expect(molecules.count == 74)
    for molecule in molecules {
      let graph = try SMILESParser.graph(molecule.smiles)
      #expect(graph.atomCount == molecule.numNodes, "\(molecule.name)")
      #expect(graph.atoms == Array(molecule.nodeFeat.joined()), "\(molecule.name)")
      #expect(graph.edges == Array(molecule.edgeIndex.joined()), "\(molecule.name)")
      #expect(graph.bonds == Array(molecule.edgeFeat.joined()), "\(molecule.name)")
    }
  }

  @Test("a set gives the reference's concatenated graph and average projection", arguments: ["small", "full"])
  func referenceGraph(size: String) throws {
    let file = try HDF5File.open("\(Shared.golden)/nlammr_\(size).h5")
    let text = try #require(try file.attribute("medication_smiles")?.stringValue)
    let smiles = try JSONDecoder().decode([String].self, from: Data(text.utf8))
    let dense: [Float] = try file.read("graph/avg_proj")
    let medications = dense.count / smiles.count
    let rows = (0..<medications).map { medication in
      smiles.indices.filter { dense[medication * smiles.count + $0] != 0 }.map { smiles[$0] }
    }
    let set = try MoleculeSet(medications: (0..<medications).map { "m\($0)" }, smiles: rows)
    let batch = set.batch
    #expect(try batch.atoms == file.read("graph/x"))
    #expect(try batch.sources + batch.targets == file.read("graph/edge_index"))
    #expect(try batch.bonds == file.read("graph/edge_attr"))
    #expect(try batch.moleculeOfAtom == file.read("graph/batch"))
    #expect(set.projection.dense() == dense)
  }
}

@Suite(.enabled(if: Shared.hasMolecules, "needs the open data (THERIAC_SHARED)"))
struct OpenMoleculeTests {
  @Test(
    "every SMILES of the published class lists parses",
    arguments: [
      ("atc3_smiles_safedrug_m3.json", 269, 234), ("atc3_smiles_nlammr_m3.json", 269, 231),
      ("atc3_smiles_nlammr_m4.json", 324, 228), ("atc3_smiles_molerec.json", 284, 260),
    ])
  func published(file: String, total: Int, distinct: Int) throws {
    let classes = try Shared.medications(file).filter { !$0.smiles.isEmpty }
    let codes = classes.map(\.code)
    let smiles = classes.map(\.smiles)
    let set = try MoleculeSet(medications: codes, smiles: smiles)
    #expect(set.batch.moleculeCount == total)
    #expect(set.projection.medicationCount == classes.count)
    let deduped = try MoleculeSet(medications: codes, smiles: smiles, dedupe: true)
    #expect(deduped.batch.moleculeCount == distinct)
    #expect(deduped.projection.molecules.count == total)
  }

  @Test("the authors' MIMIC-III molecules have 6,782 atoms and 14,456 directed edges")
  func size() throws {
    let classes = try Shared.medications("atc3_smiles_nlammr_m3.json")
    let set = try MoleculeSet(medications: classes.map(\.code), smiles: classes.map(\.smiles))
    #expect(set.batch.atomCount == 6782)
    #expect(set.batch.edgeCount == 14456)
  }

  @Test("the two entries without a molecule in MoleRec's list are refused, or kept as zero rows")
  func emptyEntries() throws {
    let classes = try Shared.medications("atc3_smiles_molerec.json")
    let codes = classes.map(\.code)
    #expect(throws: MoleculeError.noMolecule(code: "decoder_point")) {
      try MoleculeSet(medications: codes, smiles: classes.map(\.smiles))
    }
    let set = try MoleculeSet(medications: codes, smiles: classes.map(\.smiles), unparsable: .skip)
    #expect(set.withoutMolecule == ["decoder_point", "seperator"])
    #expect(set.skipped.isEmpty)
  }
}
