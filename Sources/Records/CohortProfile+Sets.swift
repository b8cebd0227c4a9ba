extension CohortProfile {
  /// The table of a cohort of sets: no visits to tell from patients, and no paper's Table 1 to stand beside.
  func setTable(_ sets: SetProfile) -> String {
    func counted(_ number: Int, _ what: String) -> String { "\(Self.grouped(number)) \(what)" }
    let sizes = [
      ["Cohort", name.isEmpty ? "-" : name], ["# of rows", Self.grouped(visits)],
      ["# of symptoms", Self.grouped(symptoms)], ["# of medications", Self.grouped(medications)],
      ["Avg # of symptoms per row", "\(Self.three(symptomsPerVisit)) (max \(symptomsPerVisitMax))"],
      ["Avg # of medications per row", "\(Self.three(medicationsPerVisit)) (max \(medicationsPerVisitMax))"],
      ["# of distinct rows", Self.grouped(sets.distinctRows)],
      ["# of distinct symptom sets", Self.grouped(sets.distinctSymptomSets)],
    ]
    let parts =
      [["Rows per split", ""]]
      + [Split.train, .validation, .test].map { split in
        ["  \(split.name)", Self.grouped(splits[split.name]?.visits ?? 0)]
      }
    let seen = [
      [
        "In training rows",
        counted(sets.symptomsInTraining, "symptoms") + ", "
          + counted(sets.medicationsInTraining, "medications"),
      ],
      [
        "Test rows that training has",
        "\(sets.share(sets.testRowsInTraining)) (\(Self.grouped(sets.testRowsInTraining)))",
      ],
      [
        "  with their symptom set",
        "\(sets.share(sets.testSymptomSetsInTraining)) (\(Self.grouped(sets.testSymptomSetsInTraining)))",
      ],
    ]
    var others = [
      ["Split", splitRule], ["Leakage", leakage.setSentence],
      ["Molecules", "\(Self.grouped(molecules)) (\(medicationsWithoutMolecule) medications without one)"],
      ["Properties", propertySentence ?? "none known"],
    ]
    if interactions > 0 { others.append(["Interacting medication pairs", Self.grouped(interactions)]) }
    others += [
      ["Source", source.isEmpty ? "-" : source],
      ["Content hash", contentHash.isEmpty ? "- (not written yet)" : contentHash],
    ]
    return [sizes, parts, seen, others].map { TextTable.aligned($0).joined(separator: "\n") }
      .joined(separator: "\n\n")
  }

  /// "27 (116 medications without any)"; nil when no properties are known.
  var propertySentence: String? {
    medicationProperties.map { "\($0) (\(medicationsWithoutProperty ?? 0) medications without any)" }
  }

  /// What to say of an imported cohort of sets.
  public func setSentences(_ sets: SetProfile) -> String {
    "A row has \(Self.three(symptomsPerVisit)) symptoms and \(Self.three(medicationsPerVisit)) medications on average; "
      + "\(Self.grouped(sets.distinctRows)) rows and \(Self.grouped(sets.distinctSymptomSets)) symptom sets are distinct; "
      + "\(Self.grouped(sets.symptomsInTraining)) symptoms and \(Self.grouped(sets.medicationsInTraining)) medications "
      + "occur in training.\n"
      + "Of \(Self.grouped(sets.testRows)) test rows \(sets.share(sets.testRowsInTraining)) are in training as they stand, "
      + "\(sets.share(sets.testSymptomSetsInTraining)) with their symptom set."
  }
}
