/// The ids of symptoms or of herbs, ascending, with their names: the vocabulary of a source that numbers its codes.
struct NumberedCodes {
  let kind: CodeKind
  let ids: [Int]
  /// Empty where an id has none.
  let names: [String]
  /// What the ids are, for error sentences: "390 to 1194, the ids of herbs.csv".
  let expected: String
  private let positions: [Int: Int32]
  /// Name → position; nil for a name that several have.
  private let named: [String: Int32?]

  /// - Parameter origin: where the ids come from: "the ids of herbs.csv".
  init(kind: CodeKind, ids: [Int], names: [String], origin: String) {
    self.kind = kind
    let order = ids.indices.sorted { ids[$0] < ids[$1] }
    self.ids = order.map { ids[$0] }
    self.names = order.map { names[$0] }
    positions = Dictionary(uniqueKeysWithValues: self.ids.enumerated().map { ($1, Int32($0)) })
    named = Dictionary(
      self.names.enumerated().map { ($1, Optional(Int32($0))) }.filter { !$0.0.isEmpty },
      uniquingKeysWith: { _, _ in nil })
    let first = self.ids.first ?? 0
    let last = self.ids.last ?? 0
    let isDense = last - first == self.ids.count - 1
    expected = (isDense ? "\(first) to \(last)" : "one of \(self.ids.count) from \(first) to \(last)") + ", \(origin)"
  }

  /// Ids without names.
  init(kind: CodeKind, range: ClosedRange<Int>, origin: String) {
    self.init(kind: kind, ids: Array(range), names: range.map { _ in "" }, origin: origin)
  }

  var count: Int { ids.count }

  func position(id: Int) -> Int32? { positions[id] }

  /// Nil for a name that nobody has; a nil inside for one that several have.
  func position(name: String) -> Int32?? { named[name] }

  /// Codes are the ids as text; texts the names, else the ids.
  var vocabulary: Vocabulary {
    let codes = ids.map(String.init)
    return Vocabulary(codes: codes, texts: zip(codes, names).map { $1.isEmpty ? $0 : $1 })
  }

  /// What names look like, for error sentences; nil where no id has one.
  var exampleName: String? { names.first { !$0.isEmpty } }

  /// An entry for error sentences: "herb 395 (鹅不食草)".
  func shown(_ position: Int) -> String {
    let name = names[position]
    return "herb \(ids[position])" + (name.isEmpty ? "" : " (\(name))")
  }

  /// Reads a table with the columns `id` and `name`.
  /// - Throws: what reading throws; `missingColumn`, `noRows`; `malformedRow` when strict.
  static func read(
    _ kind: CodeKind, _ file: (path: String, shown: String), strict: Bool, report: inout ImportReport
  ) throws(RecordsError) -> NumberedCodes {
    let reader = try CSVReader(file.path, shownAs: file.shown, strict: strict)
    try reader.requireUTF8()
    let idColumn = try reader.column("id")
    let nameColumn = try reader.column("name")
    var seen: Set<Int> = []
    var ids: [Int] = []
    var names: [String] = []
    while try reader.next() {
      let field = reader.field(idColumn)
      if field.isInteger, field.int == nil {
        try reader.malformed("the id is out of range", detail: field.shown)
        continue
      }
      guard let id = field.int, id >= 0 else {
        try reader.malformed("id is not a number of 0 or more", detail: field.shown)
        continue
      }
      guard seen.insert(id).inserted else {
        try reader.malformed("the id is listed before", detail: "\(id)")
        continue
      }
      if reader.field(nameColumn).isEmpty { reader.remark("no name; the id stands for it") }
      ids.append(id)
      names.append(reader.field(nameColumn).string)
    }
    guard !ids.isEmpty else { throw .noRows(file.shown) }
    report.tables.append(try reader.summary(file.shown))
    return NumberedCodes(kind: kind, ids: ids, names: names, origin: "the ids of \(file.shown)")
  }
}
