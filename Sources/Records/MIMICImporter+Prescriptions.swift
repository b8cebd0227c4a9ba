/// Counts, per admission and per code, of the prescription rows that gave no medication.
struct PrescriptionTally {
  /// Rows of each admission, all and without a drug code.
  var rows: [Int32] = []
  var withoutCode: [Int32] = []
  /// What cannot be mapped: drug codes as written → number of rows and the drug's name where it first came.
  private var interner = ByteInterner()
  private var counts: [Int] = []
  private var names: [String] = []

  /// Counts a row whose code is in no map; returns the number of the code.
  mutating func unmapped(gsn: Field?, ndc: Field?, drug: Field?) -> Int {
    var key: [UInt8] = Array("NDC ".utf8)
    if let ndc { key.append(contentsOf: UnsafeBufferPointer(start: ndc.base, count: ndc.count)) }
    if let gsn {
      key.append(contentsOf: " GSN ".utf8)
      key.append(contentsOf: UnsafeBufferPointer(start: gsn.base, count: gsn.count))
    }
    let index = Int(key.withUnsafeBufferPointer { interner.index(of: $0) })
    if index == counts.count {
      counts.append(0)
      names.append(drug?.string ?? "")
    }
    counts[index] += 1
    return index
  }

  /// One more row of an unmapped code.
  mutating func again(_ index: Int) { counts[index] += 1 }

  /// By falling number of rows, then by code; the first `ImportReport.unmappedLimit`.
  var unmappedCodes: [ImportReport.UnmappedCode] {
    let codes = counts.indices.map {
      ImportReport.UnmappedCode(kind: .medication, code: interner[$0], text: names[$0], rows: counts[$0])
    }
    return Array(
      codes.sorted { $0.rows != $1.rows ? $0.rows > $1.rows : $0.code < $1.code }.prefix(ImportReport.unmappedLimit))
  }

  var distinctUnmapped: Int { counts.count }
}

extension MIMICImporter {
  /// PRESCRIPTIONS → the ATC classes of each admission.
  /// - Parameter molecules: when given, classes without an entry are left out.
  mutating func readPrescriptions(
    routes: inout MedicationRoutes, molecules: [String: [String]]?
  ) throws(RecordsError) {
    let reader = try open(layout.prescriptions)
    let visitColumn = try reader.column("hadm_id")
    let ndcColumn = routes.usesNDC ? try reader.column("ndc") : reader.optionalColumn("ndc")
    let gsnColumn = routes.usesGSN ? try reader.column("gsn") : reader.optionalColumn("gsn")
    let drugColumn = reader.optionalColumn("drug")
    let startColumn = options.firstDayOnly ? try reader.column(layout.orderStart) : nil

    orders.rows = Array(repeating: 0, count: admissions.count)
    orders.withoutCode = orders.rows
    let withStructure = molecules.map { Set($0.keys) }
    var drugs = DrugCodes()
    /// The last admission a class was noted for: rows of one admission mostly follow each other.
    var lastVisit: [Int32] = []
    var hasStructure: [Bool] = []
    var finder = Admissions.Finder()
    var unknownAdmission = 0
    var noCode = 0
    var unmapped = 0
    var noStructure = 0
    var late = 0

    while try reader.next() {
      guard let number = try number(reader, visitColumn, "hadm_id") else { continue }
      guard let visit = finder.index(number, in: admissions) else {
        unknownAdmission += 1
        continue
      }
      if let startColumn {
        guard let start = try startTime(reader, startColumn) else { continue }
        if start >= admissions.times[Int(visit)] + 86_400 {
          late += 1
          continue
        }
      }
      orders.rows[Int(visit)] += 1
      let gsn = gsnColumn.map { reader.field($0) }
      let ndc = ndcColumn.map { reader.field($0) }
      let drug = drugs.index(gsn, ndc)
      let meaning: DrugCodes.Meaning
      if let known = drugs.meaning(drug) {
        meaning = known
      } else {
        meaning = self.meaning(gsn: gsn, ndc: ndc, in: routes)
        drugs.note(meaning, of: drug)
        if meaning.outcome == .mapped, meaning.number == hasStructure.count {
          lastVisit.append(-1)
          hasStructure.append(withStructure?.contains(medications.interner[meaning.number]) ?? true)
        }
      }
      switch meaning.outcome {
      case .noCode:
        noCode += 1
        orders.withoutCode[Int(visit)] += 1
      case .unmapped:
        unmapped += 1
        if meaning.number >= 0 {
          orders.again(meaning.number)
        } else {
          let number = orders.unmapped(gsn: gsn, ndc: ndc, drug: drugColumn.map { reader.field($0) })
          drugs.note(DrugCodes.Meaning(outcome: .unmapped, number: number), of: drug)
        }
      case .mapped:
        routes.countRow(meaning.route)
        let code = Int32(meaning.number)
        if !hasStructure[meaning.number] {
          noStructure += 1
        } else if lastVisit[meaning.number] != visit {
          lastVisit[meaning.number] = visit
          medications.entries.append(CodeEntries.Entry(visit: visit, order: 0, code: code))
        }
      }
    }
    reader.skip("hadm_id is not in \(layout.admissions.uppercased())", rows: unknownAdmission)
    reader.skip("no drug code", rows: noCode)
    reader.skip("drug code is in no map", rows: unmapped)
    reader.skip("class has no molecule", rows: noStructure)
    reader.skip("starts later than 24 hours after the admission", rows: late)
    try reader.requireRows()
    report.tables.append(try reader.summary(layout.prescriptions.uppercased()))
    report.unmapped += orders.unmappedCodes
    if orders.distinctUnmapped > ImportReport.unmappedLimit {
      report.notes.append(
        "\(orders.distinctUnmapped) distinct drug codes are in no map; the report lists the "
          + "\(ImportReport.unmappedLimit) with most rows.")
    }
  }

  /// What the drug codes of a row mean; a class that is new gets a number in the vocabulary of medications.
  private mutating func meaning(gsn: Field?, ndc: Field?, in routes: MedicationRoutes) -> DrugCodes.Meaning {
    let known = ndc.map { MedicationRoutes.ndc($0) } ?? .none
    if known == .none, gsn?.isEmpty ?? true { return DrugCodes.Meaning(outcome: .noCode) }
    var number: Int?
    if case .code(let value) = known { number = value }
    guard let (found, route) = routes.map(gsn: gsn, ndc: number) else { return DrugCodes.Meaning(outcome: .unmapped) }
    var text = found.code
    let code = text.withUTF8 { medications.interner.index(of: $0) }
    return DrugCodes.Meaning(outcome: .mapped, number: Int(code), route: route)
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
