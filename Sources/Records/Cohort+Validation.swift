extension Cohort {
  /// Nil, or one sentence on the first thing that contradicts in this cohort.
  public var fault: String? {
    if let fault = Self.fault(offsets: visitOffsets, total: visitCount, name: "/patients/visit_offsets") {
      return fault
    }
    if visitOffsets.count != patientCount + 1 {
      return
        "/patients/visit_offsets has \(visitOffsets.count) entries for \(patientCount) patients (one more expected)"
    }
    for patient in 0..<patientCount where visits(ofPatient: patient).isEmpty {
      return "patient \(patientIDs[patient]) has no visit"
    }
    if splits.count != patientCount { return "there are \(splits.count) splits for \(patientCount) patients" }
    for kind in CodeKind.allCases {
      let vocabulary = vocabulary(kind)
      if let fault = vocabulary.fault(kind) { return fault }
      guard let lists = lists[kind] else { return "the lists of \(kind.plural) are missing" }
      if let fault = fault(lists, kind, vocabulary.count) { return fault }
    }
    if !smiles.isEmpty, smiles.count != medicationCount {
      return "there are molecules for \(smiles.count) medications, but \(medicationCount) medications"
    }
    if let pair = interactions.first(where: { $0.a < 0 || Int($0.b) >= medicationCount }) {
      return "the interaction \(pair.a)–\(pair.b) is not between two of the \(medicationCount) medications"
    }
    if let fault = medicationProperties?.fault(medications: medicationCount) { return fault }
    return nil
  }

  private func fault(_ lists: CodeLists, _ kind: CodeKind, _ vocabulary: Int) -> String? {
    let name = "/visits/\(kind.rawValue)/offsets"
    if let fault = Self.fault(offsets: lists.offsets, total: lists.indices.count, name: name) { return fault }
    if lists.count != visitCount {
      return "\(name) has \(lists.offsets.count) entries for \(visitCount) visits (one more expected)"
    }
    var lastVisit = [Int](repeating: -1, count: vocabulary)
    for visit in 0..<visitCount {
      for position in lists.offsets[visit]..<lists.offsets[visit + 1] {
        let code = Int(lists.indices[position])
        guard code >= 0, code < vocabulary else {
          return "visit \(visitIDs[visit]) has \(kind.rawValue) \(code), but that vocabulary has \(vocabulary) codes"
        }
        if lastVisit[code] == visit { return "visit \(visitIDs[visit]) lists \(kind.rawValue) \(code) twice" }
        lastVisit[code] = visit
      }
    }
    return nil
  }

  /// Offsets must begin with 0, never fall and end with the number of what they divide.
  static func fault(offsets: [Int], total: Int, name: String) -> String? {
    guard offsets.first == 0 else { return "\(name) does not begin with 0" }
    for index in offsets.indices.dropFirst() where offsets[index] < offsets[index - 1] {
      return "\(name) falls from \(offsets[index - 1]) to \(offsets[index]) at entry \(index)"
    }
    guard offsets.last == total else {
      return "\(name) ends with \(offsets.last ?? 0), but there are \(total) entries to divide"
    }
    return nil
  }
}
