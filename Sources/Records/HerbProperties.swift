import NumPyFiles

/// The properties of herbs out of a NumPy array or a table.
enum HerbProperties {
  /// Names of the 27 columns of `herb_805_27_oneHot.npy`: 12 meridians, then 15 flavours and natures.
  static let names = [
    "心", "肝", "脾", "肺", "肾", "胃", "大肠", "小肠", "膀胱", "胆", "心包", "三焦", "苦", "辛", "温", "甘", "热", "涩", "平",
    "凉", "寒", "咸", "淡", "酸", "微寒", "微苦", "有毒",
  ]

  /// - Throws: what reading throws; `badArray`; `badProperties` for a number of rows other than that of the herbs, a herb
  ///   without a row, and values that are no whole numbers from 0 to 255.
  static func read(
    _ file: (path: String, shown: String), herbs: NumberedCodes, strict: Bool, report: inout ImportReport
  ) throws(RecordsError) -> MedicationPropertyTable {
    let (bytes, sha256) = try ByteSource.contents(file.path)
    guard NPYFile.isNPY(bytes) || file.shown.lowercased().contains(".npy") else {
      return try readTable(file, herbs: herbs, strict: strict, report: &report)
    }
    let array: NPYFile
    do { array = try NPYFile.parse(bytes, path: file.path) } catch { throw .badArray(error) }
    guard array.shape.count == 2 else {
      throw .badProperties(file.path, reason: "its shape is \(array.shape); expected [herbs, properties]")
    }
    let (rows, width) = (array.shape[0], array.shape[1])
    try check(rows: rows, herbs, file)
    guard width > 0 else { throw .badProperties(file.path, reason: "it has no column") }
    var values: [UInt8] = []
    values.reserveCapacity(array.count)
    for (index, value) in array.floats().enumerated() {
      guard let number = UInt8(exactly: value) else {
        throw .badProperties(
          file.path,
          reason: "row \(index / width), column \(index % width) is \(value); expected a whole number from 0 to 255")
      }
      values.append(number)
    }
    report.tables.append(
      ImportReport.Table(name: file.shown, file: file.shown, sha256: sha256, rowsRead: rows, rowsKept: rows))
    return MedicationPropertyTable(names: names(width), values: values)
  }

  private static func names(_ width: Int) -> [String] {
    width == names.count ? names : (1...width).map { "property \($0)" }
  }

  private static func check(
    rows: Int, _ herbs: NumberedCodes, _ file: (path: String, shown: String)
  ) throws(RecordsError) {
    guard rows == herbs.count else {
      throw .badProperties(
        file.path, reason: "it has \(rows) rows for \(herbs.count) herbs (\(herbs.expected)); expected one row per herb"
      )
    }
  }

  /// A table with a header of property names, or without one (numbers alone). A column `herb_id` or `id` says which herb
  /// a row is of; without it rows stand in the order of the herbs' ids. A column `herb_name` or `name` is not read.
  private static func readTable(
    _ file: (path: String, shown: String), herbs: NumberedCodes, strict: Bool, report: inout ImportReport
  ) throws(RecordsError) -> MedicationPropertyTable {
    var reader = try CSVReader(file.path, shownAs: file.shown, strict: strict)
    let hasHeader = reader.header.contains { UInt8($0) == nil }
    if !hasHeader {
      reader = try CSVReader(file.path, shownAs: file.shown, columns: names(reader.header.count), strict: strict)
    }
    try reader.requireUTF8()
    let idColumn = hasHeader ? reader.optionalColumn("herb_id") ?? reader.optionalColumn("id") : nil
    let nameColumns = hasHeader ? ["herb_name", "name"].compactMap { reader.optionalColumn($0) } : []
    let columns = reader.header.indices.filter { $0 != idColumn && !nameColumns.contains($0) }
    guard !columns.isEmpty else { throw .badProperties(file.path, reason: "it has no column of properties") }
    var rows: [[UInt8]?] = Array(repeating: nil, count: herbs.count)
    var count = 0
    while try reader.next() {
      var row: [UInt8] = []
      for column in columns {
        let field = reader.field(column)
        guard let number = UInt8(field.string) else {
          throw .badProperties(
            file.path,
            reason:
              "line \(reader.line), column \(reader.header[column]) is \(field.shown); expected a whole number from "
              + "0 to 255")
        }
        row.append(number)
      }
      var herb: Int? = count < herbs.count ? count : nil
      count += 1
      if let idColumn {
        herb = reader.field(idColumn).int.flatMap { herbs.position(id: $0) }.map { Int($0) }
        guard let herb else {
          throw .badProperties(
            file.path,
            reason: "line \(reader.line) is of the herb \(reader.field(idColumn).shown); expected \(herbs.expected)")
        }
        if rows[herb] != nil {
          throw .badProperties(file.path, reason: "line \(reader.line) is the second of \(herbs.shown(herb))")
        }
      }
      if let herb { rows[herb] = row }
    }
    if idColumn == nil { try check(rows: count, herbs, file) }
    let bare = rows.indices.filter { rows[$0] == nil }
    if let first = bare.first {
      throw .badProperties(
        file.path,
        reason: "\(herbs.shown(first))\(bare.count > 1 ? " and \(bare.count - 1) more have" : " has") no row; "
          + "expected one row per herb (zeros where nothing is known)")
    }
    report.tables.append(try reader.summary(file.shown))
    return MedicationPropertyTable(names: columns.map { reader.header[$0] }, values: rows.flatMap { $0 ?? [] })
  }
}
