/// Synthea's CSV files → cohort. A visit is an encounter; diagnoses are conditions (SNOMED CT), procedures SNOMED CT,
/// medications RxNorm, each with its DESCRIPTION as text. Without encounters.csv an encounter is what the other tables
/// name, at the earliest time of its rows.
struct SyntheaImporter {
  let options: ImportOptions
  let source: SourceOptions
  let progress: ((ImportProgress) -> Void)?
  let folder: TableFolder
  let maps: TableFolder?
  var assembler: CohortAssembler

  /// The tables that are read, with the columns a row's time may stand in, newest spelling first.
  private struct Table {
    let name: String
    let kind: CodeKind
    let times: [String]
  }

  private static let tables = [
    Table(name: "conditions", kind: .diagnosis, times: ["start"]),
    Table(name: "procedures", kind: .procedure, times: ["start", "date"]),
    Table(name: "medications", kind: .medication, times: ["start"]),
  ]

  init(
    paths: ImportPaths, options: ImportOptions, source: SourceOptions, progress: ((ImportProgress) -> Void)?
  ) throws(RecordsError) {
    self.options = options
    self.source = source
    self.progress = progress
    try options.refuseRoutes(.synthea)
    folder = try TableFolder(paths.root, searched: ["", "csv"])
    maps = try paths.maps.map { path throws(RecordsError) in try TableFolder(path) }
    for name in ["conditions", "medications"] { _ = try folder.table(name) }
    assembler = try CohortAssembler(source: ImportFormat.synthea.rawValue, options: options, paths: paths, maps: maps)
    assembler.absent[.symptom] = "Synthea writes no notes with its CSV files"
    if folder.optionalTable("procedures") == nil { assembler.absent[.procedure] = "procedures.csv is absent" }
    assembler.medicationRow = "medication"
    assembler.diagnoses.sortsTies = true
    assembler.procedures.sortsTies = true
  }

  mutating func run() throws(RecordsError) -> Cohort {
    var labels = try medicationLabels()
    var decided = source
    if case .map = labels {} else { decided.medicationCode = labels.isMapped ? .atc : .rxnorm }
    assembler.report.options.merge(decided.described) { _, new in new }
    assembler.medications.isMapped = labels.isMapped
    let patients = try readPatients()
    if folder.optionalTable("encounters") == nil {
      try collectEncounters()
    } else {
      try readEncounters(patients)
    }
    assembler.flow(
      "with an encounter", patients: assembler.visits.patientCount, visits: assembler.visits.count)
    for table in Self.tables where folder.optionalTable(table.name) != nil {
      try read(table, patients, &labels)
    }
    assembler.report.routes = labels.route.map { [$0] } ?? []
    return try assembler.cohort(name: "Synthea")
  }

  /// Nil without patients.csv.
  private mutating func readPatients() throws(RecordsError) -> ByteInterner? {
    guard folder.optionalTable("patients") != nil else {
      assembler.report.notes.append("patients.csv is absent; patients are those that the other tables name.")
      return nil
    }
    let reader = try open("patients")
    let column = try reader.column("id")
    var patients = ByteInterner()
    while try reader.next() {
      let id = reader.field(column)
      if id.isEmpty {
        reader.skip("no Id")
      } else if patients.find(id) != nil {
        reader.skip("patient listed before")
      } else {
        _ = patients.index(of: id)
      }
    }
    assembler.report.tables.append(try reader.summary("patients"))
    assembler.flow("in patients", patients: patients.count, visits: 0)
    return patients
  }

  private mutating func readEncounters(_ patients: ByteInterner?) throws(RecordsError) {
    let reader = try open("encounters")
    let idColumn = try reader.column("id")
    let patientColumn = try reader.column("patient")
    let timeColumns = try times(["start", "date"], reader)
    while try reader.next() {
      let id = reader.field(idColumn)
      let patient = reader.field(patientColumn)
      if id.isEmpty || patient.isEmpty {
        reader.skip("no Id or PATIENT")
      } else if patients.map({ $0.find(patient) == nil }) ?? false {
        reader.skip("PATIENT is not in patients")
      } else if let time = try time(reader, timeColumns) {
        if assembler.visits.add(patient: patient, visit: id, order: time.seconds, time: time.seconds) == nil {
          reader.skip("encounter listed before")
        }
      }
    }
    assembler.report.tables.append(try reader.summary("encounters"))
  }

  /// The encounters that conditions, procedures and medications name.
  private mutating func collectEncounters() throws(RecordsError) {
    var collected = VisitCollector()
    for table in Self.tables where folder.optionalTable(table.name) != nil {
      let reader = try open(table.name)
      let encounterColumn = try reader.column("encounter")
      let patientColumn = try reader.column("patient")
      let columns = try times(table.times, reader)
      while try reader.next() {
        let encounter = reader.field(encounterColumn)
        let patient = reader.field(patientColumn)
        if encounter.isEmpty || patient.isEmpty { continue }  // counted when the codes are read
        let field = Self.timeField(reader, columns)
        let seconds = field?.seconds
        collected.note(
          patient: patient, visit: encounter, order: seconds, seconds: seconds, hasClock: (field?.count ?? 0) > 10)
      }
    }
    let without = collected.fill(&assembler.visits)
    assembler.report.notes.append(
      "encounters.csv is absent; an encounter is at the earliest time of its rows"
        + (without > 0 ? " (\(without) have none and stand first)." : "."))
  }

  private mutating func read(
    _ table: Table, _ patients: ByteInterner?, _ labels: inout Labels
  ) throws(RecordsError) {
    let reader = try open(table.name)
    let encounterColumn = try reader.column("encounter")
    let patientColumn = try reader.column("patient")
    let codeColumn = try reader.column("code")
    let textColumn = reader.optionalColumn("description")
    let timeColumns = try times(table.times, reader)
    while try reader.next() {
      let encounter = reader.field(encounterColumn)
      if encounter.isEmpty {
        reader.skip("no ENCOUNTER")
        continue
      }
      guard let visit = assembler.visits.find(encounter) else {
        reader.skip("ENCOUNTER is not in encounters")
        continue
      }
      let patient = reader.field(patientColumn)
      if !assembler.visits.isPatient(patient, of: visit) {
        try reader.malformed("the encounter belongs to another patient", detail: patient.shown)
        continue
      }
      if let patients, patients.find(patient) == nil {
        reader.skip("PATIENT is not in patients")
        continue
      }
      let code = reader.field(codeColumn)
      let text = textColumn.map { reader.field($0) }
      guard table.kind == .medication else {
        if code.isEmpty {
          reader.skip("no CODE")
        } else if table.kind == .diagnosis {
          assembler.diagnoses.add(visit: visit, code: code, text: text)
        } else {
          assembler.procedures.add(visit: visit, code: code, text: text)
        }
        continue
      }
      if options.firstDayOnly {
        guard let time = try time(reader, timeColumns) else { continue }
        let visitTime = assembler.visits.times[Int(visit)]
        if visitTime == VisitTable.noTime || time.seconds >= visitTime + 86_400 {
          reader.skip("starts later than 24 hours after the encounter")
          continue
        }
      }
      assembler.medications.countRow(visit)
      labels.add(code, text, visit, to: &assembler.medications)
    }
    if options.required?.contains(table.kind) ?? true { try reader.requireRows() }
    if table.kind == .medication { assembler.endMedications(reader) }
    assembler.report.tables.append(try reader.summary(table.name))
  }

  private func open(_ table: String) throws(RecordsError) -> CSVReader {
    let file = try folder.table(table)
    let reader = try CSVReader(file.path, shownAs: file.shown, strict: options.strict, progress: progress)
    if table == "conditions", reader.optionalColumn("reasoncode") != nil {
      throw .wrongTable(table, file: file.shown, found: "medications or procedures, which have a column REASONCODE")
    }
    return reader
  }

  /// The columns of a row's time that the table has.
  private func times(_ names: [String], _ reader: CSVReader) throws(RecordsError) -> [Int] {
    let found = names.compactMap { reader.optionalColumn($0) }
    return found.isEmpty ? [try reader.column(names[0])] : found
  }

  /// The first of the columns that is not empty: files put together from old and new Synthea have both, one of them empty.
  private static func timeField(_ reader: CSVReader, _ columns: [Int]) -> Field? {
    columns.lazy.map { reader.field($0) }.first { !$0.isEmpty }
  }

  /// Nil, and the row is counted, when it has no time.
  private func time(_ reader: CSVReader, _ columns: [Int]) throws(RecordsError) -> (seconds: Int, hasClock: Bool)? {
    guard let field = Self.timeField(reader, columns) else {
      reader.skip("no time")
      return nil
    }
    guard let seconds = field.seconds else {
      try reader.malformed("\(reader.header[columns[0]]) is not a time", detail: field.shown)
      return nil
    }
    return (seconds, field.count > 10)
  }
}
