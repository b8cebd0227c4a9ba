extension MIMICImporter {
  /// PRESCRIPTIONS → the ATC classes of each admission.
  mutating func readPrescriptions(routes: inout MedicationRoutes) throws(RecordsError) {
    let reader = try open(layout.prescriptions)
    let visitColumn = try reader.column("hadm_id")
    let patientColumn = reader.optionalColumn("subject_id")
    let ndcColumn = routes.usesNDC ? try reader.column("ndc") : reader.optionalColumn("ndc")
    let gsnColumn = routes.usesGSN ? try reader.column("gsn") : reader.optionalColumn("gsn")
    let drugColumn = reader.optionalColumn("drug")
    let startColumn = options.firstDayOnly ? try reader.column(layout.orderStart) : nil

    var drugs = DrugCodes()
    var late = 0
    var unreadable = UnreadableCodes()
    while try reader.next() {
      guard let visit = try visit(reader, visitColumn, patient: patientColumn) else { continue }
      if let startColumn {
        guard let start = try startTime(reader, startColumn) else { continue }
        if start >= assembler.visits.times[Int(visit)] + 86_400 {
          late += 1
          continue
        }
      }
      assembler.medications.countRow(visit)
      let gsn = gsnColumn.map { reader.field($0) }
      let ndc = ndcColumn.map { reader.field($0) }
      guard let known = drugs.meaning(gsn, ndc) else {
        drugs.note(
          meaning(
            visit, gsn: gsn, ndc: ndc, drug: drugColumn.map { reader.field($0) }, routes: &routes,
            unreadable: &unreadable))
        continue
      }
      switch known {
      case .noCode: assembler.medications.countWithoutCode(visit)
      case .unmapped(let number): assembler.medications.countUnmapped(again: number)
      case .mapped(let number, let route):
        routes.countRow(route)
        assembler.medications.add(visit: visit, known: number)
      }
    }
    reader.skip("starts later than 24 hours after the admission", rows: late)
    try reader.requireRows()
    if let sentence = unreadable.sentence(reader.file) { assembler.report.notes.append(sentence) }
    assembler.endMedications(reader)
    assembler.report.tables.append(try reader.summary(layout.prescriptions.uppercased()))
  }

  /// Counts a row with drug codes that were not seen before; says what they mean.
  private mutating func meaning(
    _ visit: Int32, gsn: Field?, ndc: Field?, drug: Field?, routes: inout MedicationRoutes,
    unreadable: inout UnreadableCodes
  ) -> DrugCodes.Meaning {
    let code = ndc.map { MedicationRoutes.ndc($0) } ?? .none
    if code == .unreadable, let ndc { unreadable.add(ndc) }
    if code == .none, gsn?.isEmpty ?? true {
      assembler.medications.countWithoutCode(visit)
      return .noCode
    }
    var number: Int?
    if case .code(let value) = code { number = value }
    if let (found, route) = routes.map(gsn: gsn, ndc: number) {
      routes.countRow(route)
      return .mapped(number: assembler.medications.add(visit: visit, class: found), route: route)
    }
    let parts = [("NDC", ndc), ("GSN", gsn)].compactMap { name, field in field.map { (name, $0) } }
    return .unmapped(number: assembler.medications.countUnmapped(parts, name: drug))
  }

  private func startTime(_ reader: CSVReader, _ column: Int) throws(RecordsError) -> Int? {
    let field = reader.field(column)
    if let start = field.seconds { return start }
    if field.isEmpty {
      reader.skip("no start time")
    } else {
      try reader.malformed("\(layout.orderStart) is not a time", detail: field.shown)
    }
    return nil
  }
}

/// Values in the column of NDC that are no NDC, as a spreadsheet leaves them ("4032801.0").
private struct UnreadableCodes {
  private var count = 0
  private var example = ""

  /// Once for each combination of codes.
  mutating func add(_ field: Field) {
    if count == 0 { example = field.shown }
    count += 1
  }

  func sentence(_ file: String) -> String? {
    if count == 0 { return nil }
    let subject =
      count == 1
      ? "1 drug code in the column ndc of \(file) is" : "\(count) drug codes in the column ndc of \(file) are"
    return subject
      + " not digits, as \(example), and lead\(count == 1 ? "s" : "") to no class by NDC; export the table with "
      + "that column as text, 11 digits."
  }
}
