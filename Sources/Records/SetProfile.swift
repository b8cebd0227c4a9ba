import Foundation

extension Cohort {
  /// Whether this is a cohort of sets: every patient is one visit with symptoms and medications alone.
  public var isOfSets: Bool {
    visitCount > 0 && visitCount == patientCount && vocabulary(.diagnosis).count == 0
      && vocabulary(.procedure).count == 0 && vocabulary(.symptom).count > 0 && medicationCount > 0
  }
}

/// What rows of a cohort of sets repeat of one another: how much of the test rows training has seen.
public struct SetProfile: Codable, Equatable, Sendable {
  /// Rows with different symptoms or medications.
  public var distinctRows: Int
  public var distinctSymptomSets: Int
  /// Codes that occur in a training row.
  public var symptomsInTraining, medicationsInTraining: Int
  public var testRows: Int
  /// Test rows of which a training row has the same symptoms and medications.
  public var testRowsInTraining: Int
  /// Test rows of which a training row has the same symptoms.
  public var testSymptomSetsInTraining: Int

  private enum CodingKeys: String, CodingKey {
    case distinctRows = "distinct_rows"
    case distinctSymptomSets = "distinct_symptom_sets"
    case symptomsInTraining = "symptoms_in_training"
    case medicationsInTraining = "medications_in_training"
    case testRows = "test_rows"
    case testRowsInTraining = "test_rows_in_training"
    case testSymptomSetsInTraining = "test_symptom_sets_in_training"
  }

  private struct Row: Hashable {
    let symptoms: [Int32]
    let medications: [Int32]
  }

  /// Nil for a cohort that is not of sets.
  public init?(_ cohort: Cohort) {
    guard cohort.isOfSets else { return nil }
    var rows: Set<Row> = []
    var sets: Set<[Int32]> = []
    var trainRows: Set<Row> = []
    var trainSets: Set<[Int32]> = []
    var symptoms = [Bool](repeating: false, count: cohort.vocabulary(.symptom).count)
    var medications = [Bool](repeating: false, count: cohort.medicationCount)
    var test: [Row] = []
    for visit in 0..<cohort.visitCount {
      let row = Row(
        symptoms: cohort.codes(.symptom, visit: visit).sorted(),
        medications: cohort.codes(.medication, visit: visit).sorted())
      rows.insert(row)
      sets.insert(row.symptoms)
      switch cohort.splits[visit] {
      case .train:
        trainRows.insert(row)
        trainSets.insert(row.symptoms)
        for code in row.symptoms { symptoms[Int(code)] = true }
        for code in row.medications { medications[Int(code)] = true }
      case .test: test.append(row)
      case .validation: break
      }
    }
    distinctRows = rows.count
    distinctSymptomSets = sets.count
    symptomsInTraining = symptoms.count { $0 }
    medicationsInTraining = medications.count { $0 }
    testRows = test.count
    testRowsInTraining = test.count { trainRows.contains($0) }
    testSymptomSetsInTraining = test.count { trainSets.contains($0.symptoms) }
  }

  /// "12.3 %" of the test rows; "-" without any.
  func share(_ rows: Int) -> String {
    testRows == 0 ? "-" : String(format: "%.1f %%", 100 * Double(rows) / Double(testRows))
  }
}
