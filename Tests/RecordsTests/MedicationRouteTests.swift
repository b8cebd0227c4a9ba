import Foundation
import Records
import Testing

@Suite struct MedicationRouteTests {
  let fixture: MIMIC3Fixture

  init() throws {
    fixture = try MIMIC3Fixture()
    try fixture.folder.remove("maps/gsn_atc_ndc_ethos.csv")
    try fixture.folder.remove("maps/atc3_ndc_molerec.csv")
  }

  /// One prescription of NDC 00182844789 in the visits 11 and 12, mapped with what is in the maps folder.
  func medications() throws -> [String] {
    try fixture.folder.write("PRESCRIPTIONS.csv", "hadm_id,drug,gsn,ndc\n11,x,,00182844789\n12,x,,00182-8447-89\n")
    return try fixture.run().vocabulary(.medication).codes
  }

  @Test("NDC → RxCUI → ATC, from CSV or from a Python dictionary") func concepts() throws {
    try fixture.folder.write(
      "maps/RXCUI2atc4_compat.csv", "YEAR,MONTH,NDC,RXCUI,ATC4\n2020,6,1,198440,N02BE\n2020,6,1,5,C03CA\n")
    try fixture.folder.write("maps/ndc2rxcui.csv", "ndc11,rxcui\n00182844789,198440\n00000000001,\nidx,4203\n")
    #expect(try medications() == ["N02B"])
    #expect(try fixture.run().report.table("ndc2rxcui.csv")?.skipped == ["no RxCUI": 1, "NDC is not a number": 1])

    try fixture.folder.remove("maps/ndc2rxcui.csv")
    try fixture.folder.write(
      "maps/ndc2RXCUI.txt", "{'00182844789': u'198440', \"00000000001\": '',\n 'idx': 4203}\n")
    #expect(try medications() == ["N02B"])
    let table = try #require(try fixture.run().report.table("ndc2RXCUI.txt"))
    #expect(table.rowsRead == 3)
    #expect(table.skipped == ["no RxCUI": 1, "NDC is not a number": 1])
  }

  @Test("a broken Python dictionary is refused with the byte") func brokenLiteral() throws {
    try fixture.folder.write("maps/RXCUI2atc4.csv", "RXCUI,ATC4\n198440,N02BE\n")
    let path = try fixture.folder.write("maps/ndc2RXCUI.txt", "{'00182844789': None}")
    #expect(throws: RecordsError.badMap(path, reason: "expected a quoted string or a number at byte 16")) {
      try medications()
    }
  }

  @Test("of several classes systemic ones come before local ones, then the alphabet decides; rows' order does not")
  func severalClasses() throws {
    let classes = ["A01AD", "N02BA", "B01AC", "S01AA", "D11AX"]
    for order in [classes, classes.reversed()] {
      let rows = order.map { "00182844789,\($0)" }.joined(separator: "\n")
      try fixture.folder.write("maps/ndc2atc4_fda2020.csv", "ndc11,atc4\n\(rows)\n00182844789,B\n")
      #expect(try medications() == ["B01A"])
    }
    #expect(
      try fixture.run().report.table("ndc2atc4_fda2020.csv")?.skipped == ["no ATC code of the third level or below": 1])
  }

  @Test("routes are tried in the order that was asked for") func order() throws {
    try fixture.folder.write("maps/ndc2atc4_fda2020.csv", "ndc11,atc4\n00182844789,C03CA\n")
    try fixture.folder.write("maps/atc3_ndc_molerec.csv", "atc3,ndc11\nN02B,00182844789\n")
    #expect(try medications() == ["N02B"])
    #expect(try fixture.run { $0.routes = [.ndcATC4, .ndcATC3] }.vocabulary(.medication).codes == ["C03C"])
  }

  @Test("a map without a usable row is refused") func uselessMap() throws {
    let path = try fixture.folder.write("maps/atc3_ndc_molerec.csv", "atc3,ndc11\nN,00182844789\n")
    #expect(throws: RecordsError.badMap(path, reason: "no row has a NDC and an ATC class")) { try medications() }
  }

  @Test("molecules must be JSON of the known form") func badMolecules() throws {
    var paths = fixture.paths
    try fixture.folder.write("maps/atc3_ndc_molerec.csv", "atc3,ndc11\nN02B,00182844789\n")
    paths.molecules = try fixture.folder.write("m.json", "[1, 2]")
    #expect(
      sentence { _ = try CohortImport.run(.mimic3, paths: paths) }.contains("m.json cannot be used: it is not JSON"))
    paths.molecules = fixture.folder.path + "/none.json"
    #expect(throws: RecordsError.missingFile(fixture.folder.path + "/none.json")) {
      try CohortImport.run(.mimic3, paths: paths)
    }
  }
}
