/// eICU 2.0 → cohort: diagnoses and medications of unit stays or hospital stays. eICU has no table of procedures and no
/// notes, so a visit needs neither procedure nor symptom.
///
/// eICU gives no dates. A patient's visits are ordered by the year of discharge from the hospital, then, where the data
/// do not say, by the number of the hospital stay, then by unitvisitnumber.
/// - Source: NLA-MMR §4.1 (diagnoses and medications only; labels are generic therapeutic classes, GTC).
struct EICUImporter {
  let options: ImportOptions
  let source: SourceOptions
  let progress: ((ImportProgress) -> Void)?
  let folder: TableFolder
  let maps: TableFolder?
  var assembler: CohortAssembler
  var names = EICUNames()

  /// Unit stays, and of each its visit and the minute (from the unit admission) at which the visit's first day ends.
  private var units = ByteInterner()
  private var visits: [Int32] = []
  private var firstDayEnds: [Int] = []

  var visitUnit: SourceOptions.VisitUnit { source.visitUnit ?? .unitStay }
  var diagnosisCode: SourceOptions.DiagnosisCode { source.diagnosisCode ?? .icd9 }
  var medicationCode: SourceOptions.MedicationCode { source.medicationCode ?? .gtc }

  init(
    paths: ImportPaths, options: ImportOptions, source: SourceOptions, progress: ((ImportProgress) -> Void)?
  ) throws(RecordsError) {
    self.options = options
    self.source = source
    self.progress = progress
    try options.refuseRoutes(.eicu)
    folder = try TableFolder(paths.root)
    maps = try paths.maps.map { path throws(RecordsError) in try TableFolder(path) }
    for name in ["patient", "diagnosis", "medication"] { _ = try folder.table(name) }
    assembler = try CohortAssembler(source: ImportFormat.eicu.rawValue, options: options, paths: paths, maps: maps)
    assembler.absent[.procedure] = "eICU has no table of procedures"
    assembler.absent[.symptom] = "eICU has no notes"
    assembler.medicationRow = "medication order"
    var decided = source
    decided.visitUnit = visitUnit
    decided.diagnosisCode = diagnosisCode
    decided.medicationCode = medicationCode
    assembler.report.options.merge(decided.described) { _, new in new }
  }

  mutating func run() throws(RecordsError) -> Cohort {
    var map: MedicationMap?
    if let path = source.medicationMap { map = try MedicationMap(path, options.ambiguity, report: &assembler.report) }
    try readStays()
    try readDiagnoses()
    try readMedications(&map)
    if let map { assembler.report.routes = [map.route] }
    names.titles = try titles()
    let diagnoses = assembler.diagnoses
    for (index, path) in diagnoses.texts.enumerated() { names.paths[diagnoses.interner[index]] = path }
    names.limit = options.substancesPerText
    if medicationCode == .gtc { names.labelWord = "GTC" } else { names.labelWord = "HICL" }
    return try assembler.cohort(name: "eICU", namer: names)
  }

  private mutating func readStays() throws(RecordsError) {
    let reader = try open("patient")
    let unitColumn = try reader.column("patientunitstayid")
    let stayColumn = try reader.column("patienthealthsystemstayid")
    let patientColumn = try reader.column("uniquepid")
    let yearColumn = try reader.column("hospitaldischargeyear")
    let numberColumn = try reader.column("unitvisitnumber")
    let admissionColumn =
      options.firstDayOnly && visitUnit == .hospitalStay ? try reader.column("hospitaladmitoffset") : nil
    var years: [HospitalStay: Int] = [:]
    var patientsRead: Set<String> = []
    while try reader.next() {
      let unit = reader.field(unitColumn)
      let stayField = reader.field(stayColumn)
      let patient = reader.field(patientColumn)
      if patient.isEmpty || unit.isEmpty || stayField.isEmpty {
        reader.skip("no patientunitstayid, patienthealthsystemstayid or uniquepid")
        continue
      }
      patientsRead.insert(patient.string)
      guard let stay = stayField.unsigned, stay < 1 << 36 else {
        try reader.malformed("patienthealthsystemstayid is not a number", detail: stayField.shown)
        continue
      }
      guard let year = reader.field(yearColumn).unsigned, year < 1 << 15 else {
        try reader.malformed("hospitaldischargeyear is not a year", detail: reader.field(yearColumn).shown)
        continue
      }
      guard let number = reader.field(numberColumn).unsigned, number < 1 << 8 else {
        try reader.malformed("unitvisitnumber is not a number below 256", detail: reader.field(numberColumn).shown)
        continue
      }
      var firstDayEnd = 1_440
      if let admissionColumn {
        guard let offset = reader.field(admissionColumn).int else {
          try reader.malformed("hospitaladmitoffset is not a number", detail: reader.field(admissionColumn).shown)
          continue
        }
        firstDayEnd += offset
      }
      if units.find(unit) != nil {
        reader.skip("patientunitstayid listed before")
        continue
      }
      let visit: Int32
      if visitUnit == .unitStay {
        guard let added = assembler.visits.add(patient: patient, visit: unit, order: year << 44 | stay << 8 | number)
        else { continue }
        visit = added
      } else if let known = assembler.visits.find(stayField) {
        guard assembler.visits.patientIDs.equals(assembler.visits.patients[Int(known)], patient) else {
          try reader.malformed("the hospital stay belongs to another patient", detail: stayField.shown)
          continue
        }
        visit = known
      } else {
        guard let added = assembler.visits.add(patient: patient, visit: stayField, order: year << 44 | stay << 8) else {
          continue
        }
        visit = added
      }
      _ = units.index(of: unit)
      visits.append(visit)
      firstDayEnds.append(firstDayEnd)
      years[HospitalStay(patient: assembler.visits.patients[Int(visit)], stay: stay)] = year
    }
    try reader.requireRows()
    assembler.report.tables.append(try reader.summary("patient"))
    assembler.flow("in patient", patients: patientsRead.count, visits: 0)
    assembler.flow(
      visitUnit == .unitStay ? "with a unit stay" : "with a hospital stay", patients: assembler.visits.patientCount,
      visits: assembler.visits.count)
    noteOrder(years)
  }

  private struct HospitalStay: Hashable {
    let patient: Int32
    let stay: Int
  }

  /// Says how many patients have visits whose order the data do not give.
  private mutating func noteOrder(_ years: [HospitalStay: Int]) {
    var seen: Set<HospitalStay> = []
    var unordered: Set<Int32> = []
    for (stay, year) in years where !seen.insert(HospitalStay(patient: stay.patient, stay: year)).inserted {
      unordered.insert(stay.patient)
    }
    if unordered.isEmpty { return }
    assembler.report.notes.append(
      "\(unordered.count) patients have two or more hospital stays in one year; eICU does not give their order, so they "
        + "stand by patienthealthsystemstayid.")
  }

  func open(_ table: String) throws(RecordsError) -> CSVReader {
    let file = try folder.table(table)
    return try CSVReader(file.path, shownAs: file.shown, strict: options.strict, progress: progress)
  }

  /// The visit of a row's unit stay and the end of its first day; nil, and the row is counted, when it has none.
  func stay(_ reader: CSVReader, _ column: Int) -> (visit: Int32, firstDayEnd: Int)? {
    let field = reader.field(column)
    if let unit = units.find(field) { return (visits[Int(unit)], firstDayEnds[Int(unit)]) }
    reader.skip(field.isEmpty ? "no patientunitstayid" : "patientunitstayid is not in patient")
    return nil
  }
}

extension ImportOptions {
  /// - Throws: `badOption` when medication routes were chosen for a source that has no NDC or GSN.
  func refuseRoutes(_ format: ImportFormat) throws(RecordsError) {
    if routes != MedicationRoute.allCases {
      throw .badOption(
        "route", value: routes.map(\.rawValue).joined(separator: ", "),
        expected: "it for mimic3, mimic4 and table only; leave it out for \(format.rawValue)")
    }
  }
}
