import YAMLNodes
import Yams

extension TableMapping {
  /// Reads a mapping file.
  /// - Throws: `missingFile`, `unreadable`, and `badMapping` with the line and what to change.
  public init(file path: String) throws(RecordsError) {
    let (bytes, _) = try ByteSource.contents(path)
    try self.init(yaml: String(decoding: bytes, as: UTF8.self), source: path)
  }

  /// - Parameter source: the file's name, for errors.
  public init(yaml text: String, source: String) throws(RecordsError) {
    let node: Node?
    do { node = try YAMLText.nodes(text) } catch {
      throw .badMapping(source, line: error.line, reason: "it is no YAML that is read (\(error.problem))")
    }
    guard let node else { throw .badMapping(source, line: nil, reason: "it is empty; list the tables under `tables:`") }
    let top = try MappingReader(node, source: source, what: "the file")
    try top.allow(["name", "delimiter", "time_format", "medication", "visit_ids", "tables", "titles"])
    name = try top.text("name")
    let delimiter: Delimiter = try top.word("delimiter") ?? .comma
    let timeFormat = try top.timeFormat() ?? .iso
    medication = try top.word("medication") ?? .label
    visitIDs = try top.word("visit_ids") ?? .global
    let nodes = try top.list("tables")
    guard !nodes.isEmpty else { throw top.error("it lists no tables; give at least one under `tables:`") }
    tables = []
    for node in nodes {
      tables.append(
        try Self.table(
          MappingReader(node, source: source, what: "a table"), delimiter: delimiter, timeFormat: timeFormat))
    }
    titles = []
    for node in try top.list("titles") {
      titles.append(try Self.titles(MappingReader(node, source: source, what: "an entry of titles"), delimiter))
    }
    if let (table, reason) = fault {
      let line = table.flatMap { nodes[$0].mark?.line }
      let file = table.map { tables[$0].file + ": " } ?? ""
      throw .badMapping(source, line: line, reason: file + reason)
    }
  }

  private static func table(
    _ entry: MappingReader, delimiter: Delimiter, timeFormat: TimeFormat
  ) throws(RecordsError) -> Table {
    try entry.allow(["file", "delimiter", "time_format", "kind", "kinds", "columns"])
    let file = try entry.required("file")
    let columnsEntry = try entry.mapping("columns")
    guard let columnsEntry else { throw entry.error("the table \(file) has no `columns:` (role: column name)") }
    try columnsEntry.allow(Role.allCases.map(\.rawValue))
    var columns: [Role: String] = [:]
    for role in Role.allCases { columns[role] = try columnsEntry.text(role.rawValue) }

    let constant = try entry.text("kind").map { word throws(RecordsError) in try entry.kind(word) }
    let words = try entry.mapping("kinds")
    let kind: Kind
    switch (columns[.code] != nil, constant, columns[.kind] != nil) {
    case (false, .some, _), (false, _, true):
      throw entry.error("the table \(file) has a kind but no column code; add `code: COLUMN` under columns")
    case (false, nil, false): kind = .visits
    case (true, let constant?, false): kind = .all(constant)
    case (true, nil, true): kind = .column(try words.map(Self.kinds) ?? Self.ownWords)
    case (true, .some, true):
      throw entry.error("the table \(file) has both `kind: \(constant?.rawValue ?? "")` and a column kind; keep one")
    case (true, nil, false):
      throw entry.error(
        "the table \(file) does not say the kind of its codes; give `kind: diagnosis`, procedure, symptom or medication, "
          + "or `kind: COLUMN` under columns")
    }
    if words != nil, columns[.kind] == nil {
      throw entry.error("the table \(file) has `kinds:`, which goes with a column kind under columns")
    }
    return Table(
      file: file, delimiter: try entry.word("delimiter") ?? delimiter,
      timeFormat: try entry.timeFormat() ?? timeFormat, kind: kind, columns: columns)
  }

  private static func titles(_ entry: MappingReader, _ delimiter: Delimiter) throws(RecordsError) -> Titles {
    try entry.allow(["file", "delimiter", "kind", "columns"])
    let file = try entry.required("file")
    let kind = try entry.kind(try entry.required("kind"))
    guard let columns = try entry.mapping("columns") else {
      throw entry.error("the titles of \(file) have no `columns:` (code and text)")
    }
    try columns.allow(["code", "text"])
    return Titles(
      file: file, delimiter: try entry.word("delimiter") ?? delimiter, kind: kind, code: try columns.required("code"),
      text: try columns.required("text"))
  }

  /// The words of a kind column → kinds.
  private static func kinds(_ entry: MappingReader) throws(RecordsError) -> [String: CodeKind] {
    var kinds: [String: CodeKind] = [:]
    for key in entry.keys { kinds[key] = try entry.kind(try entry.required(key)) }
    if kinds.isEmpty { throw entry.error("`kinds:` is empty; write WORD: diagnosis for each word of the column") }
    return kinds
  }
}

/// One mapping of the file, with sentences that name the line.
private struct MappingReader {
  let source: String
  let line: Int?
  let what: String
  private let node: Node.Mapping

  init(_ node: Node, source: String, what: String) throws(RecordsError) {
    self.source = source
    self.what = what
    line = node.mark?.line
    guard let mapping = node.mapping else {
      throw .badMapping(source, line: node.mark?.line, reason: "\(what) is no mapping of `key: value` lines")
    }
    self.node = mapping
  }

  func error(_ reason: String, at node: Node? = nil) -> RecordsError {
    .badMapping(source, line: node?.mark?.line ?? line, reason: reason)
  }

  var keys: [String] { node.keys.compactMap(\.string) }

  /// - Throws: `badMapping` naming the first key that is not known.
  func allow(_ known: [String]) throws(RecordsError) {
    for key in node.keys {
      guard let word = key.scalar?.string, known.contains(word) else {
        throw error(
          "\(what) has the unknown key \(key.scalar?.string ?? "(no text)"); known are \(known.joined(separator: ", "))",
          at: key)
      }
    }
  }

  func text(_ key: String) throws(RecordsError) -> String? {
    guard let value = node[key] else { return nil }
    guard let text = value.scalar?.string, !text.isEmpty else {
      throw error("\(key) is empty or no single value", at: value)
    }
    return text
  }

  func required(_ key: String) throws(RecordsError) -> String {
    guard let text = try text(key) else { throw error("\(what) has no `\(key):`") }
    return text
  }

  func word<Word: RawRepresentable & CaseIterable>(_ key: String) throws(RecordsError) -> Word?
  where Word.RawValue == String {
    guard let text = try text(key) else { return nil }
    guard let word = Word(rawValue: text) else {
      let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
      throw error("\(key) is \(text); expected one of \(known)", at: node[key])
    }
    return word
  }

  func timeFormat() throws(RecordsError) -> TimeFormat? {
    guard let text = try text("time_format") else { return nil }
    guard let format = TimeFormat(text) else {
      throw error("time_format is \(text); expected \(TimeFormat.expectation)", at: node["time_format"])
    }
    return format
  }

  func kind(_ word: String) throws(RecordsError) -> CodeKind {
    guard let kind = CodeKind(rawValue: word) else {
      let known = CodeKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw error("\(word) is no kind of code; expected one of \(known)", at: node["kind"])
    }
    return kind
  }

  func mapping(_ key: String) throws(RecordsError) -> MappingReader? {
    guard let value = node[key] else { return nil }
    return try MappingReader(value, source: source, what: key)
  }

  func list(_ key: String) throws(RecordsError) -> [Node] {
    guard let value = node[key] else { return [] }
    guard let sequence = value.sequence else {
      throw error("\(key) is no list; write each entry behind a dash (- file: …)", at: value)
    }
    return Array(sequence)
  }
}
