/// Where an import reads from. Everything but the root may be left out; what is missing is said in the report.
public struct ImportPaths: Equatable, Sendable {
  /// Folder of the source tables.
  public var root: String
  /// Folder of code maps and titles (`gsn_atc_ndc_ethos.csv`, `ndc2rxcui.csv`, `atc_names_ethos.csv`, …).
  public var maps: String?
  /// JSON `{"N02B": ["SMILES", …]}`; nil: the file of that kind in the maps folder.
  public var molecules: String?
  /// CSV `atc3_a,atc3_b`, plain or gzip; nil: the file of that kind in the maps folder.
  public var interactions: String?
  /// Tab-separated `class description` lines without a header; nil: texts are made from drugs or ATC names.
  public var medicationTexts: String?
  /// Table of drugs, a header with `atc_codes` and any of `name`, `description`, `smiles`, `groups`.
  public var drugs: String?
  /// List of classes, one a line, for `ImportOptions.classes == .file`.
  public var classes: String?
  /// List of symptoms, one phrase a line; nil: `symptoms_list.txt` of the maps folder.
  public var symptoms: String?
  /// Table of notes; nil: the data set's own place.
  public var notes: String?
  /// Tells whether two SMILES are of the same molecule; nil: published molecules are not checked.
  public var moleculeIdentity: MoleculeIdentity?

  public init(
    root: String, maps: String? = nil, molecules: String? = nil, interactions: String? = nil,
    medicationTexts: String? = nil
  ) {
    self.root = root
    self.maps = maps
    self.molecules = molecules
    self.interactions = interactions
    self.medicationTexts = medicationTexts
  }
}

/// A key of molecules: equal keys, same molecule. Comes from outside, because this module reads no chemistry.
public struct MoleculeIdentity: Equatable, Sendable {
  /// How molecules are compared, for the report: "skeleton and hydrogens".
  public let name: String
  /// The key of a SMILES; nil when it cannot be read.
  public let key: @Sendable (String) -> String?

  public init(name: String, key: @escaping @Sendable (String) -> String?) {
    self.name = name
    self.key = key
  }

  public static func == (left: MoleculeIdentity, right: MoleculeIdentity) -> Bool { left.name == right.name }
}
