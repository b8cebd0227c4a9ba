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
  /// Tab-separated `class description` lines without a header; nil: texts are made from ATC names.
  public var medicationTexts: String?

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

/// A way from what a prescription row says to an ATC third-level class (four characters: N02B).
public enum MedicationRoute: String, CaseIterable, Codable, Sendable {
  /// Generic sequence number → ATC (`gsn_atc_ndc_ethos.csv`). It knows form and way of giving: intravenous vancomycin
  /// is J01X, not A07A.
  case gsn
  /// 11-digit NDC → class (`atc3_ndc_molerec.csv`).
  case ndcATC3 = "ndc-atc3"
  /// NDC → RxCUI (`ndc2rxcui.csv` or `ndc2RXCUI.txt`) → ATC (`RXCUI2atc4.csv`, `RXCUI2atc4_compat.csv` or
  /// `rxcui2atc_fda2020.csv`): the way of SafeDrug, DrugRec and NLA-MMR.
  case ndcRxCUI = "ndc-rxcui"
  /// NDC → ATC of the FDA directory (`ndc2atc4_fda2020.csv`), the widest and the least specific.
  case ndcATC4 = "ndc-atc4"
}

/// What an import keeps. Everything is written into the report.
public struct ImportOptions: Codable, Equatable, Sendable {
  /// Name of the cohort; nil: the data set's.
  public var name: String?
  /// Patients with fewer kept visits are left out.
  public var minimumVisits = 2
  /// Kinds of which a visit needs at least one code; nil: diagnosis, procedure and medication, as far as the source has
  /// them. Medications are what is learnt, so they are always among them.
  public var required: [CodeKind]?
  /// Only medications whose order starts less than 24 hours after the admission.
  public var firstDayOnly = false
  /// Only the most frequent diagnosis codes (2000 in SafeDrug); nil: all. Counted once per visit, ties by code.
  public var maxDiagnoses: Int?
  /// Tried in this order for each prescription row; the first that knows the code decides.
  public var routes = MedicationRoute.allCases
  /// Only medications for which the molecules file lists a structure.
  public var requireMolecules = false
  /// Substances named in a medication's text, at most.
  public var substancesPerText = 12
  public var split = SplitRule.official
  /// The first malformed row ends the import with an error instead of being counted.
  public var strict = false

  public init() {}

  private enum CodingKeys: String, CodingKey, CaseIterable {
    case name, minimumVisits, required, firstDayOnly, maxDiagnoses, routes, requireMolecules
    case substancesPerText, split, strict
  }

  private struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Keys that are absent keep their default; keys that are unknown are an error.
  public init(from decoder: any Decoder) throws {
    for key in try decoder.container(keyedBy: AnyKey.self).allKeys where CodingKeys(stringValue: key.stringValue) == nil
    {
      throw RecordsError.badOption(
        "import", value: key.stringValue,
        expected: "one of " + CodingKeys.allCases.map(\.rawValue).joined(separator: ", "))
    }
    let values = try decoder.container(keyedBy: CodingKeys.self)
    name = try values.decodeIfPresent(String.self, forKey: .name)
    minimumVisits = try values.decodeIfPresent(Int.self, forKey: .minimumVisits) ?? minimumVisits
    required = try values.decodeIfPresent([CodeKind].self, forKey: .required)
    firstDayOnly = try values.decodeIfPresent(Bool.self, forKey: .firstDayOnly) ?? firstDayOnly
    maxDiagnoses = try values.decodeIfPresent(Int.self, forKey: .maxDiagnoses)
    routes = try values.decodeIfPresent([MedicationRoute].self, forKey: .routes) ?? routes
    requireMolecules = try values.decodeIfPresent(Bool.self, forKey: .requireMolecules) ?? requireMolecules
    substancesPerText = try values.decodeIfPresent(Int.self, forKey: .substancesPerText) ?? substancesPerText
    split = try values.decodeIfPresent(SplitRule.self, forKey: .split) ?? split
    strict = try values.decodeIfPresent(Bool.self, forKey: .strict) ?? strict
  }

  /// - Throws: `badOption` naming the option and what it may be.
  func validate() throws(RecordsError) {
    if minimumVisits < 1 {
      throw .badOption("minimumVisits", value: "\(minimumVisits)", expected: "1 or more")
    }
    if let required, !required.contains(.medication) || Set(required).count != required.count {
      throw .badOption(
        "require", value: required.map(\.rawValue).joined(separator: ","),
        expected: "medication (it is what is learnt) and any of diagnosis, procedure, symptom, each once")
    }
    if let maxDiagnoses, maxDiagnoses < 1 {
      throw .badOption("maxDiagnoses", value: "\(maxDiagnoses)", expected: "1 or more, or nothing for all")
    }
    if substancesPerText < 0 {
      throw .badOption("substancesPerText", value: "\(substancesPerText)", expected: "0 or more")
    }
    if routes.isEmpty || Set(routes).count != routes.count {
      let known = MedicationRoute.allCases.map(\.rawValue).joined(separator: ", ")
      throw .badOption(
        "routes", value: "[" + routes.map(\.rawValue).joined(separator: ", ") + "]",
        expected: "one or more of \(known), each once")
    }
  }

  /// For the report: name → value.
  var described: [String: String] {
    [
      "name": name ?? "", "minimumVisits": "\(minimumVisits)", 
      "required": required.map { $0.map(\.rawValue).joined(separator: ", ") } ?? "all the source has",
      "firstDayOnly": "\(firstDayOnly)", "maxDiagnoses": maxDiagnoses.map { "\($0)" } ?? "all",
      "routes": routes.map(\.rawValue).joined(separator: ", "), "requireMolecules": "\(requireMolecules)",
      "substancesPerText": "\(substancesPerText)", "split": split.description, "strict": "\(strict)",
    ]
  }
}
