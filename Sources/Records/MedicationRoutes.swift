import Foundation

/// The medication routes of an import, ready to use: drug codes → ATC classes.
struct MedicationRoutes {
  struct Loaded {
    let route: MedicationRoute
    let files: [String]
    /// GSN or NDC as a number (leading zeros carry nothing: both have a fixed width) → class.
    let classes: [Int: ATCClass]
    var rows = 0
  }

  private(set) var loaded: [Loaded] = []
  var usesGSN: Bool { loaded.contains { $0.route == .gsn } }
  var usesNDC: Bool { loaded.contains { $0.route != .gsn } }

  /// The class of a prescription row by the first route that knows one of its codes, and the number of that route.
  /// - Parameters:
  ///   - gsn: may hold several codes with blanks between; the first known one counts.
  ///   - ndc: nil when the row has none (empty or zero).
  func map(gsn: Field?, ndc: Int?) -> (found: ATCClass, route: Int)? {
    for index in loaded.indices {
      let found: ATCClass?
      if loaded[index].route == .gsn {
        found = gsn.flatMap { Self.firstKnown($0, in: loaded[index].classes) }
      } else {
        found = ndc.flatMap { loaded[index].classes[$0] }
      }
      if let found { return (found, index) }
    }
    return nil
  }

  mutating func countRow(_ route: Int) { loaded[route].rows += 1 }

  private static func firstKnown(_ field: Field, in classes: [Int: ATCClass]) -> ATCClass? {
    var first = 0
    while first < field.count {
      var end = first
      while end < field.count, field.base[end] != 0x20 { end += 1 }
      if let code = Field(base: field.base + first, count: end - first).unsigned, let found = classes[code] {
        return found
      }
      first = end + 1
    }
    return nil
  }

  /// An 11-digit NDC as a number, hyphens allowed. `none` for an empty or zero field, nil for what is no NDC.
  enum NDC: Equatable {
    case code(Int)
    case none
    case unreadable
  }

  static func ndc(_ field: Field) -> NDC {
    if field.isEmpty { return .none }
    var value = 0
    var digits = 0
    for position in 0..<field.count {
      let byte = field.base[position]
      if byte == 0x2D { continue }
      guard (0x30...0x39).contains(byte), digits < 11 else { return .unreadable }
      value = value * 10 + Int(byte - 0x30)
      digits += 1
    }
    return value == 0 ? .none : .code(value)
  }
}

extension MedicationRoutes {
  static let compatFiles = ["RXCUI2atc4", "ndc2atc_level4", "RXCUI2atc4_compat", "rxcui2atc_fda2020"]
  static let conceptLiterals = ["ndc2RXCUI.txt", "ndc2rxnorm_mapping.txt"]

  /// Loads the wanted routes whose files are there.
  /// - Throws: `noMedicationRoute` when none is; what reading throws.
  init(
    _ wanted: [MedicationRoute], ambiguity: Ambiguity = .preferred, maps: TableFolder, report: inout ImportReport
  ) throws(RecordsError) {
    var lookedFor: [String] = []
    for route in wanted {
      switch route {
      case .gsn:
        lookedFor.append("gsn_atc_ndc_ethos.csv")
        guard let file = maps.optionalTable("gsn_atc_ndc_ethos") else { continue }
        let classes = try Self.classes(file, key: "gsn", value: "atc", keyWord: "GSN", ambiguity, report: &report)
        loaded.append(Loaded(route: route, files: [file.shown], classes: classes))
      case .ndcATC3:
        lookedFor.append("atc3_ndc_molerec.csv")
        guard let file = maps.optionalTable("atc3_ndc_molerec") else { continue }
        let classes = try Self.classes(file, key: "ndc11", value: "atc3", keyWord: "NDC", ambiguity, report: &report)
        loaded.append(Loaded(route: route, files: [file.shown], classes: classes))
      case .ndcATC4:
        lookedFor.append("ndc2atc4_fda2020.csv")
        guard let file = maps.optionalTable("ndc2atc4_fda2020") else { continue }
        let classes = try Self.classes(file, key: "ndc11", value: "atc4", keyWord: "NDC", ambiguity, report: &report)
        loaded.append(Loaded(route: route, files: [file.shown], classes: classes))
      case .ndcRxCUI:
        lookedFor.append(
          "ndc2rxcui.csv or \(Self.conceptLiterals.joined(separator: " or ")) with \(Self.compatFiles.joined(separator: ".csv or ")).csv"
        )
        let second = Self.compatFiles.lazy.compactMap { maps.optionalTable($0) }.first
        let first = maps.optionalTable("ndc2rxcui") ?? maps.file(Self.conceptLiterals)
        guard let first, let second else { continue }
        let concepts = try Self.concepts(first, report: &report)
        let column = second.shown.lowercased().hasPrefix("rxcui2atc_fda") ? "atc4" : "ATC4"
        let classes = try Self.classes(
          second, key: "rxcui", value: column, keyWord: "RxCUI", ambiguity, report: &report)
        loaded.append(
          Loaded(route: route, files: [first.shown, second.shown], classes: concepts.compactMapValues { classes[$0] }))
      }
    }
    let missing = wanted.filter { route in !loaded.contains { $0.route == route } }
    if loaded.isEmpty {
      throw .noMedicationRoute(folder: maps.path, wanted: wanted.map(\.rawValue), lookedFor: lookedFor)
    }
    for route in missing {
      report.notes.append("The medication route \(route.rawValue) is not used: its files are not in the maps folder.")
    }
  }

  /// code → class; of several classes of one code the preferred one (`ATCClass.preferred`).
  static func classes(
    _ file: (path: String, shown: String), key: String, value: String, keyWord: String, _ ambiguity: Ambiguity,
    report: inout ImportReport
  ) throws(RecordsError) -> [Int: ATCClass] {
    let reader = try CSVReader(file.path, shownAs: file.shown)
    let keyColumn = try reader.column(key)
    let valueColumn = try reader.column(value)
    var classes: [Int: ATCClass] = [:]
    while try reader.next() {
      guard let code = reader.field(keyColumn).unsigned else {
        reader.skip("\(keyWord) is not a number")
        continue
      }
      guard let found = ATCClass(reader.field(valueColumn)) else {
        reader.skip("no ATC code of the third level or below")
        continue
      }
      if let known = classes[code], ambiguity == .first || !found.preferred(to: known) { continue }
      classes[code] = found
    }
    if classes.isEmpty { throw .badMap(file.path, reason: "no row has a \(keyWord) and an ATC class") }
    report.tables.append(try reader.summary(file.shown))
    return classes
  }

  /// NDC → RxCUI from CSV (`ndc11,rxcui`) or from a Python dictionary literal.
  private static func concepts(
    _ file: (path: String, shown: String), report: inout ImportReport
  ) throws(RecordsError) -> [Int: Int] {
    if file.shown.lowercased().hasSuffix(".txt") { return try literalConcepts(file, report: &report) }
    let reader = try CSVReader(file.path, shownAs: file.shown)
    let key = try reader.column("ndc11")
    let value = try reader.column("rxcui")
    var concepts: [Int: Int] = [:]
    while try reader.next() {
      guard let code = reader.field(key).unsigned else {
        reader.skip("NDC is not a number")
        continue
      }
      guard let concept = reader.field(value).unsigned else {
        reader.skip("no RxCUI")
        continue
      }
      concepts[code] = concept
    }
    report.tables.append(try reader.summary(file.shown))
    return concepts
  }

  private static func literalConcepts(
    _ file: (path: String, shown: String), report: inout ImportReport
  ) throws(RecordsError) -> [Int: Int] {
    let (bytes, sha256) = try ByteSource.contents(file.path)
    var table = ImportReport.Table(name: file.shown, file: file.shown, sha256: sha256)
    var concepts: [Int: Int] = [:]
    let pairs: [(String, String)]
    do {
      pairs = try PythonLiteral.stringPairs(bytes)
    } catch {
      throw .badMap(file.path, reason: error.description)
    }
    for (key, value) in pairs {
      table.rowsRead += 1
      if !key.isEmpty, key.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let code = Int(key) {
        if let concept = Int(value) {
          concepts[code] = concept
          table.rowsKept += 1
        } else {
          table.skipped["no RxCUI", default: 0] += 1
        }
      } else {
        table.skipped["NDC is not a number", default: 0] += 1
      }
    }
    report.tables.append(table)
    return concepts
  }
}
