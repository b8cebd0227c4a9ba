import Foundation

extension CohortProfile {
  /// The rows of the paper's Table 1, then splits, label DDI rates and hashes, as aligned plain text.
  public func table() -> String {
    var rows: [(String, String)] = [
      ("Cohort", name.isEmpty ? "-" : name),
      ("# of patients", Self.grouped(patients)),
      ("# of visits", Self.grouped(visits)),
      ("# of diagnoses", size(diagnoses)),
      ("# of procedures", size(procedures)),
      ("# of symptoms", size(symptoms)),
      ("# of medications", size(medications)),
      ("Avg # of visits", mean(visitsPerPatient, visitsPerPatientMax, patients)),
      ("Avg # of diagnoses per visit", mean(diagnosesPerVisit, diagnosesPerVisitMax, diagnoses)),
      ("Avg # of procedures per visit", mean(proceduresPerVisit, proceduresPerVisitMax, procedures)),
      ("Avg # of symptoms per visit", mean(symptomsPerVisit, symptomsPerVisitMax, symptoms)),
      ("Avg # of medications per visit", mean(medicationsPerVisit, medicationsPerVisitMax, medications)),
      ("", ""),
      ("Molecules", "\(Self.grouped(molecules)) (\(medicationsWithoutMolecule) medications without one)"),
      ("Interacting medication pairs", Self.grouped(interactions)),
      ("Label DDI rate", rate(labelDDI)),
    ]
    for (split, ddi) in [
      (Split.train, labelDDITrain), (.validation, labelDDIValidation), (.test, labelDDITest),
    ] {
      let part = splits[split.name] ?? Part(patients: 0, visits: 0)
      rows.append(
        (
          "  \(split.name)",
          "\(Self.grouped(part.patients)) patients, \(Self.grouped(part.visits)) visits, label DDI rate \(rate(ddi))"
        ))
    }
    rows += [
      ("Split", splitRule), ("Source", source.isEmpty ? "-" : source),
      ("Content hash", contentHash.isEmpty ? "- (not written yet)" : contentHash),
    ]
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { label, value in
      label.isEmpty ? "" : label + String(repeating: " ", count: width - label.count + 2) + value
    }.joined(separator: "\n")
  }

  private func size(_ count: Int) -> String { count == 0 ? "-" : Self.grouped(count) }

  private func mean(_ value: Double, _ largest: Int, _ count: Int) -> String {
    count == 0 ? "-" : String(format: "%.2f", value) + " (max \(largest))"
  }

  private func rate(_ value: Double?) -> String {
    value.map { String(format: "%.5f", $0) } ?? "- (no interactions known)"
  }

  private static func grouped(_ number: Int) -> String {
    let digits = String(number)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }
}
