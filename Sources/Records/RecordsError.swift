import NumPyFiles

/// Everything that can go wrong between source tables and cohort files. `description` is one sentence for people.
public enum RecordsError: Error, Equatable, CustomStringConvertible {
  case missingFolder(String)
  case missingFile(String)
  case missingTable(String, folder: String, lookedFor: [String])
  case missingColumn(String, file: String, found: [String])
  /// The column's name stands in the header more than once.
  case repeatedColumn(String, file: String)
  /// The header is one column with commas, but several with another delimiter.
  case wrongDelimiter(String, expected: Delimiter, found: Delimiter)
  /// The columns are those of another table.
  case wrongTable(String, file: String, found: String)
  /// Not one of so many ICD-9 codes begins with 0.
  case lostZeros(String, rows: Int)
  /// A table with a header but nothing below.
  case noRows(String)
  /// UTF-16, an archive, another format: not lines of text.
  case notText(String, found: String, remedy: String)
  case badHeader(String, line: Int, reason: String)
  /// A quote that is opened and never closed.
  case openQuote(String, line: Int, lost: String)
  case unreadable(String, reason: String)
  case truncatedGzip(String, byte: Int)
  case corruptGzip(String, byte: Int, reason: String)
  case emptyTable(String)
  case malformedRow(file: String, line: Int, reason: String)
  case badMap(String, reason: String)
  case badMapping(String, line: Int?, reason: String)
  case badConversion(String, reason: String)
  case noMedicationRoute(folder: String, wanted: [String], lookedFor: [String])
  case nothingKept(reason: String)
  case badOption(String, value: String, expected: String)
  /// A NumPy array that cannot be read.
  case badArray(NPYError)
  /// A table of the properties of medications.
  case badProperties(String, reason: String)
  /// An id in a list of ids that no code has.
  case unknownID(file: String, line: Int, kind: CodeKind, id: String, expected: String)
  /// Ids that tell the codes, most of which never occur.
  case sparseIDs(file: String, line: Int, kind: CodeKind, range: ClosedRange<Int>, found: Int)
  /// A table about herbs of which no row is of any of the herbs.
  case nothingMatches(file: String, rows: Int, column: String, example: String, expected: String)
  /// Text in another encoding where Latin-1 would make nonsense of it; `isGBK`: it looks like GBK.
  case notUTF8(String, line: Int, isGBK: Bool)
  /// A molecule that cannot be read, where that is to be an error.
  case badMolecule(file: String, line: Int, smiles: String)
  case notACohort(String, found: String)
  case unsupportedSchema(String, found: String, supported: Int)
  case damagedCohort(String, reason: String)
  case invalidCohort(reason: String)
  /// A storage error; its sentence names the file.
  case storage(String)

  /// What to say of a table whose ICD-9 codes seem to have lost their leading zeros.
  static func lostZeros(_ file: String, rows: Int) -> String {
    "Not one of the \(rows) ICD-9 codes of \(file) begins with 0, where 4 to 10 of 100 do: a spreadsheet seems to have "
      + "taken their leading zeros (0389 became 389, another disease); take the original file, or export it again with the "
      + "column of codes as text."
  }

  public var description: String {
    switch self {
    case .missingFolder(let path): "There is no folder at \(path); give the folder that holds the tables."
    case .missingFile(let path): "There is no file at \(path)."
    case .missingTable(let name, let folder, let lookedFor):
      "The table \(name) is missing in \(folder); looked for \(lookedFor.joined(separator: ", "))."
    case .missingColumn(let column, let file, let found):
      "\(file) has no column \(column); its columns are \(found.joined(separator: ", "))."
    case .repeatedColumn(let column, let file):
      "\(file) has more than one column \(column) in its header; rename or remove all but one."
    case .wrongDelimiter(let file, let expected, let found):
      "\(file) seems to have its columns separated by \(found.plural), where \(expected.plural) are expected; "
        + "write it with \(expected.plural), or set `delimiter: \(found.rawValue)` in the column mapping of import table."
    case .wrongTable(let table, let file, let found):
      "\(file) is not the table \(table): it looks like \(found); were files renamed or swapped?"
    case .lostZeros(let file, let rows):
      Self.lostZeros(file, rows: rows) + " If the codes are right as they stand, import without --strict."
    case .noRows(let file): "\(file) has a header line but no rows; is the download complete?"
    case .notText(let file, let found, let remedy): "\(file) is \(found), not a table of text; \(remedy)."
    case .badHeader(let file, let line, let reason):
      "\(file):\(line): the header line cannot be read: \(reason); expected column names."
    case .openQuote(let file, let line, let lost):
      "\(file):\(line): a quote is opened here and never closed, so \(lost) behind it cannot be read; close the quote, "
        + "double it, or remove it."
    case .unreadable(let path, let reason): "Cannot read \(path): \(reason)."
    case .truncatedGzip(let path, let byte):
      "\(path) is cut off: its gzip stream goes on but the file ends at byte \(byte); copy or download it again."
    case .corruptGzip(let path, let byte, let reason):
      "\(path) is damaged near byte \(byte) of its gzip stream (\(reason)); copy or download it again."
    case .emptyTable(let path): "\(path) is empty; expected a header line with column names."
    case .malformedRow(let file, let line, let reason):
      "\(file):\(line): \(reason) (strict import stops at the first malformed row)."
    case .badMap(let path, let reason): "The map \(path) cannot be used: \(reason)."
    case .badMapping(let path, let line, let reason):
      "The column mapping \(path)\(line.map { ":\($0)" } ?? "") cannot be used: \(reason)."
    case .badConversion(let path, let reason): "The converted files at \(path) cannot be used: \(reason)."
    case .noMedicationRoute(let folder, let wanted, let lookedFor):
      "No medication route (\(wanted.joined(separator: ", "))) has its files in \(folder); looked for "
        + "\(lookedFor.joined(separator: ", ")); give a folder with at least one with --maps."
    case .nothingKept(let reason): "No patient is left after the filters: \(reason)."
    case .badOption(let name, let value, let expected): "The option \(name) is \(value); expected \(expected)."
    case .badArray(let error): "\(error)."
    case .badProperties(let path, let reason): "The properties \(path) cannot be used: \(reason)."
    case .unknownID(let file, let line, let kind, let id, let expected):
      "\(file):\(line): the \(kind.rawValue) id \(id) is out of range; expected \(expected)."
    case .sparseIDs(let file, let line, let kind, let range, let found):
      "\(file):\(line): the \(kind.rawValue) ids run to \(range.upperBound) here, but only \(found) of the \(range.count) from "
        + "\(range.lowerBound) on occur; mend the id, or put \(kind == .symptom ? "symptoms" : "herbs").csv with the ids that "
        + "there are beside the table."
    case .nothingMatches(let file, let rows, let column, let example, let expected):
      "\(file): not one of its \(rows) rows is of a herb of the prescriptions: its \(column) is \(example), for instance, "
        + "where \(expected); give the table of this data set."
    case .notUTF8(let file, let line, let isGBK):
      "\(file):\(line): the text is not UTF-8\(isGBK ? ", but seems to be GBK" : ""); convert the (unpacked) file with "
        + "iconv -f \(isGBK ? "GB18030" : "ITS-ENCODING") -t UTF-8 OLD > NEW, and import the new one."
    case .badMolecule(let file, let line, let smiles):
      "\(file):\(line): the SMILES \(smiles) cannot be read as a molecule; mend or remove the row, or import with "
        + "--unparsable-smiles skip, which leaves such rows out and counts them."
    case .notACohort(let path, let found): "\(path) is not a Theriac cohort file; it is \(found)."
    case .unsupportedSchema(let path, let found, let supported):
      "\(path) has cohort schema version \(found); this program reads version \(supported), import the data again."
    case .damagedCohort(let path, let reason): "The cohort file \(path) is damaged: \(reason)."
    case .invalidCohort(let reason): "The cohort cannot be written: \(reason)."
    case .storage(let sentence): sentence
    }
  }
}
