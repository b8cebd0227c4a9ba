extension EICUImporter {
  /// diagnosis → codes of visits: primary ones first, then by diagnosisid.
  mutating func readDiagnoses() throws(RecordsError) {
    let reader = try open("diagnosis")
    let stayColumn = try reader.column("patientunitstayid")
    let pathColumn = try reader.column("diagnosisstring")
    let cellColumn = diagnosisCode == .path ? nil : try reader.column("icd9code")
    let priorityColumn = reader.optionalColumn("diagnosispriority")
    let numberColumn = reader.optionalColumn("diagnosisid")
    // With diagnosisid only the codes of one cell tie, and stand as the cell has them.
    assembler.diagnoses.sortsTies = numberColumn == nil
    let system = diagnosisCode == .icd9 ? "ICD-9" : "ICD-10"
    while try reader.next() {
      guard let stay = stay(reader, stayColumn) else { continue }
      let priority = priorityColumn.map { Self.rank(reader.field($0)) } ?? 0
      let number = numberColumn.flatMap { reader.field($0).unsigned } ?? 0
      let order = Int32(priority << 29 | min(number, 1 << 29 - 1))
      let path = reader.field(pathColumn)
      guard let cellColumn else {
        if path.isEmpty {
          reader.skip("no diagnosisstring")
        } else {
          assembler.diagnoses.add(visit: stay.visit, code: path, order: order, text: path)
        }
        continue
      }
      let cell = reader.field(cellColumn)
      if cell.isEmpty {
        reader.skip("no ICD code")
        continue
      }
      var found = false
      var other = false
      cell.forEachPart(separator: 0x2C) { part in
        guard let kind = ICDKind(part) else { return }
        if (kind == .icd9) != (diagnosisCode == .icd9) {
          other = true
          return
        }
        found = true
        assembler.diagnoses.add(visit: stay.visit, code: part, order: order, text: path)
      }
      if found { continue }
      reader.skip(other ? "no \(system) code beside the other" : "icd9code holds no diagnosis code")
    }
    if options.required?.contains(.diagnosis) ?? true { try reader.requireRows() }
    assembler.report.tables.append(try reader.summary("diagnosis"))
  }

  /// Primary, Major, Other; anything else last.
  private static func rank(_ priority: Field) -> Int {
    switch priority.string.lowercased() {
    case "primary": 0
    case "major": 1
    case "other": 2
    default: 3
    }
  }

  /// medication → labels of visits.
  mutating func readMedications(_ map: inout MedicationMap?) throws(RecordsError) {
    let reader = try open("medication")
    let stayColumn = try reader.column("patientunitstayid")
    let label = medicationCode == .gtc ? "gtc" : "drughiclseqno"
    let labelColumn = try reader.column(label)
    let nameColumn = reader.optionalColumn("drugname")
    let cancelledColumn = source.keepCancelled ? nil : try reader.column("drugordercancelled")
    let startColumn = options.firstDayOnly ? try reader.column("drugstartoffset") : nil
    while try reader.next() {
      guard let stay = stay(reader, stayColumn) else { continue }
      if let cancelledColumn, reader.field(cancelledColumn).string.lowercased() == "yes" {
        reader.skip("order was cancelled")
        continue
      }
      if let startColumn {
        let field = reader.field(startColumn)
        guard let start = field.int else {
          try reader.malformed("drugstartoffset is not a number", detail: field.shown)
          continue
        }
        if start >= stay.firstDayEnd {
          reader.skip("starts later than 24 hours after the admission")
          continue
        }
      }
      assembler.medications.countRow(stay.visit)
      let code = reader.field(labelColumn)
      let name = nameColumn.map { reader.field($0) }
      if code.isEmpty || code.int == 0 {
        assembler.medications.countWithoutCode(stay.visit)
      } else if map != nil {
        if let found = map?.map(code) {
          assembler.medications.add(visit: stay.visit, class: found)
          if let name { names.note(label: found, name: name) }
        } else {
          assembler.medications.countUnmapped([(label.uppercased(), code)], name: name)
        }
      } else {
        assembler.medications.add(visit: stay.visit, code: code)
        if let name { names.note(label: code, name: name) }
      }
    }
    try reader.requireRows()
    assembler.endMedications(reader)
    assembler.report.tables.append(try reader.summary("medication"))
  }

  /// Titles of the code system, when the maps folder has them; keys are codes without the dot.
  mutating func titles() throws(RecordsError) -> [String: String] {
    guard diagnosisCode != .path, let maps else { return [:] }
    let name = diagnosisCode == .icd9 ? "icd9cm_diagnosis_titles" : "icd10cm_titles_2021"
    guard let file = maps.optionalTable(name) else {
      assembler.report.notes.append("\(name).csv is not in the maps folder; diagnoses are named by diagnosisstring.")
      return [:]
    }
    let reader = try CSVReader(file.path, shownAs: file.shown, progress: progress)
    let code = try reader.column("code")
    let columns = ["long_title", "short_title"].compactMap { reader.optionalColumn($0) }
    if columns.isEmpty { _ = try reader.column("long_title") }
    var titles: [String: String] = [:]
    while try reader.next() {
      guard let title = columns.lazy.map({ reader.field($0) }).first(where: { !$0.isEmpty }) else {
        reader.skip("no title")
        continue
      }
      titles[reader.field(code).string] = title.string
    }
    assembler.report.tables.append(try reader.summary(file.shown))
    return titles
  }
}

/// The system of a diagnosis code with its dot, by its form.
enum ICDKind {
  case icd9, icd10

  /// ICD-9-CM: 428, 428.0, 410.71, V08, V62.84, E980.2. ICD-10-CM: a letter, a digit, a digit or letter, up to four
  /// more behind the dot. Three digits behind an E are ICD-9 (E980), two are ICD-10 (E87.2); V08 and V62.84 are read as
  /// ICD-9. Nil for anything else, ICD-9 procedures (31.1) among them.
  init?(_ field: Field) {
    var head = field.count
    for position in 0..<field.count where field.base[position] == 0x2E {
      head = position
      break
    }
    let tail = head < field.count ? field.count - head - 1 : 0
    if head < field.count, tail == 0 || tail > 4 { return nil }
    guard head >= 3, head <= 4 else { return nil }
    let first = field.base[0] & 0xDF
    let isLetter = (0x41...0x5A).contains(first)
    let digits = (isLetter ? 1 : 0)..<head
    let numeric = digits.allSatisfy { Self.isDigit(field.base[$0]) }
    let tailNumeric = (head..<field.count).dropFirst().allSatisfy { Self.isDigit(field.base[$0]) }
    if !isLetter {
      guard head == 3, numeric, tailNumeric, tail <= 2 else { return nil }
      self = .icd9
    } else if first == 0x45, head == 4, numeric, tailNumeric, tail <= 1 {
      self = .icd9
    } else if first == 0x56, head == 3, numeric, tailNumeric, tail <= 2 {
      self = .icd9
    } else {
      guard head == 3, Self.isDigit(field.base[1]) else { return nil }
      self = .icd10
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

extension Field {
  /// The parts between separators, without blanks at their ends; empty ones are left out.
  func forEachPart(separator: UInt8, _ body: (Field) -> Void) {
    var first = 0
    for position in 0...count where position == count || base[position] == separator {
      let part = Field(base: base + first, count: position - first).trimmed
      if !part.isEmpty { body(part) }
      first = position + 1
    }
  }
}
