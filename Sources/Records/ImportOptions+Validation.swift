extension ImportOptions {
  /// - Throws: `badOption` naming the option and what it may be.
  func validate() throws(RecordsError) {
    if minimumVisits < 1 {
      throw .badOption("minimumVisits", value: "\(minimumVisits)", expected: "1 or more")
    }
    if let required, !required.contains(.medication) || Set(required).count != required.count {
      throw .badOption(
        "require", value: required.map(\.rawValue).joined(separator: ","),
        expected: "medication (it is what is learnt) and any of diagnosis, procedure, symptom, each once")
    }
    for (name, limit) in [
      ("maxDiagnoses", maxDiagnoses), ("maxProcedures", maxProcedures), ("maxMedications", maxMedications),
    ] {
      if let limit, limit < 1 { throw .badOption(name, value: "\(limit)", expected: "1 or more, or nothing for all") }
    }
    if substancesPerText < 0 {
      throw .badOption("substancesPerText", value: "\(substancesPerText)", expected: "0 or more")
    }
    if moleculesPerClass < 0 {
      throw .badOption("moleculesPerClass", value: "\(moleculesPerClass)", expected: "1 or more, or 0 for all")
    }
    if routes.isEmpty || Set(routes).count != routes.count {
      let known = MedicationRoute.allCases.map(\.rawValue).joined(separator: ", ")
      throw .badOption(
        "routes", value: "[" + routes.map(\.rawValue).joined(separator: ", ") + "]",
        expected: "one or more of \(known), each once")
    }
    if classOrder == .list, classes == nil {
      throw .badOption("classOrder", value: "list", expected: "sorted, or a list of classes beside it (--classes)")
    }
    try symptoms?.validate()
  }

  /// For the report: name → value.
  var described: [String: String] {
    func limit(_ value: Int?) -> String { value.map { "\($0)" } ?? "all" }
    return [
      "name": name ?? "", "minimumVisits": "\(minimumVisits)",
      "required": required.map { $0.map(\.rawValue).joined(separator: ", ") } ?? "all the source has",
      "firstDayOnly": "\(firstDayOnly)", "maxDiagnoses": limit(maxDiagnoses),
      "maxProcedures": limit(maxProcedures), "maxMedications": limit(maxMedications),
      "routes": routes.map(\.rawValue).joined(separator: ", "), "ambiguity": ambiguity.rawValue,
      "requireMolecules": "\(requireMolecules)", "classes": classes?.rawValue ?? "all",
      "classOrder": classOrder.rawValue, "moleculeRule": moleculeRule.rawValue,
      "moleculesPerClass": "\(moleculesPerClass)", "substancesPerText": "\(substancesPerText)",
      "symptoms": symptoms?.described ?? "none", "split": split.description, "strict": "\(strict)",
    ]
  }

  /// - Throws: `badOption` for the first option, by name, that is not as in `plain`.
  func refuse(changedFrom plain: ImportOptions, expected: String) throws(RecordsError) {
    let allowed = plain.described
    let changed = described.filter { allowed[$0.key] != $0.value }.keys.sorted()
    guard let first = changed.first else { return }
    throw .badOption(first, value: described[first] ?? "", expected: expected)
  }
}
