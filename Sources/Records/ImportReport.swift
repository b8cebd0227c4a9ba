/// What an import read, kept and left out, and why. Stored in the cohort file under `/report`.
public struct ImportReport: Codable, Equatable, Sendable {
  /// One source file. rowsRead = rowsKept + rows skipped (all reasons).
  public struct Table: Codable, Equatable, Sendable {
    /// The table's name: "PRESCRIPTIONS".
    public var name: String
    /// The file's name relative to the folder that was imported: "hosp/prescriptions.csv.gz".
    public var file: String
    /// SHA-256 of the file's bytes as they lie on disk, lower-case hexadecimal.
    public var sha256: String
    public var rowsRead: Int
    public var rowsKept: Int
    /// Rows left out, by reason. Malformed rows have reasons that begin with "malformed: ".
    public var skipped: [String: Int]
    /// The first malformed rows, each "file:line: what is wrong".
    public var examples: [String]

    public init(
      name: String, file: String, sha256: String = "", rowsRead: Int = 0, rowsKept: Int = 0,
      skipped: [String: Int] = [:], examples: [String] = []
    ) {
      self.name = name
      self.file = file
      self.sha256 = sha256
      self.rowsRead = rowsRead
      self.rowsKept = rowsKept
      self.skipped = skipped
      self.examples = examples
    }

    /// Rows whose fields could not be read.
    public var malformedRows: Int {
      skipped.reduce(0) { $0 + ($1.key.hasPrefix(ImportReport.malformedPrefix) ? $1.value : 0) }
    }
  }

  /// What is left after one filter, in the order the filters are applied.
  public struct FlowStep: Codable, Equatable, Sendable {
    public var step: String
    public var patients: Int
    public var visits: Int
    /// Why the numbers fell, when there is more to say than the step's name.
    public var note: String

    public init(step: String, patients: Int, visits: Int, note: String = "") {
      self.step = step
      self.patients = patients
      self.visits = visits
      self.note = note
    }
  }

  /// A way from a medication's code to its class, and the prescription rows it mapped.
  public struct Route: Codable, Equatable, Sendable {
    public var name: String
    public var files: [String]
    public var rows: Int

    public init(name: String, files: [String], rows: Int = 0) {
      self.name = name
      self.files = files
      self.rows = rows
    }
  }

  /// A code that could not be mapped or named.
  public struct UnmappedCode: Codable, Equatable, Sendable {
    public var kind: CodeKind
    public var code: String
    /// The drug's name, or what was used instead of a title.
    public var text: String
    /// Rows with this code.
    public var rows: Int

    public init(kind: CodeKind, code: String, text: String, rows: Int) {
      self.kind = kind
      self.code = code
      self.text = text
      self.rows = rows
    }
  }

  /// The importer or generator: "mimic3", "synthetic".
  public var source: String
  /// Options as they were used, name → value.
  public var options: [String: String]
  public var tables: [Table]
  public var flow: [FlowStep]
  public var routes: [Route]
  /// By falling number of rows; at most `unmappedLimit` per kind.
  public var unmapped: [UnmappedCode]
  /// Sentences for people: absent files, codes named by a prefix, and the like.
  public var notes: [String]
  /// Rows that named a code of the same visit again, by kind: such a code counts once.
  public var repeated: [String: Int] = [:]

  public init(
    source: String, options: [String: String] = [:], tables: [Table] = [], flow: [FlowStep] = [],
    routes: [Route] = [], unmapped: [UnmappedCode] = [], notes: [String] = []
  ) {
    self.source = source
    self.options = options
    self.tables = tables
    self.flow = flow
    self.routes = routes
    self.unmapped = unmapped
    self.notes = notes
  }

  public static let malformedPrefix = "malformed: "
  /// Unmapped codes kept per kind.
  public static let unmappedLimit = 20_000
  /// Malformed rows kept per table.
  public static let exampleLimit = 5
}
