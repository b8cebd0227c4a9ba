import Molecules
import Testing

@Suite struct SkeletonTests {
  @Test(
    "spellings, tautomers, ions and stereo isomers of a molecule share a key",
    arguments: [
      ("CC(=O)NC1=CC=C(O)C=C1", "Oc1ccc(NC(C)=O)cc1"), ("CC(=O)O", "CC(=O)[O-]"), ("CC(=O)C", "CC(O)=C"),
      ("C[C@H](N)C(=O)O", "C[C@@H](N)C(O)=O"), ("[NH3+]CC([O-])=O", "NCC(O)=O"), ("C/C=C/C", "C/C=C\\C"),
      ("[Na+].[Cl-]", "[Cl-].[Na+]"), ("O=c1cc[nH]cc1", "Oc1ccncc1"),
    ])
  func same(first: String, second: String) throws {
    #expect(try SMILESParser.graph(first).skeletonKey == SMILESParser.graph(second).skeletonKey)
  }

  @Test(
    "molecules that differ in an atom, a bond or a hydrogen do not",
    arguments: [
      ("CCO", "CCN"), ("CCO", "COC"), ("CCC", "C=CC"), ("C1CCCCC1", "CCCCCC"), ("CC(C)CC", "CCCCC"),
      ("c1ccccc1", "C1CCCCC1"), ("CCCCCCO", "CCCCCO"), ("C1CCCCC1C", "C1CCCCCC1"),
      ("Oc1ccccc1O", "Oc1cccc(O)c1"),
    ])
  func different(first: String, second: String) throws {
    #expect(try SMILESParser.graph(first).skeletonKey != SMILESParser.graph(second).skeletonKey)
  }
}
