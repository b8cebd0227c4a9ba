/// A map of one's own from the medication codes of a source to ATC classes: CSV with a header `code,atc`, plain or gzip.
struct MedicationMap {
  let file: String
  private let classes: [String: ATCClass]
  private(set) var rows = 0

  /// - Parameter ambiguity: which class counts when a code has several.
  /// - Throws: `missingFile`, `missingColumn`, and `badMap` when no row is a code with an ATC class.
  init(_ path: String, _ ambiguity: Ambiguity, report: inout ImportReport) throws(RecordsError) {
    file = path.split(separator: "/").last.map(String.init) ?? path
    let reader = try CSVReader(path, shownAs: file)
    let codeColumn = try reader.column("code")
    let classColumn = try reader.column("atc")
    var classes: [String: ATCClass] = [:]
    while try reader.next() {
      let code = reader.field(codeColumn)
      guard !code.isEmpty else {
        reader.skip("no code")
        continue
      }
      guard let found = ATCClass(reader.field(classColumn)) else {
        reader.skip("no ATC code of the third level or below")
        continue
      }
      let key = code.string
      if let known = classes[key], ambiguity == .first || !found.preferred(to: known) { continue }
      classes[key] = found
    }
    if classes.isEmpty { throw .badMap(path, reason: "no row has a code and an ATC class") }
    self.classes = classes
    report.tables.append(try reader.summary(file))
  }

  /// The class of a code; counts the row.
  mutating func map(_ code: Field) -> ATCClass? {
    guard let found = classes[code.string] else { return nil }
    rows += 1
    return found
  }

  var route: ImportReport.Route { ImportReport.Route(name: "medication-map", files: [file], rows: rows) }
}
