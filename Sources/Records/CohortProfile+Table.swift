import Foundation

extension CohortProfile {
  /// The rows of the paper's Table 1 beside the paper's own numbers, then splits, label DDI rates, leakage and hashes,
  /// as aligned plain text. A cohort of sets has a table of its own.
  public func table() -> String {
    if let sets { return setTable(sets) }
    let paper = PaperProfile.all
    func size(_ count: Int) -> String { count == 0 ? "-" : Self.grouped(count) }
    func mean(_ value: Double, _ largest: Int, _ count: Int) -> String {
      count == 0 ? "-" : Self.two(value) + " (max \(largest))"
    }
    func row(_ label: String, _ own: String, _ of: (PaperProfile) -> String) -> [String] {
      [label, own] + paper.map(of)
    }
    let profile = [
      row("Cohort", name.isEmpty ? "-" : name) { "paper: " + $0.name },
      row("# of patients", Self.grouped(patients)) { Self.grouped($0.patients) },
      row("# of visits", Self.grouped(visits)) { Self.grouped($0.visits) },
      row("# of diagnoses", size(diagnoses)) { Self.grouped($0.diagnoses) },
      row("# of procedures", size(procedures)) { $0.procedures.map(Self.grouped) ?? "-" },
      row("# of symptoms", size(symptoms)) { $0.symptoms.map(Self.grouped) ?? "-" },
      row("# of medications", size(medications)) { Self.grouped($0.medications) },
      row("Avg # of visits", mean(visitsPerPatient, visitsPerPatientMax, patients)) { Self.two($0.visitsPerPatient) },
      row("Avg # of diagnoses per visit", mean(diagnosesPerVisit, diagnosesPerVisitMax, diagnoses)) {
        Self.two($0.diagnosesPerVisit)
      },
      row("Avg # of procedures per visit", mean(proceduresPerVisit, proceduresPerVisitMax, procedures)) {
        $0.proceduresPerVisit.map(Self.two) ?? "-"
      },
      row("Avg # of symptoms per visit", mean(symptomsPerVisit, symptomsPerVisitMax, symptoms)) {
        $0.symptomsPerVisit.map(Self.two) ?? "-"
      },
      row("Avg # of medications per visit", mean(medicationsPerVisit, medicationsPerVisitMax, medications)) {
        Self.two($0.medicationsPerVisit)
      },
      row("Label DDI rate", rate(labelDDI)) { $0.labelDDI.map(Self.five) ?? "-" },
    ]
    var rest = [["Visits per split", "", "label DDI rate"]]
    for (split, ddi) in [
      (Split.train, labelDDITrain), (.validation, labelDDIValidation), (.test, labelDDITest),
    ] {
      let part = splits[split.name] ?? Part(patients: 0, visits: 0)
      rest.append(
        [
          "  \(split.name)", "\(Self.grouped(part.patients)) patients, \(Self.grouped(part.visits)) visits", rate(ddi),
        ])
    }
    let others =
      [
        ["Split", splitRule], ["Leakage", leakage.sentence],
        ["Molecules", "\(Self.grouped(molecules)) (\(medicationsWithoutMolecule) medications without one)"],
      ] + (propertySentence.map { [["Properties", $0]] } ?? []) + [
        ["Interacting medication pairs", Self.grouped(interactions)], ["Source", source.isEmpty ? "-" : source],
        ["Content hash", contentHash.isEmpty ? "- (not written yet)" : contentHash],
      ]
    return [profile, rest, others].map { TextTable.aligned($0).joined(separator: "\n") }.joined(separator: "\n\n")
  }

  private func rate(_ value: Double?) -> String { value.map(Self.five) ?? "- (no interactions known)" }
  private static func two(_ value: Double) -> String { String(format: "%.2f", value) }
  static func three(_ value: Double) -> String { String(format: "%.3f", value) }
  private static func five(_ value: Double) -> String { String(format: "%.5f", value) }

  static func grouped(_ number: Int) -> String {
    let digits = String(number)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }
}

/// Columns of text, each as wide as its widest cell.
enum TextTable {
  static func aligned(_ rows: [[String]]) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        line += cell
        if row[(column + 1)...].contains(where: { !$0.isEmpty }) {
          line += String(repeating: " ", count: widths[column] - cell.count + 2)
        }
      }
      return line
    }
  }
}
