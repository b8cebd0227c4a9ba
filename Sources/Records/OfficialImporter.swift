/// The authors' processed files, converted by `tools/official_to_json` → cohort. Patients, visits and vocabularies stay
/// in the files' order: the official split depends on it, and so do embeddings that number visits.
/// - Source: NLA-MMR's code (spec 3.1: 2/3, 1/6, 1/6 of the patients in file order).
enum OfficialImporter {
  static func run(paths: ImportPaths, options: ImportOptions) throws(RecordsError) -> Cohort {
    try refuseRules(options)
    let file = try OfficialFile.read(paths.root)
    let maps = try paths.maps.map { path throws(RecordsError) in try TableFolder(path) }
    var report = ImportReport(source: ImportFormat.official.rawValue, options: options.described)
    report.tables = file.sources.map {
      ImportReport.Table(name: $0.name, file: $0.file, sha256: $0.sha256, rowsRead: $0.rows, rowsKept: $0.rows)
    }
    report.notes = file.notes
    let medications = file.vocabularies[CodeKind.medication.rawValue] ?? []
    let pairs = file.interactions?.map { (medications[Int($0[0])], medications[Int($0[1])]) }
    let properties = try MedicationProperties(
      molecules: file.molecules, pairs: pairs, options: options, paths: paths, maps: maps, preferred: nil,
      report: &report)

    var lists: [CodeKind: CodeLists] = [:]
    for (place, kind) in file.kinds.enumerated() {
      var own = CodeLists()
      for patient in file.records {
        for visit in patient { own.append(kind == .medication ? visit[place].sorted() : visit[place]) }
      }
      lists[kind] = own
    }
    var visitOffsets = [0]
    for patient in file.records { visitOffsets.append((visitOffsets.last ?? 0) + patient.count) }
    let visits = visitOffsets.last ?? 0
    report.flow = [ImportReport.FlowStep(step: "in records", patients: file.records.count, visits: visits)]

    var vocabularies: [CodeKind: Vocabulary] = [:]
    for kind in file.kinds {
      let codes = file.vocabularies[kind.rawValue] ?? []
      vocabularies[kind] = Vocabulary(
        codes: codes, texts: try texts(kind, codes, properties, maps, options, &report))
    }
    let cohort = Cohort(
      name: options.name ?? file.name, vocabularies: vocabularies,
      patientIDs: file.records.indices.map(String.init), visitOffsets: visitOffsets,
      visitIDs: (0..<visits).map(String.init), lists: lists, smiles: properties.smiles(medications, report: &report),
      interactions: properties.interactions(medications), splits: options.split.assign(patients: file.records.count),
      splitRule: options.split.description, report: report)
    if let fault = cohort.fault { throw .badConversion(paths.root, reason: fault) }
    return cohort
  }

  /// The files are filtered already: rules of an import are an error.
  private static func refuseRules(_ options: ImportOptions) throws(RecordsError) {
    if options.split == .byTime {
      throw .badOption("split", value: "by-time", expected: "official or shuffled: the files give no times")
    }
    var plain = ImportOptions()
    plain.name = options.name
    plain.split = options.split
    plain.substancesPerText = options.substancesPerText
    plain.moleculeRule = options.moleculeRule
    plain.moleculesPerClass = options.moleculesPerClass
    try options.refuse(
      changedFrom: plain, expected: "it to be left out: the visits of official files are taken as they are")
  }

  /// Titles from code maps, texts of medications as for every import; else the code.
  private static func texts(
    _ kind: CodeKind, _ codes: [String], _ properties: MedicationProperties, _ maps: TableFolder?,
    _ options: ImportOptions, _ report: inout ImportReport
  ) throws(RecordsError) -> [String] {
    if kind == .medication {
      return codes.map { properties.texts.text($0, substances: options.substancesPerText) ?? $0 }
    }
    let files =
      kind == .diagnosis
      ? ["icd9cm_diagnosis_titles", "icd10cm_titles_2021"]
      : ["icd9cm_procedure_titles", "icd10pcs_titles_2020_composed"]
    guard kind != .symptom, let maps else { return codes }
    var titles = CodeTitles()
    for name in files {
      guard let map = maps.optionalTable(name) else { continue }
      try titles.load(map, name: map.shown, codeColumns: ["code"], isCodeMap: true, report: &report)
    }
    titles.seal()
    let named = codes.map { titles.title($0) }
    let bare = named.filter { $0.origin == .none }.count
    if bare > 0 { report.notes.append("\(bare) of \(codes.count) \(kind.rawValue) codes have no title in the maps.") }
    return named.map(\.text)
  }
}
