/// How tables of one's own become visits and codes: the content of a mapping file (configs/tables/example.yaml).
public struct TableMapping: Equatable, Sendable {
  /// What a column holds. The order of a table's header does not matter; names are matched in any case.
  public enum Role: String, CaseIterable, Sendable {
    case patient, visit, time, kind, code, text, order
  }

  /// Where the kind of a row's code comes from.
  public enum Kind: Equatable, Sendable {
    /// All rows of the table are of one kind.
    case all(CodeKind)
    /// A column says it; its words → kinds.
    case column([String: CodeKind])
    /// The table has no codes: it lists visits.
    case visits
  }

  /// What the codes of medications are.
  public enum Medication: String, CaseIterable, Sendable {
    /// Labels as they stand.
    case label
    /// ATC codes; the third level is the label.
    case atc
    /// 11-digit NDC, GSN or RxNorm codes, mapped with --maps.
    case ndc, gsn, rxcui
    /// Codes of --medication-map.
    case map
  }

  /// Are visit identifiers unique in the whole data set, or only within a patient?
  public enum VisitIDs: String, CaseIterable, Sendable {
    case global
    case perPatient = "per-patient"
  }

  public struct Table: Equatable, Sendable {
    /// Relative to the root; `.gz` may be left out.
    public var file: String
    public var delimiter: Delimiter
    public var timeFormat: TimeFormat
    public var kind: Kind
    public var columns: [Role: String]
  }

  /// Texts of codes in a table of their own.
  public struct Titles: Equatable, Sendable {
    public var file: String
    public var delimiter: Delimiter
    public var kind: CodeKind
    public var code, text: String
  }

  public var name: String?
  public var medication: Medication
  public var visitIDs: VisitIDs
  public var tables: [Table]
  public var titles: [Titles]

  /// The tables that list visits; when there is none, visits are those that the codes name.
  var visitTables: [Table] { tables.filter { $0.kind == .visits } }
  var codeTables: [Table] { tables.filter { $0.kind != .visits } }
  /// Without a column of visits, all rows of a patient on one day are a visit.
  var visitsAreDays: Bool { tables.first?.columns[.visit] == nil }

  /// Our own words for the kinds: what a kind column without `kinds:` holds.
  static var ownWords: [String: CodeKind] {
    Dictionary(uniqueKeysWithValues: CodeKind.allCases.flatMap { [($0.rawValue, $0), ($0.plural, $0)] })
  }

  /// The kinds that the mapping names; a kind column with our own words may lack any.
  var namedKinds: Set<CodeKind> {
    var named = self
    named.tables.removeAll { $0.kind == .column(Self.ownWords) }
    return named.kinds
  }

  /// The kinds that the tables can have.
  var kinds: Set<CodeKind> {
    var kinds: Set<CodeKind> = []
    for table in tables {
      switch table.kind {
      case .all(let kind): kinds.insert(kind)
      case .column(let words): kinds.formUnion(words.values)
      case .visits: break
      }
    }
    return kinds
  }

  /// Nil, or what contradicts, as a sentence's end.
  var fault: (table: Int?, reason: String)? {
    let needsPatient = visitTables.isEmpty || visitIDs == .perPatient || visitsAreDays
    for (index, table) in tables.enumerated() {
      let columns = table.columns
      if table.kind == .visits {
        if columns[.patient] == nil {
          return (index, "the table lists visits (it has no code) and needs a column patient")
        }
        if columns[.visit] == nil && columns[.time] == nil {
          return (index, "the table lists visits (it has no code) and needs a column visit or a column time")
        }
        for role in [Role.text, .order] where columns[role] != nil {
          return (index, "\(role.rawValue) goes with a column code, which is missing")
        }
      } else if needsPatient, columns[.patient] == nil {
        let why =
          visitTables.isEmpty
          ? "no table lists the visits" : visitsAreDays ? "visits are days of patients" : "visit_ids is per-patient"
        return (index, "a column patient is needed, because \(why)")
      }
      if (columns[.visit] == nil) != visitsAreDays {
        return (
          index, "one table has a column visit and another has not; give it to all, or to none with a column time"
        )
      }
      if columns[.visit] == nil {
        if columns[.time] == nil {
          return (index, "without a column visit, a column time is needed: a visit is then a day of a patient")
        }
        if table.timeFormat == .number { return (index, "time_format number gives no days; give a column visit") }
      }
    }
    if visitsAreDays, visitIDs == .perPatient {
      return (nil, "visit_ids is per-patient, but no table has a column visit")
    }
    if !kinds.contains(.medication) { return (nil, "no table has medications; they are what is learnt") }
    return nil
  }
}
