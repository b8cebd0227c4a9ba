import Molecules
import Testing

@Suite struct SMILESParserTests {
  @Test("ethanol is three atoms and two bonds in both directions")
  func ethanol() throws {
    let graph = try SMILESParser.graph("CCO")
    #expect(graph.atomCount == 3)
    #expect(graph.edgeCount == 4)
    #expect(
      graph.atoms == [
        5, 0, 4, 5, 3, 0, 2, 0, 0,
        5, 0, 4, 5, 2, 0, 2, 0, 0,
        7, 0, 2, 5, 1, 0, 2, 0, 0,
      ])
    #expect(Array(graph.sources) == [0, 1, 1, 2])
    #expect(Array(graph.targets) == [1, 0, 2, 1])
    #expect(graph.bonds == [Int32](repeating: 0, count: 12))
  }

  @Test("explicit hydrogens are folded into their atoms and white space around the text is ignored")
  func sameMolecule() throws {
    let plain = try SMILESParser.graph("CO")
    #expect(try SMILESParser.graph("[H]C([H])([H])O[H]") == plain)
    #expect(try SMILESParser.graph(" \tCO\r\n") == plain)
  }

  @Test(
    "values outside ogb's lists get the last index of their table",
    arguments: [
      ("*", 0, 118), ("[C+20]", 3, 11), ("[C]", 5, 4), ("*", 6, 5), ("F[Pt@SP1](Cl)(Br)I", 10, 4),
      ("FS(F)(F)(F)(F)F", 15, 4),
    ])
  func unlisted(smiles: String, position: Int, expected: Int32) throws {
    #expect(try SMILESParser.graph(smiles).atoms[position] == expected)
  }

  @Test("a dative bond counts as unlisted type")
  func dativeBond() throws {
    #expect(try SMILESParser.graph("N->[Pt]").bonds.first == 4)
  }

  @Test("single bonds of a metal complex that exceed a valence become donor bonds, as in recent RDKit")
  func complexes() throws {
    // Carboplatin: two ammonia give N→Pt (type index 4), the two oxygens keep single bonds.
    let graph = try SMILESParser.graph("[H][N]([H])([H])[Pt]1(OC(=O)C2(CCC2)C(=O)O1)[N]([H])([H])[H]")
    #expect(graph.atomCount == 13)
    let donors = stride(from: 0, to: graph.edgeCount, by: 2).filter { graph.bonds[$0 * 3] == 4 }
    #expect(donors.map { [graph.sources[$0], graph.targets[graph.edgeCount + $0]] } == [[0, 1], [12, 1]])
    #expect(throws: MoleculeError.self) { try SMILESParser.graph("C[N](C)(C)C.[Pt]") }
  }

  @Test(
    "bad text throws with RDKit's reason",
    arguments: [
      ("", "it is empty"), (" \n", "it is empty"), ("C(", "syntax error"), ("CC)", "extra close parentheses"),
      ("C1CC", "unclosed ring"), ("Xx", "syntax error"),
      ("C(C)(C)(C)(C)C", "Explicit valence for atom # 0 C, 5, is greater than permitted"),
      ("c1cccc1", "Can't kekulize mol.  Unkekulized atoms: 0 1 2 3 4"), ("CC N", "it contains a space"),
      ("C\u{0}C", "it contains a control character"), ("CCé", "it contains a character outside ASCII"),
      (String(repeating: "C", count: 4001), "it is longer than 4000 bytes"),
    ])
  func refused(smiles: String, reason: String) {
    #expect(throws: MoleculeError.unparsable(smiles: smiles, reason: reason)) { try SMILESParser.graph(smiles) }
  }

  @Test("an error does not spoil the next molecule, from many threads at once")
  func threads() async throws {
    let aspirin = try SMILESParser.graph("CC(=O)OC1=CC=CC=C1C(=O)O")
    await withTaskGroup(of: Bool.self) { group in
      for index in 0..<64 {
        group.addTask {
          if index.isMultiple(of: 2) { return (try? SMILESParser.graph("CC(=O")) == nil }
          return (try? SMILESParser.graph("CC(=O)OC1=CC=CC=C1C(=O)O")) == aspirin
        }
      }
      for await isRight in group { #expect(isRight) }
    }
  }

  @Test("errors say medication, text, reason and remedy, and cut long texts")
  func sentences() {
    let error = MoleculeError.unparsableMedication(code: "N02B", smiles: "C(", reason: "syntax error")
    #expect(
      error.description == "SMILES \"C(\" of medication N02B is not a molecule RDKit accepts: syntax error; "
        + "correct it, or --set unparsable_smiles=skip")
    let long = MoleculeError.unparsable(smiles: String(repeating: "C", count: 5000), reason: "r")
    #expect(long.description.count < 250)
    #expect(long.description.contains("(5000 bytes)"))
  }
}
