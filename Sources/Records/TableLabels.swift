/// What a medication row of one's own table is labelled with (`TableMapping.Medication`).
struct TableLabels {
  private enum Way {
    case label, atc
    case routes(MedicationRoutes, isGSN: Bool)
    case concepts([Int: ATCClass], ImportReport.Route)
    case map(MedicationMap)
  }

  private var way: Way
  private let system: String

  /// - Throws: `badOption` when a setting does not go with the mapping or a map is missing; what reading maps throws.
  init(
    _ medication: TableMapping.Medication, map: String?, maps: TableFolder?, options: ImportOptions,
    report: inout ImportReport
  ) throws(RecordsError) {
    system = medication.rawValue.uppercased()
    if medication != .ndc { try options.refuseRoutes(.table) }
    if map != nil, medication != .map {
      throw .badOption(
        "medication-map", value: map ?? "", expected: "`medication: map` in the column mapping beside it")
    }
    switch medication {
    case .label: way = .label
    case .atc: way = .atc
    case .map:
      guard let map else {
        throw .badOption("medication-map", value: "not given", expected: "a CSV file with the columns code and atc")
      }
      way = .map(try MedicationMap(map, options.ambiguity, report: &report))
    case .ndc, .gsn, .rxcui:
      guard let maps else {
        throw .badOption(
          "maps", value: "not given",
          expected: "a folder of code maps, because the mapping's medication is \(medication)")
      }
      if medication == .rxcui {
        guard
          let (classes, route) = try MedicationRoutes.conceptClasses(
            maps, options.ambiguity, report: &report)
        else {
          throw .badOption(
            "maps", value: maps.path,
            expected: "a folder with one of "
              + MedicationRoutes.conceptFiles.map { $0 + ".csv" }.joined(separator: ", "))
        }
        way = .concepts(classes, route)
      } else {
        let wanted = options.routes.filter { ($0 == .gsn) == (medication == .gsn) }
        way = .routes(
          try MedicationRoutes(
            wanted, ambiguity: options.ambiguity, maps: maps, report: &report), isGSN: medication == .gsn)
      }
    }
  }

  var isMapped: Bool {
    if case .label = way { return false }
    return true
  }

  var routes: [ImportReport.Route] {
    switch way {
    case .label, .atc: []
    case .routes(let routes, _):
      routes.loaded.map { ImportReport.Route(name: $0.route.rawValue, files: $0.files, rows: $0.rows) }
    case .concepts(_, let route): [route]
    case .map(let map): [map.route]
    }
  }

  /// A row that was counted as one of the visit's.
  mutating func add(_ code: Field, _ text: Field?, _ visit: Int32, to medications: inout MedicationEntries) {
    if code.isEmpty { return medications.countWithoutCode(visit) }
    let found: ATCClass?
    switch way {
    case .label: return medications.add(visit: visit, code: code, text: text)
    case .atc: found = ATCClass(code)
    case .routes(var routes, let isGSN):
      var number: Int?
      if !isGSN, case .code(let value) = MedicationRoutes.ndc(code) { number = value }
      let known = isGSN || number != nil ? routes.map(gsn: isGSN ? code : nil, ndc: number) : nil
      if let known { routes.countRow(known.route) }
      found = known?.found
      way = .routes(routes, isGSN: isGSN)
    case .concepts(let classes, var route):
      found = code.unsigned.flatMap { classes[$0] }
      route.rows += found == nil ? 0 : 1
      way = .concepts(classes, route)
    case .map(var map):
      found = map.map(code)
      way = .map(map)
    }
    if let found {
      medications.add(visit: visit, class: found)
    } else {
      medications.countUnmapped([(system, code)], name: text)
    }
  }
}

extension MedicationRoutes {
  /// Maps from RxNorm to ATC, the widest first.
  static let conceptFiles = ["rxcui2atc_fda2020", "RXCUI2atc4", "RXCUI2atc4_compat"]

  /// RxNorm code → class by the first map that is there; nil when none is.
  static func conceptClasses(
    _ maps: TableFolder, _ ambiguity: Ambiguity, report: inout ImportReport
  ) throws(RecordsError) -> (classes: [Int: ATCClass], route: ImportReport.Route)? {
    guard let file = conceptFiles.lazy.compactMap({ maps.optionalTable($0) }).first else { return nil }
    let column = file.shown.lowercased().hasPrefix("rxcui2atc_fda") ? "atc4" : "ATC4"
    let classes = try classes(file, key: "rxcui", value: column, keyWord: "RxCUI", ambiguity, report: &report)
    return (classes, ImportReport.Route(name: "rxcui", files: [file.shown]))
  }
}
