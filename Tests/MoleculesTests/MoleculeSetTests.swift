import Molecules
import Testing

@Suite struct MoleculeSetTests {
  let codes = ["A", "B", "C"]
  let smiles = [["CCO"], ["O", "CCO", "N"], ["CCO", "CCO"]]

  @Test("molecules keep the order of medications and are repeated where they are listed again")
  func repeated() throws {
    let set = try MoleculeSet(medications: codes, smiles: smiles)
    #expect(set.graphs.map(\.atomCount) == [3, 1, 3, 1, 3, 3])
    #expect(set.projection.offsets == [0, 1, 4, 6])
    #expect(set.projection.molecules == [0, 1, 2, 3, 4, 5])
    #expect(set.batch == MoleculeBatch(set.graphs))
  }

  @Test("dedupe encodes each text once and leaves every medication's average as it was")
  func deduped() throws {
    let set = try MoleculeSet(medications: codes, smiles: smiles, dedupe: true)
    #expect(set.graphs.map(\.atomCount) == [3, 1, 1])
    #expect(set.projection.molecules == [0, 1, 0, 2, 0, 0])
    let third = Float(1) / 3
    #expect(set.projection.dense() == [1, 0, 0, third, third, third, 1, 0, 0])
  }

  @Test("refuse names the medication, the SMILES and the reason")
  func refuse() {
    let expected = MoleculeError.unparsableMedication(code: "B", smiles: "C1CC", reason: "unclosed ring")
    #expect(throws: expected) { try MoleculeSet(medications: ["A", "B"], smiles: [["C"], ["O", "C1CC"]]) }
    #expect(throws: MoleculeError.noMolecule(code: "B")) {
      try MoleculeSet(medications: ["A", "B"], smiles: [["C"], []])
    }
    #expect(throws: MoleculeError.medicationCount(codes: 2, smiles: 1)) {
      try MoleculeSet(medications: ["A", "B"], smiles: [["C"]])
    }
  }

  @Test("skip lists what it leaves out and gives a medication without molecules a zero row")
  func skip() throws {
    let set = try MoleculeSet(
      medications: ["A", "B", "C"], smiles: [["C", "C1CC"], ["Xx"], []], unparsable: .skip)
    #expect(set.graphs.count == 1)
    #expect(set.skipped.map(\.medication) == ["A", "B"])
    #expect(set.skipped.map(\.smiles) == ["C1CC", "Xx"])
    #expect(set.skipped.map(\.reason) == ["unclosed ring", "syntax error"])
    #expect(set.skipped[0].description == "medication A: left out SMILES \"C1CC\": unclosed ring")
    #expect(set.withoutMolecule == ["B", "C"])
    #expect(set.projection.dense() == [1, 0, 0])
    #expect((0..<3).map(set.projection.weight) == [1, 0, 0])
  }

  @Test("a projection refuses molecules that do not exist")
  func projectionRange() {
    #expect(throws: MoleculeError.badGraph("medication 1 is made of molecule 2 of 2")) {
      try AverageProjection(rows: [[0], [2]], moleculeCount: 2)
    }
  }
}

@Suite struct MoleculeBatchTests {
  @Test("atoms of later molecules are shifted, bonds and features stay")
  func concatenation() throws {
    let graphs = try ["CO", "[Na+]", "C=C"].map { smiles throws(MoleculeError) in try SMILESParser.graph(smiles) }
    let batch = MoleculeBatch(graphs)
    #expect(batch.atomCount == 5)
    #expect(batch.edgeCount == 4)
    #expect(batch.sources == [0, 1, 3, 4])
    #expect(batch.targets == [1, 0, 4, 3])
    #expect(batch.moleculeOfAtom == [0, 0, 1, 2, 2])
    #expect(batch.atomOffsets == [0, 2, 3, 5])
    #expect(batch.edgeOffsets == [0, 2, 2, 4])
    #expect(batch.atoms == graphs.flatMap(\.atoms))
    #expect(batch.bonds == graphs.flatMap(\.bonds))
  }

  @Test("no molecule is an empty batch")
  func empty() {
    let batch = MoleculeBatch([])
    #expect(batch.moleculeCount == 0)
    #expect(batch.atomCount == 0)
    #expect(batch.balancedRanges(2) == [0..<0, 0..<0])
  }

  @Test("balanced ranges cover all molecules in order with similar numbers of atoms", arguments: 1...7)
  func balance(parts: Int) throws {
    let sizes = [20, 1, 1, 30, 5, 5, 9, 14, 2, 40, 3, 8]
    var graphs: [MoleculeGraph] = []
    for size in sizes { graphs.append(try SMILESParser.graph(String(repeating: "C", count: size))) }
    let batch = MoleculeBatch(graphs)
    let ranges = batch.balancedRanges(parts)
    #expect(ranges.count == parts)
    #expect(Array(ranges.joined()) == Array(sizes.indices))
    for range in ranges {
      let atoms = batch.atomOffsets[range.upperBound] - batch.atomOffsets[range.lowerBound]
      #expect(abs(Double(atoms) - Double(batch.atomCount) / Double(parts)) <= 40)
    }
  }

  @Test("a graph made by hand is checked")
  func handMade() throws {
    let atom: [Int32] = [5, 0, 4, 5, 3, 0, 2, 0, 0]
    let pair = try MoleculeGraph(atoms: atom + atom, edges: [0, 1, 1, 0], bonds: [0, 0, 0, 0, 0, 0])
    #expect(try pair == SMILESParser.graph("CC"))
    #expect(throws: MoleculeError.badGraph("it has no atom")) { try MoleculeGraph(atoms: [], edges: [], bonds: []) }
    #expect(throws: MoleculeError.badGraph("an edge names atom 2 of 2")) {
      try MoleculeGraph(atoms: atom + atom, edges: [0, 2], bonds: [0, 0, 0])
    }
    #expect(throws: MoleculeError.badGraph("1 edges have features, but 4 edge ends are given instead of 2")) {
      try MoleculeGraph(atoms: atom + atom, edges: [0, 1, 1, 0], bonds: [0, 0, 0])
    }
    #expect(throws: MoleculeError.badGraph("atom feature 1 is 5, outside 0..<5")) {
      try MoleculeGraph(atoms: [5, 5, 4, 5, 3, 0, 2, 0, 0], edges: [], bonds: [])
    }
    #expect(throws: MoleculeError.badGraph("8 atom features are not a multiple of 9")) {
      try MoleculeGraph(atoms: Array(atom.dropLast()), edges: [], bonds: [])
    }
  }
}
