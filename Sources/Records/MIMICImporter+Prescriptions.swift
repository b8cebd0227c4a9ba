extension MIMICImporter {
  /// PRESCRIPTIONS → the ATC classes of each admission.
  mutating func readPrescriptions(routes: inout MedicationRoutes) throws(RecordsError) {
    let reader = try open(layout.prescriptions)
    let visitColumn = try reader.column("hadm_id")
    let ndcColumn = routes.usesNDC ? try reader.column("ndc") : reader.optionalColumn("ndc")
    let gsnColumn = routes.usesGSN ? try reader.column("gsn") : reader.optionalColumn("gsn")
    let drugColumn = reader.optionalColumn("drug")
    let startColumn = options.firstDayOnly ? try reader.column(layout.orderStart) : nil

    var late = 0
    while try reader.next() {
      guard let visit = try visit(reader, visitColumn) else { continue }
      if let startColumn {
        guard let start = try startTime(reader, startColumn) else { continue }
        if start >= assembler.visits.times[Int(visit)] + 86_400 {
          late += 1
          continue
        }
      }
      assembler.medications.countRow(visit)
      let gsn = gsnColumn.map { reader.field($0) }
      let ndcField = ndcColumn.map { reader.field($0) }
      let ndc = ndcField.map { MedicationRoutes.ndc($0) } ?? .none
      if ndc == .none, gsn?.isEmpty ?? true {
        assembler.medications.countWithoutCode(visit)
        continue
      }
      var ndcNumber: Int?
      if case .code(let value) = ndc { ndcNumber = value }
      if let found = routes.map(gsn: gsn, ndc: ndcNumber) {
        assembler.medications.add(visit: visit, class: found)
      } else {
        let parts = [("NDC", ndcField), ("GSN", gsn)].compactMap { name, field in field.map { (name, $0) } }
        assembler.medications.countUnmapped(parts, name: drugColumn.map { reader.field($0) })
      }
    }
    reader.skip("starts later than 24 hours after the admission", rows: late)
    assembler.endMedications(reader)
    assembler.report.tables.append(try reader.summary(layout.prescriptions.uppercased()))
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
