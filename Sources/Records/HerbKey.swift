/// Finds the herb of a row by its id, or by its name in tables without ids.
struct HerbKey {
  private let herbs: NumberedCodes
  private let idColumn: Int?
  private let nameColumn: Int
  private var matched = 0
  /// The first id or name that is there, in quotes.
  private var example: String?

  /// Whether names tell the herbs, in a table without ids.
  var isByName: Bool { idColumn == nil }

  /// - Throws: `missingColumn` in a table with neither `herb_id` nor `herb_name`.
  init(_ reader: CSVReader, herbs: NumberedCodes) throws(RecordsError) {
    self.herbs = herbs
    idColumn = reader.optionalColumn("herb_id")
    nameColumn = if let idColumn { idColumn } else { try Self.nameColumn(reader) }
  }

  private static func nameColumn(_ reader: CSVReader) throws(RecordsError) -> Int {
    guard let column = reader.optionalColumn("herb_name") else {
      throw .missingColumn("herb_id or herb_name", file: reader.file, found: reader.header)
    }
    return column
  }

  /// The herb of the current row; nil, and the row is counted with its reason.
  mutating func herb(_ reader: CSVReader) throws(RecordsError) -> Int? {
    if example == nil, !reader.field(nameColumn).isEmpty { example = reader.field(nameColumn).shown }
    let herb = try found(reader)
    if herb != nil { matched += 1 }
    return herb
  }

  /// - Throws: `nothingMatches` when no row was of any herb: a table of other herbs, or with ids of its own.
  func requireMatch(_ reader: CSVReader) throws(RecordsError) {
    guard matched == 0 else { return }
    let expected =
      if !isByName {
        "\(herbs.expected), are expected"
      } else if let name = herbs.exampleName {
        "names such as \"\(name)\" are expected"
      } else {
        "the herbs have no names (there is no herbs.csv): a column herb_id is expected, with \(herbs.expected)"
      }
    throw .nothingMatches(
      file: reader.file, rows: reader.rowsRead, column: isByName ? "herb_name" : "herb_id", example: example ?? "empty",
      expected: expected)
  }

  private func found(_ reader: CSVReader) throws(RecordsError) -> Int? {
    guard idColumn != nil else {
      let name = reader.field(nameColumn).string
      guard let found = herbs.position(name: name) else {
        reader.skip(name.isEmpty ? "no herb_name" : "herb_name is none of the herbs")
        return nil
      }
      if found == nil { reader.skip("herb_name is that of several herbs") }
      return found.map { Int($0) }
    }
    let field = reader.field(nameColumn)
    guard !field.isEmpty else {
      reader.skip("no herb_id")
      return nil
    }
    guard let id = field.int ?? (field.isInteger ? PrescriptionTable.tooLong : nil) else {
      try reader.malformed("herb_id is not a number", detail: field.shown)
      return nil
    }
    guard let position = herbs.position(id: id) else {
      reader.skip("herb_id is none of the herbs")
      return nil
    }
    return Int(position)
  }
}
