/// Where an import of prescriptions reads from. Everything but the root may be left out.
public struct TCMPDPaths: Equatable, Sendable {
  /// Folder of `prescript_1195.csv` (any one `prescript*.csv`), and, if there, `symptoms.csv`, `herbs.csv` and
  /// `herb_805_27_oneHot.npy` (any one `herb_*oneHot*`, `.npy` or `.csv`). All may be gzip.
  public var root: String
  /// Table with `herb_id` or `herb_name`, and `smiles`.
  public var molecules: String?
  /// Table with `herb_id` or `herb_name`, and texts on the herb (`HerbTexts`).
  public var herbTexts: String?
  /// NumPy array or table of herbs by properties; nil: the one in the root.
  public var properties: String?
  /// Tells which SMILES are molecules; nil: none is checked.
  public var moleculeIdentity: MoleculeIdentity?

  public init(root: String, molecules: String? = nil, herbTexts: String? = nil, properties: String? = nil) {
    self.root = root
    self.molecules = molecules
    self.herbTexts = herbTexts
    self.properties = properties
  }

  /// Everything that such an import may read.
  public var inputs: [String?] { [root, molecules, herbTexts, properties] }
}

/// What an import of prescriptions keeps.
public struct TCMPDOptions: Equatable, Sendable {
  /// What happens to rows of the molecule table whose SMILES cannot be read.
  public enum UnparsableSMILES: String, CaseIterable, Sendable {
    /// They are left out and counted; the first are named in the report.
    case skip
    /// The first ends the import.
    case refuse
  }

  /// Which text of a herb goes before, where a table has it in two languages.
  public enum TextLanguage: String, CaseIterable, Sendable { case en, cn }

  /// Name of the cohort; nil: TCM-PD.
  public var name: String?
  public var split = SetSplit.ordered
  public var unparsableSMILES = UnparsableSMILES.skip
  public var textLanguage = TextLanguage.en
  /// The first malformed row ends the import with an error instead of being counted.
  public var strict = false

  public init() {}

  /// For the report: name → value.
  var described: [String: String] {
    [
      "name": name ?? "", "split": split.description, "unparsableSMILES": unparsableSMILES.rawValue,
      "textLanguage": textLanguage.rawValue, "strict": "\(strict)",
    ]
  }
}

extension TCMPDPaths {
  /// - Throws: `badOption` for a file that this source has no use for.
  init(_ paths: ImportPaths) throws(RecordsError) {
    for (name, path) in [
      ("maps", paths.maps), ("interactions", paths.interactions), ("drugs", paths.drugs), ("classes", paths.classes),
      ("symptoms", paths.symptoms), ("notes", paths.notes),
    ] {
      if let path { throw .badOption(name, value: path, expected: "it to be left out for tcm-pd") }
    }
    self.init(root: paths.root, molecules: paths.molecules, herbTexts: paths.medicationTexts)
    moleculeIdentity = paths.moleculeIdentity
  }
}

extension TCMPDOptions {
  /// - Throws: `badOption` for a rule that makes no difference here.
  init(_ options: ImportOptions) throws(RecordsError) {
    self.init()
    var plain = ImportOptions()
    plain.name = options.name
    plain.split = options.split
    plain.strict = options.strict
    try options.refuse(changedFrom: plain, expected: "it to be left out: prescriptions are taken as they are")
    name = options.name
    strict = options.strict
    switch options.split {
    case .official: split = .ordered
    case .shuffled(let seed): split = .shuffled(seed: seed)
    case .byTime:
      throw .badOption("split", value: "by-time", expected: "official or shuffled: prescriptions have no times")
    }
  }
}
