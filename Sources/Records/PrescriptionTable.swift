/// Prescriptions as two columns of bracketed lists of ids: `[262],"[865,912,1044]"`.
struct PrescriptionTable {
  struct Row {
    /// Of the data rows, counted from 1, rows that were left out included.
    let number: Int
    let line: Int
    let symptoms: [Int]
    let herbs: [Int]
    /// The first id that has too many digits for a number, as it stands in the file; its place in the lists is taken by
    /// `tooLong`.
    let longID: String?
  }

  /// Stands for an id that has too many digits; no code has it.
  static let tooLong = Int.min

  let shown: String
  private(set) var rows: [Row] = []
  private(set) var summary = ImportReport.Table(name: "", file: "")

  private static let symptomNames = ["s", "症状", "symptoms", "symptom"]
  private static let herbNames = ["h", "草药", "herbs", "herb"]

  /// - Throws: what reading throws; `missingColumn`; `noRows`; `malformedRow` when strict.
  init(
    _ file: (path: String, shown: String), strict: Bool, progress: ((ImportProgress) -> Void)?
  ) throws(RecordsError) {
    shown = file.shown
    let reader = try CSVReader(file.path, shownAs: file.shown, strict: strict, progress: progress)
    try reader.requireUTF8()
    let symptomColumn = try Self.column(Self.symptomNames, reader)
    let herbColumn = try Self.column(Self.herbNames, reader)
    while try reader.next() {
      guard let symptoms = Self.list(reader.field(symptomColumn)) else {
        try reader.malformed("the symptoms are no list of ids", detail: reader.field(symptomColumn).shown)
        continue
      }
      guard let herbs = Self.list(reader.field(herbColumn)) else {
        try reader.malformed("the herbs are no list of ids", detail: reader.field(herbColumn).shown)
        continue
      }
      if symptoms.isEmpty {
        reader.skip("no symptoms")
      } else if herbs.isEmpty {
        reader.skip("no herbs")
      } else {
        let longID =
          symptoms.contains(Self.tooLong)
          ? Self.longID(reader.field(symptomColumn))
          : herbs.contains(Self.tooLong) ? Self.longID(reader.field(herbColumn)) : nil
        rows.append(
          Row(number: reader.rowsRead, line: reader.line, symptoms: symptoms, herbs: herbs, longID: longID))
      }
    }
    try reader.requireRows()
    summary = try reader.summary(file.shown)
  }

  /// The first of the names that is a column.
  private static func column(_ names: [String], _ reader: CSVReader) throws(RecordsError) -> Int {
    for name in names { if let index = reader.optionalColumn(name) { return index } }
    do throws(RecordsError) { return try reader.column(names[0]) } catch {
      guard case .missingColumn(let name, let file, let found) = error else { throw error }
      throw .missingColumn("\(name) or \(names[1]) (its header is s,h or 症状,草药)", file: file, found: found)
    }
  }

  /// The numbers of `[1, 2]`, with or without blanks, `tooLong` for those of too many digits; an empty field is an empty
  /// list. Nil for anything else.
  static func list(_ field: Field) -> [Int]? {
    if field.isEmpty { return [] }
    guard field.count >= 2, field.base[0] == UInt8(ascii: "["), field.base[field.count - 1] == UInt8(ascii: "]")
    else { return nil }
    var numbers: [Int] = []
    let isList = each(field) { part in
      guard let number = part.int ?? (part.isInteger ? tooLong : nil) else { return false }
      numbers.append(number)
      return true
    }
    return isList ? numbers : nil
  }

  /// Calls `body` with each part between commas inside the brackets, without blanks, as long as it returns true.
  private static func each(_ field: Field, _ body: (Field) -> Bool) -> Bool {
    let inner = Field(base: field.base + 1, count: field.count - 2)
    if inner.trimmed.isEmpty { return true }
    var start = 0
    for index in 0...inner.count where index == inner.count || inner.base[index] == UInt8(ascii: ",") {
      guard body(Field(base: inner.base + start, count: index - start).trimmed) else { return false }
      start = index + 1
    }
    return true
  }

  /// The first id of a list that has too many digits.
  private static func longID(_ field: Field) -> String? {
    var found: String?
    _ = each(field) { part in
      if part.int == nil { found = part.string }
      return found == nil
    }
    return found
  }
}
