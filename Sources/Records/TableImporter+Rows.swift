extension TableImporter {
  /// The columns of one table and the identifiers that its rows give.
  private struct Columns {
    let table: TableMapping.Table
    let patient, visit, time, kind, code, text, order: Int?
    let times: TimeReader
    let visitIDs: TableMapping.VisitIDs
    private let buffer = FieldBuffer()

    /// - Throws: `missingColumn` naming the columns there are.
    init(_ table: TableMapping.Table, _ reader: CSVReader, _ visitIDs: TableMapping.VisitIDs) throws(RecordsError) {
      func column(_ role: TableMapping.Role) throws(RecordsError) -> Int? {
        guard let name = table.columns[role] else { return nil }
        return try reader.column(name)
      }
      self.table = table
      self.visitIDs = visitIDs
      patient = try column(.patient)
      visit = try column(.visit)
      time = try column(.time)
      kind = try column(.kind)
      code = try column(.code)
      text = try column(.text)
      order = try column(.order)
      times = TimeReader(table.timeFormat)
    }

    enum Row {
      /// The visit's identifier in the whole data set; valid until the next row.
      case visit(Field, patient: Field?, time: TableTime?)
      case skip(String)
      case malformed(String, Field)
    }

    func row(_ reader: CSVReader) -> Row {
      let patientField = patient.map { reader.field($0) }
      if let patientField, patientField.isEmpty { return .skip("no patient") }
      var found: TableTime?
      if let time {
        let field = reader.field(time)
        if !field.isEmpty {
          found = times.time(field)
          if found == nil { return .malformed("\(reader.header[time]) is not a time of the format", field) }
        }
      }
      guard let visit else {
        guard let patientField, let seconds = found?.seconds else { return .skip("no time") }
        return .visit(buffer.join(patientField, civilDate(seconds)), patient: patientField, time: found)
      }
      let id = reader.field(visit)
      if id.isEmpty { return .skip("no visit") }
      if visitIDs == .perPatient, let patientField {
        return .visit(buffer.join(patientField, id), patient: patientField, time: found)
      }
      return .visit(id, patient: patientField, time: found)
    }
  }

  /// A table that lists visits.
  mutating func readVisits(_ table: TableMapping.Table) throws(RecordsError) {
    let reader = try open(table.file, table.delimiter)
    let columns = try Columns(table, reader, mapping.visitIDs)
    while try reader.next() {
      switch columns.row(reader) {
      case .skip(let reason): reader.skip(reason)
      case .malformed(let reason, let field): try reader.malformed(reason, detail: field.shown)
      case .visit(let id, let patient, let time):
        guard let patient else { continue }
        if columns.time != nil, time == nil {
          reader.skip("no time")
        } else if assembler.visits.add(patient: patient, visit: id, order: time?.order ?? 0, time: time?.seconds) == nil
        {
          reader.skip("visit listed before")
        }
      }
    }
    assembler.report.tables.append(try reader.summary(table.file))
    if columns.time == nil {
      assembler.report.notes.append("\(table.file) has no column time: visits stand in the order of their identifiers.")
    }
  }

  /// The visits that the code tables name. Rows that cannot be used are counted when the codes are read.
  mutating func collectVisits() throws(RecordsError) {
    var collected = VisitCollector()
    var hasTimes = false
    for table in mapping.codeTables {
      let reader = try open(table.file, table.delimiter)
      let columns = try Columns(table, reader, mapping.visitIDs)
      hasTimes = hasTimes || columns.time != nil
      while try reader.next() {
        guard case .visit(let id, let patient?, let time) = columns.row(reader) else { continue }
        collected.note(
          patient: patient, visit: id, order: time?.order, seconds: time?.seconds, hasClock: time?.hasClock ?? false)
      }
    }
    let without = collected.fill(&assembler.visits)
    if !hasTimes {
      assembler.report.notes.append("No table has a column time: visits stand in the order of their identifiers.")
    } else if without > 0 {
      assembler.report.notes.append("\(without) visits have no time and stand before the patient's others.")
    }
  }

  /// A table of codes.
  mutating func readCodes(_ table: TableMapping.Table, _ labels: inout TableLabels) throws(RecordsError) {
    let reader = try open(table.file, table.delimiter)
    let columns = try Columns(table, reader, mapping.visitIDs)
    guard let codeColumn = columns.code else { return }
    let words = WordKinds(table.kind)
    while try reader.next() {
      let id: Field
      let patient: Field?
      let time: TableTime?
      switch columns.row(reader) {
      case .skip(let reason):
        reader.skip(reason)
        continue
      case .malformed(let reason, let field):
        try reader.malformed(reason, detail: field.shown)
        continue
      case .visit(let found, let of, let when):
        id = found
        patient = of
        time = when
      }
      guard let visit = assembler.visits.find(id) else {
        reader.skip("visit is not in \(mapping.visitTables.map(\.file).joined(separator: ", "))")
        continue
      }
      if let patient, !assembler.visits.isPatient(patient, of: visit) {
        try reader.malformed("the visit belongs to another patient", detail: patient.shown)
        continue
      }
      guard let kind = words.kind(columns.kind.map { reader.field($0) }) else {
        reader.skip("kind is not in the mapping")
        if let column = columns.kind, unknownWords.count < 1_000 {
          unknownWords[reader.field(column).string, default: 0] += 1
        }
        continue
      }
      let code = reader.field(codeColumn)
      let text = columns.text.map { reader.field($0) }
      if kind == .medication {
        if options.firstDayOnly {
          let begin = assembler.visits.times[Int(visit)]
          guard let seconds = time?.seconds, begin != VisitTable.noTime else {
            reader.skip("no start time")
            continue
          }
          if seconds >= begin + 86_400 {
            reader.skip("starts later than 24 hours after the visit")
            continue
          }
        }
        assembler.medications.countRow(visit)
        labels.add(code, text, visit, to: &assembler.medications)
        continue
      }
      if code.isEmpty {
        reader.skip("no code")
        continue
      }
      var order = Int32.max
      if let column = columns.order, !reader.field(column).isEmpty {
        guard let number = reader.field(column).int, let exact = Int32(exactly: number) else {
          try reader.malformed("\(reader.header[column]) is not a number", detail: reader.field(column).shown)
          continue
        }
        order = exact
      }
      switch kind {
      case .diagnosis: assembler.diagnoses.add(visit: visit, code: code, order: order, text: text)
      case .procedure: assembler.procedures.add(visit: visit, code: code, order: order, text: text)
      default: assembler.symptoms.add(visit: visit, code: code, order: order, text: text)
      }
    }
    assembler.endMedications(reader)
    assembler.report.tables.append(try reader.summary(table.file))
  }
}

/// The kind of a row by the word in its kind column, found without making a `String` of it.
private struct WordKinds {
  private let all: CodeKind?
  private var words = ByteInterner()
  private var kinds: [CodeKind] = []

  init(_ kind: TableMapping.Kind) {
    if case .all(let kind) = kind { all = kind } else { all = nil }
    guard case .column(let map) = kind else { return }
    for (word, kind) in map where words.index(of: word) == Int32(kinds.count) { kinds.append(kind) }
  }

  func kind(_ word: Field?) -> CodeKind? {
    if let all { return all }
    return word.flatMap { words.find($0) }.map { kinds[Int($0)] }
  }
}

/// Two fields as one identifier, "patient/visit", in memory of its own.
private final class FieldBuffer {
  private var bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 64)
  private var capacity = 64

  deinit { bytes.deallocate() }

  /// Valid until the next call.
  func join(_ first: Field, _ second: Field) -> Field {
    reserve(first.count + 1 + second.count)
    bytes.update(from: first.base, count: first.count)
    bytes[first.count] = UInt8(ascii: "/")
    (bytes + first.count + 1).update(from: second.base, count: second.count)
    return Field(base: bytes, count: first.count + 1 + second.count)
  }

  func join(_ first: Field, _ second: String) -> Field {
    var second = second
    return second.withUTF8 { text in
      text.baseAddress.map { join(first, Field(base: $0, count: text.count)) } ?? first
    }
  }

  private func reserve(_ count: Int) {
    if count <= capacity { return }
    bytes.deallocate()
    capacity = count * 2
    bytes = .allocate(capacity: capacity)
  }
}
