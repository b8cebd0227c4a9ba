import Foundation
import Molecules
import Records
import Testing

/// What is known of herbs: molecules, texts, properties.
@Suite struct TCMPDHerbTests {
  let fixture: TCMPDFixture
  let identity = MoleculeIdentity(name: "SMILES") { (try? SMILESParser.graph($0)) == nil ? nil : $0 }

  init() throws { fixture = try TCMPDFixture() }

  func molecules(_ text: String, _ change: (inout TCMPDOptions) -> Void = { _ in }) throws -> Cohort {
    let path = try fixture.folder.write("molecules.csv", text)
    return try fixture.run { paths, options in
      paths.molecules = path
      paths.moleculeIdentity = identity
      change(&options)
    }
  }

  @Test("molecules per herb in the order of the file, each once; unknown herbs and unreadable SMILES are counted")
  func molecules() throws {
    let text =
      "Herb_ID,ingredient,SMILES\n5,a,CCO\n3,b,C\n5,c,CC\n5,d,CCO\n9,e,C\nx,f,C\n,g,C\n6,h,\n3,i,C1CC\n4,j,notamolecule\n"
    let cohort = try molecules(text)
    #expect(cohort.smiles == [["C"], [], ["CCO", "CC"], []])
    let table = try #require(cohort.report.table("molecules.csv"))
    #expect(
      table.skipped == [
        "molecule listed before for its herb": 1, "herb_id is none of the herbs": 1, "no herb_id": 1, "no SMILES": 1,
        "malformed: herb_id is not a number": 1, "malformed: the SMILES cannot be read as a molecule": 2,
      ])
    #expect(table.rowsKept == 3)
    #expect(table.examples.contains("molecules.csv:10: the SMILES cannot be read as a molecule (\"C1CC\")"))
    #expect(cohort.report.notes.contains("2 of 4 herbs have molecules: 3 in all, 3 distinct."))
    #expect(throws: RecordsError.badMolecule(file: "molecules.csv", line: 10, smiles: "\"C1CC\"")) {
      try molecules(text) { $0.unparsableSMILES = .refuse }
    }
  }

  @Test("molecules by name, where a table has no ids")
  func byName() throws {
    let cohort = try molecules("herb_name,smiles\n杏仁,CCO\n人参,C\n,C\n麻黄,CC\n")
    #expect(cohort.smiles == [["CC"], [], ["CCO"], []])
    #expect(
      cohort.report.table("molecules.csv")?.skipped == ["herb_name is none of the herbs": 1, "no herb_name": 1])
    try fixture.folder.write("herbs.csv", "id,name\n3,麻黄\n4,麻黄\n5,杏仁\n6,\n")
    let twice = try molecules("herb_name,smiles\n杏仁,CCO\n麻黄,CC\n")
    #expect(twice.report.table("molecules.csv")?.skipped == ["herb_name is that of several herbs": 1])
    #expect(sentence { _ = try molecules("name,smiles\na,C\n") }.contains("has no column herb_id or herb_name"))
    #expect(sentence { _ = try molecules("herb_id,mol\n3,C\n") }.contains("has no column smiles"))
    #expect(throws: RecordsError.noRows("molecules.csv")) { try molecules("herb_id,smiles\n") }
  }

  @Test("a table in which no row is of any herb is refused, with an example of each side")
  func noMatch() throws {
    #expect(
      sentence { _ = try molecules("herb_id,smiles\n,C\nA7,CC\n8,CCO\n") }
        == "molecules.csv: not one of its 3 rows is of a herb of the prescriptions: its herb_id is \"A7\", for instance, "
        + "where 3 to 6, the ids of herbs.csv, are expected; give the table of this data set.")
    #expect(
      sentence { _ = try molecules("herb_name,smiles\nEphedra,CCO\nGinger,C\n") }
        .contains("its herb_name is \"Ephedra\", for instance, where names such as \"麻黄\" are expected; give"))
    // A herb's row without a usable molecule is a match all the same.
    #expect(try molecules("herb_id,smiles\n3,\n").smiles.allSatisfy(\.isEmpty))
    #expect(sentence { _ = try molecules("herb_id,smiles\n99999999999999999999,C\n") }.contains("99999999999999999999"))
    let path = try fixture.folder.write("texts.csv", "herb_id,text\n77,warm\n")
    #expect(
      sentence { _ = try fixture.run { paths, _ in paths.herbTexts = path } }
        .hasPrefix("texts.csv: not one of its 1 rows is of a herb of the prescriptions: its herb_id is \"77\""))
    try fixture.folder.remove("herbs.csv")
    try fixture.folder.remove("herb_4_2_oneHot.npy")
    #expect(
      sentence { _ = try molecules("herb_name,smiles\n麻黄,C\n") }
        .contains("where the herbs have no names (there is no herbs.csv): a column herb_id is expected, with 3 to 5"))
  }

  @Test("texts stand behind the name, English or Chinese first")
  func texts() throws {
    let path = try fixture.folder.write(
      "texts.csv",
      """
      herb_id,name_en,name_latin,property_cn,property_en,function_cn,indication
      3,Ephedra, Herba Ephedrae,辛，温。,"Warm.
      Pungent.",发汗。,cold
      5,,,苦,,,
      6,,,,,,
      3,again,,,,,
      8,none,,,,,

      """)
    let cohort = try fixture.run { paths, _ in paths.herbTexts = path }
    #expect(
      cohort.vocabulary(.medication).texts == [
        "麻黄: Ephedra, Herba Ephedrae. Property Warm. Pungent. Functions 发汗. Indications cold.", "桂枝",
        "杏仁: Property 苦.", "甘草",
      ])
    #expect(
      cohort.report.table("texts.csv")?.skipped == [
        "no text": 1, "the herb has a text before": 1, "herb_id is none of the herbs": 1,
      ])
    let chinese = try fixture.run { paths, options in
      paths.herbTexts = path
      options.textLanguage = .cn
    }
    #expect(chinese.vocabulary(.medication).texts[0].contains("Property 辛，温. "))
    #expect(chinese.vocabulary(.medication).lookup("麻黄") == .found(0))
    let bad = try fixture.folder.write("bad.csv", "herb_id,colour\n3,red\n")
    #expect(sentence { _ = try fixture.run { paths, _ in paths.herbTexts = bad } }.contains("has no column name_en"))
  }

  func properties(_ name: String, _ bytes: [UInt8]) throws -> MedicationPropertyTable? {
    let path = try fixture.folder.write(name, bytes)
    return try fixture.run { paths, _ in paths.properties = path }.medicationProperties
  }

  @Test("properties out of arrays of any type, and out of tables with or without a header and ids")
  func properties() throws {
    let values: [UInt8] = [1, 0, 0, 0, 1, 1, 0, 0]
    let expected = MedicationPropertyTable(names: ["property 1", "property 2"], values: values)
    #expect(try properties("p.npy", npy("|u1", [4, 2], values)) == expected)
    let floats = littleEndian(values.map { Double($0).bitPattern })
    #expect(try properties("p.npy", npy("<f8", [4, 2], floats)) == expected)
    #expect(try properties("p.csv", Array("1,0\n0,0\n1,1\n0,0\n".utf8)) == expected)
    let named = MedicationPropertyTable(names: ["心", "肝"], values: values)
    #expect(try properties("p.csv", Array("心,肝\n1,0\n0,0\n1,1\n0,0\n".utf8)) == named)
    #expect(try properties("p.csv", Array("herb_name,心,肝,herb_id\nx,1,1,5\n,0,0,6\ny,1,0,3\n,0,0,4\n".utf8)) == named)
    #expect(try properties("p.csv", gzip("id,心,肝\n3,1,0\n4,0,0\n5,1,1\n6,0,0\n")) == named)
    let wide = try properties("p.npy", npy("|u1", [4, 27], [UInt8](repeating: 1, count: 108)))
    #expect(wide?.names.prefix(3) == ["心", "肝", "脾"])
    #expect(wide?.names.last == "有毒")
    #expect(wide.map { Set($0.names).count } == 27)
  }

  @Test(
    "properties that do not fit the herbs are refused in a sentence",
    arguments: [
      (npy("|u1", [3, 2], [0, 0, 0, 0, 0, 0]), "it has 3 rows for 4 herbs (3 to 6, the ids of herbs.csv)"),
      (npy("|u1", [8], [0, 0, 0, 0, 0, 0, 0, 0]), "its shape is [8]; expected [herbs, properties]"),
      (npy("|u1", [4, 0], []), "it has no column"),
      (
        npy("<f4", [4, 1], littleEndian([0, 0, Float(0.5).bitPattern, 0])), "row 2, column 0 is 0.5; expected a whole"
      ),
      (npy("<f4", [4, 1], littleEndian([Float.nan.bitPattern, 0, 0, 0])), "row 0, column 0 is nan"),
      (npy("|i1", [4, 1], [0, 255, 0, 0]), "row 1, column 0 is -1.0"),
      (Array("1,0\n0,0\n1,1\n".utf8), "it has 3 rows for 4 herbs"),
      (Array("1,0\n0,0\n1,1\n0,1\n0,1\n".utf8), "it has 5 rows for 4 herbs"),
      (Array("id,a\n3,1\n4,0\n6,1\n".utf8), "herb 5 (杏仁) has no row; expected one row per herb"),
      (Array("id,a\n3,1\n".utf8), "herb 4 (桂枝) and 2 more have no row"),
      (Array("id,a\n3,1\n3,1\n".utf8), "line 3 is the second of herb 3 (麻黄)"),
      (Array("id,a\n9,1\n".utf8), "line 2 is of the herb \"9\"; expected 3 to 6"),
      (Array("a,b\n1,yes\n".utf8), "line 2, column b is \"yes\"; expected a whole number from 0 to 255"),
      (Array("id,herb_name\n3,x\n".utf8), "it has no column of properties"),
      (Array("a,a\n1,0\n0,0\n1,1\n0,0\n".utf8), "two columns a"),
    ])
  func badProperties(bytes: [UInt8], expected: String) throws {
    let sentence = sentence { _ = try properties("p.bin", bytes) }
    #expect(sentence.contains(expected), "\(sentence)")
  }

  @Test("two files of properties in the root, and a truncated one")
  func propertyFiles() throws {
    try fixture.folder.write("herb_2_onehot.csv", "1\n")
    #expect(sentence { _ = try fixture.run() }.contains("herb_2_onehot.csv, herb_4_2_oneHot.npy (--properties FILE)"))
    try fixture.folder.remove("herb_2_onehot.csv")
    try fixture.folder.write("herb_4_2_oneHot.npy", Array(npy("<i4", [4, 2], int32([1, 0, 0, 0])).prefix(140)))
    #expect(sentence { _ = try fixture.run() }.contains("is cut short or damaged ("))
  }
}
