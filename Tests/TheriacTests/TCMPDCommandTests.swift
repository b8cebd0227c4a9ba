import Foundation
import Testing

/// `theriac import tcm-pd` as a user runs it, on ten invented prescriptions.
@Suite(.serialized) struct TCMPDCommandTests {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "theriac-tcm-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder + "/tcm", withIntermediateDirectories: true)
    try write(
      "tcm/prescript_1195.csv", "s,h\n[0],[2]\n\"[0,1]\",\"[2,3]\"\n" + String(repeating: "[1],[3]\n", count: 8))
    try write("tcm/symptoms.csv", "id,name\n0,头痛\n1,发热\n")
    try write("tcm/herbs.csv", "id,name\n2,麻黄\n3,桂枝\n")
    try write("tcm/herb_2_oneHot.csv", "温,辛\n1,1\n0,0\n")
    try write("molecules.csv", "herb_id,smiles\n2,CCO\n3,C1CC\n")
  }

  private func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
  }

  private func run(_ arguments: String...) throws -> Program.Result { try Program.run(arguments, in: folder) }

  @Test("import, describe and inspect tell the same numbers")
  func whole() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let made = try run("import", "tcm-pd", "--root", "tcm", "--molecules", "molecules.csv", "--out", "c.h5")
    #expect(made.code == 0, "\(made.errors)")
    #expect(made.output.hasPrefix("c.h5: 10 rows, 2 symptoms, 2 medications ("))
    for part in [
      "Split ordered 7:1:2: 7 train, 1 validation, 2 test rows.", "A row has 1.100 symptoms and 1.100 medications",
      "Of 2 test rows 100.0 % are in training as they stand", "1 of 2 herbs have molecules: 1 in all, 1 distinct.",
      "molecules.csv:3: the SMILES cannot be read as a molecule (\"C1CC\")", "1 herb without any",
    ] {
      #expect(made.errors.contains(part), "\(part): \(made.errors)")
    }
    let described = try run("describe", "c.h5", "--json")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(described.output.utf8)) as? [String: Any])
    #expect(object["medication_properties"] as? Int == 2)
    #expect((object["sets"] as? [String: Any])?["distinct_rows"] as? Int == 3)
    #expect(try run("describe", "c.h5").output.contains("# of distinct symptom sets"))
    #expect(try run("inspect", "c.h5").output.contains("2 properties of 2 medications"))
    let shuffled = try run("import", "tcm-pd", "--root", "tcm", "--split", "shuffled", "--out", "s.h5")
    #expect(shuffled.errors.contains("Split shuffled 7:1:2 (seed: 2021): 7 train"), "\(shuffled.errors)")
  }

  @Test("options that contradict each other, and data that cannot be used, leave nothing behind")
  func refused() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let plain = ["import", "tcm-pd", "--root", "tcm", "--out", "c.h5"]
    for (arguments, code, part) in [
      (["--split-seed", "1"], 64, "an ordered split has no seed"), (["--split", "official"], 64, "official"),
      (["--unparsable-smiles", "refuse"], 64, "give --molecules FILE"),
      (["--herb-text-language", "cn"], 64, "give --herb-texts FILE"),
      (["--molecules", "molecules.csv", "--unparsable-smiles", "refuse"], 1, "molecules.csv:3: the SMILES \"C1CC\""),
      (["--properties", "molecules.csv"], 1, "expected a whole number from 0 to 255"),
      (["--molecules", "none.csv"], 1, "none.csv"),
    ] as [([String], Int32, String)] {
      let result = try Program.run(plain + arguments, in: folder)
      #expect(result.code == code && result.errors.contains(part), "\(arguments): \(result.code) \(result.errors)")
    }
    try write("tcm/prescript_1195.csv", "s,h\n[0],[2]\n[0],[2]\n[0],[4]\n")
    let range = try Program.run(plain, in: folder)
    #expect(range.code == 1)
    #expect(range.errors.contains("prescript_1195.csv:4: the medication id 4 is out of range; expected 2 to 3"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["molecules.csv", "tcm"])
  }
}
