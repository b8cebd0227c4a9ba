import Foundation
import Records
import Testing

@Suite struct CohortProfileTests {
  /// Medications 0…3; pairs 0–1 and 2–3 interact. Visits: [0,1,2] train, [2,3] train, [0,2] test, [1] validation.
  func cohort() throws -> Cohort {
    Cohort(
      name: "p",
      vocabularies: [
        .diagnosis: Vocabulary(codes: ["d", "e"], texts: ["", ""]),
        .medication: Vocabulary(codes: ["A", "B", "C", "D"], texts: ["", "", "", ""]),
      ],
      patientIDs: ["1", "2", "3"], visitOffsets: [0, 2, 3, 4], visitIDs: ["a", "b", "c", "d"],
      lists: [
        .medication: CodeLists([[0, 1, 2], [2, 3], [0, 2], [1]]), .diagnosis: CodeLists([[0, 1], [0], [], []]),
      ],
      smiles: [["C"], [], ["CC", "CCC"], []],
      interactions: [try #require(Interaction(0, 1)), try #require(Interaction(3, 2))],
      splits: [.train, .test, .validation], report: ImportReport(source: "test"))
  }

  @Test("counts, means and largest numbers") func counts() throws {
    let profile = CohortProfile(try cohort())
    #expect(profile.patients == 3)
    #expect(profile.visits == 4)
    #expect(profile.diagnoses == 2)
    #expect(profile.procedures == 0)
    #expect(profile.medications == 4)
    #expect(profile.medicationsTotal == 8)
    #expect(profile.medicationsPerVisit == 2)
    #expect(profile.medicationsPerVisitMax == 3)
    #expect(profile.diagnosesPerVisit == 0.75)
    #expect(profile.symptomsPerVisit == 0)
    #expect(profile.visitsPerPatient == 4.0 / 3)
    #expect(profile.visitsPerPatientMax == 2)
    #expect(profile.molecules == 3)
    #expect(profile.medicationsWithoutMolecule == 2)
    #expect(profile.splits["train"] == CohortProfile.Part(patients: 1, visits: 2))
    #expect(profile.splits["validation"] == CohortProfile.Part(patients: 1, visits: 1))
  }

  @Test("the label DDI rate is pooled over pairs, not a mean of visits") func labelDDI() throws {
    let profile = CohortProfile(try cohort())
    // Pairs: 3 + 1 + 1 + 0; interacting: 1 + 1 + 0 + 0.
    #expect(profile.labelDDI == 2.0 / 5)
    #expect(profile.labelDDITrain == 2.0 / 4)
    #expect(profile.labelDDITest == 0)
    #expect(profile.labelDDIValidation == 0)
    var unknown = try cohort()
    unknown.interactions = []
    #expect(CohortProfile(unknown).labelDDI == nil)
  }

  @Test("JSON has the keys that scripts rely on") func json() throws {
    let profile = CohortProfile(try cohort())
    let data = try JSONEncoder().encode(profile)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    for key in [
      "patients", "visits", "diagnoses", "procedures", "symptoms", "medications", "diagnoses_per_visit",
      "procedures_per_visit", "symptoms_per_visit", "medications_per_visit", "medications_per_visit_max",
      "visits_per_patient", "visits_per_patient_max", "medications_total", "label_ddi", "label_ddi_train",
      "label_ddi_test", "label_ddi_validation", "splits", "split_rule", "content_hash",
    ] {
      #expect(object[key] != nil, "\(key)")
    }
    #expect(try JSONDecoder().decode(CohortProfile.self, from: data) == profile)
  }

  @Test("the table has the rows of the paper's Table 1") func table() throws {
    let lines = CohortProfile(try cohort()).table().split(separator: "\n").map { line in
      line.split(separator: "  ").map { $0.trimmingPrefix(" ").description }.filter { !$0.isEmpty }
    }
    for row in [
      ["Cohort", "p", "paper: MIMIC-III", "paper: MIMIC-IV", "paper: eICU"],
      ["# of patients", "3", "5,208", "6,136", "9,539"], ["# of visits", "4", "13,490", "17,813", "20,912"],
      ["# of procedures", "-", "1,378", "4,001", "-"], ["# of medications", "4", "112", "121", "31"],
      ["Avg # of visits", "1.33 (max 2)", "2.59", "2.90", "2.19"],
      ["Avg # of symptoms per visit", "-", "7.67", "1.09", "-"],
      ["Avg # of medications per visit", "2.00 (max 3)", "11.30", "6.68", "5.98"],
      ["Label DDI rate", "0.40000", "0.08238", "0.07423", "-"],
      ["train", "1 patients, 2 visits", "0.50000"], ["test", "1 patients, 1 visits", "0.00000"],
      ["Leakage", "no patient is in two splits; no sequence of visits is in two"],
    ] {
      #expect(lines.contains(row), "\(row)")
    }
  }

  @Test("leakage: patients in two splits, and sequences of visits that two splits share") func leakage() throws {
    var cohort = try cohort()
    #expect(CohortProfile(cohort).leakage == CohortLeakage())
    cohort.patientIDs = ["1", "2", "1"]
    #expect(CohortLeakage(cohort).patients == 1)
    // Patient 3 repeats patient 2's visit, codes in another order.
    cohort.lists[.medication] = CodeLists([[0, 1, 2], [2, 3], [0, 2], [2, 0]])
    #expect(CohortLeakage(cohort) == CohortLeakage(patients: 1, sequences: 2))
    #expect(CohortLeakage(cohort).sentence.contains("2 patients have a sequence of visits"))
    cohort.splits = [.train, .test, .test]
    #expect(CohortLeakage(cohort).sequences == 0, "the same split may repeat")
    // One visit of two is no sequence.
    cohort.lists[.medication] = CodeLists([[0, 1, 2], [0, 2], [0, 2], [1]])
    #expect(CohortLeakage(cohort).sequences == 0)
  }

  @Test("an empty cohort has a profile without divisions by zero") func empty() {
    let profile = CohortProfile(Cohort(name: ""))
    #expect(profile.visitsPerPatient == 0)
    #expect(profile.medicationsPerVisit == 0)
    #expect(profile.table().contains("# of patients"))
  }
}
