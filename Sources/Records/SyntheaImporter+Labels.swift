extension SyntheaImporter {
  /// What a medication row is labelled with.
  enum Labels {
    /// The RxNorm code, with its DESCRIPTION as text.
    case code
    /// The ATC class of the RxNorm code.
    case concepts([Int: ATCClass], ImportReport.Route)
    /// The ATC class by a map of one's own.
    case map(MedicationMap)

    var isMapped: Bool {
      if case .code = self { return false }
      return true
    }

    var route: ImportReport.Route? {
      switch self {
      case .code: nil
      case .concepts(_, let route): route
      case .map(let map): map.route
      }
    }

    /// A row that was counted as one of the visit's.
    mutating func add(_ code: Field, _ text: Field?, _ visit: Int32, to medications: inout MedicationEntries) {
      if code.isEmpty { return medications.countWithoutCode(visit) }
      let found: ATCClass?
      switch self {
      case .code: return medications.add(visit: visit, code: code, text: text)
      case .concepts(let classes, var route):
        found = code.unsigned.flatMap { classes[$0] }
        route.rows += found == nil ? 0 : 1
        self = .concepts(classes, route)
      case .map(var map):
        found = map.map(code)
        self = .map(map)
      }
      if let found {
        medications.add(visit: visit, class: found)
      } else {
        medications.countUnmapped([("RxNorm", code)], name: text)
      }
    }
  }

  /// The map of one's own if there is one; else ATC classes if wanted and the maps folder has the map; else the codes.
  /// - Throws: `badOption` when ATC classes are wanted and no map is there.
  mutating func medicationLabels() throws(RecordsError) -> Labels {
    if let path = source.medicationMap {
      return .map(try MedicationMap(path, options.ambiguity, report: &assembler.report))
    }
    if source.medicationCode == .rxnorm { return .code }
    if let maps,
      let (classes, route) = try MedicationRoutes.conceptClasses(
        maps, options.ambiguity, report: &assembler.report)
    {
      return .concepts(classes, route)
    }
    let names = MedicationRoutes.conceptFiles
    if source.medicationCode == .atc {
      throw .badOption(
        "medication-code", value: "atc",
        expected: "a folder with one of \(names.map { $0 + ".csv" }.joined(separator: ", ")), given with --maps")
    }
    assembler.report.notes.append(
      "Medications are RxNorm codes: no map to ATC was given (\(names[0]).csv in --maps, or --medication-map).")
    return .code
  }
}
