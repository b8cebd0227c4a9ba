import Foundation

extension MIMICImporter {
  /// Filters visits and patients, says what each filter took, and builds the cohort of what is left.
  mutating func assemble(_ properties: MedicationProperties) throws(RecordsError) -> Cohort {
    let kept = try filterVisits()
    let order = admissions.ordered(kept)
    var position = [Int32](repeating: -1, count: admissions.count)
    for (index, admission) in order.enumerated() { position[admission] = Int32(index) }

    let diagnosed = diagnoses.lists(position: position, visits: order.count)
    let treated = procedures.lists(position: position, visits: order.count)
    let medicated = medications.lists(position: position, visits: order.count)
    var patientIDs: [String] = []
    var visitOffsets = [0]
    for (index, admission) in order.enumerated() {
      if index == 0 || admissions.patients[admission] != admissions.patients[order[index - 1]] {
        if index > 0 { visitOffsets.append(index) }
        patientIDs.append(String(admissions.patients[admission]))
      }
    }
    visitOffsets.append(order.count)
    noteSymptoms()

    var medicationLists = medicated.lists
    for visit in 0..<order.count {
      medicationLists.indices[medicationLists.offsets[visit]..<medicationLists.offsets[visit + 1]].sort()
    }
    let diagnosisTexts = try titles(layout.diagnoses, codes: diagnosed.codes, lists: diagnosed.lists)
    let procedureTexts = try titles(layout.procedures, codes: treated.codes, lists: treated.lists)
    return Cohort(
      name: options.name ?? layout.name,
      vocabularies: [
        .diagnosis: Vocabulary(codes: diagnosed.codes, texts: diagnosisTexts),
        .procedure: Vocabulary(codes: treated.codes, texts: procedureTexts),
        .medication: Vocabulary(codes: medicated.codes, texts: medicationTexts(medicated.codes, properties)),
      ],
      patientIDs: patientIDs, visitOffsets: visitOffsets, visitIDs: order.map { String(admissions.numbers[$0]) },
      lists: [.diagnosis: diagnosed.lists, .procedure: treated.lists, .medication: medicationLists],
      smiles: properties.smiles(medicated.codes, report: &report),
      interactions: properties.interactions(medicated.codes),
      splits: options.split.assign(patients: patientIDs.count), splitRule: options.split.description, report: report)
  }

  /// One flag per admission; writes the report's flow.
  private mutating func filterVisits() throws(RecordsError) -> [Bool] {
    let diagnosed = diagnoses.present(visits: admissions.count)
    let treated = procedures.present(visits: admissions.count)
    let medicated = medications.present(visits: admissions.count)
    var kept = diagnosed
    step("with a diagnosis", kept)
    if options.requireProcedures {
      for visit in kept.indices where !treated[visit] { kept[visit] = false }
      step("with a procedure", kept)
    }
    for visit in kept.indices where orders.rows[visit] == 0 { kept[visit] = false }
    step("with a prescription", kept)
    let complete = ofPatientsWithEnoughVisits(kept)
    step("of patients with \(options.minimumVisits) or more such visits, before medications are mapped", complete)

    let lost = kept.indices.filter { kept[$0] && !medicated[$0] }
    for visit in lost { kept[visit] = false }
    step("with a medication that maps to a class", kept, note: explain(lost))
    kept = ofPatientsWithEnoughVisits(kept)
    let fewer = complete.indices.filter { complete[$0] && !kept[$0] }
    var note = ""
    if !fewer.isEmpty {
      let unmapped = Set(lost)
      let direct = fewer.filter { unmapped.contains($0) }
      note =
        "compared with the count before medications are mapped, \(fewer.count) visits fewer: \(direct.count) have no "
        + "mapped medication, \(fewer.count - direct.count) are of patients that this left with fewer than "
        + "\(options.minimumVisits) visits"
    }
    step("of patients with \(options.minimumVisits) or more such visits", kept, note: note)
    if !kept.contains(true) {
      let flow = report.flow.map { "\($0.step): \($0.patients) patients, \($0.visits) visits" }
      throw .nothingKept(reason: flow.joined(separator: "; "))
    }
    return kept
  }

  private func ofPatientsWithEnoughVisits(_ kept: [Bool]) -> [Bool] {
    var visits: [Int: Int] = [:]
    for visit in kept.indices where kept[visit] { visits[admissions.patients[visit], default: 0] += 1 }
    return kept.indices.map { kept[$0] && visits[admissions.patients[$0], default: 0] >= options.minimumVisits }
  }

  private mutating func step(_ name: String, _ kept: [Bool], note: String = "") {
    let visits = kept.indices.filter { kept[$0] }
    let patients = Set(visits.map { admissions.patients[$0] })
    report.flow.append(
      ImportReport.FlowStep(step: name, patients: patients.count, visits: visits.count, note: note))
  }

  /// Names the first visits that lost all prescriptions in the mapping, and why.
  private func explain(_ lost: [Int]) -> String {
    if lost.isEmpty { return "" }
    let shown = lost.prefix(10).map { visit in
      let rows = orders.rows[visit]
      let bare = orders.withoutCode[visit]
      return "visit \(admissions.numbers[visit]): \(rows) prescription rows, \(bare) without a drug code, "
        + "\(rows - bare) with codes that give no medication"
    }
    return shown.joined(separator: "; ") + (lost.count > shown.count ? "; and \(lost.count - shown.count) more" : "")
  }

  private mutating func noteSymptoms() {
    let reason =
      folder.optionalTable(layout.notes) == nil
      ? "\(layout.notes.uppercased()) is absent"
      : "\(layout.notes.uppercased()) is there, but finding symptoms in notes is not part of this importer"
    report.notes.append("No symptoms: \(reason); the symptom vocabulary is empty.")
  }

  /// Titles of the codes of a kind; notes how codes without a title of their own are named.
  private mutating func titles(
    _ codes: MIMICLayout.Codes, codes vocabulary: [String], lists: CodeLists
  ) throws(RecordsError) -> [String] {
    var titles = CodeTitles()
    if let file = folder.optionalTable(codes.titles) {
      try titles.load(
        file, name: codes.titles.uppercased(), codeColumns: [layout.code], versionColumn: layout.version,
        isCodeMap: false, strict: options.strict, report: &report, progress: progress)
    } else {
      report.notes.append("\(codes.titles.uppercased()) is absent; \(codes.kind.plural) are named from code maps.")
    }
    for map in codes.titleMaps {
      guard let file = maps.optionalTable(map.file) else { continue }
      try titles.load(
        file, name: file.shown, codeColumns: ["code"], fixedVersion: map.version.isEmpty ? nil : map.version,
        isCodeMap: true, report: &report)
    }
    titles.seal()

    var visits = [Int](repeating: 0, count: vocabulary.count)
    for index in lists.indices { visits[Int(index)] += 1 }
    var texts: [String] = []
    var named: [CodeTitles.Origin: [Int]] = [:]
    for (index, code) in vocabulary.enumerated() {
      let (text, origin) = titles.title(code)
      texts.append(text)
      named[origin, default: []].append(index)
    }
    for origin in [CodeTitles.Origin.codeMap, .prefix, .extended, .none] {
      guard let found = named[origin] else { continue }
      let examples = found.prefix(8).map { vocabulary[$0] }.joined(separator: ", ")
      report.notes.append(
        "\(found.count) of \(vocabulary.count) \(codes.kind.rawValue) codes are named by \(origin.rawValue): "
          + examples + (found.count > 8 ? ", …" : "") + ".")
    }
    let unnamed = (named[.none] ?? []).map {
      ImportReport.UnmappedCode(kind: codes.kind, code: vocabulary[$0], text: texts[$0], rows: visits[$0])
    }
    report.unmapped += unnamed.sorted { $0.rows != $1.rows ? $0.rows > $1.rows : $0.code < $1.code }
      .prefix(ImportReport.unmappedLimit)
    return texts
  }

  private mutating func medicationTexts(_ codes: [String], _ properties: MedicationProperties) -> [String] {
    var bare: [String] = []
    let texts = codes.map { code in
      if let text = properties.texts.text(code, substances: options.substancesPerText) { return text }
      bare.append(code)
      return code
    }
    if !bare.isEmpty {
      report.notes.append(
        "\(bare.count) of \(codes.count) medications have no text but their code: \(bare.joined(separator: ", ")).")
    }
    return texts
  }
}
