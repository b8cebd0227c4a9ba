/// The medications of visits as they come from a table, and what became of every row: rows of a class that is not
/// wanted, rows without a code, rows whose code is in no map.
struct MedicationEntries {
  /// Classes that may stay, and what to say of a row of another one.
  struct Rule {
    let reason: String
    let classes: Set<String>
  }

  private(set) var entries = CodeEntries()
  /// Per visit: all rows, and those without a code. Shorter than the visits when the last have none.
  private(set) var rows: [Int32] = []
  private(set) var rowsWithoutCode: [Int32] = []
  /// False for a source whose rows carry the label itself: then there is no step "before medications are mapped".
  var isMapped = true

  private let rules: [Rule]
  /// Per class: the rule it breaks, or −1.
  private var broken: [Int8] = []
  private var rowsBroken: [Int]
  /// Per class: the last visit it was noted for. Rows of one visit mostly follow each other.
  private var lastVisit: [Int32] = []
  private var codes: [ATCClass: Int32] = [:]
  private var withoutCode = 0
  private var unmappedRows = 0
  /// What cannot be mapped: codes as written → number of rows, and the drug's name where it first came.
  private var unmappedCodes = ByteInterner()
  private var unmappedCounts: [Int] = []
  private var unmappedNames: [String] = []
  private var key: [UInt8] = []

  init(rules: [Rule] = []) {
    self.rules = rules
    rowsBroken = Array(repeating: 0, count: rules.count)
  }

  /// Call for every row that belongs to a known visit, before one of the others.
  mutating func countRow(_ visit: Int32) {
    while rows.count <= Int(visit) {
      rows.append(0)
      rowsWithoutCode.append(0)
    }
    rows[Int(visit)] += 1
  }

  /// The row has no code that could be mapped.
  mutating func countWithoutCode(_ visit: Int32) {
    withoutCode += 1
    rowsWithoutCode[Int(visit)] += 1
  }

  /// The row's code is in no map.
  /// - Parameters:
  ///   - parts: names of code systems and what the row says: ("NDC", field), ("GSN", field).
  ///   - name: the drug's name, for people.
  /// - Returns: the number of the code, for `countUnmapped(again:)`.
  @discardableResult
  mutating func countUnmapped(_ parts: [(system: String, code: Field)], name: Field?) -> Int {
    unmappedRows += 1
    key.removeAll(keepingCapacity: true)
    for part in parts {
      if !key.isEmpty { key.append(0x20) }
      if !part.system.isEmpty {
        key.append(contentsOf: part.system.utf8)
        key.append(0x20)
      }
      key.append(contentsOf: UnsafeBufferPointer(start: part.code.base, count: part.code.count))
    }
    let index = Int(key.withUnsafeBufferPointer { unmappedCodes.index(of: $0) })
    if index == unmappedCounts.count {
      unmappedCounts.append(0)
      unmappedNames.append(name?.string ?? "")
    }
    unmappedCounts[index] += 1
    return index
  }

  /// One more row of a code that is in no map.
  mutating func countUnmapped(again number: Int) {
    unmappedRows += 1
    unmappedCounts[number] += 1
  }

  /// - Returns: the number of the class, for `add(visit:known:)`.
  @discardableResult
  mutating func add(visit: Int32, class found: ATCClass) -> Int32 {
    let index: Int32
    if let known = codes[found] {
      index = known
    } else {
      index = entries.interner.index(of: found.code)
      codes[found] = index
    }
    add(visit, index)
    return index
  }

  /// A class that was added before, by its number.
  mutating func add(visit: Int32, known number: Int32) { add(visit, number) }

  /// For labels that are no ATC classes.
  mutating func add(visit: Int32, code: Field, text: Field? = nil) {
    let index = entries.interner.index(of: code)
    if let text, !text.isEmpty { entries.note(index, text) }
    add(visit, index)
  }

  private mutating func add(_ visit: Int32, _ index: Int32) {
    let code = Int(index)
    while broken.count <= code {
      let text = entries.interner[broken.count]
      broken.append(Int8(rules.firstIndex { !$0.classes.contains(text) } ?? -1))
      lastVisit.append(-1)
    }
    if broken[code] >= 0 {
      rowsBroken[Int(broken[code])] += 1
    } else if lastVisit[code] != visit {
      lastVisit[code] = visit
      entries.add(visit: visit, code: index)
    } else {
      entries.countRepeat()
    }
  }

  /// Counts, in the reader of the table, the rows that gave no medication.
  func report(to reader: CSVReader) {
    reader.skip("no drug code", rows: withoutCode)
    reader.skip("drug code is in no map", rows: unmappedRows)
    for (index, rule) in rules.enumerated() { reader.skip(rule.reason, rows: rowsBroken[index]) }
  }

  /// By falling number of rows, then by code.
  func unmapped() -> [ImportReport.UnmappedCode] {
    let codes = unmappedCounts.indices.map {
      ImportReport.UnmappedCode(
        kind: .medication, code: unmappedCodes[$0], text: unmappedNames[$0], rows: unmappedCounts[$0])
    }
    return codes.sorted { $0.rows != $1.rows ? $0.rows > $1.rows : $0.code < $1.code }
  }

  mutating func sealed(visits: Int) -> VisitCodes { entries.sealed(visits: visits) }

  func rows(_ visit: Int) -> (all: Int, withoutCode: Int) {
    visit < rows.count ? (Int(rows[visit]), Int(rowsWithoutCode[visit])) : (0, 0)
  }
}
