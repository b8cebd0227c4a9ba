/// What every importer collects, and the way from there to a cohort: filters with their flow, vocabularies, lists,
/// texts, medication properties, splits.
///
/// An importer adds visits, then codes of visits, and calls `cohort`. Nothing here knows a file format.
struct CohortAssembler {
  let options: ImportOptions
  var report: ImportReport
  var visits = VisitTable()
  var diagnoses = CodeEntries()
  var procedures = CodeEntries()
  var symptoms = CodeEntries()
  var medications: MedicationEntries
  /// Kinds that the source cannot have, each with the reason as a sentence without a full stop.
  var absent: [CodeKind: String] = [:]
  /// Dates are moved by an amount that differs between patients, so that times of different patients do not compare.
  var timesAreShifted = false
  /// Finds symptoms in notes; nil before `startNotes`, and when they are not wanted or no list of them is there.
  var noteScanner: NoteScanner?
  /// `startNotes` was called: the source can have notes.
  var readsNotes = false
  let paths: ImportPaths
  let maps: TableFolder?
  /// How the source calls a medication row: "prescription".
  var medicationRow = "prescription"

  let properties: MedicationProperties

  /// - Parameters:
  ///   - source: what the report calls the importer: "mimic3".
  ///   - maps: folder of code maps; nil when none was given.
  ///   - molecules: molecules file that goes with the data set, tried first in `maps`.
  /// - Throws: what reading the files of medication properties throws.
  init(
    source: String, options: ImportOptions, paths: ImportPaths, maps: TableFolder?, molecules: String? = nil
  ) throws(RecordsError) {
    self.options = options
    self.paths = paths
    self.maps = maps
    var report = ImportReport(source: source, options: options.described)
    properties = try MedicationProperties(
      options: options, paths: paths, maps: maps, preferred: molecules, report: &report)
    var rules: [MedicationEntries.Rule] = []
    if options.requireMolecules {
      guard let listed = properties.molecules else {
        throw .badOption(
          "requireMolecules", value: "true",
          expected: "a molecules file beside it, in the maps folder or given (none was found)")
      }
      rules.append(MedicationEntries.Rule(reason: "class has no molecule", classes: Set(listed.keys)))
    }
    if let classes = properties.classes {
      rules.append(
        MedicationEntries.Rule(reason: "class is not in \(classes.name)", classes: Set(classes.list)))
    }
    medications = MedicationEntries(rules: rules)
    self.report = report
  }

  /// Notes what is there before the filters: "in PATIENTS".
  mutating func flow(_ step: String, patients: Int, visits: Int) {
    report.flow.append(ImportReport.FlowStep(step: step, patients: patients, visits: visits))
  }

  /// Ends the medication table: counts in the reader what gave no medication, and lists codes that are in no map.
  mutating func endMedications(_ reader: CSVReader) {
    medications.report(to: reader)
    let unmapped = medications.unmapped()
    report.unmapped += unmapped.prefix(ImportReport.unmappedLimit)
    if unmapped.count > ImportReport.unmappedLimit {
      report.notes.append(
        "\(unmapped.count) distinct drug codes are in no map; the report lists the "
          + "\(ImportReport.unmappedLimit) with most rows.")
    }
  }

  /// The kinds that a visit needs.
  /// - Throws: `badOption` for a kind that the source does not have.
  func required() throws(RecordsError) -> [CodeKind] {
    guard let required = options.required else {
      return [.diagnosis, .procedure, .medication].filter { absent[$0] == nil }
    }
    for kind in required {
      if let reason = absent[kind] {
        throw .badOption("require", value: kind.rawValue, expected: "kinds that the source has (\(reason))")
      }
    }
    return CodeKind.allCases.filter { required.contains($0) }
  }
}

/// Names the codes of a vocabulary after the visits are chosen, so that large tables of titles are read late.
protocol CodeNamer {
  /// A text for every code, or nil for the texts that came with the rows.
  /// - Parameter lists: the lists of the kept visits, to tell how often a code is used.
  mutating func texts(
    _ kind: CodeKind, codes: [String], lists: CodeLists, report: inout ImportReport
  ) throws(RecordsError) -> [String]?
}

extension CohortAssembler {
  /// Filters visits and patients, says what each filter took, and builds the cohort of what is left.
  /// - Parameters:
  ///   - name: the data set's, unless the options name the cohort.
  ///   - namer: nil when all texts came with the rows.
  /// - Throws: `nothingKept` with why; `badOption` for a rule that this source cannot follow.
  mutating func cohort(name: String, namer: (any CodeNamer)? = nil) throws(RecordsError) -> Cohort {
    if let path = paths.notes ?? paths.symptoms, !readsNotes {
      throw .badOption(
        paths.notes == nil ? "symptoms" : "notes", value: path,
        expected: "nothing: an import of \(name) reads no notes")
    }
    noteSymptoms()
    var codes: [CodeKind: VisitCodes] = [
      .diagnosis: diagnoses.sealed(visits: visits.count), .procedure: procedures.sealed(visits: visits.count),
      .symptom: symptoms.sealed(visits: visits.count), .medication: medications.sealed(visits: visits.count),
    ]
    for kind in CodeKind.allCases { report.repeated[kind.rawValue] = codes[kind]?.repeated ?? 0 }
    limit(&codes, .diagnosis, to: options.maxDiagnoses)
    limit(&codes, .procedure, to: options.maxProcedures)
    limit(&codes, .medication, to: options.maxMedications)
    let order = visits.ordered(try filter(codes))

    var patientIDs: [String] = []
    var visitOffsets = [0]
    for (index, visit) in order.enumerated() {
      let patient = visits.patients[Int(visit)]
      if index == 0 || patient != visits.patients[Int(order[index - 1])] {
        if index > 0 { visitOffsets.append(index) }
        patientIDs.append(visits.patientIDs[Int(patient)])
      }
    }
    visitOffsets.append(order.count)

    var vocabularies: [CodeKind: Vocabulary] = [:]
    var lists: [CodeKind: CodeLists] = [:]
    for kind in CodeKind.allCases {
      guard let of = codes.removeValue(forKey: kind) else { continue }
      let inOrder = kind == .medication && options.classOrder == .list ? properties.classes?.list ?? [] : []
      (vocabularies[kind], lists[kind]) = of.lists(order, first: inOrder, sortsLists: kind == .medication)
    }
    var namer = namer
    for kind in CodeKind.allCases {
      guard let vocabulary = vocabularies[kind], let own = lists[kind] else { continue }
      let given = try namer?.texts(kind, codes: vocabulary.codes, lists: own, report: &report) ?? vocabulary.texts
      vocabularies[kind]?.texts =
        kind == .medication ? medicationTexts(vocabulary.codes, given) : named(kind, vocabulary.codes, given)
    }
    let medications = vocabularies[.medication]?.codes ?? []
    if let classes = properties.classes {
      let unused = classes.list.filter { !medications.contains($0) }
      report.notes.append(
        "Of the \(classes.list.count) classes in \(classes.name), \(unused.count) are in no kept visit"
          + (unused.isEmpty ? "." : ": \(unused.joined(separator: ", "))."))
    }
    return Cohort(
      name: options.name ?? name, vocabularies: vocabularies, patientIDs: patientIDs, visitOffsets: visitOffsets,
      visitIDs: order.map { visits.visitIDs[Int($0)] }, lists: lists,
      smiles: properties.smiles(medications, report: &report), interactions: properties.interactions(medications),
      splits: try splits(order, visitOffsets, name), splitRule: options.split.description, report: report)
  }

  /// The split of each patient; says what a reader must know of it.
  private mutating func splits(
    _ order: [Int32], _ visitOffsets: [Int], _ name: String
  ) throws(RecordsError) -> [Split] {
    let patients = visitOffsets.count - 1
    let sizes = SplitRule.official.assign(patients: patients)
    let empty = Split.allCases.filter { !sizes.contains($0) }.map(\.name)
    if !empty.isEmpty {
      report.notes.append(
        "\(patients) patients are too few to divide: there are none in \(empty.joined(separator: " and in ")).")
    }
    guard options.split == .byTime else { return options.split.assign(patients: patients) }
    let times = (0..<patients).map { visits.times[Int(order[visitOffsets[$0 + 1] - 1])] }
    if let patient = times.firstIndex(of: VisitTable.noTime) {
      let visit = visits.visitIDs[Int(order[visitOffsets[patient + 1] - 1])]
      throw .badOption(
        "split", value: "by-time", expected: "official or shuffled: \(name) gives no time of visit \(visit)")
    }
    if timesAreShifted {
      report.notes.append(
        "Split by time: \(name) shifts the dates of every patient by another amount, so the order of patients in time "
          + "is not that of the calendar; use this split to try the rule, not to claim that the future is predicted.")
    }
    return SplitRule.byTime(times)
  }

  private mutating func limit(_ codes: inout [CodeKind: VisitCodes], _ kind: CodeKind, to limit: Int?) {
    guard let limit, let left = codes[kind]?.keepMostFrequent(limit), !left.isEmpty else { return }
    report.notes.append(
      "Only the \(limit) most frequent \(kind.rawValue) codes are kept; \(left.count) codes are left out: "
        + left.prefix(8).joined(separator: ", ") + (left.count > 8 ? ", …" : "") + ".")
  }

  /// Texts that came with the rows; a code without one is its own text.
  private func named(_ kind: CodeKind, _ codes: [String], _ texts: [String]) -> [String] {
    zip(codes, texts).map { code, text in text.isEmpty ? code : text }
  }

  private mutating func medicationTexts(_ codes: [String], _ given: [String]) -> [String] {
    var bare: [String] = []
    let texts = zip(codes, given).map { code, given in
      if let text = properties.texts.text(code, substances: options.substancesPerText) { return text }
      if !given.isEmpty { return given }
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
