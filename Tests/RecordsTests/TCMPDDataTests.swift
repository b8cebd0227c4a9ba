import Foundation
import Molecules
import Records
import Testing

/// The real prescriptions; the numbers are those of the data's own description and of a count with pandas.
@Suite(
  .enabled(
    if: FileManager.default.fileExists(atPath: Shared.path + "/data/tcm-pd"), "needs THERIAC_SHARED with data/tcm-pd"))
struct TCMPDDataTests {
  static let data = Shared.path + "/data"

  static let ordered = Result {
    var paths = TCMPDPaths(
      root: data + "/tcm-pd", molecules: data + "/tcm-molecules-herbiv/herb_smiles.csv.gz",
      herbTexts: data + "/tcm-molecules/herb_texts_lifafangyao.csv.gz")
    paths.moleculeIdentity = MoleculeIdentity(name: "SMILES") { (try? SMILESParser.graph($0)) == nil ? nil : $0 }
    return try TCMPDImporter.run(paths: paths)
  }

  @Test("sizes, means, split, properties, molecules and texts")
  func sizes() throws {
    let cohort = try Self.ordered.get()
    let profile = CohortProfile(cohort)
    #expect(profile.visits == 33_765)
    #expect([profile.symptoms, profile.medications] == [390, 805] as [Int])
    #expect(abs(profile.symptomsPerVisit - 1.495) < 0.001)
    #expect(abs(profile.medicationsPerVisit - 6.660) < 0.001)
    #expect([profile.symptomsPerVisitMax, profile.medicationsPerVisitMax] == [16, 52] as [Int])
    let parts = [Split.train, .validation, .test].map { profile.splits[$0.name]?.visits ?? 0 }
    #expect(parts == [23_635, 3_377, 6_753])
    #expect(cohort.splits[23_634] == .train)
    #expect(cohort.splits[23_635] == .validation)
    #expect(cohort.splits[27_011] == .validation)
    #expect(cohort.splits[27_012] == .test)
    #expect(cohort.vocabulary(.symptom).codes.last == "389")
    #expect(cohort.vocabulary(.medication).codes.first == "390")
    #expect(cohort.vocabulary(.medication).codes.last == "1194")
    #expect(cohort.medicationProperties?.width == 27)
    #expect(cohort.medicationProperties?.names.first == "心")
    #expect(profile.medicationsWithoutProperty == 116)
    #expect(cohort.smiles.count { !$0.isEmpty } == 664)
    #expect(profile.molecules == 31_222)
    #expect(cohort.report.table("herb_smiles.csv.gz")?.rowsKept == 31_222)
    #expect(cohort.report.repeated.isEmpty)
    #expect(cohort.report.notes.contains { $0.hasPrefix("Not used: ss_graph.npy, hh_graph.npy, sh_graph.npy.") })
    // The table has rows of 581 herbs, of which 25 are empty.
    #expect(cohort.vocabulary(.medication).texts.count { $0.contains(": ") } == 556)
    #expect(cohort.vocabulary(.medication).lookup("白花蛇舌草").index == 2)
  }

  @Test("how much the rows repeat, ordered and shuffled")
  func repeats() throws {
    let cohort = try Self.ordered.get()
    let sets = try #require(SetProfile(cohort))
    #expect(sets.distinctRows == 28_993)
    #expect(sets.distinctSymptomSets == 5_029)
    #expect([sets.medicationsInTraining, sets.symptomsInTraining] == [664, 365] as [Int])
    let test = Double(sets.testRows)
    #expect(abs(Double(sets.testRowsInTraining) / test - 0.037) < 0.0005)
    #expect(abs(Double(sets.testSymptomSetsInTraining) / test - 0.814) < 0.0005)
    var options = TCMPDOptions()
    options.split = .shuffled(seed: 2_021)
    let shuffled = try TCMPDImporter.run(paths: TCMPDPaths(root: Self.data + "/tcm-pd"), options: options)
    let mixed = try #require(SetProfile(shuffled))
    let share = Double(mixed.testRowsInTraining) / Double(mixed.testRows)
    #expect(share > 0.18 && share < 0.21, "scikit-learn's permutation of this seed: 0.192; \(share)")
    #expect(shuffled.lists == cohort.lists)
  }

  @Test("without names the numbers are the same; the file comes back as it was written")
  func bare() throws {
    let folder = try Folder()
    for name in ["prescript_1195.csv.gz", "herb_805_27_oneHot.npy"] {
      try FileManager.default.copyItem(atPath: Self.data + "/tcm-pd/" + name, toPath: folder.path + "/" + name)
    }
    var bare = try TCMPDImporter.run(paths: TCMPDPaths(root: folder.path))
    let cohort = try Self.ordered.get()
    #expect(bare.lists == cohort.lists)
    #expect(bare.medicationProperties == cohort.medicationProperties)
    #expect(bare.vocabulary(.medication).codes == cohort.vocabulary(.medication).codes)
    #expect(bare.vocabulary(.symptom).codes == cohort.vocabulary(.symptom).codes)
    bare.contentHash = try CohortFile.write(bare, to: folder.path + "/c.h5")
    #expect(try CohortFile.read(folder.path + "/c.h5") == bare)
  }
}
