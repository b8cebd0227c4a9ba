import Foundation
import HDF5
import Records
import Testing

/// Properties of medications in a cohort and its file, and the profile of a cohort of sets.
@Suite struct CohortPropertyTests {
  let fixture: TCMPDFixture

  init() throws { fixture = try TCMPDFixture() }

  var path: String { fixture.folder.path + "/c.h5" }

  @Test("properties come back, and count in the hash; a file without them has none")
  func roundTrip() throws {
    var cohort = try fixture.run()
    cohort.contentHash = try CohortFile.write(cohort, to: path)
    #expect(try CohortFile.read(path) == cohort)
    var other = cohort
    other.medicationProperties?.values[0] = 2
    #expect(try CohortFile.write(other, to: path) != cohort.contentHash)
    other = cohort
    other.medicationProperties?.names[0] = "renamed"
    #expect(try CohortFile.write(other, to: path) != cohort.contentHash)
    other.medicationProperties = nil
    #expect(try CohortFile.write(other, to: path) != cohort.contentHash)
    #expect(try CohortFile.read(path).medicationProperties == nil)
    let file = try HDF5File.open(path)
    #expect(!file.exists("/properties"))
    try file.close()
  }

  @Test("properties that do not fit are refused when written and when read")
  func faults() throws {
    var cohort = try fixture.run()
    for (table, expected) in [
      (
        MedicationPropertyTable(names: ["a"], values: [1, 2, 3]), "3 property values for 4 medications of 1 properties"
      ),
      (MedicationPropertyTable(names: [], values: []), "no column"),
      (MedicationPropertyTable(names: ["a", "a"], values: [UInt8](repeating: 0, count: 8)), "two columns a"),
    ] {
      cohort.medicationProperties = table
      #expect(sentence { try CohortFile.write(cohort, to: path) }.contains(expected))
      #expect(throws: RecordsError.self) {
        try CohortWriter(
          path: path,
          header: CohortHeader(name: "", vocabularies: cohort.vocabularies, medicationProperties: table))
      }
    }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test("the table of a cohort of sets, and its JSON")
  func profile() throws {
    let cohort = try fixture.run()
    let profile = CohortProfile(cohort)
    let table = profile.table()
    for line in [
      "# of rows                      10", "Avg # of symptoms per row      1.200 (max 2)",
      "Avg # of medications per row   1.400 (max 3)", "# of distinct symptom sets     5",
      "  validation    1", "In training rows              3 symptoms, 3 medications",
      "Test rows that training has   50.0 % (1)", "  with their symptom set      100.0 % (2)",
      "Properties    2 (2 medications without any)",
    ] {
      #expect(squeezed(table).contains(squeezed(line)), "\(line)")
    }
    #expect(!table.contains("MIMIC"))
    let data = try JSONEncoder().encode(profile)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(object["medication_properties"] as? Int == 2)
    #expect(object["medications_without_property"] as? Int == 2)
    #expect((object["sets"] as? [String: Any])?["test_rows_in_training"] as? Int == 1)
    #expect(try JSONDecoder().decode(CohortProfile.self, from: data) == profile)
    #expect(profile.setSentences(try #require(profile.sets)).contains("Of 2 test rows 50.0 % are in training"))
    let other = Cohort(name: "")
    #expect(SetProfile(other) == nil)
    #expect(CohortProfile(other).medicationProperties == nil)
  }

  private func squeezed(_ text: String) -> String { text.split(separator: " ").joined(separator: " ") }
}
