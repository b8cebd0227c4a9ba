import Foundation

/// Imports a data set into a cohort.
public enum CohortImport {
  /// - Parameter progress: called about once per MiB read.
  /// - Throws: a missing folder, table, column or map, a damaged file, a bad option; `nothingKept` if nothing is left.
  public static func run(
    _ format: ImportFormat, paths: ImportPaths, options: ImportOptions = ImportOptions(),
    progress: ((ImportProgress) -> Void)? = nil
  ) throws(RecordsError) -> Cohort {
    try options.validate()
    var importer = try MIMICImporter(format, paths: paths, options: options, progress: progress)
    return try importer.run()
  }
}

/// MIMIC-III and MIMIC-IV → cohort. A visit is an admission; it is kept when it has at least one diagnosis, one
/// procedure (unless switched off) and one medication that maps to an ATC third-level class; a patient is kept with at
/// least `minimumVisits` such visits. Patients are in the order of their numbers, visits in that of admission times.
/// - Source: NLA-MMR §4.1, which follows DrugRec's processing.
struct MIMICImporter {
  let layout: MIMICLayout
  let options: ImportOptions
  let paths: ImportPaths
  let progress: ((ImportProgress) -> Void)?
  let folder: TableFolder
  let maps: TableFolder
  var report: ImportReport

  var admissions = Admissions()
  var diagnoses = CodeEntries()
  var procedures = CodeEntries()
  var medications = CodeEntries()
  /// Per admission: why its prescription rows are of no use, if it has any.
  var orders = PrescriptionTally()

  init(
    _ format: ImportFormat, paths: ImportPaths, options: ImportOptions, progress: ((ImportProgress) -> Void)?
  ) throws(RecordsError) {
    layout = .of(format)
    self.options = options
    self.paths = paths
    self.progress = progress
    folder = try TableFolder(paths.root, searched: layout.folders)
    guard let mapsPath = paths.maps else {
      throw .badOption(
        "maps", value: "not given", expected: "a folder of code maps (medications need at least one route)")
    }
    maps = try TableFolder(mapsPath)
    report = ImportReport(source: format.rawValue, options: options.described)
  }

  mutating func run() throws(RecordsError) -> Cohort {
    // Find every table before the first is read: a long import must not end at its last file.
    for name in [
      layout.patients, layout.admissions, layout.diagnoses.table, layout.procedures.table, layout.prescriptions,
    ] {
      _ = try folder.table(name)
    }
    let properties = try MedicationProperties(paths: paths, maps: maps, preferred: layout.molecules, report: &report)
    var routes = try MedicationRoutes(options.routes, maps: maps, report: &report)

    try readAdmissions(births: try readPatients())
    diagnoses = try readCodes(layout.diagnoses)
    if let limit = options.maxDiagnoses {
      let left = diagnoses.keepMostFrequent(limit)
      report.notes.append("Only the \(limit) most frequent diagnosis codes are kept; \(left) codes are left out.")
    }
    procedures = try readCodes(layout.procedures)
    try readPrescriptions(routes: &routes, molecules: options.requireMolecules ? properties.molecules : nil)
    report.routes = routes.loaded.map { ImportReport.Route(name: $0.route.rawValue, files: $0.files, rows: $0.rows) }
    return try assemble(properties)
  }

  /// Numbers of the patients, and their births where the table tells them (else the beginning of time).
  private mutating func readPatients() throws(RecordsError) -> [Int: Int] {
    let reader = try open(layout.patients)
    let column = try reader.column("subject_id")
    let birthColumn = reader.optionalColumn("dob")
    var births: [Int: Int] = [:]
    while try reader.next() {
      guard let number = try number(reader, column, "subject_id") else { continue }
      let birth = birthColumn.flatMap { reader.field($0).seconds } ?? Int.min
      if births.updateValue(birth, forKey: number) != nil { reader.skip("patient listed before") }
    }
    try reader.requireRows()
    report.tables.append(try reader.summary(layout.patients.uppercased()))
    return births
  }

  private mutating func readAdmissions(births: [Int: Int]) throws(RecordsError) {
    let reader = try open(layout.admissions)
    let patientColumn = try reader.column("subject_id")
    let numberColumn = try reader.column("hadm_id")
    let timeColumn = try reader.column("admittime")
    let endColumn = reader.optionalColumn("dischtime")
    var seen: Set<Int> = []
    while try reader.next() {
      guard let patient = try number(reader, patientColumn, "subject_id"),
        let number = try number(reader, numberColumn, "hadm_id")
      else { continue }
      guard let time = reader.field(timeColumn).seconds else {
        try reader.malformed("admittime is not a time", detail: reader.field(timeColumn).shown)
        continue
      }
      guard let birth = births[patient] else {
        reader.skip("subject_id is not in \(layout.patients.uppercased())")
        continue
      }
      guard admissions.add(patient: patient, number: number, time: time) else {
        reader.skip("hadm_id listed before")
        continue
      }
      seen.insert(patient)
      if time < birth { reader.remark("admittime is before dob; kept") }
      if let end = endColumn.flatMap({ reader.field($0).seconds }), end < time {
        reader.remark("dischtime is before admittime; kept")
      }
    }
    try reader.requireRows()
    report.tables.append(try reader.summary(layout.admissions.uppercased()))
    report.flow.append(ImportReport.FlowStep(step: "in PATIENTS", patients: births.count, visits: 0))
    report.flow.append(
      ImportReport.FlowStep(step: "with an admission", patients: seen.count, visits: admissions.count))
  }

  private mutating func readCodes(_ codes: MIMICLayout.Codes) throws(RecordsError) -> CodeEntries {
    let reader = try open(codes.table)
    let visitColumn = try reader.column("hadm_id")
    let orderColumn = try reader.column("seq_num")
    let codeColumn = try reader.column(layout.code)
    let versionColumn = try layout.version.map { name throws(RecordsError) in try reader.column(name) }
    var entries = CodeEntries()
    var finder = Admissions.Finder()
    var key: [UInt8] = []
    var shapes = CodeShapes()
    while try reader.next() {
      guard let admission = try number(reader, visitColumn, "hadm_id") else { continue }
      let code = reader.field(codeColumn)
      if code.isEmpty {
        reader.skip("no code")
        continue
      }
      let orderField = reader.field(orderColumn)
      guard let order = orderField.isEmpty ? Int(Int32.max) : orderField.int, let order = Int32(exactly: order) else {
        try reader.malformed("seq_num is not a number", detail: orderField.shown)
        continue
      }
      key.removeAll(keepingCapacity: true)
      if let versionColumn {
        let version = reader.field(versionColumn)
        guard version.int == 9 || version.int == 10 else {
          try reader.malformed("icd_version is neither 9 nor 10", detail: version.shown)
          continue
        }
        key.append(contentsOf: version.int == 9 ? Self.version9 : Self.version10)
      }
      shapes.add(code, isICD10: key.count == Self.version10.count)
      guard let visit = finder.index(admission, in: admissions) else {
        reader.skip("hadm_id is not in \(layout.admissions.uppercased())")
        continue
      }
      key.append(contentsOf: UnsafeBufferPointer(start: code.base, count: code.count))
      let index = key.withUnsafeBufferPointer { entries.interner.index(of: $0) }
      entries.entries.append(CodeEntries.Entry(visit: visit, order: order, code: index))
    }
    if codes.kind == .diagnosis || options.requireProcedures { try reader.requireRows() }
    if shapes.contradict(codes.kind) {
      let other = codes.kind == .diagnosis ? layout.procedures : layout.diagnoses
      throw .wrongTable(
        codes.table.uppercased(), file: reader.file, found: "\(other.table.uppercased()) by the form of its codes")
    }
    report.tables.append(try reader.summary(codes.table.uppercased()))
    return entries
  }

  private static let version9 = Array("9:".utf8)
  private static let version10 = Array("10:".utf8)

  /// - Throws: `wrongTable` when the columns are those of another table; what reading throws.
  func open(_ table: String) throws(RecordsError) -> CSVReader {
    let file = try folder.table(table)
    let reader = try CSVReader(file.path, shownAs: file.shown, strict: options.strict, progress: progress)
    if let found = layout.otherTable(than: table, columns: reader.header) {
      throw .wrongTable(table.uppercased(), file: file.shown, found: found)
    }
    return reader
  }

  /// A number of a patient or visit; nil, and the row is counted, when it is empty, negative or no number.
  func number(_ reader: CSVReader, _ column: Int, _ name: String) throws(RecordsError) -> Int? {
    let field = reader.field(column)
    if let value = field.int {
      if value >= 0 { return value }
      try reader.malformed("\(name) is negative", detail: field.shown)
    } else if field.isEmpty {
      reader.skip("no \(name)")
    } else {
      try reader.malformed("\(name) is not a number", detail: field.shown)
    }
    return nil
  }
}
