import Foundation

/// MIMIC-III and MIMIC-IV → cohort. A visit is an admission. Patients are in the order of their numbers, visits in that
/// of admission times; the filters are the assembler's.
/// - Source: NLA-MMR §4.1, which follows DrugRec's processing.
struct MIMICImporter {
  let layout: MIMICLayout
  let options: ImportOptions
  let paths: ImportPaths
  let progress: ((ImportProgress) -> Void)?
  let folder: TableFolder
  let maps: TableFolder
  var assembler: CohortAssembler
  /// Kinds whose ICD-9 codes seem to have lost their leading zeros.
  private var withoutZeros: Set<CodeKind> = []

  init(
    _ format: ImportFormat, _ layout: MIMICLayout, paths: ImportPaths, options: ImportOptions,
    progress: ((ImportProgress) -> Void)?
  ) throws(RecordsError) {
    self.layout = layout
    self.options = options
    self.paths = paths
    self.progress = progress
    folder = try TableFolder(paths.root, searched: layout.folders)
    try Self.refuseOther(than: layout, root: paths.root)
    guard let mapsPath = paths.maps else {
      throw .badOption(
        "maps", value: "not given", expected: "a folder of code maps (medications need at least one route)")
    }
    maps = try TableFolder(mapsPath)
    // Find every table before the first is read: a long import must not end at its last file.
    for name in [
      layout.patients, layout.admissions, layout.diagnoses.table, layout.procedures.table, layout.prescriptions,
    ] {
      _ = try folder.table(name)
    }
    assembler = try CohortAssembler(
      source: format.rawValue, options: options, paths: paths, maps: maps, molecules: layout.molecules)
    assembler.timesAreShifted = true
  }

  /// - Throws: `badOption` when the folder's diagnoses are those of the other MIMIC.
  private static func refuseOther(than layout: MIMICLayout, root: String) throws(RecordsError) {
    let other: (layout: MIMICLayout, format: ImportFormat) =
      layout.version == nil ? (.mimic4, .mimic4) : (.mimic3, .mimic3)
    guard
      let table = try TableFolder(root, searched: other.layout.folders).optionalTable(other.layout.diagnoses.table),
      let reader = try? CSVReader(table.path, shownAs: table.shown),
      reader.optionalColumn(layout.code) == nil, reader.optionalColumn(other.layout.code) != nil
    else { return }
    throw .badOption(
      "root", value: root,
      expected: "the tables of \(layout.name), but \(table.shown) is one of \(other.layout.name): "
        + "use theriac import \(other.format.rawValue)")
  }

  mutating func run() throws(RecordsError) -> Cohort {
    var routes = try MedicationRoutes(
      options.routes, ambiguity: options.ambiguity, maps: maps, report: &assembler.report)
    try readAdmissions(births: try readPatients())
    try readCodes(layout.diagnoses, into: \.diagnoses)
    try readCodes(layout.procedures, into: \.procedures)
    try readPrescriptions(routes: &routes)
    assembler.report.routes = routes.loaded.map {
      ImportReport.Route(name: $0.route.rawValue, files: $0.files, rows: $0.rows)
    }
    try readNotes()
    return try assembler.cohort(
      name: layout.name,
      namer: MIMICTitles(
        layout: layout, folder: folder, maps: maps, options: options, progress: progress,
        withoutZeros: withoutZeros))
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
    assembler.report.tables.append(try reader.summary(layout.patients.uppercased()))
    return births
  }

  private mutating func readAdmissions(births: [Int: Int]) throws(RecordsError) {
    let reader = try open(layout.admissions)
    let patientColumn = try reader.column("subject_id")
    let numberColumn = try reader.column("hadm_id")
    let timeColumn = try reader.column("admittime")
    let endColumn = reader.optionalColumn("dischtime")
    while try reader.next() {
      guard let patient = try number(reader, patientColumn, "subject_id"),
        try number(reader, numberColumn, "hadm_id") != nil
      else { continue }
      guard let time = reader.field(timeColumn).seconds else {
        try reader.malformed("admittime is not a time", detail: reader.field(timeColumn).shown)
        continue
      }
      guard let birth = births[patient] else {
        reader.skip("subject_id is not in \(layout.patients.uppercased())")
        continue
      }
      let added = assembler.visits.add(
        patient: reader.field(patientColumn), visit: reader.field(numberColumn), order: time, time: time)
      guard added != nil else {
        let visit = assembler.visits.find(reader.field(numberColumn)) ?? 0
        if isPatient(reader.field(patientColumn), of: visit) {
          reader.skip("hadm_id listed before")
        } else {
          let first = assembler.visits.patientIDs[Int(assembler.visits.patients[Int(visit)])]
          try reader.malformed(
            "hadm_id belongs to another subject_id above",
            detail: "hadm_id \(reader.field(numberColumn).shown) belongs to subject_id \(first) above, "
              + "here it is \(reader.field(patientColumn).shown)")
        }
        continue
      }
      if time < birth { reader.remark("admittime is before dob; kept") }
      if let end = endColumn.flatMap({ reader.field($0).seconds }), end < time {
        reader.remark("dischtime is before admittime; kept")
      }
    }
    try reader.requireRows()
    assembler.report.tables.append(try reader.summary(layout.admissions.uppercased()))
    assembler.flow("in PATIENTS", patients: births.count, visits: 0)
    assembler.flow(
      "with an admission", patients: assembler.visits.patientCount, visits: assembler.visits.count)
  }

  private mutating func readCodes(
    _ codes: MIMICLayout.Codes, into entries: WritableKeyPath<CohortAssembler, CodeEntries>
  ) throws(RecordsError) {
    let reader = try open(codes.table)
    let visitColumn = try reader.column("hadm_id")
    let patientColumn = reader.optionalColumn("subject_id")
    let orderColumn = try reader.column("seq_num")
    let codeColumn = try reader.column(layout.code)
    let versionColumn = try layout.version.map { name throws(RecordsError) in try reader.column(name) }
    // Taken out and put back: a key path on every row would cost more than the row.
    var read = CodeEntries()
    var key: [UInt8] = []
    var shapes = CodeShapes()
    while try reader.next() {
      guard let visit = try visit(reader, visitColumn, patient: patientColumn) else { continue }
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
      key.append(contentsOf: UnsafeBufferPointer(start: code.base, count: code.count))
      let index = key.withUnsafeBufferPointer { read.interner.index(of: $0) }
      read.add(visit: visit, code: index, order: order)
    }
    if options.required?.contains(codes.kind) ?? true { try reader.requireRows() }
    if shapes.contradict(codes.kind) {
      let other = codes.kind == .diagnosis ? layout.procedures : layout.diagnoses
      throw .wrongTable(
        codes.table.uppercased(), file: reader.file, found: "\(other.table.uppercased()) by the form of its codes")
    }
    if let rows = shapes.withoutZeros {
      if options.strict { throw .lostZeros(reader.file, rows: rows) }
      withoutZeros.insert(codes.kind)
      assembler.report.notes.insert(RecordsError.lostZeros(reader.file, rows: rows), at: 0)
    }
    assembler[keyPath: entries] = read
    assembler.report.tables.append(try reader.summary(codes.table.uppercased()))
  }

  private static let version9 = Array("9:".utf8)
  private static let version10 = Array("10:".utf8)

  /// Says in the report which file is read when there are a plain and a packed one.
  /// - Throws: `wrongTable` when the columns are those of another table; what reading throws.
  mutating func open(_ table: String) throws(RecordsError) -> CSVReader {
    let file = try folder.table(table)
    if !file.shown.lowercased().hasSuffix(".gz"), let other = folder.file([table + ".csv.gz"]) {
      assembler.report.notes.append("\(file.shown) is read; \(other.shown) is there as well and is not.")
    }
    let reader = try CSVReader(file.path, shownAs: file.shown, strict: options.strict, progress: progress)
    if let found = layout.otherTable(than: table, columns: reader.header) {
      throw .wrongTable(table.uppercased(), file: file.shown, found: found)
    }
    return reader
  }

  /// The row's admission; nil, and the row is counted, when it has none that is known, or that of another patient than
  /// the row's `patient` column says.
  mutating func visit(_ reader: CSVReader, _ column: Int, patient: Int?) throws(RecordsError) -> Int32? {
    let field = reader.field(column)
    if let visit = assembler.visits.find(field) {
      guard let patient else { return visit }
      let subject = reader.field(patient)
      if subject.isEmpty || isPatient(subject, of: visit) { return visit }
      try reader.malformed("subject_id is another patient's than the admission's", detail: subject.shown)
      return nil
    }
    if try number(reader, column, "hadm_id") != nil {
      reader.skip("hadm_id is not in \(layout.admissions.uppercased())")
    }
    return nil
  }

  /// Is this the patient of the admission? Numbers may be written with zeros in front.
  private func isPatient(_ subject: Field, of visit: Int32) -> Bool {
    if assembler.visits.isPatient(subject, of: visit) { return true }
    guard let number = subject.int else { return false }
    return number == Int(assembler.visits.patientIDs[Int(assembler.visits.patients[Int(visit)])])
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
